#include "test.h"

#include "pksk/item/ddbjson.h"
#include "pksk/item/plain.h"

static const char item_text[] =
    "{\"s\":{\"S\":\"a\\n\\\"b\\\"\"},\"n\":{\"N\":\"12345678901234567890123456789012345678\"},"
    "\"b\":{\"B\":\"AP8=\"},\"t\":{\"BOOL\":true},\"z\":{\"NULL\":true},\"ss\":{\"SS\":[\"x\","
    "\"y\"]},"
    "\"ns\":{\"NS\":[\"1\",\"2.5\"]},\"bs\":{\"BS\":[\"aGk=\"]},\"l\":{\"L\":[{\"N\":\"1\"},{\"L\":"
    "[]}]},"
    "\"m\":{\"M\":{\"k\":{\"M\":{}}}}}";

TEST(writing)
{
    struct arena a = {0};
    struct buf b = {0};
    struct value *v;
    struct err e;

    CHECK(ddb_parse_item(&a, str_of(item_text), &v, &e) == 0);
    plain_add_value(&b, v);
    CHECK_STR(
        buf_str(&b),
        "{\"s\":\"a\\n\\\"b\\\"\",\"n\":12345678901234567890123456789012345678,\"b\":\"AP8=\","
        "\"t\":true,\"z\":null,\"ss\":[\"x\",\"y\"],\"ns\":[1,2.5],\"bs\":[\"aGk=\"],"
        "\"l\":[1,[]],\"m\":{\"k\":{}}}");
    buf_reset(&b);
    plain_add_pretty(&b, value_member(v, STR("l")), 2);
    CHECK_STR(buf_str(&b), "[\n    1,\n    []\n  ]");
    buf_reset(&b);
    plain_add_pretty(&b, value_member(v, STR("m")), 0);
    CHECK_STR(buf_str(&b), "{\n  \"k\": {}\n}");
    buf_free(&b);
    arena_free(&a);
}

TEST(numbers_are_always_json)
{
    static const char *const pairs[][2] = {
        {"+5", "5"},    {".5", "0.5"},
        {"5.", "5"},    {"007", "7"},
        {"-0", "-0"},   {"1.50", "1.50"},
        {"1E5", "1E5"}, {"-1.5e-7", "-1.5e-7"},
        {"00", "0"},    {"+1e200", "\"+1e200\""},
    };
    struct arena a = {0};
    struct buf b = {0};

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        buf_reset(&b);
        plain_add_value(&b, value_new_text(&a, ATTR_N, str_of(pairs[i][0])));
        CHECK_STR(buf_str(&b), pairs[i][1]);
    }
    buf_free(&b);
    arena_free(&a);
}

/* What was read, as DynamoDB JSON, or the message. */
static struct str reading(struct buf *b, const char *text)
{
    struct arena a = {0};
    struct value *v;
    struct err e = {0};

    buf_reset(b);
    if (plain_parse(&a, str_of(text), &v, &e))
        buf_str_add(b, str_of(e.text));
    else
        ddb_add_value(b, v);
    arena_free(&a);
    return buf_str(b);
}

TEST(values_are_read)
{
    struct buf b = {0};

    CHECK_STR(reading(&b, "{\"s\":\"x\",\"n\":1.50E2,\"t\":true,\"f\":false,\"z\":null,\"l\":[1,["
                          "\"a\"],{}],\"e\":\"\"}"),
              "{\"M\":{\"s\":{\"S\":\"x\"},\"n\":{\"N\":\"150\"},\"t\":{\"BOOL\":true},\"f\":{"
              "\"BOOL\":false},"
              "\"z\":{\"NULL\":true},\"l\":{\"L\":[{\"N\":\"1\"},{\"L\":[{\"S\":\"a\"}]},{\"M\":{}}"
              "]},\"e\":{\"S\":\"\"}}}");
    CHECK_STR(reading(&b, "-0"), "{\"N\":\"0\"}");
    CHECK_STR(reading(&b, "12345678901234567890123456789012345678"),
              "{\"N\":\"12345678901234567890123456789012345678\"}");
    buf_free(&b);
}

TEST(messages_say_where)
{
    static const char *const pairs[][2] = {
        {"{\"a\":{\"b\":[1,1e200]}}", "attribute a.b[1]: the number is too large: its magnitude is "
                                      "1E+200, and DynamoDB keeps less than 1E+126"},
        {"123456789012345678901234567890123456789",
         "the number has 39 significant digits, 1 more than the 38 that DynamoDB keeps"},
        {"{\"a\":1,\"a\":2}", "attribute a: the name stands there twice"},
        {"{\"m\":[{\"a\":1,\"a\":2}]}", "attribute m[0].a: the name stands there twice"},
        {"{\"a\":1", "the JSON text ends too early"},
    };
    struct buf b = {0};

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        CHECK_STR(reading(&b, pairs[i][0]), pairs[i][1]);
    buf_free(&b);
}

static void nest(struct buf *b, int levels)
{
    buf_reset(b);
    buf_lit(b, "{\"a\":");
    for (int i = 0; i < levels; i++)
        buf_char(b, '[');
    for (int i = 0; i < levels; i++)
        buf_char(b, ']');
    buf_char(b, '}');
}

TEST(nesting_has_a_ceiling)
{
    struct buf text = {0}, b = {0};

    nest(&text, VALUE_DEPTH_MAX);
    CHECK(str_starts(reading(&b, buf_cstr(&text)), STR("{\"M\":{\"a\":{\"L\":[{\"L\":")));
    nest(&text, VALUE_DEPTH_MAX + 1);
    CHECK(str_ends(reading(&b, buf_cstr(&text)), STR(": nested deeper than DynamoDB's 32 levels")));
    nest(&text, 10000);
    CHECK(str_starts(reading(&b, buf_cstr(&text)), STR("nested more than ")));
    buf_free(&text);
    buf_free(&b);
}

TEST(text_and_names_are_in_the_arena)
{
    struct arena trees = {0}, a = {0};
    struct json *tree;
    struct value *v;
    struct buf b = {0};
    struct err e;

    CHECK(json_parse(&trees, STR("{\"name\":{\"k\":\"text\"}}"), 9, &tree, &e) == 0);
    CHECK(plain_from_json(&a, tree, &v, &e) == 0);
    arena_free(&trees);
    plain_add_value(&b, v);
    CHECK_STR(buf_str(&b), "{\"name\":{\"k\":\"text\"}}");
    buf_free(&b);
    arena_free(&a);
}

TEST_MAIN()
