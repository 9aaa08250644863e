/* The first items of the last result, kept for {3.email} and {_.email}.
 *
 * Copies, in an arena of their own; at most ROWS_MAX items and ROWS_BYTES_MAX bytes, whatever the
 * result.
 */
#ifndef PKSK_SESSION_ROWS_H
#define PKSK_SESSION_ROWS_H

#include "pksk/item/value.h"

#define ROWS_MAX 1000
#define ROWS_BYTES_MAX ((size_t)256 << 10) /* the item that passes it is still kept */

struct rows {
    struct arena arena;
    const struct value **items;
    size_t count, cap;
    uint64_t seen; /* items of the result, kept or not */
};

void rows_clear(struct rows *r);
void rows_free(struct rows *r);
void rows_add(struct rows *r, const struct value *items); /* chained by next */

/* "3.a.b" or "_.a": the text of an attribute of a kept row. 1, or a negative code with what is
 * wrong. */
int rows_variable(const struct rows *r, struct str name, struct arena *a, struct str *ret,
                  struct err *e) must_check;

#endif
