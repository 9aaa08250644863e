/* A stream's answer is refused with a message or decoded, and every record that is decoded can be
 * printed in every form: for eyes and on a terminal nothing in it steers. The first byte chooses
 * what the answer is of and how it is printed. */
#include "pksk/dynamo/streams.h"
#include "pksk/item/ddbjson.h"
#include "pksk/item/plain.h"
#include "pksk/out/record.h"
#include "pksk/out/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void require_safe(struct str text)
{
    struct str line;

    while (str_split(&text, '\n', &line))
        require(text_is_safe(line));
}

/* What is written typed is read again as the same items. */
static void require_same(struct arena *a, struct str text, const struct stream_record *r)
{
    struct json *tree;
    struct value *keys, *image;
    struct err e;

    require(json_parse(a, str_trim(text), 256, &tree, &e) == 0);
    require(ddb_from_json(a, json_get(tree, "keys"), &keys, &e) == 0 && value_equal(keys, r->keys));
    if (r->new_image)
        require(ddb_from_json(a, json_get(tree, "new"), &image, &e) == 0 &&
                value_equal(image, r->new_image));
}

static void print(struct arena *a, const struct stream_record *r, unsigned width)
{
    static const struct str keys[] = {{"pk", 2}, {"sk", 2}};
    struct print_options o = {.terminal = true, .width = width, .keys = keys, .key_count = 2};
    struct buf b = {0};
    struct err e = {0};

    require(record_add(&b, FORMAT_PRETTY, &o, r, &e) == 0);
    require_safe(buf_str(&b));
    buf_reset(&b);
    require(record_add(&b, FORMAT_PKSK, &o, r, &e) == 0 || e.text[0]);
    require_safe(buf_str(&b));
    o.terminal = false;
    buf_reset(&b);
    require(record_add(&b, FORMAT_DDB_JSON, &o, r, &e) == 0);
    require_same(a, buf_str(&b), r);
    buf_reset(&b);
    plain_add_value(&b, record_as_item(a, r));
    buf_free(&b);
}

static void decode_page(struct arena *a, const struct json *tree, unsigned width)
{
    struct stream_page page;
    struct err e = {0};
    size_t count = 0;

    if (streams_decode_page(a, tree, &page, &e) < 0) {
        require(e.code < 0 && e.text[0]);
        return;
    }
    for (const struct stream_record *r = page.records; r; r = r->next) {
        require(r->keys && r->keys->first && r->sequence.len && r->time_ms >= 0);
        print(a, r, width);
        count++;
    }
    require(count == page.count && (page.last == NULL) == (count == 0));
}

static void decode_shards(struct arena *a, const struct json *tree)
{
    struct stream_shards shards;
    struct err e = {0};
    size_t count = 0;

    if (streams_decode_shards(a, tree, &shards, &e) < 0) {
        require(e.code < 0 && e.text[0]);
        return;
    }
    for (const struct stream_shard *s = shards.first; s; s = s->next) {
        require(s->id.len);
        count++;
    }
    require(count == shards.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct json *tree;
    struct err e;

    if (!size)
        return 0;
    struct str text = {(const char *)data + 1, size - 1};

    if (json_parse(&a, text, 128, &tree, &e) == 0) {
        if (data[0] & 1)
            decode_shards(&a, tree);
        else
            decode_page(&a, tree, data[0] / 2);
    }
    arena_free(&a);
    return 0;
}
