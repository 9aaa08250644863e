#include "test.h"

#include "pksk/item/ddbjson.h"

/* The item decoded and encoded again, or the message. */
static struct str round_trip(struct buf *b, struct str text)
{
    struct arena a = {0};
    struct value *item;
    struct err e = {0};

    buf_reset(b);
    if (ddb_parse_item(&a, text, &item, &e))
        buf_str_add(b, str_of(e.text));
    else
        ddb_add_item(b, item);
    arena_free(&a);
    return buf_str(b);
}

static const char all_types[] = "{\"pk\":{\"S\":\"USER#42\"},\"n\":{\"N\":\"-1.50\"},\"b\":{\"B\":"
                                "\"AP8=\"},\"t\":{\"BOOL\":true},"
                                "\"f\":{\"BOOL\":false},\"z\":{\"NULL\":true},\"ss\":{\"SS\":["
                                "\"b\",\"a\"]},\"ns\":{\"NS\":[\"1\",\"1e2\"]},"
                                "\"bs\":{\"BS\":[\"aGk=\",\"\"]},\"l\":{\"L\":[{\"S\":\"x\"},{"
                                "\"L\":[]},{\"M\":{}},{\"NS\":[\"7\"]}]},"
                                "\"m\":{\"M\":{\"inner\":{\"M\":{\"deep\":{\"L\":[{\"M\":{\"k\":{"
                                "\"N\":\"0\"}}}]}}},\"\":{\"S\":\"\"}}},"
                                "\"odd \\\"name\\\"\":{\"S\":\"line\\n\\u0001é😀\"}}";

TEST(all_types_come_back)
{
    struct buf b = {0};

    CHECK_STR(round_trip(&b, str_of(all_types)), all_types);
    CHECK_STR(round_trip(&b, STR("{}")), "{}");
    CHECK_STR(
        round_trip(&b, STR(" { \"a\" : { \"N\" : \"12345678901234567890123456789012345678\" } } ")),
        "{\"a\":{\"N\":\"12345678901234567890123456789012345678\"}}");
    buf_free(&b);
}

TEST(a_tree_makes_the_same_item)
{
    struct arena a = {0};
    struct json *tree;
    struct value *item;
    struct buf b = {0};
    struct err e = {0};

    CHECK(json_parse(&a, str_of(all_types), 20, &tree, &e) == 0);
    CHECK(ddb_from_json(&a, tree, &item, &e) == 0);
    ddb_add_item(&b, item);
    CHECK_STR(buf_str(&b), all_types);
    CHECK(ddb_from_json(&a, NULL, &item, &e) == ERR_FAILED);
    CHECK(ddb_from_json(&a, tree->first, &item, &e) == ERR_FAILED); /* a value is no item */
    buf_free(&b);
    arena_free(&a);
}

static int on_event(void *ctx, enum json_event event, struct str text, struct err *e)
{
    return ddb_decoder_event(ctx, event, text, e);
}

TEST(a_byte_at_a_time)
{
    struct arena a = {0};
    struct ddb_decoder d = {0};
    struct json_reader *r = json_reader_new(40, on_event, &d);
    struct buf b = {0};
    struct err e = {0};

    ddb_decoder_begin(&d, &a);
    for (size_t i = 0; i + 1 < sizeof(all_types); i++) {
        CHECK(!d.done);
        CHECK(json_reader_feed(r, (struct str){all_types + i, 1}, &e) == 0);
    }
    CHECK(d.done && json_reader_finish(r, &e) == 0);
    ddb_add_item(&b, d.item);
    CHECK_STR(buf_str(&b), all_types);
    json_reader_free(r);
    ddb_decoder_free(&d);
    buf_free(&b);
    arena_free(&a);
}

