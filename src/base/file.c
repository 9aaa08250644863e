#include "pksk/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pksk/base/log.h"
#include "pksk/base/port.h"

#define PENDING_MAX ((size_t)256 << 10)
#define SOCKETS_BELOW 256

static void cleanup_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

int file_descriptor(const char *path, int flags, unsigned mode)
{
    int fd;

    do {
        fd = open(path, flags, mode);
    } while (fd < 0 && errno == EINTR && !cancel_flag);
    return fd;
}

/* What sets the flag is let in only while waiting: a signal that comes between the look at it and
 * the waiting would otherwise be waited over. */
int file_wait_any(struct pollfd *fds, unsigned count)
{
    sigset_t interrupt, before;
    int n = -1;

    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigaddset(&interrupt, SIGTERM);
    sigaddset(&interrupt, SIGHUP);
    sigprocmask(SIG_BLOCK, &interrupt, &before);
    while (!cancel_flag && (n = port_poll(fds, count, &before)) < 0 && errno == EINTR)
        ;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (cancel_flag) {
        errno = EINTR;
        return ERR_CANCELLED;
    }
    return n < 0 ? ERR_FAILED : 0;
}

static int wait_for(int fd, short events)
{
    struct pollfd what = {.fd = fd, .events = events};

    return file_wait_any(&what, 1);
}

static int read_fd(int fd, const char *path, size_t max, struct buf *ret, struct err *e)
{
    size_t before = ret->len;

    for (;;) {
        size_t left = max + 1 - (ret->len - before);
        char *room = buf_room(ret, MIN(left, (size_t)65536));

        if (!room)
            return err_set(e, ERR_FAILED, "%s is larger than the %zu bytes that pksk reads of it",
                           path, max);
        ssize_t n = read(fd, room, MIN(left, (size_t)65536));

        if (n < 0 && errno == EINTR && !cancel_flag)
            continue;
        if (n < 0 && errno == EAGAIN && wait_for(fd, POLLIN) == 0)
            continue;
        if (n < 0)
            return err_errno(e, ERR_FAILED, "cannot read", str_of(path));
        if (n == 0)
            return 0;
        ret->len += (size_t)n;
        if (ret->len - before > max)
            return err_set(e, ERR_FAILED, "%s is larger than the %zu bytes that pksk reads of it",
                           path, max);
    }
}

int file_read(const char *path, size_t max, struct buf *ret, struct err *e)
{
    _cleanup_(cleanup_close) int fd = file_descriptor(path, O_RDONLY | O_CLOEXEC, 0);

    if (fd < 0)
        return err_errno(e, ERR_FAILED, "cannot open", str_of(path));
    return read_fd(fd, path, max, ret, e);
}

int file_read_ordinary(const char *path, size_t max, struct buf *ret, struct err *e)
{
    struct stat st;
    _cleanup_(cleanup_close) int fd = file_descriptor(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

    if (fd < 0 || fstat(fd, &st) < 0)
        return err_errno(e, ERR_FAILED, "cannot open", str_of(path));
    if (!S_ISREG(st.st_mode)) {
        errno = EPERM;
        return err_set(e, ERR_FAILED, "cannot read %s: it is no ordinary file", path);
    }
    return read_fd(fd, path, max, ret, e);
}

int file_read_standard(size_t max, struct buf *ret, struct err *e)
{
    return read_fd(STDIN_FILENO, "standard input", max, ret, e);
}

int file_read_private(const char *path, size_t max, struct buf *ret, struct err *e)
{
    struct stat st;
    _cleanup_(cleanup_close) int fd =
        file_descriptor(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);

    if (fd < 0 || fstat(fd, &st) < 0)
        return err_errno(e, ERR_FAILED, "cannot open", str_of(path));
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH))) {
        errno = EPERM;
        return err_set(e, ERR_FAILED,
                       "%s is not a file that only you can write, so pksk does not read it", path);
    }
    return read_fd(fd, path, max, ret, e);
}

int file_open_own(const char *path, int flags, unsigned mode, struct err *e)
{
    int fd = file_descriptor(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
    struct stat st;

    bool other = fd < 0 && (errno == ELOOP || errno == ENXIO); /* a link, a pipe without a reader */

    if (!other && (fd < 0 || fstat(fd, &st) < 0))
        return err_errno(e, ERR_FAILED, "cannot write", str_of(path));
    if (!other && S_ISREG(st.st_mode) && st.st_uid == geteuid())
        return fd;
    if (!other)
        close(fd);
    err_set(e, ERR_FAILED, "cannot write %s: it is there and no ordinary file of yours", path);
    err_hint(e, "take it away, or choose another directory");
    return ERR_FAILED;
}

int file_wait_readable(int fd)
{
    return wait_for(fd, POLLIN);
}

int file_read_line(int fd, struct buf *ret)
{
    char c;

    for (;;) {
        int r = file_wait_readable(fd);

        if (r < 0)
            return r;
        ssize_t n = read(fd, &c, 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_FAILED;
        if (n == 0 || c == '\n')
            return 0;
        buf_char(ret, c);
    }
}

int file_write_all(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.s, bytes.len);

        if (n < 0 && errno == EINTR && !cancel_flag)
            continue;
        if (n < 0 && errno == EAGAIN && wait_for(fd, POLLOUT) == 0)
            continue;
        if (n < 0)
            return errno == EINTR ? ERR_CANCELLED : ERR_FAILED;
        bytes = str_slice(bytes, (size_t)n, bytes.len);
    }
    return 0;
}

