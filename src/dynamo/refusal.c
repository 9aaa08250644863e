#include "pksk/dynamo/refusal.h"

#include "pksk/base/buf.h"

/* Codes that need more than their own message; the rest is ERR_FAILED without a hint. */
static const struct {
    const char *code;
    int err;
    const char *hint;
} codes[] = {
    {"ConditionalCheckFailedException", ERR_REFUSED, NULL},
    {"TransactionCanceledException", ERR_REFUSED, NULL},
    {"UnrecognizedClientException", ERR_CONNECT,
     "the access key is not known there: check the profile, and that region and endpoint are its "
     "own"},
    {"InvalidClientTokenId", ERR_CONNECT,
     "the access key is not known there: check the profile, and that region and endpoint are its "
     "own"},
    {"InvalidSignatureException", ERR_CONNECT,
     "check the secret access key, and this machine's clock"},
    {"SignatureDoesNotMatch", ERR_CONNECT, "check the secret access key, and this machine's clock"},
    {"IncompleteSignatureException", ERR_CONNECT,
     "check the access key: does it hold a blank or an end of line?"},
    {"IncompleteSignature", ERR_CONNECT,
     "check the access key: does it hold a blank or an end of line?"},
    {"ExpiredTokenException", ERR_CONNECT,
     "the session has expired: sign in again (aws sso login, aws login), or renew the keys"},
    {"ExpiredToken", ERR_CONNECT,
     "the session has expired: sign in again (aws sso login, aws login), or renew the keys"},
    {"MissingAuthenticationTokenException", ERR_CONNECT, "check the credentials of the profile"},
    {"MissingAuthenticationToken", ERR_CONNECT, "check the credentials of the profile"},
    {"InvalidAccessKeyId", ERR_CONNECT, "check the access key of the profile"},
    {"RequestTimeTooSkewed", ERR_CONNECT, "check this machine's clock"},
    {"RequestExpired", ERR_CONNECT, "check this machine's clock"},
    {"RequestInTheFuture", ERR_CONNECT, "check this machine's clock"},
    {"OptInRequired", ERR_CONNECT, "the account must be signed up for DynamoDB in this region"},
    {"AccessDeniedException", ERR_FAILED, "these credentials lack a permission (IAM)"},
    {"ResourceNotFoundException", ERR_FAILED,
     "`tables` lists what is there; check the region and the endpoint too"},
    {"ResourceInUseException", ERR_FAILED,
     "it exists already, or is still changing: see `describe`"},
    {"TransactionInProgressException", ERR_FAILED,
     "the same transaction, sent before, is still at work: `get` shows what becomes of it"},
    {"TransactionConflictException", ERR_FAILED,
     "another transaction was changing the item: try again"},
    {"UnknownOperationException", ERR_FAILED,
     "this server does not know the operation; local stand-ins lack some"},
};

bool refusal_expired_token(struct str code)
{
    return str_is(code, "ExpiredTokenException") || str_is(code, "ExpiredToken");
}

static int without_code(const struct refusal *r, struct err *e)
{
    if (r->status >= 300 && r->status < 400 && r->status != 304) {
        err_set(e, ERR_FAILED, "%s answered with a redirect (HTTP %d)%s%.*s", r->host, r->status,
                r->location.len ? " to " : "", STR_ARG(r->location));
        err_hint(e, "pksk follows none: check the endpoint URL");
    } else if (r->status == 413) {
        err_set(e, ERR_FAILED, "the request is larger than the service takes (HTTP 413)");
    } else if (r->status == 407) {
        err_set(e, ERR_CONNECT, "the proxy wants a name and a password (HTTP 407)");
        err_hint(e, "put them into the proxy's URL in the environment");
    } else {
        err_set(e, ERR_FAILED, "%s answered HTTP %d and did not say why", r->host, r->status);
        if (r->status < 500)
            err_hint(e, "check the endpoint URL: is DynamoDB there?");
    }
    return e->code;
}

static void hint_throttled(const struct refusal *r, struct err *e)
{
    _cleanup_(buf_free) struct buf what = {0};

    if (r->reason.len)
        buf_addf(&what, " (%.*s%s%.*s)", STR_ARG(r->reason), r->resource.len ? " of " : "",
                 STR_ARG(r->resource));
    err_hint(e,
             "%u attempts were throttled%s: wait a little, ask for less, or give the table more "
             "capacity",
             r->attempts, buf_cstr(&what));
}

int refusal_explain(const struct refusal *r, struct err *e)
{
    int code = ERR_FAILED;
    const char *hint = NULL;

    if (!r->code.len)
        return without_code(r, e);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (str_is(r->code, codes[i].code)) {
            code = codes[i].err;
            hint = codes[i].hint;
        }
    }
    err_set(e, code, "%.*s%s%.*s", STR_ARG(r->code), r->message.len ? ": " : "",
            STR_ARG(r->message));
    snprintf(e->service, sizeof(e->service), "%.*s", (int)MIN(r->code.len, sizeof(e->service) - 1),
             r->code.s);
    if (r->throttled)
        hint_throttled(r, e);
    else if (hint)
        err_hint(e, "%s", hint);
    return code;
}

bool refusal_is_json(struct str content_type)
{
    return content_type.len == 0 || str_starts_ci(content_type, STR("application/x-amz-json")) ||
           str_starts_ci(content_type, STR("application/json"));
}

void refusal_not_json(const char *host, struct str content_type, struct str content_encoding,
                      struct err *e)
{
    struct err why = *e;

    if (content_encoding.len && !str_eq_ci(content_encoding, STR("identity"))) {
        err_set(e, ERR_FAILED, "the answer of %s came compressed (%.*s), which was not asked for",
                host, STR_ARG(content_encoding));
    } else if (!refusal_is_json(content_type)) {
        err_set(e, ERR_FAILED, "%s answered with %.*s instead of DynamoDB's JSON", host,
                STR_ARG(content_type));
        err_hint(e, "check the endpoint URL: is DynamoDB there?");
    } else {
        err_set(e, ERR_FAILED, "the answer of %s cannot be read: %s", host, why.text);
    }
}

void refusal_checksum(const char *host, uint32_t got, struct str said, struct err *e)
{
    err_set(e, ERR_FAILED, "the answer's checksum is wrong: %s sent %.*s, the body has %u", host,
            STR_ARG(said), got);
    err_hint(e, "something between here and there changes what is sent");
}
