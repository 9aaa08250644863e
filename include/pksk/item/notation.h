/* The shell's own notation, out: 42, "text", true, null, b64"…", <<1, 2>>, [1, a], {street: "1
 * Main"}.
 *
 * What is written here is read back by the parser (lang) as the same value; a string is bare only
 * where the parser takes the bare word for the same string. Pure functions that append to a buffer.
 */
#ifndef PKSK_ITEM_NOTATION_H
#define PKSK_ITEM_NOTATION_H

#include "pksk/base/buf.h"
#include "pksk/item/value.h"

void notation_add_value(struct buf *b, const struct value *v); /* strings always quoted */
void notation_add_short(struct buf *b,
                        const struct value *v); /* for eyes: strings bare where they may be */
void notation_add_string(struct buf *b,
                         struct str text); /* "…" with JSON escapes and \u for C0, DEL, C1, bidi */
void notation_add_key(
    struct buf *b,
    const struct value *v); /* a key word as `get` takes it: quoted only if it must be */
void notation_add_name(struct buf *b,
                       struct str name); /* an attribute name: bare or `backquoted` */
void notation_add_put(struct buf *b, const struct value *item); /* put {…} */

/* Would the parser take this bare word for the string itself, in value position / in key position?
 */
bool notation_bare_value(struct str text);
bool notation_bare_key(struct str text);

#endif
