/* get, query, scan and more: plan, announce, read page by page, print, add up.
 *
 * The session keeps the cursor of the last reading, for `more`. Nothing else is kept.
 */
#ifndef PKSK_CMD_READ_H
#define PKSK_CMD_READ_H

#include "pksk/session/session.h"

int read_run(struct session *s, const struct statement *st, struct err *e) must_check;
int read_more(struct session *s, const struct statement *st, struct err *e) must_check;

/* Says that a whole table or index is about to be read, and what that costs; asks on a terminal
 * when it is more than scan-confirm. */
int read_announce(struct session *s, struct str what, const char *reach, const struct table *t,
                  uint64_t units, struct err *e) must_check;

/* The same for any statement that reads, by its plan. */
int read_announce_plan(struct session *s, const struct statement *st, const struct plan *p,
                       struct err *e) must_check;

/* Plans without sending: for `explain`. */
int read_plan(struct session *s, struct arena *a, const struct statement *st, struct plan *ret,
              struct err *e) must_check;

#endif