TEST(a_decoder_serves_again_after_an_error)
{
    struct arena a = {0};
    struct ddb_decoder d = {0};
    struct err e = {0};

    for (int i = 0; i < 3; i++) {
        ddb_decoder_begin(&d, &a);
        CHECK(ddb_decoder_event(&d, JSON_OBJECT_BEGIN, STR(""), &e) == 0);
        CHECK(ddb_decoder_event(&d, JSON_NAME, STR("a"), &e) == 0);
        CHECK(ddb_decoder_event(&d, JSON_NUMBER, STR("1"), &e) == ERR_FAILED);
        ddb_decoder_begin(&d, &a);
        CHECK(ddb_decoder_event(&d, JSON_OBJECT_BEGIN, STR(""), &e) == 0 && !d.done);
        CHECK(ddb_decoder_event(&d, JSON_OBJECT_END, STR(""), &e) == 0 && d.done);
        CHECK(d.item->len == 0);
        arena_reset(&a);
    }
    ddb_decoder_free(&d);
    arena_free(&a);
}

TEST(names_outlive_a_reset_of_the_arena)
{
    struct arena a = {0};
    struct buf b = {0};
    struct value *item;
    struct err e = {0};

    for (int i = 0; i < 3; i++) {
        arena_reset(&a);
        memset(arena_bytes(&a, 30000), 'x', 30000);
        CHECK(ddb_parse_item(&a, str_of(all_types), &item, &e) == 0);
        buf_reset(&b);
        ddb_add_item(&b, item);
        CHECK_STR(buf_str(&b), all_types);
    }
    buf_free(&b);
    arena_free(&a);
}

TEST(messages_name_the_attribute)
{
    static const char *const pairs[][2] = {
        {"[]", "not an item in DynamoDB JSON: expected an object"},
        {"\"x\"", "not an item in DynamoDB JSON: expected an object"},
        {"{\"a\":1}", "attribute a: expected a typed value such as {\"S\":\"text\"}"},
        {"{\"a\":\"x\"}", "attribute a: expected a typed value such as {\"S\":\"text\"}"},
        {"{\"a\":[]}", "attribute a: expected a typed value such as {\"S\":\"text\"}"},
        {"{\"a\":{}}", "attribute a: {} is no value: a type must stand in it"},
        {"{\"a\":{\"X\":1}}", "attribute a: unknown type \"X\""},
        {"{\"a\":{\"s\":\"x\"}}", "attribute a: unknown type \"s\""},
        {"{\"a\":{\"S\":\"x\",\"N\":\"1\"}}", "attribute a: two types in one value"},
        {"{\"a\":{\"S\":\"x\",\"S\":\"x\"}}", "attribute a: two types in one value"},
        {"{\"a\":{\"S\":1}}", "attribute a: S must be a string"},
        {"{\"a\":{\"S\":null}}", "attribute a: S must be a string"},
        {"{\"a\":{\"N\":1}}", "attribute a: N must be a number in quotes"},
        {"{\"a\":{\"N\":\"\"}}", "attribute a: \"\" is not a number"},
        {"{\"a\":{\"N\":\"1x\"}}", "attribute a: \"1x\" is not a number"},
        {"{\"a\":{\"B\":\"aGk\"}}", "attribute a: not base64"},
        {"{\"a\":{\"B\":\"aGl=\"}}", "attribute a: not base64"},
        {"{\"a\":{\"B\":7}}", "attribute a: B must be base64 in quotes"},
        {"{\"a\":{\"BOOL\":\"true\"}}", "attribute a: BOOL must be true or false"},
        {"{\"a\":{\"NULL\":false}}", "attribute a: NULL must be true"},
        {"{\"a\":{\"NULL\":null}}", "attribute a: NULL must be true"},
        {"{\"a\":{\"M\":[]}}", "attribute a: M must be an object"},
        {"{\"a\":{\"L\":{}}}", "attribute a: L must be an array"},
        {"{\"a\":{\"SS\":\"x\"}}", "attribute a: SS must be an array of strings"},
        {"{\"a\":{\"SS\":{}}}", "attribute a: SS must be an array of strings"},
        {"{\"a\":{\"SS\":[]}}", "attribute a: a set cannot be empty"},
        {"{\"a\":{\"SS\":[\"x\",1]}}", "attribute a[1]: SS must be an array of strings"},
        {"{\"a\":{\"SS\":[[\"x\"]]}}", "attribute a[0]: SS must be an array of strings"},
        {"{\"a\":{\"SS\":[{\"S\":\"x\"}]}}", "attribute a[0]: SS must be an array of strings"},
        {"{\"a\":{\"NS\":[\"1\",\"x\"]}}", "attribute a[1]: \"x\" is not a number"},
        {"{\"a\":{\"NS\":[1]}}", "attribute a[0]: NS must be an array of numbers in quotes"},
        {"{\"a\":{\"BS\":[\"aGk=\",\"?\"]}}", "attribute a[1]: not base64"},
        {"{\"a\":{\"L\":[{\"S\":\"x\"},2]}}",
         "attribute a[1]: expected a typed value such as {\"S\":\"text\"}"},
        {"{\"a\":{\"M\":{\"b\":{\"L\":[{\"M\":{\"c\":{\"N\":\"x\"}}}]}}}}",
         "attribute a.b[0].c: \"x\" is not a number"},
        {"{\"a\":{\"S\":\"x\"},\"b\":{\"S\":\"x\"},\"a\":{\"S\":\"y\"}}",
         "attribute a: the name stands there twice"},
        {"{\"m\":{\"M\":{\"a\":{\"S\":\"x\"},\"a\":{\"S\":\"y\"}}}}",
         "attribute m.a: the name stands there twice"},
        {"{\"a\":{\"S\":\"x\"}", "the JSON text ends too early"},
        {"{\"a\":{\"S\":\"x\"}} x", "not JSON at byte 17: trailing garbage"},
    };
    struct buf b = {0};

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        CHECK_STR(round_trip(&b, str_of(pairs[i][0])), pairs[i][1]);
    buf_free(&b);
}

