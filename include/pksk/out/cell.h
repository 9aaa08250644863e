/* One value as the text of a table's cell, on one line, for eyes.
 *
 * Always safe for a terminal; no colour in it. Strings are bare where they cannot be taken for
 * anything else, so that "42" and 42 differ. Pure functions.
 */
#ifndef PKSK_OUT_CELL_H
#define PKSK_OUT_CELL_H

#include "pksk/item/value.h"
#include "pksk/out/text.h"

/* cells: more than that will not be shown, so that a huge text need not be looked at; 0: all. */
void cell_add(struct buf *b, const struct value *v, unsigned cells);
void cell_add_short(struct buf *b, const struct value *v); /* wholly in the shell's notation */
void cell_add_name(struct buf *b, struct str name);
enum colour cell_colour(const struct value *v, bool key);

/* The member of an item that a column shows: the attribute of that name, else what the path
 * (`a.b[0]`, as select has it) leads to. NULL when there is none. */
const struct value *cell_find(const struct value *item, struct str column);

#endif
