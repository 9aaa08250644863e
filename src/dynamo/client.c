#include "pksk/dynamo/client.h"

#include "pksk/base/log.h"
#include "pksk/base/port.h"
#include "pksk/dynamo/call.h"
#include "pksk/json/writer.h"

#define HEAP_KEPT (2 << 20)
#define ROUND_MS 3600000 /* of a wait without limit */

/* The copy made for an identity that has not changed is given again. */
static struct str same_or_copy(struct dynamo *d, struct str before, struct str now)
{
    return before.s && str_eq(before, now) ? before : arena_str(&d->identity, now);
}

static const char *ca_bundle(void *ctx)
{
    struct dynamo *d = ctx;
    struct str path;
    struct err e;

    if (aws_config_ca_bundle(d->config, &path, &e) < 0 || !path.len)
        return NULL;
    d->ca_bundle = same_or_copy(d, d->ca_bundle, path);
    return d->ca_bundle.s;
}

struct dynamo *dynamo_new(const struct dynamo_options *o)
{
    struct dynamo *d = mem_resize(NULL, 1, sizeof(*d));
    struct aws_options options = {o->profile, o->region, o->endpoint_url, o->local};

    if (o->local && !o->endpoint_url.len)
        options.endpoint_url = STR(LOCAL_URL);
    /* The next page takes the memory of the last one, instead of giving it back in between. */
    port_keep_heap(HEAP_KEPT);
    struct aws_ask ask = {o->ask_secret, o->ask_ctx, o->heard};

    *d = (struct dynamo){.clock = o->clock ? *o->clock : clock_real,
                         .tokens = RETRY_TOKENS_MAX,
                         .policy = retry_dynamodb};
    rate_init(&d->rate, clock_mono_us(&d->clock));
    d->net = net_new(&(struct net_options){
        .clock = &d->clock, .connect_ms = o->connect_ms, .stall_ms = o->stall_ms});
    d->fetch = (struct fetch){d->net, &d->clock, ca_bundle, d};
    fetch_as_aws_http(&d->fetch, &d->http);
    d->config = aws_config_new(&options);
    d->chain = aws_chain_new(d->config, &d->http, &ask, &d->clock);
    if (port_random(&d->random, sizeof(d->random)) < 0 || !d->random)
        d->random = (uint64_t)clock_mono_us(&d->clock) | 1;
    return d;
}

void dynamo_free(struct dynamo *d)
{
    if (!d)
        return;
    while (d->under_way)
        call_end(d->under_way);
    while (d->decoder_count)
        reply_decoder_free(d->decoders[--d->decoder_count]);
    aws_chain_free(d->chain);
    aws_config_free(d->config);
    sign_cache_clear(&d->keys);
    sign_result_free(&d->sign);
    net_free(d->net);
    arena_free(&d->identity);
    free(d);
}

int dynamo_resolve(struct dynamo *d, struct dynamo_identity *ret, struct err *e)
{
    struct dynamo_identity *k = &d->known;
    const struct aws_credentials *c = NULL;
    struct aws_endpoint endpoint;
    struct str account = STR("");
    int r = aws_credentials_get(d->chain, &c, e);

    if (r < 0)
        return r;
    if (c->account)
        account = str_of(c->account);
    r = aws_config_endpoint(d->config, AWS_DYNAMODB, &d->http, account, STR(""), &endpoint, e);
    if (r < 0)
        return r;
    k->profile = same_or_copy(d, k->profile, aws_config_profile(d->config));
    k->region = same_or_copy(d, k->region, str_of(endpoint.region));
    k->endpoint = same_or_copy(d, k->endpoint, str_of(endpoint.url));
    k->account = same_or_copy(d, k->account, account);
    k->access_key_id = same_or_copy(d, k->access_key_id, str_of(c->access_key_id));
    k->source = c->source;
    k->expires_ms = c->expires_ms;
    d->resolved = true;
    *ret = *k;
    return 0;
}

struct str dynamo_region(struct dynamo *d)
{
    struct str region;
    struct err why;

    return aws_config_region(d->config, NULL, &region, &why) < 0 ? STR("") : region;
}

size_t dynamo_warnings(const struct dynamo *d, const struct str **ret)
{
    return aws_config_warnings(d->config, ret);
}

void dynamo_profiles(const struct dynamo *d, void (*take)(void *ctx, struct str name), void *ctx)
{
    aws_config_profiles(d->config, take, ctx);
}

