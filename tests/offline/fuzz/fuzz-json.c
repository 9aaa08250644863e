/* Reading JSON gives the same events, or is refused, whatever pieces the text comes in; and what is
 * written of a tree is read as the same tree. */
#include "pksk/base/utf8.h"
#include "pksk/json/tree.h"
#include "pksk/json/writer.h"

#define DEPTH_MAX 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static int on_event(void *ctx, enum json_event event, struct str text, struct err *e)
{
    struct buf *trace = ctx;

    (void)e;
    require(text.len == 0 || event == JSON_NUMBER || utf8_valid(text));
    buf_addf(trace, "%d:%zu:", event, text.len);
    buf_str_add(trace, text);
    return 0;
}

/* 0 or the code; the events go into trace. */
static int read_pieces(struct str text, size_t first, size_t step, struct buf *trace)
{
    struct json_reader *r = json_reader_new(DEPTH_MAX, on_event, trace);
    struct err e = {0};
    int code = 0;

    for (size_t at = 0, to = first; at < text.len && !code; at = to, to += step) {
        to = MIN(to, text.len);
        code = json_reader_feed(r, str_slice(text, at, to), &e);
    }
    if (!code)
        code = json_reader_finish(r, &e);
    require(json_reader_offset(r) <= text.len);
    require((code == 0) == (e.code == 0) && (code == 0 || e.text[0]));
    json_reader_free(r);
    return code;
}

static void check_pieces(struct str text)
{
    _cleanup_(buf_free) struct buf whole = {0}, pieces = {0};
    size_t step = text.len ? (unsigned char)text.s[0] % 7 + 1 : 1;
    int code = read_pieces(text, text.len, 1, &whole);

    require(read_pieces(text, 1, step, &pieces) == code);
    if (code) { /* the fault is seen in time, but perhaps an event sooner */
        size_t common = MIN(whole.len, pieces.len);

        require(
            str_eq(str_slice(buf_str(&whole), 0, common), str_slice(buf_str(&pieces), 0, common)));
    } else {
        require(str_eq(buf_str(&whole), buf_str(&pieces)));
    }
}

static void check_rewritten(struct arena *a, const struct json *tree, bool pretty)
{
    _cleanup_(buf_free) struct buf once = {0}, again = {0};
    struct json *copy;
    struct err e;

    json_write(&once, tree, pretty);
    require(json_parse(a, buf_str(&once), DEPTH_MAX, &copy, &e) == 0);
    json_write(&again, copy, pretty);
    require(str_eq(buf_str(&once), buf_str(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct arena a = {0};
    struct json *tree;
    struct err e;

    check_pieces(text);
    if (json_parse(&a, text, DEPTH_MAX, &tree, &e) == 0) {
        check_rewritten(&a, tree, false);
        check_rewritten(&a, tree, true);
        json_text(json_get(tree, "a"), "b");
    }
    _cleanup_(buf_free) struct buf string = {0};

    json_add_string(&string, text); /* any bytes make a JSON string */
    require(json_parse(&a, buf_str(&string), 1, &tree, &e) == 0);
    require(!utf8_valid(text) || str_eq(tree->text, text));
    arena_free(&a);
    return 0;
}
