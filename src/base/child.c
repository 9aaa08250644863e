#include "pksk/base/child.h"

#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/port.h"

static void default_signals(posix_spawnattr_t *attributes)
{
    sigset_t all, none;

    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

int child_spawn(pid_t *pid, const char *program, char *const *argv,
                const struct child_streams *streams, char *const *env)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    file_keep_sockets();
    posix_spawn_file_actions_init(&actions);
    if (streams->in >= 0)
        posix_spawn_file_actions_adddup2(&actions, streams->in, STDIN_FILENO);
    if (streams->out >= 0)
        posix_spawn_file_actions_adddup2(&actions, streams->out, STDOUT_FILENO);
    if (streams->said >= 0)
        posix_spawn_file_actions_adddup2(&actions, streams->said, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    default_signals(&attributes);
    int number = posix_spawnp(pid, program, &actions, &attributes, argv, env ? env : environ);

    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return number;
}
