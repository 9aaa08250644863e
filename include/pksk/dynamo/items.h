/* The items of a page, out of its bytes as they arrive, without a JSON reader: nearly every byte of
 * an answer is within its list of items, and nearly every item is of the usual form.
 *
 * What it cannot read is handed over as text, for the reader proper to judge. Within the dynamo
 * layer.
 */
#ifndef PKSK_DYNAMO_ITEMS_H
#define PKSK_DYNAMO_ITEMS_H

#include "pksk/item/quick.h"

/* Begun behind the list's opening bracket. {0} before its first use. */
struct items {
    struct buf partial; /* of an item whose end is still to come */
    struct quick_scan scan;
    bool whole;  /* the partial one has been given */
    bool behind; /* an item stands before, so a comma or the end is next */
    bool comma;  /* a comma stands before, so an item is next */
};

enum items_found {
    ITEMS_ONE,  /* *item: an item, in the arena */
    ITEMS_TEXT, /* *text: one whose text must be read otherwise; valid until the next call */
    ITEMS_WAIT, /* the bytes are used up */
    ITEMS_END,  /* what stands in *bytes is not of the list; items.comma: but for a comma before it
                 */
};

void items_begin(struct items *i);
void items_free(struct items *i);

/* *bytes: what has come; what is used of it is cut off. */
enum items_found items_next(struct items *i, struct arena *a, struct str *bytes,
                            struct value **item, struct str *text);

#endif
