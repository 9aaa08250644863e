/* The debug log, and the flags that signals set: the program's only writable globals.
 *
 * Nothing below `out` writes to the terminal: the log goes to a sink that main sets. Callers
 * redact.
 */
#ifndef PKSK_BASE_LOG_H
#define PKSK_BASE_LOG_H

#include <signal.h>

#include "pksk/base/str.h"

extern volatile sig_atomic_t cancel_flag; /* counts SIGINTs since the statement began */

/* SIGTERM or SIGHUP, once one has come: all that is under way is cancelled, for good, and the
 * program ends by that signal when it has tidied up. 0: none came. */
extern volatile sig_atomic_t end_signal;

void cancel_clear(void); /* a new statement, which an earlier Ctrl-C does not mean */

typedef void log_sink(void *ctx, struct str line);

void log_set_sink(log_sink *sink, void *ctx); /* NULL: off, which is the default */
bool log_on(void);
void log_debug(const char *format, ...) printf_like(1, 2); /* one line, without its newline */

#endif
