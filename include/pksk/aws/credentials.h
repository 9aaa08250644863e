/* Credentials: the AWS CLI's chain of providers, with refresh before they expire.
 *
 * The chain owns the credentials it returns; they are good until the next aws_credentials_get() or
 * the chain's end, and are wiped then. The first provider that claims wins and its failure is
 * final. One thread; a refresh blocks.
 */
#ifndef PKSK_AWS_CREDENTIALS_H
#define PKSK_AWS_CREDENTIALS_H

#include "pksk/aws/config.h"
#include "pksk/base/clock.h"
#include "pksk/base/secret.h"

#define AWS_MADE_UP "made up for a local server" /* a source of credentials */

/* Sources whose expiry has a step that mends it; the others name themselves. */
#define SOURCE_SSO "IAM Identity Center"
#define SOURCE_LOGIN "login session"
#define SOURCE_ENVIRONMENT "environment"
#define SOURCE_SHARED_FILE "shared credentials file"
#define SOURCE_CONFIG_FILE "config file"

struct aws_credentials {
    char *access_key_id;
    struct secret secret, token; /* token may be empty */
    char *account;               /* NULL when unknown */
    int64_t expires_ms;          /* 0: they do not expire */
    const char *source;          /* "environment", "shared credentials file", … */
    unsigned number;             /* of those that the chain has given, from 1 */
};
void aws_credentials_deinit(struct aws_credentials *c); /* wipes; {0} afterwards */

/* Slices of c for the signer. */
struct sign_credentials aws_credentials_for_signing(const struct aws_credentials *c);

/* Asks the user without echo, for an MFA code. *ret lives until the next call. ERR_FAILED when
 * there is no terminal to ask on, ERR_CANCELLED on Ctrl-C. */
struct aws_ask {
    int (*secret)(void *ctx, struct str prompt, struct str *ret); /* NULL: cannot be asked */
    void *ctx;
    /* What a credential_process says on its standard error, as it comes. NULL: that goes where ours
     * does. */
    void (*heard)(void *ctx, struct str text);
};

struct aws_chain;

/* config must outlive the chain; http and ask are copied. http may be NULL: then providers that
 * need it fail with a message when they would be used. Reads nothing yet. */
struct aws_chain *aws_chain_new(struct aws_config *config, const struct aws_http *http,
                                const struct aws_ask *ask, const struct clock *clock);
void aws_chain_free(struct aws_chain *chain); /* wipes; NULL is fine */

/* Finds or refreshes. Under 15 minutes left a refresh is tried and its failure borne; under 10 it
 * must succeed. No credentials anywhere is ERR_CONNECT with where was looked and what to do. */
int aws_credentials_get(struct aws_chain *chain, const struct aws_credentials **ret,
                        struct err *e) must_check;

/* Text from outside without what signs requests (now, for a chain): an answer may quote the request
 * and with it the session token. Headers that are secret are left out as well. NULL is fine. */
void aws_credentials_redact(const struct aws_credentials *c, struct str text, struct buf *ret);
void aws_chain_redact(const struct aws_chain *chain, struct str text, struct buf *ret);

/* The command or step that mends what has expired, where the source of the credentials tells. */
void aws_credentials_hint_expired(const char *source, struct str profile, struct err *e);

/* The service called those with this number expired: the next aws_credentials_get() refreshes
 * whatever the clock says, unless the chain has newer ones by then, since several requests may hear
 * the same of the same credentials. False when they cannot be refreshed. */
bool aws_credentials_expire(struct aws_chain *chain, unsigned number);

#endif
