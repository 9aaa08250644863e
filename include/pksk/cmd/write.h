/* put, update and delete: plan, send, say what happened, remember it for `undo`.
 *
 * A condition that was false is ERR_REFUSED, after the item as it stands was printed.
 */
#ifndef PKSK_CMD_WRITE_H
#define PKSK_CMD_WRITE_H

#include "pksk/plan/plan.h"
#include "pksk/session/session.h"

int write_run(struct session *s, const struct statement *st, struct err *e) must_check;

/* Plans without sending: for `explain`. */
int write_plan(struct session *s, struct arena *a, const struct statement *st, struct plan *ret,
               struct err *e) must_check;

/* Does it make a difference whether the update is applied once or twice? */
bool write_counts_twice(const struct statement *st);

/* For what else writes: items printed as the statement's output, and the line of its cost. */
int write_print(struct session *s, const struct statement *st, const struct plan *p,
                const struct value *items, struct err *e) must_check;
/* The item that a refusal is about: at a terminal as write_print(); elsewhere standard output is
 * for results, and it is said. */
int write_show(struct session *s, const struct statement *st, const struct plan *p,
               const struct value *item, struct err *e) must_check;
void write_say(struct session *s, const struct plan *p, const struct value *item); /* the latter */
void write_note(struct session *s, const struct reply *reply);

#endif
