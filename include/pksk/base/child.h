/* Another program, with the signals as it expects to find them, and without our sockets.
 *
 * Who starts one waits for it. Nothing is kept.
 */
#ifndef PKSK_BASE_CHILD_H
#define PKSK_BASE_CHILD_H

#include <sys/types.h>

/* Descriptors that become the program's; -1: ours. */
struct child_streams {
    int in, out, said; /* said: standard error */
};

/* program: found by PATH when it has no slash. env: NULL for ours. 0, or errno's number. */
int child_spawn(pid_t *pid, const char *program, char *const *argv,
                const struct child_streams *streams, char *const *env);

#endif
