/* The items of two sides brought together by their keys, in whatever order each side has them.
 *
 * Memory is a window of items without a partner yet; what does not fit waits in files without a
 * name (run/spool.h), of at most the size of both sides. Items that stand in the same order on both
 * sides, or nearly, never leave their pages. Nothing is kept between calls.
 */
#ifndef PKSK_RUN_PAIRS_H
#define PKSK_RUN_PAIRS_H

#include "pksk/base/err.h"
#include "pksk/item/value.h"

#define PAIRS_WINDOW ((size_t)8 << 20) /* bytes of waiting items, as DynamoDB JSON */

struct pairs_options {
    const struct str *keys; /* the attributes that make two items the same one */
    size_t key_count;
    size_t window; /* 0: PAIRS_WINDOW */

    /* A page more of side 0 or 1: 1 and *items (chained, perhaps none; good until the next call for
     * this side), 0 at its end, or a negative code. */
    int (*next)(void *ctx, unsigned side, const struct value **items, struct err *e);
    /* Two items with one key, or one alone: the other is NULL then. They live until it returns. */
    int (*pair)(void *ctx, const struct value *first, const struct value *second, struct err *e);
    void *ctx;
};

int pairs_run(const struct pairs_options *o, struct err *e) must_check;

#endif
