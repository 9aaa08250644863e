#include "pksk/out/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pksk/base/child.h"
#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/base/port.h"

#define STOP_MS 500 /* what a program may take to end when it is asked to */

static int spawn(pid_t *pid, int input, const char *command, char *const *env)
{
    char *const argv[] = {(char *)"sh", (char *)"-c", (char *)command, NULL};
    const struct child_streams streams = {.in = input, .out = -1, .said = -1};

    return child_spawn(pid, "/bin/sh", argv, &streams, env);
}

int process_start(struct process *p, const char *command, char *const *env, struct err *e)
{
    pid_t pid;
    int ends[2];

    if (port_pipe(ends) < 0)
        return err_errno(e, ERR_FAILED, "cannot run", str_of(command));
    errno = spawn(&pid, ends[0], command, env);
    if (errno) {
        int r = err_errno(e, ERR_FAILED, "cannot run", str_of(command));

        close(ends[0]);
        close(ends[1]);
        return r;
    }
    close(ends[0]);
    *p = (struct process){pid, ends[1]};
    return 0;
}

/* What ends us is let in only while waiting, so that none is waited over. Without a handle (there
 * is one but for want of descriptors) waitpid() waits. */
static void wait_for_end(int handle)
{
    struct pollfd end = {.fd = handle, .events = POLLIN};
    sigset_t ending, before;

    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    sigprocmask(SIG_BLOCK, &ending, &before);
    while (handle >= 0 && !end_signal && port_poll(&end, 1, &before) < 0 && errno == EINTR)
        ;
    sigprocmask(SIG_SETMASK, &before, NULL);
}

/* One that does not heed it (a pager may be all that the user sees) is left to itself. */
static bool ends_when_asked(pid_t pid, int handle)
{
    struct pollfd end = {.fd = handle, .events = POLLIN};

    kill(pid, end_signal);
    return poll(&end, 1, STOP_MS) > 0;
}

int process_wait(struct process *p)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
    int status = 0, handle = port_child(p->pid);

    sigaction(SIGINT, &ignore, &interrupt);
    sigaction(SIGQUIT, &ignore, &quit);
    if (p->fd >= 0)
        close(p->fd);
    wait_for_end(handle);
    bool left = end_signal && handle >= 0 && !ends_when_asked(p->pid, handle);

    while (!left && waitpid(p->pid, &status, 0) < 0) {
        if (errno == EINTR)
            continue;
        left = true;
    }
    if (left)
        status = -1;
    if (handle >= 0)
        close(handle);
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGQUIT, &quit, NULL);
    *p = (struct process){0, -1};
    return status;
}

int process_run(const char *command, int *status, struct err *e)
{
    struct process p = {0, -1};

    errno = spawn(&p.pid, STDIN_FILENO, command, NULL);
    if (errno)
        return err_errno(e, ERR_FAILED, "cannot run", str_of(command));
    *status = process_wait(&p);
    if (*status < 0)
        return err_set(e, end_signal ? ERR_CANCELLED : ERR_FAILED,
                       end_signal ? "interrupted" : "it is not known how the command ended");
    return 0;
}
