#include "pksk/run/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/log.h"

#define PENDING_MAX ((size_t)256 << 10)
#define WINDOW_STEP ((size_t)256 << 10)

int spool_open(struct spool *s, struct err *e)
{
    const char *directory = getenv("TMPDIR");
    _cleanup_(buf_free) struct buf path = {0};

    *s = (struct spool){.fd = -1};
    s->window.max = s->pending.max = 2 * BUF_MAX;
    buf_addf(&path, "%s/pksk-XXXXXX", directory && directory[0] ? directory : "/tmp");
    char *name = mem_dup(path.s, path.len);

    s->fd = mkostemp(name, O_CLOEXEC);
    if (s->fd < 0)
        err_errno(e, ERR_FAILED, "cannot make a file like", buf_str(&path));
    else
        unlink(name);
    free(name);
    return s->fd < 0 ? ERR_FAILED : 0;
}

void spool_close(struct spool *s)
{
    if (s->fd >= 0)
        close(s->fd);
    buf_free(&s->pending);
    buf_free(&s->window);
    *s = (struct spool){.fd = -1};
}

static int flush(struct spool *s, struct err *e)
{
    if (!s->pending.len)
        return 0;
    if (lseek(s->fd, (off_t)s->flushed, SEEK_SET) < 0 ||
        file_write_all(s->fd, buf_str(&s->pending)) < 0) {
        if (cancel_flag)
            return err_set(e, ERR_CANCELLED, "interrupted");
        err_errno(e, ERR_FAILED, "cannot keep what was found in", STR("the temporary file"));
        err_hint(e, "TMPDIR names another place for it");
        return ERR_FAILED;
    }
    s->flushed += s->pending.len;
    buf_reset(&s->pending);
    return 0;
}

int spool_add(struct spool *s, struct str line, struct err *e)
{
    buf_str_add(&s->pending, line);
    buf_char(&s->pending, '\n');
    s->bytes += line.len + 1;
    s->count++;
    return s->pending.len < PENDING_MAX ? 0 : flush(s, e);
}

/* More of the file into the window: 1, or 0 at its end. */
static int widen(struct spool *s, struct err *e)
{
    char *room = buf_room(&s->window, WINDOW_STEP);
    ssize_t n;

    do {
        n = pread(s->fd, room, WINDOW_STEP, (off_t)(s->window_at + s->window.len));
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_errno(e, ERR_FAILED, "cannot read what was found in", STR("the temporary file"));
    s->window.len += (size_t)n;
    return n > 0;
}

int spool_read(struct spool *s, uint64_t *offset, struct str *ret, struct err *e)
{
    int r = flush(s, e);

    if (r < 0)
        return r;
    if (*offset < s->window_at || *offset > s->window_at + s->window.len) {
        buf_reset(&s->window);
        s->window_at = *offset;
    }
    for (;;) {
        size_t from = (size_t)(*offset - s->window_at);
        struct str rest = {s->window.s + from, s->window.len - from};
        size_t end;

        if (rest.len && str_find_char(rest, '\n', &end)) {
            *ret = str_slice(rest, 0, end);
            *offset += end + 1;
            return 1;
        }
        if (from) {
            memmove(s->window.s, s->window.s + from, rest.len);
            s->window.len = rest.len;
            s->window_at = *offset;
        }
        r = widen(s, e);
        if (r <= 0)
            return r;
    }
}
