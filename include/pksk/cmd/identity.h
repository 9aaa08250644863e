/* Who the session is, in words: what whoami and connect share.
 *
 * Nothing is kept.
 */
#ifndef PKSK_CMD_IDENTITY_H
#define PKSK_CMD_IDENTITY_H

#include "pksk/dynamo/client.h"

/* "AKIA…MPLE": an access key id with its middle hidden. */
void identity_add_key(struct buf *b, struct str access_key_id);

/* "never expire", "expire at 2026-01-02T03:04:05Z, in 34 min". */
void identity_add_expiry(struct buf *b, int64_t expires_ms, int64_t now_ms);

#endif
