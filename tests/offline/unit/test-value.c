#include "test.h"

#include "pksk/item/base64.h"
#include "pksk/item/ddbjson.h"

static struct value *item(struct arena *a, const char *text)
{
    struct value *v = NULL;
    struct err e;

    if (ddb_parse_item(a, str_of(text), &v, &e))
        printf("# %s: %s\n", text, e.text);
    return v;
}

TEST(types_have_names)
{
    enum attr_type type;

    for (enum attr_type t = 0; t < ATTR_TYPES; t++)
        CHECK(attr_type_from(str_of(attr_type_name(t)), &type) && type == t);
    static const char *const wrong[] = {"",   "s",    "X",   "SSS", "LS", "MS",
                                        "SN", "bool", "BOO", "NUL", "T"};

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        CHECK(!attr_type_from(str_of(wrong[i]), &type));
}

TEST(members_are_found)
{
    struct arena a = {0};
    const struct value *v =
        item(&a, "{\"a\":{\"S\":\"x\"},\"\":{\"N\":\"1\"},\"ab\":{\"NULL\":true}}");

    CHECK_STR(value_text(value_member(v, STR("a"))), "x");
    CHECK(value_member(v, STR(""))->type == ATTR_N &&
          value_member(v, STR("ab"))->type == ATTR_NULL);
    CHECK(!value_member(v, STR("b")) && !value_member(NULL, STR("a")));
    CHECK(!value_member(value_member(v, STR("a")), STR("a")));
    arena_free(&a);
}

static bool equal(const char *x, const char *y)
{
    struct arena a = {0};
    bool both = value_equal(item(&a, x), item(&a, y));

    if (both != value_equal(item(&a, y), item(&a, x)))
        printf("# not symmetric: %s %s\n", x, y);
    arena_free(&a);
    return both;
}

TEST(equality_is_by_meaning)
{
    CHECK(equal("{}", "{}"));
    CHECK(equal("{\"a\":{\"N\":\"1.0\"}}", "{\"a\":{\"N\":\"10e-1\"}}"));
    CHECK(!equal("{\"a\":{\"N\":\"1\"}}", "{\"a\":{\"S\":\"1\"}}"));
    CHECK(!equal("{\"a\":{\"N\":\"9007199254740992\"}}", "{\"a\":{\"N\":\"9007199254740993\"}}"));
    CHECK(equal("{\"a\":{\"S\":\"x\"},\"b\":{\"BOOL\":true}}",
                "{\"b\":{\"BOOL\":true},\"a\":{\"S\":\"x\"}}"));
    CHECK(!equal("{\"a\":{\"BOOL\":true}}", "{\"a\":{\"BOOL\":false}}"));
    CHECK(!equal("{\"a\":{\"S\":\"x\"}}", "{\"b\":{\"S\":\"x\"}}"));
    CHECK(!equal("{\"a\":{\"S\":\"x\"}}", "{\"a\":{\"S\":\"x\"},\"b\":{\"S\":\"x\"}}"));
    CHECK(equal("{\"a\":{\"SS\":[\"x\",\"y\",\"z\"]}}", "{\"a\":{\"SS\":[\"z\",\"x\",\"y\"]}}"));
    CHECK(
        equal("{\"a\":{\"NS\":[\"1\",\"20\",\"3\"]}}", "{\"a\":{\"NS\":[\"3.0\",\"2e1\",\"1\"]}}"));
    CHECK(!equal("{\"a\":{\"NS\":[\"1\"]}}", "{\"a\":{\"SS\":[\"1\"]}}"));
    CHECK(!equal("{\"a\":{\"L\":[{\"S\":\"x\"},{\"S\":\"y\"}]}}",
                 "{\"a\":{\"L\":[{\"S\":\"y\"},{\"S\":\"x\"}]}}"));
    CHECK(equal("{\"a\":{\"M\":{\"x\":{\"NULL\":true},\"y\":{\"B\":\"aGk=\"}}}}",
                "{\"a\":{\"M\":{\"y\":{\"B\":\"aGk=\"},\"x\":{\"NULL\":true}}}}"));
}

