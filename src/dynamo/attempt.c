#include "pksk/base/log.h"
#include "pksk/dynamo/call.h"
#include "pksk/dynamo/refusal.h"

#define TOKEN_LIFE_US ((int64_t)600 * 1000000) /* of a transaction's ClientRequestToken */
#define IN_PROGRESS_MIN_US ((int64_t)50000)    /* between two looks; 32 times that at most */
#define ROUND_TRIP_MAX_MS (15 * 60 * 1000)     /* a longer one says nothing about the clocks */
#define CLOCK_OFF_MS (4 * 60 * 1000)           /* the service bears five minutes */

static struct reply_decoder *take_decoder(struct dynamo *d)
{
    return d->decoder_count ? d->decoders[--d->decoder_count] : reply_decoder_new();
}

static void give_decoder(struct call *c)
{
    struct dynamo *d = c->d;

    if (c->decoder && d->decoder_count < DECODERS_KEPT)
        d->decoders[d->decoder_count++] = c->decoder;
    else
        reply_decoder_free(c->decoder);
    c->decoder = NULL;
}

/* Forgets what an attempt left in the reply; what is true of the whole call stays. */
static void reset_reply(struct call *c)
{
    struct reply fresh = {.attempts = c->reply.attempts, .uncertain = c->reply.uncertain};

    arena_reset(&c->arena);
    buf_reset(&c->error_body);
    buf_reset(&c->traced);
    c->error_body.over = false;
    c->reply = fresh;
    c->broken = (struct err){0};
    c->crc = 0;
    c->has_crc = false;
}

void call_end(struct call *c)
{
    struct dynamo *d = c->d;

    transfer_free(c->transfer);
    c->transfer = NULL;
    give_decoder(c);
    if (c->prev) {
        *c->prev = c->next;
        if (c->next)
            c->next->prev = c->prev;
        c->prev = NULL;
        d->ended++;
    }
    c->reply.took_us = clock_mono_us(&d->clock) - c->began_us;
    c->state = CALL_DONE;
}

/* In the adaptive mode an attempt waits for its turn. */
static bool must_wait(struct call *c)
{
    struct dynamo *d = c->d;
    int64_t now_us = clock_mono_us(&d->clock);
    int64_t wait_us = d->adaptive ? rate_take(&d->rate, now_us) : 0;

    if (!wait_us)
        return false;
    c->due_us = now_us + wait_us;
    c->state = CALL_PAUSED;
    return true;
}

static void begin_body(struct call *c, struct transfer *t)
{
    struct dynamo *d = c->d;

    c->has_crc = transfer_header(t, "x-amz-crc32").len > 0;
    if (c->has_crc && !d->crc_ready) {
        crc32_init(&d->crc);
        d->crc_ready = true;
    }
    if (transfer_status(t) != 200)
        return;
    c->decoder = take_decoder(d);
    reply_decoder_begin(c->decoder, str_of(c->operation), c->plain, &c->arena, &c->reply);
}

static bool checksum_is_wrong(const struct call *c, const struct transfer *t)
{
    uint64_t said;

    return c->has_crc && (!str_to_u64(transfer_header(t, "x-amz-crc32"), &said) || said != c->crc);
}

static int refuse_checksum(const struct call *c, const struct transfer *t, struct err *e)
{
    refusal_checksum(c->host, c->crc, transfer_header(t, "x-amz-crc32"), e);
    return e->code;
}

static bool is_last(const struct call *c, const struct transfer *t)
{
    uint64_t length;

    return str_to_u64(transfer_header(t, "content-length"), &length) && c->reply.bytes == length;
}

static int take_body(void *ctx, struct transfer *t, struct str bytes, struct err *e)
{
    struct call *c = ctx;

    if (!c->reply.status) {
        c->reply.status = transfer_status(t);
        begin_body(c, t);
    }
    c->reply.bytes += bytes.len;
    trace_body(c, bytes);
    if (c->has_crc)
        c->crc = crc32_add(&c->d->crc, c->crc, bytes);
    /* A transfer that is refused takes its connection with it: after a body of a wrong length the
     * rest of it could be read as the next answer. */
    if (is_last(c, t) && checksum_is_wrong(c, t))
        return refuse_checksum(c, t, e);
    if (!c->decoder) {
        buf_str_add(&c->error_body, bytes);
        return 0;
    }
    if (c->broken.code || reply_decoder_feed(c->decoder, bytes, &c->broken) == 0)
        return 0;
    /* Was it damaged on the way? Only the whole body can tell. */
    if (c->has_crc)
        return 0;
    *e = c->broken;
    return e->code;
}

