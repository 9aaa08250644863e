/* The inside of a client and of a call: within the dynamo layer only.
 *
 * A call under way is in its client's list; it owns its body, its reply with the arena, and its
 * transfer.
 */
#ifndef PKSK_DYNAMO_CALL_H
#define PKSK_DYNAMO_CALL_H

#include "pksk/aws/credentials.h"
#include "pksk/dynamo/client.h"
#include "pksk/dynamo/operation.h"
#include "pksk/dynamo/reply.h"
#include "pksk/net/crc32.h"
#include "pksk/net/fetch.h"
#include "pksk/net/rate.h"
#include "pksk/net/retry.h"

#define ERROR_BODY_MAX ((size_t)1 << 20)
#define DECODERS_KEPT 16
#define LOCAL_URL "http://127.0.0.1:8000"

struct dynamo {
    struct clock clock;
    struct net *net;
    struct fetch fetch;
    struct aws_http http;
    struct aws_config *config;
    const char *source;      /* of the credentials last used; NULL: none yet */
    struct aws_chain *chain; /* NULL: local, with credentials that everybody knows */
    struct sign_cache keys;
    struct sign_result sign;
    struct crc32 crc;
    bool crc_ready, policy_ready;
    struct retry_policy policy;
    struct err policy_error; /* why the settings do not count, when they do not */
    unsigned tokens;
    struct rate rate;
    bool adaptive;   /* the rate counts; known with the policy */
    int64_t skew_ms; /* the service's clock less this machine's */
    uint64_t random;
    struct call *under_way;
    uint64_t ended; /* how many calls have */
    struct reply_decoder *decoders[DECODERS_KEPT];
    size_t decoder_count;
    struct arena identity; /* text of known and ca_bundle */
    struct str ca_bundle;
    bool resolved;
    struct dynamo_identity known; /* when resolved */
};

enum call_state {
    CALL_PAUSED, /* until due_us */
    CALL_SENT,
    CALL_DONE,
};

struct call {
    struct dynamo *d;
    struct call *next, **prev; /* among those under way; prev NULL: it is not */
    char operation[OPERATION_NAME_MAX];
    bool plain; /* the answer is kept as a tree, items too */
    struct buf body;
    enum call_state state;
    struct transfer *transfer;
    struct aws_endpoint endpoint;
    char host[300]; /* for messages */
    char invocation[37];
    unsigned last_cost;
    bool clock_corrected, credentials_renewed;
    int64_t began_us, due_us;
    int64_t sent_ms, signed_skew_ms; /* of this attempt: wall clock, and what was added to it */
    unsigned signed_with;            /* the number of its credentials */

    struct arena arena;
    struct reply reply;
    struct reply_decoder *decoder; /* NULL but while a body is arriving */
    struct buf error_body;
    struct buf traced; /* how the body begins, for the debug log */
    uint32_t crc;
    bool has_crc;
    struct err broken; /* the decoder gave up; the body is read on for its checksum */
};

/* request.c: signs and sends one attempt. What fails here fails the call. */
int request_resolve(struct call *c, struct err *e) must_check;
struct request_events { /* as struct net_request has them; ctx: the call */
    int (*body)(void *ctx, struct transfer *t, struct str bytes, struct err *e);
    void (*end)(void *ctx, struct transfer *t);
};
int request_send(struct call *c, const struct request_events *on, struct err *e) must_check;

/* attempt.c: what arrives, and what becomes of it. */
int call_begin_attempt(struct call *c); /* its failure ends the call */
void call_end(struct call *c);          /* reply.err is set */

uint32_t dynamo_random(struct dynamo *d); /* random.c */

/* trace.c: --debug. Nothing secret is in these lines. */
void trace_request(const struct call *c, struct str canonical);
void trace_body(struct call *c, struct str bytes);
void trace_answer(const struct call *c, const struct transfer *t);
void trace_retry(const struct call *c, const struct err *why, int64_t pause_us);

#endif
