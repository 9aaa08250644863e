/* A service answers page by page whatever it likes, and the cursor comes to an end: with a message,
 * or with as many items as it says and no more than the limit. Each request is JSON, and goes on
 * where the answer before said.
 *
 * The first byte chooses the reading; then each line is an answer, and what follows the last is
 * empty. The client is replaced by the functions below, which the linker finds first.
 */
#include "pksk/dynamo/reply.h"
#include "pksk/item/ddbjson.h"
#include "pksk/json/writer.h"
#include "pksk/run/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIMIT 3
#define REQUESTS_MAX 4000

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* ---- the client */

struct dynamo {
    struct str pages; /* what is left */
    struct reply_decoder *decoder;
    struct buf last_key; /* of the answer before, when there is one stream of pages */
    size_t requests, in_flight;
    int64_t now_us;
    bool one_stream;
};

struct call {
    struct dynamo *d;
    struct arena arena;
    struct reply reply;
    bool done;
};

static void check_request(struct dynamo *d, struct str body)
{
    struct arena a = {0};
    const struct json *start;
    struct json *tree;
    struct value *key;
    struct err e;

    require(json_parse(&a, body, 100, &tree, &e) == 0);
    start = json_get(tree, "ExclusiveStartKey");
    if (d->one_stream) {
        _cleanup_(buf_free) struct buf text = {0};

        require(!start == !d->last_key.len);
        if (start) {
            require(ddb_from_json(&a, start, &key, &e) == 0);
            ddb_add_item(&text, key);
            require(str_eq(buf_str(&text), buf_str(&d->last_key)));
        }
    }
    arena_free(&a);
}

static void answer(struct call *c, struct str operation)
{
    struct dynamo *d = c->d;
    struct str page = STR("{}");
    struct err e = {0};

    if (d->pages.len)
        str_split(&d->pages, '\n', &page);
    reply_decoder_begin(d->decoder, operation, false, &c->arena, &c->reply);
    if (reply_decoder_feed(d->decoder, page, &e) < 0 || reply_decoder_finish(d->decoder, &e) < 0)
        c->reply.err = e;
    c->reply.status = 200;
    buf_reset(&d->last_key);
    if (!e.code && c->reply.last_key)
        ddb_add_item(&d->last_key, c->reply.last_key);
}

int dynamo_send(struct dynamo *d, const char *operation, struct str body, struct call **ret,
                struct err *e)
{
    struct call *c = mem_resize(NULL, 1, sizeof(*c));

    (void)e;
    *c = (struct call){.d = d};
    require(++d->requests < REQUESTS_MAX);
    check_request(d, body);
    answer(c, str_of(operation));
    d->in_flight++;
    *ret = c;
    return 0;
}

int dynamo_poll(struct dynamo *d, int timeout_ms, int fd)
{
    (void)fd;
    require(timeout_ms >= 0);
    d->now_us += timeout_ms * (int64_t)1000 + 1;
    return 0;
}

bool call_done(const struct call *c)
{
    return c != NULL;
}

struct reply *call_reply(struct call *c)
{
    return &c->reply;
}

void call_free(struct call *c)
{
    if (!c)
        return;
    c->d->in_flight--;
    arena_free(&c->arena);
    free(c);
}

/* ---- the readings */

static int64_t now(void *ctx)
{
    return ((struct dynamo *)ctx)->now_us;
}

static struct value *keys_of_batch(struct arena *a)
{
    struct value *first = NULL, **tail = &first;
    struct err e;

    for (char c = 'a'; c < 'd'; c++) {
        struct str text = arena_printf(a, "{\"pk\":{\"S\":\"%c\"}}", c);

        require(ddb_parse_item(a, text, tail, &e) == 0);
        tail = &(*tail)->next;
    }
    return first;
}

static void plan(struct arena *a, unsigned how, struct plan *ret)
{
    static const char *const operations[] = {"Query", "Scan", "BatchGetItem", "GetItem"};

    *ret = (struct plan){.operation = operations[how % 4],
                         .body = STR("{\"TableName\":\"T\""),
                         .table = STR("T"),
                         .single = how % 4 == 3,
                         .segments = how % 4 == 1 ? 3 : 0,
                         .filtered = how & 4,
                         .counted = (how & 8) && how % 4 < 2,
                         .limit = how & 16 && how % 4 != 3 ? LIMIT : 0};
    if (how % 4 == 2)
        ret->keys = keys_of_batch(a);
    ret->keys_given = 3;
}

static size_t count_items(const struct value *items)
{
    _cleanup_(buf_free) struct buf text = {.max = SIZE_MAX / 2};
    size_t n = 0;

    for (; items; items = items->next, n++)
        ddb_add_item(&text, items);
    return n;
}

static void read_all(struct cursor *c, bool counted)
{
    const struct value *items;
    size_t found = 0;
    struct err e = {0};
    int r;

    while ((r = cursor_next(c, &items, &e)) > 0) {
        found += count_items(items);
        require(counted || cursor_totals(c)->items == found);
        require(counted || !cursor_plan(c)->limit || found <= cursor_plan(c)->limit);
    }
    require(r == 0 || (e.code == r && e.text[0]));
    require(r < 0 || cursor_state(c) != CURSOR_MORE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dynamo d = {.now_us = 1};
    const struct clock clock = {now, now, &d};
    struct arena a = {0};
    struct plan p;

    if (!size)
        return 0;
    plan(&a, data[0], &p);
    d.pages = (struct str){(const char *)data + 1, size - 1};
    d.decoder = reply_decoder_new();
    d.one_stream = p.segments < 2 && !p.keys;
    struct cursor *c = cursor_new(&d, &p, &clock, data[0] & 32 ? 10 : 0);

    read_all(c, p.counted);
    for (unsigned i = 0; i < 3 && cursor_state(c) == CURSOR_LIMIT; i++) {
        cursor_continue(c, LIMIT);
        read_all(c, p.counted);
    }
    cursor_free(c);
    require(d.in_flight == 0);
    reply_decoder_free(d.decoder);
    buf_free(&d.last_key);
    arena_free(&a);
    return 0;
}
