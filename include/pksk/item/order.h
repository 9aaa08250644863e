/* The attributes of an item in a steady order, so that the same item is always the same text: the
 * names given first, the rest by name; members of nested maps by name, elements of sets by value.
 *
 * The service has no order for these, and gives one that may differ from call to call. What is
 * returned lives until the next call or item_order_free(); its text is the item's own.
 */
#ifndef PKSK_ITEM_ORDER_H
#define PKSK_ITEM_ORDER_H

#include "pksk/item/value.h"

#define ITEM_ORDER_FEW                                                                             \
    32 /* attributes; so many are quicker sorted by insertion, and remembered                      \
        */

struct item_order { /* {0} at first; for one list of first names only */
    struct arena arena;
    struct buf names; /* of the item before, one behind the other */
    size_t count;
    uint16_t lens[ITEM_ORDER_FEW];
    uint8_t places[ITEM_ORDER_FEW];
};

/* The item itself, or another value, when it stands in that order already. */
const struct value *item_ordered(struct item_order *o, const struct value *item,
                                 const struct str *first, size_t count);
void item_order_free(struct item_order *o);

#endif
