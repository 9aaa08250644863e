#include "pksk/out/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pksk/base/file.h"

static void default_signals(posix_spawnattr_t *attributes)
{
    static const int ours[] = {SIGPIPE, SIGINT, SIGQUIT, SIGTSTP, SIGTTOU, SIGTTIN, SIGWINCH};
    sigset_t set;

    sigemptyset(&set);
    posix_spawnattr_setsigmask(attributes, &set);
    for (size_t i = 0; i < ARRAY_LEN(ours); i++)
        sigaddset(&set, ours[i]);
    posix_spawnattr_setsigdefault(attributes, &set);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int spawn(pid_t *pid, int input, const char *command, char *const *env)
{
    char *const argv[] = {(char *)"sh", (char *)"-c", (char *)command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawnattr_init(&attributes);
    default_signals(&attributes);
    int r = posix_spawn(pid, "/bin/sh", &actions, &attributes, argv, env ? env : environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return r;
}

int process_start(struct process *p, const char *command, char *const *env, struct err *e)
{
    pid_t pid;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(e, ERR_FAILED, "cannot run", str_of(command));
    file_keep_sockets();
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

int process_wait(struct process *p)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
    int status = 0;

    sigaction(SIGINT, &ignore, &interrupt);
    sigaction(SIGQUIT, &ignore, &quit);
    if (p->fd >= 0)
        close(p->fd);
    while (waitpid(p->pid, &status, 0) < 0) {
        if (errno == EINTR)
            continue;
        status = -1;
        break;
    }
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGQUIT, &quit, NULL);
    *p = (struct process){0, -1};
    return status;
}
