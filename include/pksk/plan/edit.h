/* An item that was read and then edited: the request that writes what changed, on condition that it
 * is as it was read. Pure.
 *
 * Plans live in the arena; names and values may point into the items.
 */
#ifndef PKSK_PLAN_EDIT_H
#define PKSK_PLAN_EDIT_H

#include "pksk/plan/plan.h"

struct edit {
    const struct value *before; /* as it was read; NULL: it is new */
    const struct value *after;  /* NULL: it was taken away */
};

/* The words that an item's key is made of, in the arena. */
struct key *plan_item_key(struct arena *a, const struct table *table, const struct value *item);

bool edit_same_key(const struct table *t, const struct value *a, const struct value *b);

/* UpdateItem for attributes that differ, PutItem for a new item, DeleteItem for one taken away, and
 * for another key a transaction of put and delete. token: makes repeating that harmless. The
 * condition names as many attributes as an expression holds, those that changed first. */
int plan_edit(struct arena *a, const struct edit *edit, const struct table *table, struct str token,
              struct plan *ret, struct err *e) must_check;

#endif
