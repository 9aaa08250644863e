/* get, query, scan and more: plan, announce, read page by page, print, add up.
 *
 * The session keeps the cursor of the last reading, for `more`. Nothing else is kept.
 */
#ifndef PKSK_SHELL_READING_H
#define PKSK_SHELL_READING_H

#include "pksk/shell/session.h"

int reading_run(struct session *s, const struct statement *st, struct err *e) must_check;
int reading_more(struct session *s, const struct statement *st, struct err *e) must_check;

/* Plans without sending: for `explain`. */
int reading_plan(struct session *s, struct arena *a, const struct statement *st, struct plan *ret,
                 struct err *e) must_check;

#endif
