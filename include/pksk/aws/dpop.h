/* DPoP (RFC 9449): a token that proves, for one request, that the sender holds a private key.
 *
 * Nothing is kept; the key is wiped by the library when it is freed.
 */
#ifndef PKSK_AWS_DPOP_H
#define PKSK_AWS_DPOP_H

#include "pksk/base/buf.h"
#include "pksk/base/err.h"

/* The value of the DPoP header. key: an EC private key on P-256 as PEM. id: unique, or empty for a
 * random one. seconds: since 1970. */
int dpop_header(struct str key, struct str method, struct str url, struct str id, int64_t seconds,
                struct buf *ret, struct err *e) must_check;

#endif
