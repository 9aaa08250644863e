/* A service's answer is refused with a message or decoded, and that does not depend on the pieces
 * in which it arrives. The first byte chooses the operation and whether items are decoded, the
 * second the pieces. */
#include "pksk/dynamo/describe.h"
#include "pksk/dynamo/refusal.h"
#include "pksk/dynamo/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static int decode(struct reply_decoder *d, struct str operation, bool plain, struct str text,
                  size_t piece, struct arena *a, struct reply *ret)
{
    struct err e = {0};
    int r = 0;

    reply_decoder_begin(d, operation, plain, a, ret);
    while (r == 0 && text.len) {
        size_t n = MIN(piece, text.len);

        r = reply_decoder_feed(d, str_slice(text, 0, n), &e);
        text = str_slice(text, n, text.len);
    }
    if (r == 0)
        r = reply_decoder_finish(d, &e);
    require(r == 0 || (r < 0 && e.code == r && e.text[0]));
    return r;
}

static void same_items(const struct value *a, const struct value *b)
{
    for (; a && b; a = a->next, b = b->next)
        require(value_equal(a, b));
    require(!a && !b);
}

static void same(const struct reply *a, const struct reply *b)
{
    require(a->count == b->count && a->scanned == b->scanned);
    require(a->capacity.tenths == b->capacity.tenths);
    same_items(a->items, b->items);
    same_items(a->attributes, b->attributes);
    same_items(a->last_key, b->last_key);
}

static void explain(struct arena *a, struct str text)
{
    struct reply reply = {0};
    struct refusal r = {.status = 400, .operation = "PutItem", .host = "host", .attempts = 4};
    struct err e;

    reply_decode_error(a, text, &reply, &r.code, &r.message);
    require(refusal_explain(&r, &e) < 0 && e.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const operations[] = {"Query", "BatchExecuteStatement"};
    struct arena a = {0};
    struct reply whole = {0}, pieces = {0};
    struct table table;
    struct err e;

    if (size < 2)
        return 0;
    struct str operation = str_of(operations[data[0] % ARRAY_LEN(operations)]);
    bool plain = data[0] & 0x80;
    struct str text = {(const char *)data + 2, size - 2};
    struct reply_decoder *d = reply_decoder_new();
    int r = decode(d, operation, plain, text, text.len, &a, &whole);

    require((decode(d, operation, plain, text, data[1] % 16u + 1u, &a, &pieces) < 0) == (r < 0));
    require(!plain || !whole.items);
    if (r == 0) {
        same(&whole, &pieces);
        (void)!describe_decode(&a, json_get(whole.rest, "Table"), &table, &e);
    }
    explain(&a, text);
    reply_decoder_free(d);
    arena_free(&a);
    return 0;
}
