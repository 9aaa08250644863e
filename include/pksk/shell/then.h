/* get, query, scan … then: what is found, a question, a write for each, the totals.
 *
 * When it stops before its end the session keeps what is left, for `more`, until the next reading
 * or then_forget().
 */
#ifndef PKSK_SHELL_THEN_H
#define PKSK_SHELL_THEN_H

#include "pksk/shell/session.h"

int then_run(struct session *s, const struct statement *st, struct err *e) must_check;
int then_more(struct session *s, struct err *e) must_check; /* when s->then is there */
void then_forget(struct session *s);

/* What it would do, for `explain`: appended. */
int then_explain(struct session *s, const struct statement *st, struct buf *text,
                 struct err *e) must_check;

#endif