int dynamo_make_token(char ret[DYNAMO_TOKEN_LEN], struct err *e)
{
    unsigned char bytes[(DYNAMO_TOKEN_LEN - 1) / 2];

    if (port_random(bytes, sizeof(bytes)) < 0)
        return err_set(e, ERR_FAILED, "the system gives no random bytes");
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

static void make_uuid(struct dynamo *d, char ret[37])
{
    unsigned char b[16];
    size_t at = 0;

    if (port_random(b, sizeof(b)) < 0) {
        for (size_t i = 0; i < sizeof(b); i++)
            b[i] = (unsigned char)dynamo_random(d);
    }
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* version 4 */
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < sizeof(b); i++)
        at += (size_t)snprintf(ret + at, 37 - at, "%s%02x",
                               i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
}

static int send(struct dynamo *d, const char *operation, struct str body, bool plain,
                struct call **ret, struct err *e)
{
    struct call *c = mem_resize(NULL, 1, sizeof(*c));

    *c = (struct call){.d = d, .plain = plain, .error_body = {.max = ERROR_BODY_MAX}};
    snprintf(c->operation, sizeof(c->operation), "%s", operation);
    buf_str_add(&c->body, body.len ? body : STR("{}"));
    make_uuid(d, c->invocation);
    c->began_us = clock_mono_us(&d->clock);
    c->next = d->under_way;
    c->prev = &d->under_way;
    if (c->next)
        c->next->prev = &c->next;
    d->under_way = c;

    int r = request_resolve(c, e);

    if (r < 0) {
        call_free(c);
        return r;
    }
    r = call_begin_attempt(c);
    if (r < 0) {
        if (e)
            *e = c->reply.err;
        call_free(c);
        return r;
    }
    *ret = c;
    return 0;
}

int dynamo_send(struct dynamo *d, const char *operation, struct str body, struct call **ret,
                struct err *e)
{
    return send(d, operation, body, false, ret, e);
}

bool call_done(const struct call *c)
{
    return c->state == CALL_DONE;
}

struct reply *call_reply(struct call *c)
{
    return &c->reply;
}

void call_free(struct call *c)
{
    if (!c)
        return;
    if (c->state != CALL_DONE)
        call_end(c);
    buf_free(&c->body);
    buf_free(&c->error_body);
    buf_free(&c->traced);
    arena_free(&c->arena);
    free(c);
}

/* Begins what has paused long enough; returns when the next one has, or INT64_MAX. */
static int64_t begin_due(struct dynamo *d)
{
    int64_t now_us = clock_mono_us(&d->clock), next_us = INT64_MAX;

    for (struct call *c = d->under_way, *next; c; c = next) {
        next = c->next;
        if (c->state != CALL_PAUSED)
            continue;
        if (c->due_us <= now_us && call_begin_attempt(c) < 0)
            continue;
        if (c->state == CALL_PAUSED)
            next_us = MIN(next_us, c->due_us);
    }
    return next_us;
}

int dynamo_poll(struct dynamo *d, int timeout_ms, int fd)
{
    int64_t until_us =
        clock_mono_us(&d->clock) + (timeout_ms < 0 ? ROUND_MS : timeout_ms) * (int64_t)1000;
    uint64_t ended = d->ended;

    for (;;) {
        int64_t next_us = MIN(begin_due(d), until_us);
        int64_t wait_us = MAX(next_us - clock_mono_us(&d->clock), 0);
        bool readable = false;

        if (d->ended != ended)
            wait_us = 0;
        int r = net_poll(d->net, (int)((wait_us + 999) / 1000), fd, &readable);

        if (r < 0)
            return r;
        if (readable)
            return 1;
        if (d->ended != ended || clock_mono_us(&d->clock) >= until_us)
            return 0;
    }
}

int dynamo_wait(struct dynamo *d, struct call *c, struct err *e)
{
    while (!call_done(c)) {
        if (dynamo_poll(d, -1, -1) < 0)
            return err_set(e, ERR_CANCELLED, "interrupted");
    }
    if (c->reply.err.code < 0 && e)
        *e = c->reply.err;
    return c->reply.err.code;
}

static int call(struct dynamo *d, const char *operation, struct str body, bool plain,
                struct call **ret, struct err *e)
{
    struct call *c;
    int r = send(d, operation, body, plain, &c, e);

    *ret = NULL;
    if (r < 0)
        return r;
    r = dynamo_wait(d, c, e);
    if (r < 0 && r != ERR_REFUSED) {
        call_free(c);
        return r;
    }
    *ret = c;
    return r;
}

int dynamo_call(struct dynamo *d, const char *operation, struct str body, struct call **ret,
                struct err *e)
{
    return call(d, operation, body, false, ret, e);
}

int dynamo_call_table(struct dynamo *d, const char *operation, struct str table, struct call **ret,
                      struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};

    buf_lit(&body, "{\"TableName\":");
    json_add_string(&body, table);
    buf_char(&body, '}');
    return dynamo_call(d, operation, buf_str(&body), ret, e);
}

int dynamo_call_plain(struct dynamo *d, const char *operation, struct str body, struct call **ret,
                      struct err *e)
{
    return call(d, operation, body, true, ret, e);
}
