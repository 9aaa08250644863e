/* A service made up for tests: it loses answers, throttles, returns items as unprocessed and
 * refuses bad ones, all from one seed, and answers in any order. Its table T has the key pk, a
 * string.
 *
 * Include it once, in the test program; the test owns the struct fake.
 */
#ifndef PKSK_TESTS_FAKE_SERVICE_H
#define PKSK_TESTS_FAKE_SERVICE_H

#include <signal.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/base/map.h"
#include "pksk/json/tree.h"
#include "pksk/run/bulk.h"

#define CALLS_MAX 64

struct fake_call {
    bool used, done;
    struct buf body;
    char operation[32];
    struct arena arena;
    struct reply reply;
};

struct fake {
    uint64_t seed;
    int64_t now_us;
    struct map items; /* key → the item's text */
    struct fake_call calls[CALLS_MAX];
    unsigned in_flight, most_in_flight, requests;
    /* in a hundred */
    unsigned lose, fail, throttle, unprocess;
    bool throttle_all, dead, good_now;          /* good_now: bad items are taken */
    unsigned throttle_first;                    /* requests */
    unsigned cancel_after, validation_requests; /* requests */
    int64_t latency_us;                         /* the clock goes on so much with each answer */
    int log;             /* a descriptor that every change is written to, for a service that
                            outlives its client; 0: none */
    unsigned kill_after; /* requests, then the process dies; 0: it does not */
    void (*other)(struct fake *f, struct fake_call *c); /* answers all but BatchWriteItem */
    const char *wrong; /* what was done to the service that must not be */
};

static unsigned dice(struct fake *f, unsigned sides)
{
    f->seed ^= f->seed << 13;
    f->seed ^= f->seed >> 7;
    f->seed ^= f->seed << 17;
    return (unsigned)(f->seed % sides);
}

static int64_t fake_now(void *ctx)
{
    return ((struct fake *)ctx)->now_us;
}

static int64_t fake_wall(void *ctx)
{
    return fake_now(ctx) / 1000;
}

static struct str request_key(const struct json *request)
{
    const struct json *item = json_get(json_get(request, "PutRequest"), "Item");

    if (!item)
        item = json_get(json_get(request, "DeleteRequest"), "Key");
    return json_text(json_get(item, "pk"), "S");
}

static const struct json *requests_of(const struct json *body)
{
    return json_get(json_get(body, "RequestItems"), "T");
}

/* No key may be in two requests at once, nor twice in one. */
static void check_keys(struct fake *f, struct fake_call *c)
{
    struct map seen = {0};
    struct json *tree;
    struct err e;

    for (unsigned i = 0; i < CALLS_MAX; i++) {
        struct fake_call *other = &f->calls[i];

        if (!other->used || (other->done && other != c) ||
            strcmp(other->operation, "BatchWriteItem"))
            continue;
        if (json_parse(&c->arena, buf_str(&other->body), 64, &tree, &e) < 0) {
            f->wrong = "a body is not JSON";
            break;
        }
        const struct json *list = requests_of(tree);

        if (!list || !list->count || list->count > 25)
            f->wrong = "a batch is empty or too large";
        for (const struct json *r = list ? list->first : NULL; r; r = r->next) {
            if (map_put(&seen, request_key(r), f))
                f->wrong = "a key is in flight twice";
        }
    }
    map_free(&seen, NULL);
}

static int fake_send(void *ctx, const char *operation, struct str body, void **call, struct err *e)
{
    struct fake *f = ctx;
    struct fake_call *c = f->calls;

    (void)e;
    while (c->used)
        c++;
    c->used = true;
    c->done = false;
    snprintf(c->operation, sizeof(c->operation), "%s", operation);
    buf_reset(&c->body);
    buf_str_add(&c->body, body);
    f->requests++;
    if (f->kill_after && f->requests >= f->kill_after)
        raise(SIGKILL);
    f->in_flight++;
    f->most_in_flight = MAX(f->most_in_flight, f->in_flight);
    if (f->requests % 16 == 0)
        check_keys(f, c);
    *call = c;
    return 0;
}

static bool fake_done(void *ctx, const void *call)
{
    (void)ctx;
    return ((const struct fake_call *)call)->done;
}

static struct reply *fake_reply(void *ctx, void *call)
{
    (void)ctx;
    return &((struct fake_call *)call)->reply;
}

static void fake_free(void *ctx, void *call)
{
    struct fake *f = ctx;
    struct fake_call *c = call;

    if (!c->used)
        f->wrong = "a call is freed twice";
    if (!c->done)
        f->in_flight--;
    c->used = false;
    arena_reset(&c->arena);
}

static void refuse_with(struct fake_call *c, int status, int code, const char *service)
{
    err_set(&c->reply.err, code, "made up: %s", service);
    snprintf(c->reply.err.service, sizeof(c->reply.err.service), "%s", service);
    c->reply.status = status;
}

