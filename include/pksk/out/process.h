/* A shell command that reads what we write (a pager, or what stands behind `|`), or that has the
 * terminal for itself.
 *
 * The caller owns the descriptor and the process until process_wait(), which gives both back.
 */
#ifndef PKSK_OUT_PROCESS_H
#define PKSK_OUT_PROCESS_H

#include <sys/types.h>

#include "pksk/base/err.h"

struct process {
    pid_t pid; /* 0: none */
    int fd;    /* its standard input, ours to write; -1 when closed */
};

/* sh -c command, with the signals as a program expects them. env: NULL for ours. */
int process_start(struct process *p, const char *command, char *const *env,
                  struct err *e) must_check;

/* Closes the pipe and waits. Ctrl-C meanwhile is the command's: we live on. What ends us ends the
 * command, too. The wait status, or -1 when the system does not tell it. */
int process_wait(struct process *p);

/* With our standard input, to its end. */
int process_run(const char *command, int *status, struct err *e) must_check;

#endif