static void nest(struct buf *b, int levels)
{
    buf_reset(b);
    buf_lit(b, "{\"a\":");
    for (int i = 0; i < levels; i++)
        buf_str_add(b, i % 2 ? STR("{\"L\":[") : STR("{\"M\":{\"a\":"));
    buf_lit(b, "{\"S\":\"x\"}");
    for (int i = levels; i-- > 0;)
        buf_str_add(b, i % 2 ? STR("]}") : STR("}}"));
    buf_lit(b, "}");
}

TEST(nesting_has_a_ceiling)
{
    struct buf text = {0}, b = {0};

    nest(&text, VALUE_DEPTH_MAX);
    CHECK(str_eq(round_trip(&b, buf_str(&text)), buf_str(&text)));
    nest(&text, 200);
    CHECK(str_find(round_trip(&b, buf_str(&text)), STR("nested "), &(size_t){0}));
    CHECK(str_find(buf_str(&b), STR("levels"), &(size_t){0}));
    buf_free(&text);
    buf_free(&b);
}

static void many_names(struct buf *text, int count, const char *last)
{
    buf_reset(text);
    buf_char(text, '{');
    for (int i = 0; i < count; i++)
        buf_addf(text, "\"name%d\":{\"N\":\"%d\"},", i, i);
    buf_addf(text, "\"%s\":{\"N\":\"1\"}}", last);
}

TEST(large_maps_notice_names_that_come_twice)
{
    struct buf text = {0}, b = {0};

    for (int count = 1; count < 3000; count += count < 60 ? 1 : 700) {
        many_names(&text, count, "other");
        CHECK(str_eq(round_trip(&b, buf_str(&text)), buf_str(&text)));
        many_names(&text, count, "name0");
        CHECK_STR(round_trip(&b, buf_str(&text)), "attribute name0: the name stands there twice");
        char name[32];

        snprintf(name, sizeof(name), "name%d", count - 1);
        many_names(&text, count, name);
        CHECK(str_ends(round_trip(&b, buf_str(&text)), STR(": the name stands there twice")));
    }
    buf_free(&text);
    buf_free(&b);
}

TEST_MAIN()
