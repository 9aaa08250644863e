/* Base64 (RFC 4648 §4) both ways, strict: padded, no blanks, no stray bits.
 *
 * Pure functions.
 */
#ifndef PKSK_ITEM_BASE64_H
#define PKSK_ITEM_BASE64_H

#include "pksk/base/buf.h"

void base64_add(struct buf *b, struct str bytes);

/* ret has room for text.len / 4 * 3 bytes. False, with nothing promised about ret, when the text is
 * not what base64_add() would have written. */
bool base64_decode(struct str text, char *ret, size_t *len) must_check;

#endif
