/* What differs between two items, by path.
 *
 * Numbers compare as numbers, sets as sets, maps in any order; lists of one length are compared
 * element by element, others as a whole. Pure functions.
 */
#ifndef PKSK_RUN_DIFFERENCE_H
#define PKSK_RUN_DIFFERENCE_H

#include "pksk/lang/ast.h"

struct difference_options {
    const struct path *select;  /* only these; NULL: everything */
    const struct path *without; /* but not these */
    bool first_plain,
        second_plain; /* that item was plain JSON, which knows no sets and no binary: a
                         list with the same elements, and base64, are the same there */
};

/* path: as a statement takes it, items[0].qty; NULL: it has none there. A negative return ends it.
 */
typedef int difference_visit(void *ctx, struct str path, const struct value *first,
                             const struct value *second, struct err *e);

/* 1 when there are differences, each of which was visited; 0 when there is none. visit NULL: only
 * the answer is wanted. */
int difference_each(const struct difference_options *o, const struct value *first,
                    const struct value *second, difference_visit *visit, void *ctx,
                    struct err *e) must_check;

#endif
