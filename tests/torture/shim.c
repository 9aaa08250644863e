/* Preloaded into pksk, makes the n-th call for files, sockets and processes fail.
 *
 * TORTURE_NTH: which call, from 1 (0: none). TORTURE_ERRNO: "EINTR" for what may be interrupted,
 * else each call fails as it would on a bad day (no space, no descriptors, a broken connection).
 * TORTURE_LOG: a file that gets the name of each call, one a line. Calls that glibc makes within
 * itself are not met. Programs that pksk starts are left alone.
 */
#undef _FILE_OFFSET_BITS /* open() and open64() are two functions here */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    bool on, interrupt;
    long nth, count;
    int log;
} torture = {.log = -1};

__attribute__((constructor)) static void begin(void)
{
    const char *nth = getenv("TORTURE_NTH"), *kind = getenv("TORTURE_ERRNO");
    const char *log = getenv("TORTURE_LOG");

    if (!nth || strcmp(program_invocation_short_name, "pksk") != 0)
        return;
    torture.nth = atol(nth);
    torture.interrupt = kind && strcmp(kind, "EINTR") == 0;
    if (log)
        torture.log = (int)syscall(SYS_openat, AT_FDCWD, log,
                                   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    torture.on = true;
}

/* Is it this one's turn? Then errno is set. */
static bool fails(const char *name, int number, bool may_be_interrupted)
{
    char line[40];
    size_t len = strlen(name);

    if (!torture.on || (torture.interrupt && !may_be_interrupted))
        return false;
    torture.count++;
    if (torture.log >= 0 && len < sizeof(line)) {
        memcpy(line, name, len);
        line[len] = '\n';
        (void)!syscall(SYS_write, torture.log, line, len + 1);
    }
    if (torture.count != torture.nth)
        return false;
    errno = torture.interrupt ? EINTR : number;
    return true;
}

static int open_at(int dir, const char *path, int flags, va_list args)
{
    unsigned mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, unsigned) : 0;

    return fails("open", EMFILE, true) ? -1 : (int)syscall(SYS_openat, dir, path, flags, mode);
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

static int (*real_mkostemp)(char *, int);

static int make_temporary(char *template, int flags)
{
    if (fails("mkostemp", EACCES, false))
        return -1;
    if (!real_mkostemp)
        *(void **)&real_mkostemp = dlsym(RTLD_NEXT, "mkostemp64");
    return real_mkostemp(template, flags);
}

int mkostemp(char *template, int flags)
{
    return make_temporary(template, flags);
}

int mkostemp64(char *template, int flags)
{
    return make_temporary(template, flags);
}

ssize_t read(int fd, void *to, size_t size)
{
    return fails("read", EIO, true) ? -1 : syscall(SYS_read, fd, to, size);
}

ssize_t write(int fd, const void *from, size_t size)
{
    return fails("write", ENOSPC, true) ? -1 : syscall(SYS_write, fd, from, size);
}

int close(int fd)
{
    int r = (int)syscall(SYS_close, fd);

    return fails("close", EIO, false) ? -1 : r;
}

int fsync(int fd)
{
    return fails("fsync", EIO, false) ? -1 : (int)syscall(SYS_fsync, fd);
}

int rename(const char *from, const char *to)
{
    return fails("rename", EACCES, false)
               ? -1
               : (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int fchmod(int fd, mode_t mode)
{
    return fails("fchmod", EPERM, false) ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int mkdir(const char *path, mode_t mode)
{
    return fails("mkdir", EACCES, false) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int socket(int domain, int type, int protocol)
{
    return fails("socket", EMFILE, false) ? -1 : (int)syscall(SYS_socket, domain, type, protocol);
}

int connect(int fd, const struct sockaddr *to, socklen_t len)
{
    return fails("connect", ECONNREFUSED, false) ? -1 : (int)syscall(SYS_connect, fd, to, len);
}

ssize_t send(int fd, const void *from, size_t size, int flags)
{
    return fails("send", EPIPE, true) ? -1 : syscall(SYS_sendto, fd, from, size, flags, NULL, 0);
}

ssize_t recv(int fd, void *to, size_t size, int flags)
{
    return fails("recv", ECONNRESET, true) ? -1
                                           : syscall(SYS_recvfrom, fd, to, size, flags, NULL, NULL);
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    return fails("poll", ENOMEM, true) ? -1 : (int)syscall(SYS_poll, fds, count, timeout);
}

int pipe2(int fds[2], int flags)
{
    return fails("pipe2", EMFILE, false) ? -1 : (int)syscall(SYS_pipe2, fds, flags);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const env[])
{
    static int (*real)(pid_t *, const char *, const posix_spawn_file_actions_t *,
                       const posix_spawnattr_t *, char *const[], char *const[]);

    if (fails("posix_spawn", EAGAIN, false))
        return EAGAIN;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "posix_spawn");
    return real(pid, path, actions, attributes, argv, env);
}
