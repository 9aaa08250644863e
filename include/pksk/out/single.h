/* One item as lines of name and value. Appends to a buffer; keeps nothing. */
#ifndef PKSK_OUT_SINGLE_H
#define PKSK_OUT_SINGLE_H

#include "pksk/out/printer.h"

void single_add(struct buf *b, const struct print_options *o, const struct value *item);

#endif
