/* Items from JSON text in one pass, for the text that nearly every file consists of.
 *
 * What is unusual in any way (long escapes, exponents, deep nesting, anything wrong) is left to the
 * reader proper: quick_plain() and quick_typed() then return NULL. What they do return is what
 * plain_parse() and ddb_parse_item() make of the same text. Values lie in the arena; their text may
 * point into the text given, which must live as long. Pure functions.
 */
#ifndef PKSK_ITEM_QUICK_H
#define PKSK_ITEM_QUICK_H

#include "pksk/item/value.h"

struct value *quick_plain(struct arena *a, struct str text);
struct value *quick_typed(struct arena *a, struct str text);

/* The typed item that *text begins with; *text then is what stands behind it. Texts are copied, and
 * names so that equal ones mostly lie in the arena once. */
struct value *quick_typed_next(struct arena *a, struct str *text);

/* Where does an object end whose text comes in pieces? {0} before its first byte, which is its
 * bracket. Returns how many bytes of this piece belong to it, or 0: all do, and more follows. What
 * is no JSON has an end, too, somewhere. */
struct quick_scan {
    size_t depth;
    bool quoted, escaped;
};
size_t quick_scan(struct quick_scan *s, struct str text);

/* Does an item's first attribute, in this text, look like {"S":…}? */
bool quick_looks_typed(struct str text);

#endif
