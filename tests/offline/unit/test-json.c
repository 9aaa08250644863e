#include "test.h"

#include "pksk/json/tree.h"
#include "pksk/json/writer.h"

/* Events as a text: "{", "}", "[", "]", "n", "t", "f", "#number ", "'string' ", "name:". */
static int describe(void *ctx, enum json_event event, struct str text, struct err *e)
{
    static const char *const marks[] = {
        [JSON_NULL] = "n",         [JSON_FALSE] = "f",      [JSON_TRUE] = "t",
        [JSON_OBJECT_BEGIN] = "{", [JSON_OBJECT_END] = "}", [JSON_ARRAY_BEGIN] = "[",
        [JSON_ARRAY_END] = "]",
    };
    struct buf *b = ctx;

    if (event == JSON_STRING && str_is(text, "refuse me"))
        return err_set(e, ERR_REFUSED, "as you wish");
    if (event == JSON_NUMBER)
        buf_addf(b, "#%.*s ", STR_ARG(text));
    else if (event == JSON_STRING)
        buf_addf(b, "'%.*s' ", STR_ARG(text));
    else if (event == JSON_NAME)
        buf_addf(b, "%.*s:", STR_ARG(text));
    else
        buf_str_add(b, str_of(marks[event]));
    return 0;
}

static int read_in_steps(struct json_reader *r, struct str text, size_t step, struct err *e)
{
    for (size_t i = 0; i < text.len; i += step) {
        int code = json_reader_feed(r, str_slice(text, i, MIN(i + step, text.len)), e);

        if (code)
            return code;
    }
    return json_reader_finish(r, e);
}

/* The events of the text, the same whatever the size of the pieces; "ERROR message" when refused.
 */
static struct str events(struct buf *b, struct str text, unsigned max_depth)
{
    struct buf again = {0};
    struct err e = {0};

    buf_reset(b);
    for (size_t step = 1; step <= MAX(text.len, 1u); step++) {
        struct json_reader *r = json_reader_new(max_depth, describe, &again);
        int code = read_in_steps(r, text, step, &e);

        json_reader_free(r);
        if (code) {
            buf_reset(&again);
            buf_addf(&again, "ERROR");
        }
        if (step > 1 && !str_eq(buf_str(b), buf_str(&again)))
            printf("# pieces of %zu: %.*s\n", step, STR_ARG(buf_str(&again)));
        if (step > 1 && !str_eq(buf_str(b), buf_str(&again))) {
            buf_reset(b);
            buf_lit(b, "differs by the size of the pieces");
            break;
        }
        buf_reset(b);
        buf_str_add(b, buf_str(&again));
        buf_reset(&again);
    }
    buf_free(&again);
    return buf_str(b);
}

static bool refused(struct str text)
{
    struct buf b = {0};
    bool yes = str_is(events(&b, text, 20), "ERROR");

    buf_free(&b);
    return yes;
}

static const char *message(struct str text, struct err *e)
{
    struct buf b = {0};
    struct json_reader *r = json_reader_new(20, describe, &b);

    *e = (struct err){0};
    if (read_in_steps(r, text, MAX(text.len, 1u), e) == 0)
        snprintf(e->text, sizeof(e->text), "no error");
    json_reader_free(r);
    buf_free(&b);
    return e->text;
}

TEST(events_of_every_kind)
{
    struct buf b = {0};

    CHECK_STR(
        events(&b, STR("{\"a\":[1,-2.50e+3,true,false,null],\"b\":{\"c\":\"x\"},\"d\":[]}"), 9),
        "{a:[#1 #-2.50e+3 tfn]b:{c:'x' }d:[]}");
    CHECK_STR(events(&b, STR(" 12345678901234567890123456789012345678901234567890 "), 9),
              "#12345678901234567890123456789012345678901234567890 ");
    CHECK_STR(events(&b, STR("\"\""), 9), "'' ");
    CHECK_STR(events(&b, STR("{\"\":\"\"}"), 9), "{:'' }");
    CHECK_STR(events(&b, STR("{\"a\":1,\"a\":2}"), 9), "{a:#1 a:#2 }");
    buf_free(&b);
}

