/* Preloaded into pksk, makes the n-th call for files, sockets, processes and the terminal fail.
 *
 * TORTURE_NTH: which call, from 1 (0: none). TORTURE_KIND says how:
 *   (empty)  as on a bad day: no space, no descriptors, a broken connection
 *   EINTR    interrupted by a signal; only what may be is counted
 *   SHORT    one byte is read or written, whatever was asked for
 *   DISK     that call and all later ones that need room on a disk find none
 * TORTURE_LOG: a file that gets the name of each call counted, one a line, with a ! where it was
 * that call's turn. Calls that glibc makes
 * within itself are not met. Programs that pksk starts are left alone.
 */
#undef _FILE_OFFSET_BITS /* open() and open64() are two functions here */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* What may happen to a call beside failing. */
enum { PLAIN = 0, SIGNAL = 1, PART = 2, ROOM = 4 };
enum kind { FAIL, EINTR_ONCE, SHORT, DISK };

static struct {
    bool on;
    enum kind kind;
    long nth;
    atomic_long count; /* resolving a name is done in a thread */
    int log;
} torture = {.log = -1};

__attribute__((constructor)) static void begin(void)
{
    static const char *const kinds[] = {
        [FAIL] = "", [EINTR_ONCE] = "EINTR", [SHORT] = "SHORT", [DISK] = "DISK"};
    const char *nth = getenv("TORTURE_NTH"), *kind = getenv("TORTURE_KIND");
    const char *log = getenv("TORTURE_LOG");

    if (!nth || strcmp(program_invocation_short_name, "pksk") != 0)
        return;
    torture.nth = atol(nth);
    for (unsigned i = 0; kind && i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (strcmp(kind, kinds[i]) == 0)
            torture.kind = i;
    }
    if (log)
        torture.log = (int)syscall(SYS_openat, AT_FDCWD, log,
                                   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    torture.on = true;
}

static void note(const char *name, bool turn)
{
    char line[40];
    int len = snprintf(line, sizeof(line), "%s%s\n", name, turn ? "!" : "");

    if (torture.log >= 0 && len > 0 && (size_t)len < sizeof(line))
        (void)!syscall(SYS_write, torture.log, line, (size_t)len);
}

/* Is it this one's turn? */
static bool chosen(const char *name, unsigned may)
{
    static const unsigned needed[] = {
        [FAIL] = PLAIN, [EINTR_ONCE] = SIGNAL, [SHORT] = PART, [DISK] = ROOM};
    unsigned need = needed[torture.kind];

    if (!torture.on || (need && !(may & need)))
        return false;
    long count = atomic_fetch_add(&torture.count, 1) + 1;
    bool turn =
        torture.nth > 0 && (torture.kind == DISK ? count >= torture.nth : count == torture.nth);

    note(name, turn);
    return turn;
}

/* Does it fail? Then errno is set. */
static bool fails(const char *name, int number, unsigned may)
{
    if (torture.kind == SHORT || !chosen(name, may))
        return false;
    errno = torture.kind == EINTR_ONCE ? EINTR : torture.kind == DISK ? ENOSPC : number;
    return true;
}

/* How much of size is transferred this time. */
static size_t part(const char *name, size_t size)
{
    return torture.kind == SHORT && size > 1 && chosen(name, PART) ? 1 : size;
}

/* ---- calls that libraries intercept, too, or that have a shape of their own */

static int open_at(int dir, const char *path, int flags, va_list args)
{
    unsigned mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, unsigned) : 0;

    return fails("open", EMFILE, SIGNAL | (flags & O_CREAT ? ROOM : 0))
               ? -1
               : (int)syscall(SYS_openat, dir, path, flags, mode);
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list args;                                                                              \
                                                                                                   \
        va_start(args, flags);                                                                     \
        int r = open_at(AT_FDCWD, path, flags, args);                                              \
                                                                                                   \
        va_end(args);                                                                              \
        return r;                                                                                  \
    }
OPEN(open)
OPEN(open64)

/* A terminal or a pipe is not full when the disk is. */
static unsigned on_disk(int fd)
{
    struct stat st;

    return torture.kind == DISK && syscall(SYS_fstat, fd, &st) == 0 && S_ISREG(st.st_mode) ? ROOM
                                                                                           : 0;
}

ssize_t read(int fd, void *to, size_t size)
{
    return fails("read", EIO, SIGNAL) ? -1 : syscall(SYS_read, fd, to, part("read", size));
}

ssize_t pread64(int fd, void *to, size_t size, off64_t at)
{
    return fails("pread", EIO, SIGNAL) ? -1 : syscall(SYS_pread64, fd, to, part("pread", size), at);
}

ssize_t write(int fd, const void *from, size_t size)
{
    return fails("write", ENOSPC, SIGNAL | on_disk(fd))
               ? -1
               : syscall(SYS_write, fd, from, part("write", size));
}

int close(int fd)
{
    int r = (int)syscall(SYS_close, fd);

    return fails("close", EIO, PLAIN) ? -1 : r;
}

ssize_t send(int fd, const void *from, size_t size, int flags)
{
    return fails("send", EPIPE, SIGNAL)
               ? -1
               : syscall(SYS_sendto, fd, from, part("send", size), flags, NULL, 0);
}

ssize_t recv(int fd, void *to, size_t size, int flags)
{
    return fails("recv", ECONNRESET, SIGNAL)
               ? -1
               : syscall(SYS_recvfrom, fd, to, part("recv", size), flags, NULL, NULL);
}

