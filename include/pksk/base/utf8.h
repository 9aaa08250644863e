/* UTF-8: validation and decoding (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF).
 *
 * Pure functions over slices.
 */
#ifndef PKSK_BASE_UTF8_H
#define PKSK_BASE_UTF8_H

#include "pksk/base/arena.h"
#include "pksk/base/buf.h"

bool utf8_valid(struct str t);

/* The code point at t.s[at] and its length in bytes. Invalid: returns -1 and *len = 1. at < t.len.
 */
int32_t utf8_decode(struct str t, size_t at, size_t *len);

void utf8_encode(struct buf *b,
                 uint32_t code_point); /* a surrogate or too large a value becomes U+FFFD */

/* For messages, which are C strings: a NUL would end them, and what follows it would be lost. Each
 * is U+FFFD in what is returned, which is t itself when it has none. */
struct str utf8_without_nul(struct arena *a, struct str t);

/* Would the character move the cursor, colour the screen, hide, or turn the order of what is shown?
 */
bool utf8_steers(int32_t code_point);

/* The longest prefix of at most max bytes that does not cut a character. */
struct str utf8_cut(struct str t, size_t max);

#endif