TEST(strings_are_unescaped)
{
    struct buf b = {0};

    CHECK_STR(events(&b, STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\""), 9),
              "'\"\\/\b\f\n\r\tAé€' ");
    CHECK_STR(events(&b, STR("\"\\ud83d\\ude00 \\uD83D\\uDE00 😀 é\""), 9), "'😀 😀 😀 é' ");
    CHECK_STR(events(&b, STR("\"\\\\ud800 \\\\\\\\udc00\""), 9), "'\\ud800 \\\\udc00' ");
    struct str zero = events(&b, STR("\"a\\u0000b\""), 9);

    CHECK(zero.len == 4); /* %.*s ends at the zero byte */
    buf_free(&b);
}

TEST(a_zero_byte_in_a_string_is_kept)
{
    struct arena a = {0};
    struct json *tree;
    struct err e;

    CHECK(json_parse(&a, STR("\"a\\u0000b\""), 9, &tree, &e) == 0);
    CHECK(tree->text.len == 3 && memcmp(tree->text.s, "a\0b", 3) == 0);
    arena_free(&a);
}

TEST(lone_surrogates_are_refused_wherever_they_stand)
{
    static const char *const texts[] = {
        "\"\\ud800\"",          "\"\\udc00\"",         "\"\\ud83dx\"",
        "\"\\ud83d\\n\"",       "\"\\ud83d\\ud83d\"",  "\"\\ude00\\ud83d\"",
        "\"a\\udfffb\"",        "\"\\ud83d\\u0041\"",  "\"\\uDBFF\\uE000\"",
        "{\"\\ud800\":1}",      "[\"x\",\"\\udead\"]", "\"\\ud83d\\ude00\\ude00\"",
        "\"\\ud83d\\\\ude00\"",
    };
    struct err e;

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        CHECK(refused(str_of(texts[i])));
    CHECK_STR(str_of(message(STR("[\"abc\\ud800\"]"), &e)),
              "not JSON at byte 11: a lone surrogate");
}

TEST(bytes_that_are_not_utf8_are_refused)
{
    static const char *const texts[] = {
        "\"\xff\"",         "\"\xc3\"",
        "\"\xc3(\"",        "\"\xe2\x82\"",
        "\"\xe2\x28\xa1\"", "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
        "\"\xf0\x9f\x98\"", "\"\x80\"",
        "{\"\xfe\":1}",     "\"long enough for a word at a time \xf8 and more behind it\"",
    };
    struct err e;

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        CHECK(refused(str_of(texts[i])));
    CHECK_STR(str_of(message(STR("[\"ab\xff\"]"), &e)), "not JSON at byte 4: not UTF-8");
}

TEST(what_is_not_one_json_value_is_refused)
{
    static const char *const texts[] = {
        "",          " ",           "{",         "[1",
        "{\"a\"",    "{\"a\":",     "{\"a\":1",  "\"abc",
        "[1,]",      "{\"a\":1,}",  "[1 2]",     "{a:1}",
        "{'a':1}",   "{1:2}",       "01",        "-",
        "1.",        ".5",          "+1",        "1e",
        "nul",       "True",        "NaN",       "Infinity",
        "1 2",       "{} {}",       "[]x",       "[] ,",
        "\"\\x\"",   "\"\\u12g4\"", "\"\\u12\"", "// a\n1",
        "/* a */ 1", "\"a\nb\"",    "\"a\tb\"",  "]",
        "}",         "[}",          "{]",        "\\u0041",
        "[\"a\":1]", ",",           ":",         "\xef\xbb\xbf[]",
    };
    struct err e;

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        CHECK(refused(str_of(texts[i])));
    CHECK_STR(str_of(message(STR("{\"a\":1"), &e)), "the JSON text ends too early");
    CHECK_STR(str_of(message(STR("[1 2]"), &e)),
              "not JSON at byte 4: after array element, I expect ',' or ']'");
}