/* One that is there needs no room. */
int mkdir(const char *path, mode_t mode)
{
    bool there = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;

    return fails("mkdir", EACCES, there ? PLAIN : ROOM)
               ? -1
               : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/* ---- calls that fail, or are passed on as they are */

#define CALL(type, name, number, bad, may, parameters, arguments)                                  \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*real) parameters;                                                             \
                                                                                                   \
        if (fails(#name, number, may))                                                             \
            return bad;                                                                            \
        if (!real)                                                                                 \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        return real arguments;                                                                     \
    }

CALL(int, mkostemp, EACCES, -1, ROOM, (char *template, int flags), (template, flags))
CALL(int, mkostemp64, EACCES, -1, ROOM, (char *template, int flags), (template, flags))
CALL(char *, mkdtemp, EACCES, NULL, ROOM, (char *template), (template))
CALL(int, fsync, EIO, -1, ROOM, (int fd), (fd))
CALL(int, ftruncate64, EIO, -1, PLAIN, (int fd, off64_t size), (fd, size))
CALL(int, rename, EACCES, -1, PLAIN, (const char *from, const char *to), (from, to))
CALL(int, unlink, EACCES, -1, PLAIN, (const char *path), (path))
CALL(int, unlinkat, EACCES, -1, PLAIN, (int dir, const char *path, int flags), (dir, path, flags))
CALL(int, rmdir, EACCES, -1, PLAIN, (const char *path), (path))
CALL(int, fchmod, EPERM, -1, PLAIN, (int fd, mode_t mode), (fd, mode))
CALL(int, flock, ENOLCK, -1, SIGNAL, (int fd, int what), (fd, what))
CALL(int, fstat64, EIO, -1, PLAIN, (int fd, struct stat64 *st), (fd, st))
CALL(int, stat64, EIO, -1, PLAIN, (const char *path, struct stat64 *st), (path, st))
CALL(int, lstat64, EIO, -1, PLAIN, (const char *path, struct stat64 *st), (path, st))
CALL(int, fstatat64, EIO, -1, PLAIN, (int dir, const char *path, struct stat64 *st, int flags),
     (dir, path, st, flags))
CALL(DIR *, opendir, EMFILE, NULL, PLAIN, (const char *path), (path))
CALL(FILE *, fopen, EMFILE, NULL, PLAIN, (const char *path, const char *mode), (path, mode))
CALL(char *, realpath, EIO, NULL, PLAIN, (const char *path, char *to), (path, to))

CALL(int, socket, EMFILE, -1, PLAIN, (int domain, int type, int protocol), (domain, type, protocol))
CALL(int, socketpair, EMFILE, -1, PLAIN, (int domain, int type, int protocol, int fds[2]),
     (domain, type, protocol, fds))
CALL(int, connect, ECONNREFUSED, -1, PLAIN, (int fd, const struct sockaddr *to, socklen_t len),
     (fd, to, len))
CALL(int, setsockopt, EPERM, -1, PLAIN,
     (int fd, int level, int name, const void *value, socklen_t len), (fd, level, name, value, len))
CALL(int, getsockopt, EIO, -1, PLAIN, (int fd, int level, int name, void *value, socklen_t *len),
     (fd, level, name, value, len))
CALL(int, getaddrinfo, EIO, EAI_AGAIN, PLAIN,
     (const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **ret),
     (host, port, hints, ret))
CALL(int, poll, ENOMEM, -1, SIGNAL, (struct pollfd * fds, nfds_t count, int timeout),
     (fds, count, timeout))
CALL(int, ppoll, ENOMEM, -1, SIGNAL,
     (struct pollfd * fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask),
     (fds, count, timeout, mask))
CALL(int, epoll_create1, EMFILE, -1, PLAIN, (int flags), (flags))
CALL(int, epoll_ctl, ENOMEM, -1, PLAIN, (int epoll, int what, int fd, struct epoll_event *event),
     (epoll, what, fd, event))
CALL(int, eventfd, EMFILE, -1, PLAIN, (unsigned count, int flags), (count, flags))
CALL(int, signalfd, EMFILE, -1, PLAIN, (int fd, const sigset_t *mask, int flags), (fd, mask, flags))
CALL(ssize_t, getrandom, ENOSYS, -1, PLAIN, (void *to, size_t size, unsigned flags),
     (to, size, flags))

CALL(int, pipe2, EMFILE, -1, PLAIN, (int fds[2], int flags), (fds, flags))
CALL(int, posix_spawn, EAGAIN, EAGAIN, PLAIN,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attributes, char *const argv[], char *const env[]),
     (pid, path, actions, attributes, argv, env))
CALL(int, posix_spawnp, EAGAIN, EAGAIN, PLAIN,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attributes, char *const argv[], char *const env[]),
     (pid, path, actions, attributes, argv, env))
CALL(pid_t, waitpid, ECHILD, -1, SIGNAL, (pid_t pid, int *status, int flags), (pid, status, flags))
CALL(int, system, EAGAIN, -1, PLAIN, (const char *line), (line))

CALL(int, tcgetattr, EIO, -1, PLAIN, (int fd, struct termios *t), (fd, t))
CALL(int, tcsetattr, EIO, -1, PLAIN, (int fd, int when, const struct termios *t), (fd, when, t))
