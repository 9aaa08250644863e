/* The first N of many items by an order of their attributes, or all of them while they fit.
 *
 * Copies what it keeps; the order is the statement's and outlives it. Different types stand as the
 * service sorts keys: numbers, texts, binary; then all others, and last the items without the
 * attribute. Items that are equal in all of it keep the order in which they came.
 */
#ifndef PKSK_RUN_ORDERED_H
#define PKSK_RUN_ORDERED_H

#include "pksk/lang/ast.h"

#define ORDERED_BYTES_MAX ((size_t)64 << 20)

struct ordered;

struct ordered *ordered_new(const struct order *order, uint64_t limit); /* 0: all */
void ordered_free(struct ordered *o);                                   /* NULL is fine */

/* Items chained by next. ERR_FAILED when they are more than fit. */
int ordered_add(struct ordered *o, const struct value *items, struct err *e) must_check;

struct value *
ordered_items(struct ordered *o); /* chained; the ordered one's own, and its last act */

/* <0, 0, >0 of two values in that order; NULL: there is none, and that is last. */
int ordered_compare(const struct value *a, const struct value *b);

#endif