TEST(nesting_has_a_ceiling)
{
    struct buf b = {0};
    struct err e;

    CHECK_STR(events(&b, STR("[[[]]]"), 3), "[[[]]]");
    CHECK_STR(events(&b, STR("[[[{}]]]"), 3), "ERROR");
    CHECK_STR(events(&b, STR("[[],[],{\"a\":[]}]"), 3), "[[][]{a:[]}]");
    buf_reset(&b);
    for (int i = 0; i < 100000; i++)
        buf_char(&b, '[');
    CHECK_STR(str_of(message(buf_str(&b), &e)), "nested more than 20 levels deep");
    buf_free(&b);
}

TEST(a_handler_ends_the_reading)
{
    struct buf b = {0};
    struct json_reader *r = json_reader_new(9, describe, &b);
    struct err e = {0};

    CHECK(json_reader_feed(r, STR("[1,\"refuse me\",2"), &e) == ERR_REFUSED);
    CHECK_STR(str_of(e.text), "as you wish");
    CHECK_STR(buf_str(&b), "[#1 ");
    CHECK(json_reader_feed(r, STR("]"), &e) == ERR_REFUSED);
    CHECK(json_reader_finish(r, &e) == ERR_REFUSED);
    json_reader_reset(r);
    buf_reset(&b);
    CHECK(json_reader_feed(r, STR("[3]"), &e) == 0 && json_reader_finish(r, &e) == 0);
    CHECK(json_reader_offset(r) == 3);
    CHECK_STR(buf_str(&b), "[#3 ]");
    json_reader_free(r);
    buf_free(&b);
}

TEST(reset_forgets_a_cut_text)
{
    static const char *const cut[] = {"[\"\\ud83d", "\"\xe2\x82", "\"\\", "\"\\u00", "[[[["};
    struct buf b = {0};
    struct json_reader *r = json_reader_new(4, describe, &b);
    struct err e;

    for (size_t i = 0; i < ARRAY_LEN(cut); i++) {
        CHECK(json_reader_feed(r, str_of(cut[i]), &e) == 0);
        json_reader_reset(r);
        buf_reset(&b);
        CHECK(json_reader_feed(r, STR("[[[[\"x\"]]]]"), &e) == 0);
        CHECK(json_reader_finish(r, &e) == 0);
        CHECK_STR(buf_str(&b), "[[[['x' ]]]]");
        json_reader_reset(r);
    }
    json_reader_free(r);
    buf_free(&b);
}

TEST(tree_lookups)
{
    struct arena a = {0};
    struct json *tree;
    struct err e;
    uint64_t n = 7;
    struct str text = STR("{\"s\":\"text\",\"n\":42,\"neg\":-1,\"b\":true,\"o\":{\"x\":[1,2,3]},"
                          "\"dup\":1,\"dup\":2,\"z\":null}");

    CHECK(json_parse(&a, text, 9, &tree, &e) == 0);
    CHECK_STR(json_text(tree, "s"), "text");
    CHECK_STR(json_text(tree, "n"), "42");
    CHECK_STR(json_text(tree, "dup"), "2");
    CHECK_STR(json_text(tree, "b"), "");
    CHECK_STR(json_text(json_get(json_get(tree, "missing"), "more"), "most"), "");
    CHECK(json_get_u64(tree, "n", &n) && n == 42);
    CHECK(!json_get_u64(tree, "neg", &n) && !json_get_u64(tree, "s", &n) && n == 42);
    CHECK(json_get_bool(tree, "b", false) && json_get_bool(tree, "s", true) &&
          !json_get_bool(NULL, "b", false));
    CHECK(json_get(json_get(tree, "o"), "x")->count == 3);
    CHECK(json_get(tree, "z")->kind == JSON_IS_NULL && tree->count == 8);
    CHECK(json_parse(&a, STR("[1,"), 9, &tree, &e) == ERR_FAILED);
    arena_free(&a);
}

