/* What an item's key says of what it is: `USER#42` `ORDER#7` is of the shape `USER#…  ORDER#…`.
 *
 * Pure functions that append to a buffer.
 */
#ifndef PKSK_OUT_SHAPE_H
#define PKSK_OUT_SHAPE_H

#include "pksk/base/buf.h"
#include "pksk/item/value.h"

/* The literal parts of a key's text, and "…" for what is between them. */
void shape_add_key(struct buf *b, struct str key);

/* The same of an item's keys, two blanks between them, without those that have nothing literal;
 * "…" when none has. */
void shape_add_item(struct buf *b, const struct value *item, const struct str *keys, size_t count);

#endif