/* The middle of the round trip is taken for the moment at which the service wrote its Date. */
static void learn_clock(struct call *c, const struct transfer *t)
{
    const struct net_result *r = transfer_result(t);
    int64_t date_ms, trip_ms = (r->answered_us - r->began_us) / 1000;

    if (!r->answered_us || trip_ms > ROUND_TRIP_MAX_MS || transfer_header(t, "age").s ||
        !clock_parse_http(transfer_header(t, "date"), &date_ms))
        return;
    c->d->skew_ms = date_ms - (c->sent_ms + trip_ms / 2);
}

/* There is no whole HTTP answer. */
static enum retry_kind judge_failure(struct call *c, const struct net_result *r)
{
    c->reply.err = r->err;
    c->reply.uncertain |= r->sendings && r->failure != NET_TOO_LARGE;
    switch (r->failure) {
    case NET_UNREACHABLE:
    case NET_BROKEN:
    case NET_STALLED:
        return RETRY_TRANSIENT;
    default:
        return RETRY_NEVER;
    }
}

static enum retry_kind not_readable(struct call *c, const struct transfer *t)
{
    struct str type = transfer_header(t, "content-type");

    c->reply.err = c->broken;
    refusal_not_json(c->host, type, transfer_header(t, "content-encoding"), &c->reply.err);
    c->reply.uncertain = true;
    return refusal_is_json(type) ? RETRY_TRANSIENT : RETRY_NEVER;
}

/* Two of the errors have it, one with a small letter. */
static const struct json *throttling_reason(const struct json *rest)
{
    const struct json *all = json_get(rest, "ThrottlingReasons");

    if (!all)
        all = json_get(rest, "throttlingReasons");
    return all && all->kind == JSON_IS_ARRAY ? all->first : NULL;
}

static struct str without_secrets(struct call *c, struct str text)
{
    _cleanup_(buf_free) struct buf clean = {0};

    aws_chain_redact(c->d->chain, text, &clean);
    return arena_str(&c->arena, buf_str(&clean));
}

/* The service says no. */
static enum retry_kind judge_refusal(struct call *c, const struct transfer *t)
{
    struct refusal r = {
        .status = c->reply.status,
        .operation = c->operation,
        .host = c->host,
        .location = transfer_header(t, "location"),
        .attempts = c->reply.attempts,
    };
    int64_t off_ms = llabs(c->d->skew_ms - c->signed_skew_ms);

    reply_decode_error(&c->arena, buf_str(&c->error_body), &c->reply, &r.code, &r.message);
    r.message = without_secrets(c, r.message);
    enum retry_kind kind = retry_kind(r.status, r.code);

    const struct json *reason = throttling_reason(c->reply.rest);

    r.throttled = kind == RETRY_THROTTLED && !str_is(r.code, "TransactionInProgressException");
    r.reason = json_text(reason, "reason");
    r.resource = json_text(reason, "resource");
    refusal_explain(&r, &c->reply.err);
    if (refusal_expired_token(r.code) && c->d->source)
        aws_credentials_hint_expired(c->d->source, aws_config_profile(c->d->config), &c->reply.err);
    c->reply.uncertain |= r.status >= 500;
    if (retry_clock_surely(r.code) || (retry_clock_maybe(r.code) && off_ms > CLOCK_OFF_MS))
        return RETRY_CLOCK;
    return kind;
}

static enum retry_kind judge(struct call *c, const struct transfer *t)
{
    const struct net_result *r = transfer_result(t);
    struct str id = transfer_header(t, "x-amzn-requestid");

    c->reply.status = r->status;
    c->reply.uncertain |= r->sendings > 1;
    c->reply.request_id = id.len ? arena_str(&c->arena, id) : STR("");
    learn_clock(c, t);
    if (r->failure != NET_OK && r->failure != NET_REJECTED)
        return judge_failure(c, r);
    if (checksum_is_wrong(c, t)) {
        refuse_checksum(c, t, &c->reply.err);
        c->reply.uncertain = true;
        return RETRY_TRANSIENT;
    }
    if (r->failure == NET_REJECTED)
        return not_readable(c, t);
    if (r->status != 200)
        return judge_refusal(c, t);
    if (!c->decoder)
        begin_body(c, (struct transfer *)t); /* 200 without a body */
    if (c->broken.code || reply_decoder_finish(c->decoder, &c->broken) < 0)
        return not_readable(c, t);
    /* No answer of DynamoDB has this but its errors: whatever answers says one with a wrong status.
     */
    if (json_get(c->reply.rest, "__type"))
        return judge_refusal(c, t);
    return RETRY_NEVER;
}

