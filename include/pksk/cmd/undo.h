/* The session's last writes, and the way back.
 *
 * Each step keeps copies of the item before and after, in an arena of its own; at most UNDO_STEPS
 * and UNDO_BYTES in all, the oldest are forgotten. The session owns the list, until undo_forget().
 */
#ifndef PKSK_CMD_UNDO_H
#define PKSK_CMD_UNDO_H

#include "pksk/plan/plan.h"
#include "pksk/session/session.h"

#define UNDO_STEPS 20
#define UNDO_BYTES ((size_t)8 << 20)

/* A write by this plan has turned old into now; NULL: there is no item. */
void undo_keep(struct session *s, const struct plan *p, const struct value *old,
               const struct value *now);

/* A write that cannot be taken back: `undo` says why, instead of undoing an older one. why: "a
 * transaction …", a sentence; it lives as long as the program. */
void undo_block(struct session *s, const char *why);
void undo_forget(struct session *s);

int undo_run(struct session *s, const struct statement *st, struct err *e) must_check;

/* What undo_run() would send, for `explain`. */
int undo_plan(struct session *s, struct arena *a, struct plan *ret, struct err *e) must_check;

#endif
