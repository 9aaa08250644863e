#include "pksk/run/export-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pksk/base/file.h"

static char *partial_name(const char *path)
{
    struct buf name = {0};

    buf_addf(&name, "%s.partial", path);
    buf_cstr(&name);
    return name.s;
}

bool export_file_has(const struct export_options *o, uint64_t bytes)
{
    _cleanup_(cleanup_free) char *partial = o->path ? partial_name(o->path) : NULL;
    struct stat st;

    return partial && lstat(partial, &st) == 0 && S_ISREG(st.st_mode) &&
           (uint64_t)st.st_size >= bytes;
}

static int failed(const struct export_file *f, struct err *e)
{
    return err_errno(e, ERR_FAILED, "cannot write", str_of(f->partial));
}

int export_file_open(struct export_file *f, const struct export_options *o, uint64_t keep,
                     struct err *e)
{
    struct stat st;

    *f = (struct export_file){.o = o, .fd = -1};
    if (!o->path)
        return 0;
    if (stat(o->path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_set(e, ERR_FAILED, "cannot write %s: it is no ordinary file", o->path);
    f->partial = partial_name(o->path);
    f->fd = file_open_own(f->partial, O_WRONLY | O_CREAT, 0666, e);
    if (f->fd < 0)
        return f->fd;
    if (ftruncate(f->fd, (off_t)keep) < 0 || lseek(f->fd, (off_t)keep, SEEK_SET) < 0)
        return failed(f, e);
    f->bytes = keep;
    return 0;
}

int export_file_flush(struct export_file *f, struct err *e)
{
    struct str bytes = buf_str(&f->pending);
    int r = 0;

    if (!bytes.len)
        return 0;
    if (f->broken)
        return err_set(e, ERR_FAILED, "what was written is not whole");
    if (!f->o->path)
        r = f->o->write(f->o->ctx, bytes, e);
    else if (file_write_all(f->fd, bytes) < 0)
        r = failed(f, e);
    if (r < 0) {
        f->broken = true;
        return r;
    }
    f->bytes += bytes.len;
    buf_reset(&f->pending);
    return 0;
}

int export_file_sync(struct export_file *f, struct err *e)
{
    int r = export_file_flush(f, e);

    if (r == 0 && f->fd >= 0 && fsync(f->fd) < 0 && errno != EINVAL && errno != EROFS)
        r = failed(f, e);
    return r;
}

/* A link keeps being one: its target is what is replaced. A file that is there keeps its mode. */
static int take_place(struct export_file *f)
{
    _cleanup_(cleanup_free) char *target = realpath(f->o->path, NULL);
    const char *to = target ? target : f->o->path;
    struct stat st;

    if (!target && errno != ENOENT)
        return -1;
    if (stat(to, &st) == 0 ? fchmod(f->fd, st.st_mode & 0777) < 0 : errno != ENOENT)
        return -1;
    return rename(f->partial, to);
}

int export_file_commit(struct export_file *f, struct err *e)
{
    int r = export_file_sync(f, e);

    if (r < 0 || f->fd < 0)
        return r;
    return take_place(f) < 0 ? failed(f, e) : 0;
}

void export_file_close(struct export_file *f, bool keep)
{
    if (f->fd >= 0) {
        close(f->fd);
        if (!keep)
            unlink(f->partial);
    }
    free(f->partial);
    buf_free(&f->pending);
    *f = (struct export_file){.fd = -1};
}