static void read_policy(struct dynamo *d)
{
    struct aws_retry r;

    if (d->policy_ready)
        return;
    d->policy_ready = true;
    if (aws_config_retry(d->config, &r, &d->policy_error) < 0) {
        log_debug("the retry settings are not used: %s", d->policy_error.text);
        return;
    }
    if (r.mode == AWS_RETRY_LEGACY)
        d->policy = retry_dynamodb_legacy;
    if (r.max_attempts)
        d->policy.max_attempts = r.max_attempts;
    d->adaptive = r.mode == AWS_RETRY_ADAPTIVE;
}

static int64_t retry_after_ms(const struct transfer *t)
{
    uint64_t ms;

    return str_to_u64(transfer_header(t, "x-amz-retry-after"), &ms) && ms < INT32_MAX ? (int64_t)ms
                                                                                      : -1;
}

/* Credentials that the service calls expired are renewed and tried once more, at no cost. */
static bool renew_credentials(struct call *c)
{
    if (c->credentials_renewed || !c->d->chain ||
        !refusal_expired_token(str_of(c->reply.err.service)))
        return false;
    c->credentials_renewed = aws_credentials_expire(c->d->chain, c->signed_with);
    return c->credentials_renewed;
}

/* A transaction whose answer was lost is sent again with its token, and meets itself at work: that
 * is no throttling, and costs nothing but patience. Behind the token's life it would be another. */
static bool meets_itself(const struct call *c)
{
    return str_is(str_of(c->reply.err.service), "TransactionInProgressException") &&
           (str_is(str_of(c->operation), "TransactWriteItems") ||
            str_is(str_of(c->operation), "ExecuteTransaction"));
}

static bool wait_for_itself(struct call *c, struct retry_decision *ret)
{
    int64_t now_us = clock_mono_us(&c->d->clock), pause_us;

    if (!meets_itself(c))
        return false;
    pause_us = IN_PROGRESS_MIN_US << MIN(c->reply.attempts - 1, 5u);
    if (now_us + pause_us - c->began_us > TOKEN_LIFE_US)
        return false;
    *ret = (struct retry_decision){.again = true, .pause_us = pause_us};
    return true;
}

static bool retry(struct call *c, const struct transfer *t, enum retry_kind kind)
{
    struct dynamo *d = c->d;
    struct retry_failure f = {kind, c->reply.attempts, c->clock_corrected, retry_after_ms(t)};
    struct retry_decision decision = {0};

    if (renew_credentials(c)) {
        decision.again = true;
    } else if (wait_for_itself(c, &decision)) {
        kind = RETRY_TRANSIENT;
    } else if (kind != RETRY_NEVER) {
        read_policy(d);
        decision = retry_decide(&d->policy, &f, d->tokens, dynamo_random(d));
    }
    if (!decision.again) {
        if (decision.exhausted && c->reply.attempts > 1 && !c->reply.err.hint[0])
            err_hint(&c->reply.err, "%u attempts ended like this%s%s", c->reply.attempts,
                     d->policy_error.code ? "; the retry settings do not count: " : "",
                     d->policy_error.code ? d->policy_error.text : "");
        return false;
    }
    trace_retry(c, &c->reply.err, decision.pause_us);
    c->clock_corrected |= kind == RETRY_CLOCK;
    c->last_cost = decision.cost;
    d->tokens -= decision.cost;
    c->due_us = clock_mono_us(&d->clock) + decision.pause_us;
    c->state = CALL_PAUSED;
    return true;
}

static void take_end(void *ctx, struct transfer *t)
{
    struct call *c = ctx;
    enum retry_kind kind = judge(c, t);
    bool succeeded = c->reply.err.code == 0;

    trace_answer(c, t);
    rate_note(&c->d->rate, kind == RETRY_THROTTLED && !meets_itself(c),
              clock_mono_us(&c->d->clock));
    if (succeeded)
        c->d->tokens = retry_refund(c->d->tokens, c->last_cost);
    if (succeeded || !retry(c, t, kind)) {
        call_end(c);
        return;
    }
    transfer_free(c->transfer);
    c->transfer = NULL;
    give_decoder(c);
}

static const struct request_events events = {take_body, take_end};

int call_begin_attempt(struct call *c)
{
    if (must_wait(c))
        return 0;
    reset_reply(c);
    int r = request_send(c, &events, &c->reply.err);

    if (r < 0)
        call_end(c);
    return r;
}
