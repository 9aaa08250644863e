#include "pksk/base/port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "port-config.h"
#if HAVE_GETRANDOM
#include <sys/random.h>
#endif
#if HAVE_MALLOPT
#include <malloc.h>
#endif
#if HAVE_PRCTL
#include <sys/prctl.h>
#endif

int port_pipe(int ends[2])
{
#if HAVE_PIPE2
    return pipe2(ends, O_CLOEXEC);
#else
    if (pipe(ends) < 0)
        return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
#endif
}

bool port_pipe_small(int fd)
{
#ifdef F_SETPIPE_SZ
    return fcntl(fd, F_SETPIPE_SZ, (int)sysconf(_SC_PAGESIZE)) == sysconf(_SC_PAGESIZE);
#else
    (void)fd;
    return false;
#endif
}

int port_random(void *bytes, size_t len)
{
#if HAVE_GETRANDOM
    return getrandom(bytes, len, 0) == (ssize_t)len ? 0 : -1;
#else
    arc4random_buf(bytes, len);
    return 0;
#endif
}

void port_wipe(void *bytes, size_t len)
{
#if HAVE_EXPLICIT_BZERO
    explicit_bzero(bytes, len);
#else
    volatile unsigned char *p = bytes;

    while (len--)
        *p++ = 0;
#endif
}

#if HAVE_PPOLL
int port_poll(struct pollfd *fds, unsigned count, const sigset_t *mask)
{
    return ppoll(fds, count, NULL, mask);
}
#else
int port_poll(struct pollfd *fds, unsigned count, const sigset_t *mask)
{
    fd_set in, out;
    int most = -1, n;

    FD_ZERO(&in);
    FD_ZERO(&out);
    for (unsigned i = 0; i < count; i++) {
        fds[i].revents = 0;
        if (fds[i].fd < 0)
            continue;
        if (fds[i].fd >= FD_SETSIZE) {
            errno = EINVAL;
            return -1;
        }
        if (fds[i].events & POLLIN)
            FD_SET(fds[i].fd, &in);
        if (fds[i].events & POLLOUT)
            FD_SET(fds[i].fd, &out);
        most = fds[i].fd > most ? fds[i].fd : most;
    }
    n = pselect(most + 1, &in, &out, NULL, NULL, mask);
    for (unsigned i = 0; n > 0 && i < count; i++) {
        if (fds[i].fd < 0)
            continue;
        fds[i].revents |= FD_ISSET(fds[i].fd, &in) ? POLLIN : 0;
        fds[i].revents |= FD_ISSET(fds[i].fd, &out) ? POLLOUT : 0;
    }
    return n;
}
#endif

/* ---- sorting: qsort_r() has two orders of its arguments in the world, and promises no stability
 */

struct sorting {
    char *base, *spare;
    size_t size;
    int (*compare)(const void *a, const void *b, void *ctx);
    void *ctx;
};

static void merge(const struct sorting *s, size_t from, size_t middle, size_t to)
{
    size_t a = from, b = middle;

    for (size_t i = from; i < to; i++) {
        bool first = b == to || (a < middle && s->compare(s->base + a * s->size,
                                                          s->base + b * s->size, s->ctx) <= 0);
        size_t *next = first ? &a : &b;

        memcpy(s->spare + i * s->size, s->base + (*next)++ * s->size, s->size);
    }
    memcpy(s->base + from * s->size, s->spare + from * s->size, (to - from) * s->size);
}

void port_sort(void *base, size_t count, size_t size,
               int (*compare)(const void *a, const void *b, void *ctx), void *ctx)
{
    struct sorting s = {base, mem_resize(NULL, count, size), size, compare, ctx};

    for (size_t width = 1; width < count; width *= 2) {
        for (size_t from = 0; from + width < count; from += 2 * width)
            merge(&s, from, from + width, MIN(from + 2 * width, count));
    }
    free(s.spare);
}

uint32_t port_le32(uint32_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap32(word);
#else
    return word;
#endif
}

uint64_t port_mtime_ns(const struct stat *st)
{
#if HAVE_ST_MTIMESPEC
    const struct timespec *t = &st->st_mtimespec;
#else
    const struct timespec *t = &st->st_mtim;
#endif

    return (uint64_t)t->tv_sec * 1000000000 + (uint64_t)t->tv_nsec;
}

void port_keep_heap(size_t bytes)
{
#if HAVE_MALLOPT
    mallopt(M_TRIM_THRESHOLD, (int)bytes);
    mallopt(M_TOP_PAD, (int)(bytes / 64));
#else
    (void)bytes;
#endif
}

void port_no_core(void)
{
    struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
#if HAVE_PRCTL
    prctl(PR_SET_DUMPABLE, 0); /* a core that is piped to a program knows no limit */
#endif
}

struct stream {
    void *ctx;
    void (*take)(void *ctx, const char *bytes, size_t len);
};

static int close_stream(void *cookie)
{
    free(cookie);
    return 0;
}

#if HAVE_FOPENCOOKIE
static ssize_t write_stream(void *cookie, const char *bytes, size_t len)
{
    const struct stream *s = cookie;

    s->take(s->ctx, bytes, len);
    return (ssize_t)len;
}
#else
static int write_stream(void *cookie, const char *bytes, int len)
{
    const struct stream *s = cookie;

    s->take(s->ctx, bytes, (size_t)len);
    return len;
}
#endif

FILE *port_stream(void *ctx, void (*take)(void *ctx, const char *bytes, size_t len))
{
    struct stream *s = mem_resize(NULL, 1, sizeof(*s));
    FILE *file;

    *s = (struct stream){ctx, take};
#if HAVE_FOPENCOOKIE
    file =
        fopencookie(s, "w", (cookie_io_functions_t){.write = write_stream, .close = close_stream});
#else
    file = funopen(s, NULL, write_stream, NULL, close_stream);
#endif
    if (!file)
        free(s);
    return file;
}
