/* The interactive loop: read, parse, run, until `exit` or Ctrl-D.
 *
 * Owns the editor and the completer for its time.
 */
#ifndef PKSK_SHELL_REPL_H
#define PKSK_SHELL_REPL_H

#include "pksk/session/session.h"

int repl_run(struct session *s,
             struct err *e) must_check; /* 0, or why it could not begin or go on */

#endif
