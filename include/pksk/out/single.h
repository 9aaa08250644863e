/* One item as lines of name and value, keys first, wrapped at the options' width.
 *
 * Appends to the caller's buffer text that is safe for a terminal (out/text.h), in colour when the
 * options say so; keeps nothing of the item, and cannot fail.
 */
#ifndef PKSK_OUT_SINGLE_H
#define PKSK_OUT_SINGLE_H

#include "pksk/out/printer.h"

void single_add(struct buf *b, const struct print_options *o, const struct value *item);

#endif
