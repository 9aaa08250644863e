/* Transactions: each statement is an element, and all of them one request.
 *
 * Plans live in the arena given and borrow nothing from statement or schema.
 */
#ifndef PKSK_PLAN_TRANSACT_H
#define PKSK_PLAN_TRANSACT_H

#include "pksk/plan/plan.h"

#define TRANSACT_MAX 100                     /* actions */
#define TRANSACT_BYTES_MAX ((size_t)4 << 20) /* of all items together */

/* put, update, delete, check: an element "Put", "Update", "Delete" or "ConditionCheck"; its body is
 * the element's value without the last brace, its keys the item's key (or the whole item). */
int plan_action(struct arena *a, const struct statement *st, const struct table *table,
                struct plan *ret, struct err *e) must_check;

/* get: an element "Get" for one of its keys. */
int plan_action_get(struct arena *a, const struct statement *st, const struct key *key,
                    const struct table *table, struct plan *ret, struct err *e) must_check;

/* TransactWriteItems, TransactGetItems or ExecuteTransaction, by the first element's kind. token:
 * what makes repeating it harmless; not for reads. */
int plan_transaction(struct arena *a, const struct plan *actions, size_t count, struct str token,
                     struct plan *ret, struct err *e) must_check;

/* PartiQL: ExecuteStatement for one, BatchExecuteStatement for several in braces. As everywhere the
 * body lacks its last brace; NextToken goes there. */
#define PARTIQL_MAX 8192 /* bytes of a statement */
#define PARTIQL_BATCH_MAX 25
int plan_partiql(struct arena *a, const struct statement *st, struct plan *ret,
                 struct err *e) must_check;
int plan_action_partiql(struct arena *a, const struct partiql *one, struct plan *ret,
                        struct err *e) must_check;

/* What it does, as far as its words tell. The table and index of a SELECT's FROM; slices of its
 * text without their quotes, or empty. */
struct partiql_kind {
    bool reads;   /* SELECT */
    bool changes; /* INSERT, UPDATE, DELETE; EXISTS is neither */
    struct str table, index;
};
struct partiql_kind partiql_kind(const struct partiql *one);

/* Does its WHERE fix the partition key in every case? When not, it is a scan. */
bool partiql_fixes_key(const struct partiql *one, const struct key_schema *key);

#endif