static void apply(struct fake *f, const struct json *request)
{
    const struct json *item = json_get(json_get(request, "PutRequest"), "Item");
    struct buf text = {0};

    if (!item) {
        free(map_remove(&f->items, request_key(request)));
        return;
    }
    json_write(&text, item, false);
    free(map_put(&f->items, request_key(request), mem_dup(text.s, text.len)));
    if (f->log) {
        buf_char(&text, '\n');
        if (file_write_all(f->log, buf_str(&text)) < 0)
            f->wrong = "the log cannot be written";
    }
    buf_free(&text);
}

static bool is_bad(const struct json *request)
{
    return json_get(json_get(json_get(request, "PutRequest"), "Item"), "bad");
}

static void answer_batch(struct fake *f, struct fake_call *c, const struct json *list)
{
    struct buf rest = {0};
    struct json *tree;
    struct err e;

    for (const struct json *r = list->first; r; r = r->next) {
        if (!f->good_now && is_bad(r)) {
            f->validation_requests++;
            refuse_with(c, 400, ERR_FAILED, "ValidationException");
            return;
        }
    }
    buf_lit(&rest, "{\"UnprocessedItems\":{\"T\":[");
    bool comma = false;

    for (const struct json *r = list->first; r; r = r->next) {
        if (dice(f, 100) >= f->unprocess) {
            apply(f, r);
            continue;
        }
        if (comma)
            buf_char(&rest, ',');
        json_write(&rest, r, false);
        comma = true;
    }
    buf_lit(&rest, "]}}");
    c->reply.status = 200;
    c->reply.capacity.tenths = 10 * list->count;
    if (json_parse(&c->arena, buf_str(&rest), 64, &tree, &e) < 0)
        f->wrong = "the answer is not JSON";
    else
        c->reply.rest = tree;
    buf_free(&rest);
}

static void answer(struct fake *f, struct fake_call *c)
{
    struct json *tree = NULL;
    struct err e;

    c->done = true;
    c->reply = (struct reply){0};
    f->in_flight--;
    if (f->throttle_all || f->throttle_first || dice(f, 100) < f->throttle) {
        f->throttle_first -= f->throttle_first > 0;
        refuse_with(c, 400, ERR_FAILED, "ProvisionedThroughputExceededException");
        return;
    }
    if (f->dead) {
        refuse_with(c, 0, ERR_CONNECT, "");
        return;
    }
    if (dice(f, 100) < f->fail) {
        refuse_with(c, 500, ERR_FAILED, "InternalServerError");
        return;
    }
    if (strcmp(c->operation, "BatchWriteItem") != 0) {
        c->reply.status = 200;
        if (f->other)
            f->other(f, c);
        return;
    }
    if (json_parse(&c->arena, buf_str(&c->body), 64, &tree, &e) < 0) {
        f->wrong = "a body is not JSON";
        refuse_with(c, 400, ERR_FAILED, "SerializationException");
        return;
    }
    bool lost = dice(f, 100) < f->lose;

    if (lost && dice(f, 2)) { /* the request did not arrive */
        refuse_with(c, 0, ERR_CONNECT, "");
        return;
    }
    answer_batch(f, c, requests_of(tree));
    if (lost && c->reply.status == 200) /* the answer did not */
        refuse_with(c, 0, ERR_CONNECT, "");
}

/* Some call gets its answer, whichever. */
static int fake_poll(void *ctx, int timeout_ms, int fd)
{
    struct fake *f = ctx;

    (void)fd;
    if (f->cancel_after && f->requests >= f->cancel_after && !cancel_flag) {
        cancel_flag = 1;
        f->cancel_after = 0;
        return ERR_CANCELLED;
    }
    if (!f->in_flight) {
        f->now_us += timeout_ms * (int64_t)1000;
        return 0;
    }
    if (!timeout_ms && dice(f, 4))
        return 0;
    f->now_us += f->latency_us;
    unsigned nth = dice(f, f->in_flight);

    for (unsigned i = 0; i < CALLS_MAX; i++) {
        struct fake_call *c = &f->calls[i];

        if (c->used && !c->done && nth-- == 0) {
            answer(f, c);
            break;
        }
    }
    return 0;
}

static const struct table table_t = {
    .name = {"T", 1},
    .key = {.partition = {{{"pk", 2}, ATTR_S}}, .partition_count = 1},
};

static struct clock clock_fake;
static struct wire wire_fake;

static void fake_begin(struct fake *f)
{
    clock_fake = (struct clock){fake_wall, fake_now, f};
    wire_fake = (struct wire){fake_send, fake_done, fake_reply, fake_free, fake_poll, f};
    if (!f->seed)
        f->seed = 88172645463325252u;
    if (!f->latency_us)
        f->latency_us = 1000;
    cancel_flag = 0;
}

static void fake_free_all(struct fake *f)
{
    for (unsigned i = 0; i < CALLS_MAX; i++) {
        buf_free(&f->calls[i].body);
        arena_free(&f->calls[i].arena);
    }
    map_free(&f->items, free);
    cancel_flag = 0;
}

#endif
