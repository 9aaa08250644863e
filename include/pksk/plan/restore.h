/* The request that takes a write back: the item as it was, on condition that it is as the write
 * left it.
 *
 * The plan lives in the arena and borrows nothing.
 */
#ifndef PKSK_PLAN_RESTORE_H
#define PKSK_PLAN_RESTORE_H

#include "pksk/plan/plan.h"

struct restore {
    struct str table;
    const struct str *key_names;
    size_t key_count;
    const struct value *key; /* or an item with it */
    const struct value *old; /* before the write; NULL: there was none */
    const struct value *now; /* after it; NULL: it was deleted */
};

/* The condition compares as many attributes as an expression holds: whoever sends it has compared
 * the whole item before, which also finds what was added to it. */
int plan_restore(struct arena *a, const struct restore *r, struct plan *ret,
                 struct err *e) must_check;

/* The same as an element "Put" or "Delete" for plan_transaction(). */
int plan_restore_action(struct arena *a, const struct restore *r, struct plan *ret,
                        struct err *e) must_check;

/* A consistent GetItem of that key. */
int plan_restore_read(struct arena *a, const struct restore *r, struct plan *ret,
                      struct err *e) must_check;

#endif