int file_open(struct file_out *f, const char *path, unsigned mode, struct err *e)
{
    static const char suffix[] = ".XXXXXX";
    size_t len = strlen(path);
    char *temporary = mem_resize(NULL, len + sizeof(suffix), 1);

    *f = (struct file_out){.fd = -1};
    memcpy(temporary, path, len);
    memcpy(temporary + len, suffix, sizeof(suffix));
    int fd = mkostemp(temporary, O_CLOEXEC);

    if (fd < 0) {
        free(temporary);
        return err_errno(e, ERR_FAILED, "cannot write", str_of(path));
    }
    *f = (struct file_out){fd, mem_dup(path, len), temporary, {.max = PENDING_MAX + 1}};
    if (fchmod(fd, mode) < 0) {
        file_abort(f);
        return err_errno(e, ERR_FAILED, "cannot write", str_of(path));
    }
    return 0;
}

static int flush(struct file_out *f, struct err *e)
{
    int r = file_write_all(f->fd, buf_str(&f->pending));

    buf_reset(&f->pending);
    if (r < 0)
        return err_errno(e, r, "cannot write", str_of(f->path));
    return 0;
}

int file_add(struct file_out *f, struct str bytes, struct err *e)
{
    if (f->pending.len + bytes.len > PENDING_MAX) {
        int r = flush(f, e);

        if (r < 0)
            return r;
    }
    if (bytes.len > PENDING_MAX) {
        int r = file_write_all(f->fd, bytes);

        return r < 0 ? err_errno(e, r, "cannot write", str_of(f->path)) : 0;
    }
    buf_str_add(&f->pending, bytes);
    return 0;
}

static void forget(struct file_out *f)
{
    if (f->fd >= 0)
        close(f->fd);
    free(f->path);
    free(f->temporary);
    buf_free(&f->pending);
    *f = (struct file_out){.fd = -1};
}

int file_commit(struct file_out *f, struct err *e)
{
    int r = flush(f, e);

    if (r == 0 && fsync(f->fd) < 0 && errno != EINVAL && errno != EROFS)
        r = err_errno(e, ERR_FAILED, "cannot write", str_of(f->path));
    if (r == 0) {
        int fd = f->fd;

        f->fd = -1;
        if (close(fd) < 0 || rename(f->temporary, f->path) < 0)
            r = err_errno(e, ERR_FAILED, "cannot write", str_of(f->path));
    }
    if (r < 0)
        unlink(f->temporary);
    forget(f);
    return r;
}

void file_abort(struct file_out *f)
{
    int number = errno;

    if (f->temporary)
        unlink(f->temporary);
    forget(f);
    errno = number;
}

int file_write(const char *path, struct str bytes, struct err *e)
{
    struct file_out f;
    int r = file_open(&f, path, 0600, e);

    if (r < 0)
        return r;
    r = file_add(&f, bytes, e);
    if (r < 0) {
        file_abort(&f);
        return r;
    }
    return file_commit(&f, e);
}

int file_make_dirs(const char *path, struct err *e)
{
    _cleanup_(cleanup_free) char *copy = mem_dup(path, strlen(path));

    for (char *p = copy + (copy[0] == '/'); *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (*copy && mkdir(copy, 0700) < 0 && errno != EEXIST)
            return err_errno(e, ERR_FAILED, "cannot make the directory", str_of(copy));
        *p = '/';
    }
    if (mkdir(copy, 0700) < 0 && errno != EEXIST)
        return err_errno(e, ERR_FAILED, "cannot make the directory", str_of(copy));
    return 0;
}

void file_open_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return; /* no worse than before */
    }
}

void file_keep_sockets(void)
{
    struct stat st;

    for (int fd = STDERR_FILENO + 1; fd < SOCKETS_BELOW; fd++) {
        if (fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode))
            fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
}

static const char *home(void)
{
    const char *dir = getenv("HOME");
    struct passwd *pw;

    if (dir && *dir)
        return dir;
    pw = getpwuid(geteuid());
    return pw && pw->pw_dir ? pw->pw_dir : "";
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Takes "~" or "~NAME" from the front; what names nobody stays. Returns how much was taken. */
static size_t expand_home(struct str path, struct buf *out)
{
    size_t end = path.len;
    struct passwd *pw;

    if (!path.len || path.s[0] != '~')
        return 0;
    str_find_char(path, '/', &end);
    if (end == 1) {
        buf_str_add(out, str_of(home()));
        return end;
    }
    _cleanup_(cleanup_free) char *name = mem_dup(path.s + 1, end - 1);

    pw = getpwnam(name);
    if (!pw || !pw->pw_dir)
        return 0;
    buf_str_add(out, str_of(pw->pw_dir));
    return end;
}

char *file_expand(struct str path)
{
    struct buf out = {0};
    size_t i = expand_home(path, &out);

    while (i < path.len) {
        size_t from = i + 1, to;
        bool brace = from < path.len && path.s[from] == '{';

        if (path.s[i] != '$') {
            buf_char(&out, path.s[i++]);
            continue;
        }
        from += brace;
        for (to = from; to < path.len && is_name(path.s[to]); to++)
            ;
        if (to == from || (brace && (to == path.len || path.s[to] != '}'))) {
            buf_char(&out, path.s[i++]);
            continue;
        }
        _cleanup_(cleanup_free) char *name = mem_dup(path.s + from, to - from);
        const char *value = getenv(name);

        if (value)
            buf_str_add(&out, str_of(value));
        else
            buf_str_add(&out, str_slice(path, i, to + brace));
        i = to + brace;
    }
    buf_cstr(&out);
    return out.s;
}
