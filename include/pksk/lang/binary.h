/* The bytes that b64"…" and hex"…" mean, and what characters a bare attribute name has.
 *
 * Pure functions. Base64 is that of RFC 4648 §4, with its padding and nothing else in between.
 */
#ifndef PKSK_LANG_BINARY_H
#define PKSK_LANG_BINARY_H

#include "pksk/base/buf.h"

int binary_hex_digit(char c); /* 0–15, or -1 */
bool binary_from_hex(struct str t, struct buf *ret);
bool binary_from_base64(struct str t, struct buf *ret);

bool binary_name_char(char c); /* letters, digits, _ and - */

#endif
