/* `then`: what is read to find the items, and the request that writes one of them. Pure.
 *
 * Plans live in the arena and borrow nothing.
 */
#ifndef PKSK_PLAN_THEN_H
#define PKSK_PLAN_THEN_H

#include "pksk/plan/plan.h"

struct then_plan {
    enum verb verb;
    const char *operation; /* "BatchWriteItem", or one of its own for each item */
    struct str body;       /* of that one, without its key or item and the last brace */
    struct str table;
    struct str line;  /* for people: UpdateItem Main  set status = "ARCHIVED" */
    bool conditioned; /* `if` was written */
};

/* The reading: of keys alone, or of whole items. An index that does not hold them is an error at
 * its place. st: the statement that holds `then`, or any that reads. */
int plan_find_keys(struct arena *a, const struct statement *st, const struct table *table,
                   struct plan *ret, struct err *e) must_check;
int plan_find_items(struct arena *a, const struct statement *st, const struct table *table,
                    struct plan *ret, struct err *e) must_check;

/* table: the one that is written to. old: each write returns the item as it was, so that none goes
 * by BatchWriteItem. */
int plan_then(struct arena *a, const struct statement *write, const struct table *table, bool old,
              struct then_plan *ret, struct err *e) must_check;

/* The whole body for one item. json: the item, or for update and delete its key. */
void plan_then_body(struct buf *b, const struct then_plan *p, struct str json);

#endif
