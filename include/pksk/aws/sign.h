/* Signature Version 4: the Authorization header of one request.
 *
 * Pure but for the key cache, which the caller owns and which holds derived signing keys until
 * sign_cache_clear(). A struct sign_result owns its buffers until sign_result_free(). Source: AWS
 * General Reference, "Signature Version 4 signing process"; which headers are left out is
 * botocore's list.
 */
#ifndef PKSK_AWS_SIGN_H
#define PKSK_AWS_SIGN_H

#include "pksk/aws/digest.h"
#include "pksk/base/buf.h"
#include "pksk/base/clock.h"
#include "pksk/base/secret.h"

struct sign_header {
    struct str name, value;
};

struct sign_request {
    struct str method;
    struct str host;  /* as the Host header has it: with the port unless it is the scheme's own */
    struct str path;  /* as sent; empty means "/" */
    struct str query; /* as sent, without '?' */
    /* All headers that are sent and may be signed; what must not be signed is skipped. Host,
     * X-Amz-Date and X-Amz-Security-Token are added unless they are among them. */
    const struct sign_header *headers;
    size_t header_count;
    struct str body;
    struct str body_sha256; /* lower-case hex; empty: of body */
};

struct sign_credentials {
    struct str access_key_id, secret, token; /* token may be empty */
};

struct sign_scope {
    struct str region, service;
};

struct sign_cache_entry {
    unsigned char fingerprint[DIGEST_LEN]; /* of secret, day, region and service */
    unsigned char key[DIGEST_LEN];
    bool used;
};

/* Derived keys; {0} is empty. Keyed on the secret too, so new credentials never meet an old key. */
struct sign_cache {
    struct sign_cache_entry entries[4];
    unsigned next;
};
void sign_cache_clear(struct sign_cache *c); /* wipes */

struct sign_result {
    char date[CLOCK_AMZ_LEN];   /* X-Amz-Date; also when the request brought its own */
    struct buf authorization;   /* the header's value */
    char signature[DIGEST_HEX]; /* its last part */
    struct buf canonical;       /* the canonical request, token included: see sign_redact() */
    struct buf string_to_sign;
};
void sign_result_free(struct sign_result *r); /* {0} is fine; wipes the canonical request */

/* Start with *ret = {0}; it is reset, so one may serve many requests. Cannot fail. cache may be
 * NULL. */
void sign_v4(const struct sign_request *request, const struct sign_credentials *credentials,
             const struct sign_scope *scope, int64_t time_ms, struct sign_cache *cache,
             struct sign_result *ret);

/* The canonical request for --debug: values of headers that carry secrets become "***". */
void sign_redact(struct str canonical, struct buf *ret);
/* Does the value of this header belong in no log? Authorization, X-Amz-Security-Token, the SSO
 * bearer token, DPoP, IMDS and container tokens. */
bool sign_header_is_secret(struct str name);

#endif
