#include "test.h"

#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"

static const struct value *item(struct arena *a, const char *text)
{
    struct value *v = NULL;
    struct err e;

    if (ddb_parse_item(a, str_of(text), &v, &e))
        printf("# %s: %s\n", text, e.text);
    return v;
}

static const char all_types[] =
    "{\"pk\":{\"S\":\"USER#42\"},\"n\":{\"N\":\"-1.5\"},\"b\":{\"B\":\"aGk=\"},\"t\":{\"BOOL\":"
    "true},"
    "\"f\":{\"BOOL\":false},\"z\":{\"NULL\":true},\"ss\":{\"SS\":[\"b "
    "c\",\"a\"]},\"ns\":{\"NS\":[\"1\",\"2\"]},"
    "\"bs\":{\"BS\":[\"aGk=\",\"\"]},\"l\":{\"L\":[{\"S\":\"x\"},{\"S\":\"42\"},{\"L\":[]},{\"M\":{"
    "}}]},"
    "\"odd key\":{\"S\":\"\"},\"a.b-c\":{\"N\":\"1\"},\"9\":{\"N\":\"9\"},\"\":{\"N\":\"0\"}}";

TEST(every_type)
{
    struct arena a = {0};
    struct buf b = {0};

    notation_add_value(&b, item(&a, all_types));
    CHECK_STR(buf_str(&b),
              "{pk: \"USER#42\", n: -1.5, b: b64\"aGk=\", t: true, f: false, z: null, "
              "ss: <<\"b c\", \"a\">>, ns: <<1, 2>>, bs: <<b64\"aGk=\", b64\"\">>, "
              "l: [\"x\", \"42\", [], {}], \"odd key\": \"\", a.b-c: 1, \"9\": 9, \"\": 0}");
    buf_reset(&b);
    notation_add_short(&b, item(&a, all_types));
    CHECK_STR(buf_str(&b),
              "{pk: USER#42, n: -1.5, b: b64\"aGk=\", t: true, f: false, z: null, "
              "ss: <<\"b c\", a>>, ns: <<1, 2>>, bs: <<b64\"aGk=\", b64\"\">>, "
              "l: [x, \"42\", [], {}], \"odd key\": \"\", a.b-c: 1, \"9\": 9, \"\": 0}");
    buf_reset(&b);
    notation_add_put(&b, item(&a, "{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"1\"}}"));
    CHECK_STR(buf_str(&b), "put {pk: \"a\", sk: 1}");
    buf_free(&b);
    arena_free(&a);
}

TEST(strings_show_what_would_hide)
{
    static const char *const pairs[][2] = {
        {"", "\"\""},
        {"plain text", "\"plain text\""},
        {"say \"hi\" \\ back", "\"say \\\"hi\\\" \\\\ back\""},
        {"\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\""},
        {"\x01\x1b[31m\x7f", "\"\\u0001\\u001b[31m\\u007f\""},
        {"\xc2\x85\xc2\x9b", "\"\\u0085\\u009b\""},
        {"a\xe2\x80\xae"
         "b",
         "\"a\\u202eb\""},
        {"\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf\xc2\xad", "\"\\u2066\\u200b\\ufeff\\u00ad\""},
        {"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""},
        {"Zürich 😀 שלום", "\"Zürich 😀 שלום\""},
        {"a\xff"
         "b",
         "\"a\\ufffdb\""},
        {"{name} {3.gsi1pk} {_.a[0]}", "\"\\u007bname} \\u007b3.gsi1pk} \\u007b_.a[0]}\""},
        {"{\"a\": {}} {a b} {open", "\"{\\\"a\\\": {}} {a b} {open\""},
        {"it's", "\"it's\""},
    };
    struct buf b = {0};

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        buf_reset(&b);
        notation_add_string(&b, str_of(pairs[i][0]));
        CHECK_STR(buf_str(&b), pairs[i][1]);
    }
    buf_reset(&b);
    notation_add_string(&b, STR("a\0b"));
    CHECK_STR(buf_str(&b), "\"a\\u0000b\"");
    buf_free(&b);
}

TEST(bare_values)
{
    static const char *const bare[] = {
        "ACTIVE",
        "USER#42",
        "#METADATA#ann",
        "2024-01-02T03:04:05Z",
        "ann@example.com",
        "a/b",
        "/a",
        "Zürich",
        "😀",
        "and",
        "x-1",
        "$ref",
        "nullable",
        "_",
    };
    static const char *const quoted[] = {
        "",
        "42",
        "-1.5e3",
        "1e5",
        "007",
        ".5",
        "true",
        "FALSE",
        "Null",
        "a b",
        "a,b",
        "a;b",
        "now()",
        "[x]",
        "{x}",
        "a{b",
        "a}b",
        "\"x\"",
        "'x",
        "a`b",
        "<<a>>",
        "a=b",
        "a<b",
        "a|b",
        "@path",
        "-",
        "--",
        "+x",
        "-x",
        "!x",
        "a*",
        "a\\b",
        "a\tb",
        "a\nb",
        "a\xc2\xa0"
        "b",
        "\xe2\x80\xae"
        "a",
        "a\xff",
        "\xc2\x85",
    };

    for (size_t i = 0; i < ARRAY_LEN(bare); i++)
        CHECK(notation_bare_value(str_of(bare[i])));
    for (size_t i = 0; i < ARRAY_LEN(quoted); i++)
        CHECK(!notation_bare_value(str_of(quoted[i])));
    CHECK(!notation_bare_value(STR("a\0b")));
}

TEST(keys)
{
    static const char *const pairs[][2] = {
        {"USER#42", "USER#42"},
        {"42", "42"},
        {"true", "true"},
        {"where", "\"where\""},
        {"Limit", "\"Limit\""},
        {"between", "\"between\""},
        {"a b", "\"a b\""},
        {"", "\"\""},
        {"ORD*", "\"ORD*\""},
        {"@gsi1", "\"@gsi1\""},
        {"a=b", "\"a=b\""},
        {"--", "\"--\""},
        {"{a}", "\"\\u007ba}\""},
        {"#x", "#x"},
        {"a@b.c", "a@b.c"},
        {"x\xe2\x80\x8b", "\"x\\u200b\""},
        {"a:", "a:"},
    };
    struct arena a = {0};
    struct buf b = {0};

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        buf_reset(&b);
        notation_add_key(&b, value_new_text(&a, ATTR_S, str_of(pairs[i][0])));
        CHECK_STR(buf_str(&b), pairs[i][1]);
    }
    buf_reset(&b);
    notation_add_key(&b, value_new_text(&a, ATTR_N, STR("-7")));
    buf_char(&b, ' ');
    notation_add_key(&b, value_new_text(&a, ATTR_B, STR("hi")));
    CHECK_STR(buf_str(&b), "-7 b64\"aGk=\"");
    buf_free(&b);
    arena_free(&a);
}

TEST(names)
{
    static const char *const pairs[][2] = {
        {"email", "email"}, {"created_at", "created_at"},
        {"a-b", "a-b"},     {"größe", "größe"},
        {"a.b", "`a.b`"},   {"odd name", "`odd name`"},
        {"9a", "`9a`"},     {"a`b", "`a``b`"},
        {"a[0]", "`a[0]`"}, {"not", "`not`"},
        {"size", "size"},   {"exists", "`exists`"},
        {"", "``"},         {"-a", "`-a`"},
    };
    struct buf b = {0};

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        buf_reset(&b);
        notation_add_name(&b, str_of(pairs[i][0]));
        CHECK_STR(buf_str(&b), pairs[i][1]);
    }
    buf_free(&b);
}

TEST_MAIN()
