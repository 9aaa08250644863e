/* Plain JSON both ways: what `jsonl` and `json` write and what `import` and `put {…}` read.
 *
 * Writing loses the difference between sets and lists, binary and text (it becomes base64), as the
 * format's page says; numbers keep all their digits. Reading makes S, N (normalised, or an error),
 * BOOL, NULL, L, M.
 */
#ifndef PKSK_ITEM_PLAIN_H
#define PKSK_ITEM_PLAIN_H

#include "pksk/item/value.h"
#include "pksk/json/tree.h"

void plain_add_value(struct buf *b, const struct value *v); /* compact */
void plain_add_pretty(struct buf *b, const struct value *v, unsigned indent);

int plain_from_json(struct arena *a, const struct json *tree, struct value **ret,
                    struct err *e) must_check;
int plain_parse(struct arena *a, struct str text, struct value **ret, struct err *e) must_check;

#endif