TEST(tree_is_written_as_it_was)
{
    struct arena a = {0};
    struct buf b = {0};
    struct json *tree;
    struct err e;
    const char *text =
        "{\"a\":[1,{\"b\":\"x\\n\\\"\"},[],{}],\"n\":-1.50e+3,\"t\":[true,false,null]}";

    CHECK(json_parse(&a, str_of(text), 9, &tree, &e) == 0);
    json_write(&b, tree, false);
    CHECK_STR(buf_str(&b), text);
    buf_reset(&b);
    json_write(&b, tree, true);
    CHECK_STR(buf_str(&b),
              "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x\\n\\\"\"\n    },\n    [],\n"
              "    {}\n  ],\n  \"n\": -1.50e+3,\n  \"t\": [\n    true,\n    false,\n"
              "    null\n  ]\n}");
    buf_free(&b);
    arena_free(&a);
}

static struct str written(struct buf *b, struct str text)
{
    buf_reset(b);
    json_add_string(b, text);
    return buf_str(b);
}

TEST(writer_escapes)
{
    struct buf b = {0}, text = {0};

    CHECK_STR(written(&b, STR("")), "\"\"");
    CHECK_STR(written(&b, STR("a\"b\\c/d")), "\"a\\\"b\\\\c/d\"");
    CHECK_STR(written(&b, STR("\b\f\n\r\t\x01\x1b\x1f\x7f")),
              "\"\\b\\f\\n\\r\\t\\u0001\\u001b\\u001f\x7f\"");
    CHECK_STR(written(&b, STR("a\0b")), "\"a\\u0000b\"");
    CHECK_STR(written(&b, STR("Zürich 😀, more than sixteen bytes")),
              "\"Zürich 😀, more than sixteen bytes\"");
    CHECK_STR(written(&b, STR("a\xff"
                              "b\xc3")),
              "\"a\xef\xbf\xbd"
              "b\xef\xbf\xbd\"");
    CHECK_STR(written(&b, STR("\xed\xa0\x80")), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    for (size_t len = 0; len < 40; len++) { /* a quote at every place of every length */
        for (size_t at = 0; at < len; at++) {
            buf_reset(&text);
            for (size_t i = 0; i < len; i++)
                buf_char(&text, i == at ? '"' : 'x');
            struct str out = written(&b, buf_str(&text));

            CHECK(out.len == len + 3 && out.s[at + 1] == '\\' && out.s[at + 2] == '"');
            CHECK(out.s[len + 2] == '"' && (at + 1 == len || out.s[len + 1] == 'x'));
        }
    }
    buf_free(&b);
    buf_free(&text);
}

TEST(writer_puts_the_commas)
{
    struct buf b = {0};
    struct json_writer w = {.out = &b};

    json_begin_object(&w);
    json_name(&w, STR("a"));
    json_begin_array(&w);
    json_uint(&w, UINT64_MAX);
    json_string(&w, STR("x"));
    json_begin_object(&w);
    json_end_object(&w);
    json_null(&w);
    json_end_array(&w);
    json_name(&w, STR("b"));
    json_bool(&w, true);
    json_name(&w, STR("c"));
    json_raw(&w, STR("-0.5"));
    json_end_object(&w);
    CHECK_STR(buf_str(&b), "{\"a\":[18446744073709551615,\"x\",{},null],\"b\":true,\"c\":-0.5}");
    buf_free(&b);
}

TEST(writer_keeps_to_the_ceiling)
{
    struct buf b = {.max = 10};

    json_add_string(&b, STR("12345678"));
    CHECK(!b.over && b.len == 10);
    buf_reset(&b);
    json_add_string(&b, STR("123456789 and more"));
    CHECK(b.over && b.len <= 10);
    buf_free(&b);
}

TEST_MAIN()
