#include "pksk/run/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/json/writer.h"

static int fail(const struct rejects *x, struct err *e)
{
    return err_errno(e, ERR_FAILED, "cannot write", str_of(x->path));
}

/* What stands behind x->bytes is of an earlier import, or was not settled. */
static int open_file(struct rejects *x, struct err *e)
{
    x->fd = file_open_own(x->path, O_WRONLY | O_APPEND | O_CREAT, 0600, e);
    if (x->fd < 0)
        return x->fd;
    return ftruncate(x->fd, (off_t)x->bytes) < 0 ? fail(x, e) : 0;
}

int rejects_open(struct rejects *x, const char *path, uint64_t bytes, struct err *e)
{
    *x = (struct rejects){.path = path, .fd = -1, .bytes = bytes};
    return path && bytes ? open_file(x, e) : 0;
}

int rejects_add(struct rejects *x, const struct bulk_reject *r, struct err *e)
{
    struct json_writer w = {.out = &x->line};
    int code = x->fd < 0 ? open_file(x, e) : 0;

    if (code < 0)
        return code;
    buf_reset(&x->line);
    json_begin_object(&w);
    json_name(&w, r->readable ? STR("Item") : STR("Text"));
    if (r->readable)
        json_raw(&w, r->json);
    else
        json_string(&w, r->json);
    json_name(&w, STR("Error"));
    json_string(&w, str_of(r->err->text));
    json_name(&w, STR("Line"));
    json_uint(&w, r->place.line);
    json_end_object(&w);
    buf_char(&x->line, '\n');
    if (file_write_all(x->fd, buf_str(&x->line)) < 0)
        return fail(x, e);
    x->bytes += r->late ? 0 : x->line.len;
    return 0;
}

int rejects_sync(struct rejects *x, struct err *e)
{
    if (x->fd >= 0 && fsync(x->fd) < 0 && errno != EINVAL && errno != EROFS)
        return fail(x, e);
    return 0;
}

void rejects_close(struct rejects *x)
{
    if (x->fd >= 0)
        close(x->fd);
    buf_free(&x->line);
    x->fd = -1;
}
