/* partiql: the statement as it was written, all its pages; or several in one batch.
 *
 * Nothing is kept but the first items, for {1.attr}.
 */
#ifndef PKSK_CMD_PARTIQL_H
#define PKSK_CMD_PARTIQL_H

#include "pksk/session/session.h"

int partiql_run(struct session *s, const struct statement *st, struct err *e) must_check;
bool partiql_changes(const struct statement *st); /* what a read-only session refuses */

#endif