TEST(key_order)
{
    struct arena a = {0};
    static const char *const texts[] = {"",  "a",        "a\x01",           "ab",
                                        "b", "\xc3\xa9", "\xf0\x9f\x98\x80"};

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
            int order = value_compare(value_new_text(&a, ATTR_S, str_of(texts[i])),
                                      value_new_text(&a, ATTR_S, str_of(texts[k])));

            CHECK((order < 0) == (i < k) && (order > 0) == (i > k));
        }
    }
    CHECK(value_compare(value_new_text(&a, ATTR_N, STR("10")),
                        value_new_text(&a, ATTR_N, STR("9"))) > 0);
    CHECK(value_compare(value_new_text(&a, ATTR_B, STR("\x80")),
                        value_new_text(&a, ATTR_B, STR("\x7f"))) > 0);
    arena_free(&a);
}

TEST(copies_are_deep)
{
    struct arena a = {0}, b = {0};
    const char *text =
        "{\"a\":{\"M\":{\"l\":{\"L\":[{\"S\":\"x\"},{\"NS\":[\"1\"]}]}}},\"b\":{\"BOOL\":true}}";
    struct value *copy = value_copy(&b, item(&a, text));
    struct buf out = {0};

    arena_free(&a);
    ddb_add_item(&out, copy);
    CHECK_STR(buf_str(&out), text);
    CHECK(!copy->next);
    buf_free(&out);
    arena_free(&b);
}

TEST(sizes)
{
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {
        {"{}", 0},
        {"{\"ab\":{\"S\":\"xyz\"}}", 5},
        {"{\"ab\":{\"S\":\"é\"}}", 4},
        {"{\"a\":{\"B\":\"aGk=\"}}", 3},
        {"{\"a\":{\"BOOL\":true}}", 2},
        {"{\"a\":{\"NULL\":true}}", 2},
        {"{\"a\":{\"N\":\"0\"}}", 2},
        {"{\"a\":{\"N\":\"1234\"}}", 4},
        {"{\"a\":{\"N\":\"-1234\"}}", 5},
        {"{\"a\":{\"N\":\"1200000\"}}", 3},
        {"{\"a\":{\"N\":\"0.0012\"}}", 3},
        {"{\"a\":{\"SS\":[\"x\",\"yz\"]}}", 4},
        {"{\"a\":{\"L\":[]}}", 4},
        {"{\"a\":{\"L\":[{\"S\":\"xy\"}]}}", 7},
        {"{\"a\":{\"M\":{\"k\":{\"S\":\"xy\"}}}}", 8},
    };
    struct arena a = {0};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (value_size(item(&a, cases[i].text)) != cases[i].size)
            printf("# %s: %zu\n", cases[i].text, value_size(item(&a, cases[i].text)));
        CHECK(value_size(item(&a, cases[i].text)) == cases[i].size);
    }
    arena_free(&a);
}

TEST(base64_both_ways)
{
    static const char *const pairs[][2] = {
        {"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
        {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xff\xfe\xfd", "//79"}};
    static const char *const wrong[] = {
        "Zg",   "Zg=",  "Zh==",     "Zm9=", "Zm8",  "Zm 8",  "Zm8=\n",
        "====", "Z===", "Zg==Zg==", "Zm-_", "=Zg=", "Zm9vY", "A=AA"};
    struct buf b = {0};
    char ret[32];
    size_t len;

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        buf_reset(&b);
        base64_add(&b, str_of(pairs[i][0]));
        CHECK_STR(buf_str(&b), pairs[i][1]);
        CHECK(base64_decode(str_of(pairs[i][1]), ret, &len));
        CHECK(str_eq((struct str){ret, len}, str_of(pairs[i][0])));
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        CHECK(!base64_decode(str_of(wrong[i]), ret, &len));
    buf_free(&b);
}

TEST_MAIN()
