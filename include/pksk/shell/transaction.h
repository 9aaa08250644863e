/* begin … commit: statements gathered, and sent as one request or not at all.
 *
 * The session owns the open transaction; each action is a plan in the transaction's arena. Nothing
 * is sent before commit.
 */
#ifndef PKSK_SHELL_TRANSACTION_H
#define PKSK_SHELL_TRANSACTION_H

#include "pksk/plan/plan.h"
#include "pksk/shell/session.h"

int transaction_begin(struct session *s, const struct statement *st, struct err *e) must_check;

/* A statement that becomes part of the open transaction: put, update, delete, check, get, partiql.
 */
int transaction_add(struct session *s, const struct statement *st, struct err *e) must_check;
int transaction_commit(struct session *s, const struct statement *st, struct err *e) must_check;
int transaction_rollback(struct session *s, const struct statement *st, struct err *e) must_check;

/* What commit would send, for `explain`. */
int transaction_plan(struct session *s, struct arena *a, struct plan *ret,
                     struct err *e) must_check;

size_t transaction_count(const struct session *s); /* actions so far */

/* A statement of a script failed: the rest alone is not what was meant, so commit will refuse. */
void transaction_break(struct session *s);

/* At the end of the session: an open one is a failure, and it is dropped. */
int transaction_end(struct session *s, struct err *e) must_check;
void transaction_free(struct session *s);

#endif
