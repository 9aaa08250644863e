/* put (and the other writes of one item): plan, send, say what happened.
 *
 * Nothing is kept. A condition that was false is ERR_REFUSED, after the item as it stands was
 * printed.
 */
#ifndef PKSK_SHELL_WRITING_H
#define PKSK_SHELL_WRITING_H

#include "pksk/shell/session.h"

int writing_run(struct session *s, const struct statement *st, struct err *e) must_check;

#endif
