/* One DynamoDB operation at a time or many: encode, sign, send, retry, decode.
 *
 * The client owns connections and credentials. A call owns its reply, which lives until
 * call_free(); an operation that failed has reply->err set. One thread; nothing happens but in
 * dynamo_poll() and what calls it. Operation names and bodies are the API's (2012-08-10, JSON 1.0);
 * those of Streams are sent to the streams endpoint.
 */
#ifndef PKSK_DYNAMO_CLIENT_H
#define PKSK_DYNAMO_CLIENT_H

#include "pksk/base/clock.h"
#include "pksk/item/value.h"
#include "pksk/json/tree.h"

struct dynamo;
struct call;

/* What the user asked for; the rest comes from the environment and the AWS files. Empty: not given.
 */
struct dynamo_options {
    struct str profile, region, endpoint_url;
    bool local; /* throw-away credentials, endpoint_url is the local server */
    const struct clock *clock;
    int (*ask_secret)(void *ctx, struct str prompt,
                      struct str *ret);        /* an MFA code; NULL: cannot be asked */
    void (*heard)(void *ctx, struct str text); /* of struct aws_ask */
    void *ask_ctx;
    int connect_ms,
        stall_ms; /* patience with a connection and with a silent server; 0: 10 s, 60 s */
};

/* Reads no file and opens no connection: that is done by the first call, or by dynamo_resolve(). */
struct dynamo *dynamo_new(const struct dynamo_options *o);
void dynamo_free(struct dynamo *d);

struct dynamo_identity {
    struct str profile, region, endpoint, account; /* account: empty when unknown */
    struct str access_key_id;                      /* not the secret */
    const char *source; /* "environment", "shared credentials file", … */
    int64_t expires_ms; /* 0: does not expire */
};
/* Resolves configuration, region, endpoint and credentials now. Text lives until the client is
 * freed. */
int dynamo_resolve(struct dynamo *d, struct dynamo_identity *ret, struct err *e) must_check;

/* The region alone, as options, environment and files say it: no credentials are asked for. Empty
 * when they do not say. The client's. */
struct str dynamo_region(struct dynamo *d);

/* What other SDKs would read differently in the AWS files that were read so far, "FILE:LINE: …";
 * the client's. */
size_t dynamo_warnings(const struct dynamo *d, const struct str **ret);

/* The names of the profiles in the AWS files, which are read for it; take() copies them. */
void dynamo_profiles(const struct dynamo *d, void (*take)(void *ctx, struct str name), void *ctx);

struct capacity {
    uint64_t tenths; /* capacity units × 10: DynamoDB counts in halves */
};

struct reply {
    struct err err; /* code 0 when the operation succeeded */
    int status;     /* HTTP; 0 when there was no answer */

    /* Items of Query, Scan, GetItem, BatchGetItem, TransactGetItems, ExecuteStatement (chained by
     * next), in order. For TransactGetItems and an empty GetItem a missing item is not in the
     * chain. */
    struct value *items;
    size_t count;
    uint64_t scanned;         /* ScannedCount, or count */
    struct value *attributes; /* Attributes of a write with ReturnValues, or Item of a failed
                                 condition; NULL */
    struct value *last_key;   /* LastEvaluatedKey; NULL on the last page */
    struct json *rest;        /* the answer's other members as a tree, e.g. Table, TableNames,
                                 UnprocessedKeys; or the error's */
    struct capacity capacity; /* added up over tables and indexes */

    size_t bytes; /* of the body */
    unsigned attempts;
    bool uncertain;  /* an earlier attempt got no answer: a write may have been applied twice */
    int64_t took_us; /* from dynamo_send() to the end of the answer */
    struct str request_id;
};

/* Starts an operation. The body is copied. Fails at once only for what is wrong before sending
 * (credentials). */
int dynamo_send(struct dynamo *d, const char *operation, struct str body, struct call **ret,
                struct err *e) must_check;
bool call_done(const struct call *c);
struct reply *call_reply(struct call *c); /* when done */
void call_free(struct call *c);           /* cancels when it is still under way; NULL is fine */

/* Lets transfers go on for up to timeout_ms, or until some call is done, fd (-1: none) is readable,
 * or Ctrl-C. The return is 1 when fd is readable, 0 otherwise, ERR_CANCELLED when the cancel flag
 * is set. */
int dynamo_poll(struct dynamo *d, int timeout_ms, int fd);

/* What makes sending the same request twice harmless: ClientToken, ClientRequestToken. */
#define DYNAMO_TOKEN_LEN 33 /* with its NUL */
int dynamo_make_token(char ret[DYNAMO_TOKEN_LEN], struct err *e) must_check;

/* Sends and waits. On failure *ret is NULL and *e says why, but for ERR_REFUSED, which brings the
 * reply too. */
int dynamo_call(struct dynamo *d, const char *operation, struct str body, struct call **ret,
                struct err *e) must_check;
/* The same for an operation that takes TableName and nothing else. */
int dynamo_call_table(struct dynamo *d, const char *operation, struct str table, struct call **ret,
                      struct err *e) must_check;
/* The same for whoever wants the answer as it is: reply->rest holds all of it, items too. */
int dynamo_call_plain(struct dynamo *d, const char *operation, struct str body, struct call **ret,
                      struct err *e) must_check;
int dynamo_wait(struct dynamo *d, struct call *c,
                struct err *e) must_check; /* until done; the reply's code */

#endif
