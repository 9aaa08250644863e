/* UTF-8: validation and decoding (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF).
 *
 * Pure functions over slices.
 */
#ifndef PKSK_BASE_UTF8_H
#define PKSK_BASE_UTF8_H

#include "pksk/base/buf.h"

bool utf8_valid(struct str t);

/* The code point at t.s[at] and its length in bytes. Invalid: returns -1 and *len = 1. at < t.len.
 */
int32_t utf8_decode(struct str t, size_t at, size_t *len);

void utf8_encode(struct buf *b,
                 uint32_t code_point); /* a surrogate or too large a value becomes U+FFFD */

/* Would the character move the cursor, colour the screen, hide, or turn the order of what is shown?
 */
bool utf8_steers(int32_t code_point);

/* The longest prefix of at most max bytes that does not cut a character. */
struct str utf8_cut(struct str t, size_t max);

#endif
