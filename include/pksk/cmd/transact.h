/* begin … commit: statements gathered, and sent as one request or not at all.
 *
 * The session owns the open transaction; each action is a plan in the transaction's arena. Nothing
 * is sent before commit.
 */
#ifndef PKSK_CMD_TRANSACT_H
#define PKSK_CMD_TRANSACT_H

#include "pksk/plan/plan.h"
#include "pksk/session/session.h"

int transact_begin(struct session *s, const struct statement *st, struct err *e) must_check;

/* A statement that becomes part of the open transaction: put, update, delete, check, get, partiql.
 */
int transact_add(struct session *s, const struct statement *st, struct err *e) must_check;
int transact_commit(struct session *s, const struct statement *st, struct err *e) must_check;
int transact_rollback(struct session *s, const struct statement *st, struct err *e) must_check;

/* What commit would send, for `explain`. */
int transact_plan(struct session *s, struct arena *a, struct plan *ret, struct err *e) must_check;

bool transact_open(const struct session *s);
size_t transact_count(const struct session *s); /* actions so far */

/* A statement of a script failed: the rest alone is not what was meant, so commit will refuse. */
void transact_break(struct session *s);

/* At the end of the session: an open one is a failure, and it is dropped. */
int transact_end(struct session *s, struct err *e) must_check;

#endif
