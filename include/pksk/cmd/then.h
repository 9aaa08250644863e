/* get, query, scan … then: what is found, a question, a write for each, the totals.
 *
 * When it stops before its end the session keeps what is left, for `more`, until the next reading
 * or then_forget().
 */
#ifndef PKSK_CMD_THEN_H
#define PKSK_CMD_THEN_H

#include "pksk/session/session.h"

int then_run(struct session *s, const struct statement *st, struct err *e) must_check;
bool then_has_more(const struct session *s);                /* it stopped in the middle */
int then_more(struct session *s, struct err *e) must_check; /* only when it has */
void then_forget(struct session *s);

/* What it would do, for `explain`: appended. */
int then_explain(struct session *s, const struct statement *st, struct buf *text,
                 struct err *e) must_check;

#endif
