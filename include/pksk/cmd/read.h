/* get, query, scan and more: plan, read page by page, print, add up.
 *
 * The session keeps the cursor of the last reading, for `more`. Nothing else is kept.
 */
#ifndef PKSK_CMD_READ_H
#define PKSK_CMD_READ_H

#include "pksk/session/session.h"

int read_run(struct session *s, const struct statement *st, struct err *e) must_check;
int read_more(struct session *s, const struct statement *st, struct err *e) must_check;

/* Plans without sending: for `explain`. */
int read_plan(struct session *s, struct arena *a, const struct statement *st, struct plan *ret,
              struct err *e) must_check;

#endif
