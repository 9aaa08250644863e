#include <locale.h>

#include "pksk/item/ddbjson.h"
#include "pksk/item/plain.h"
#include "pksk/out/record.h"
#include "pksk/out/text.h"
#include "test.h"

static const struct str keys[] = {{"pk", 2}, {"sk", 2}};
static struct arena arena;
static struct buf out;
static struct err err;

static struct value *item(const char *text)
{
    struct value *v;

    if (!text)
        return NULL;
    if (ddb_parse_item(&arena, str_of(text), &v, &err) < 0) {
        printf("# %s\n", err.text);
        abort();
    }
    return v;
}

#define KEY "\"pk\":{\"S\":\"USER#42\"},\"sk\":{\"N\":\"7\"}"

static struct stream_record record(enum stream_event event, const char *old, const char *new)
{
    return (struct stream_record){
        .event = event,
        .time_ms = 1767322445999,
        .keys = item("{" KEY "}"),
        .old_image = item(old),
        .new_image = item(new),
        .sequence = STR("123"),
        .view = STR("KEYS_ONLY"),
    };
}

static struct str printed(enum format f, unsigned width, bool terminal,
                          const struct stream_record *r)
{
    struct print_options o = {.width = width, .terminal = terminal, .keys = keys, .key_count = 2};

    buf_reset(&out);
    err = (struct err){0};
    if (record_add(&out, f, &o, r, &err) < 0)
        return str_of(err.text);
    return buf_str(&out);
}

TEST(a_change_says_what_came_went_and_became)
{
    struct stream_record r = record(
        STREAM_MODIFY,
        "{" KEY
        ",\"n\":{\"N\":\"1\"},\"gone\":{\"BOOL\":true},\"same\":{\"S\":\"x\"},\"addr\":{\"M\":"
        "{\"city\":{\"S\":\"Bonn\"},\"zip\":{\"N\":\"1\"}}}}",
        "{" KEY
        ",\"n\":{\"N\":\"2\"},\"new\":{\"S\":\"x y\"},\"same\":{\"S\":\"x\"},\"addr\":{\"M\":"
        "{\"city\":{\"S\":\"Berlin\"},\"zip\":{\"N\":\"1\"}}}}");

    CHECK_STR(printed(FORMAT_PRETTY, 0, false, &r), "2026-01-02T02:54:05Z  MODIFY  USER#42 7\n"
                                                    "  ~ n          1 → 2\n"
                                                    "  + new        x y\n"
                                                    "  ~ addr.city  Bonn → Berlin\n"
                                                    "  - gone       true\n");
}

TEST(time_to_live_and_single_images_are_told)
{
    struct stream_record r = record(STREAM_REMOVE, "{" KEY ",\"n\":{\"N\":\"1\"}}", NULL);

    r.ttl = true;
    CHECK_STR(printed(FORMAT_PRETTY, 0, false, &r),
              "2026-01-02T02:54:05Z  REMOVE  USER#42 7  by time to live\n  - n  1\n");
    r = record(STREAM_MODIFY, NULL, "{" KEY ",\"n\":{\"N\":\"1\"}}");
    CHECK_STR(printed(FORMAT_PRETTY, 0, false, &r),
              "2026-01-02T02:54:05Z  MODIFY  USER#42 7  new image\n    n  1\n");
    r = record(STREAM_MODIFY, NULL, NULL);
    CHECK_STR(printed(FORMAT_PRETTY, 0, false, &r), "2026-01-02T02:54:05Z  MODIFY  USER#42 7\n");
}

TEST(nothing_is_wider_than_the_terminal_and_nothing_steers_it)
{
    struct stream_record r =
        record(STREAM_MODIFY,
               "{" KEY ",\"long\":{\"S\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"},"
               "\"e\":{\"S\":\"\\u001b[31m\"}}",
               "{" KEY ",\"long\":{\"S\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"},"
               "\"a\\u009b very long name of an attribute\":{\"S\":\"\\u202eabc\"}}");

    for (unsigned width = 60; width >= 20; width--) {
        struct str rest = printed(FORMAT_PRETTY, width, true, &r), line;

        CHECK(str_split(&rest, '\n', &line) && text_is_safe(line)); /* the time is not cut */
        while (str_split(&rest, '\n', &line)) {
            CHECK(text_width(line) <= width);
            CHECK(text_is_safe(line));
        }
    }
    CHECK_STR(printed(FORMAT_PRETTY, 40, true, &r), "2026-01-02T02:54:05Z  MODIFY  USER#42 7\n"
                                                    "  ~ long           aaaaaaaa… → bbbbbbbb…\n"
                                                    "  + a\\u009b very…  \"\\u202eabc\"\n"
                                                    "  - e              \"\\u001b[31m\"\n");
}

TEST(a_large_map_is_compared_by_its_names)
{
    struct buf old = {0}, new = {0};

    buf_lit(&old, "{" KEY);
    buf_lit(&new, "{" KEY);
    for (unsigned i = 0; i < 20000; i++) {
        buf_addf(&old, ",\"a%u\":{\"N\":\"1\"}", i);
        buf_addf(&new, ",\"a%u\":{\"N\":\"%u\"}", 19999 - i, i % 100 ? 1 : 2);
    }
    buf_char(&old, '}');
    buf_char(&new, '}');
    struct stream_record r = record(STREAM_MODIFY, buf_cstr(&old), buf_cstr(&new));

    CHECK(str_ends(printed(FORMAT_PRETTY, 80, true, &r), STR("    … 160 more\n")));
    buf_free(&old);
    buf_free(&new);
}

TEST(as_json_and_as_statements)
{
    struct stream_record r = record(STREAM_MODIFY, "{" KEY "}", "{" KEY ",\"s\":{\"SS\":[\"a\"]}}");

    r.ttl = true;
    CHECK_STR(printed(FORMAT_DDB_JSON, 0, false, &r),
              "{\"event\":\"MODIFY\",\"time\":\"2026-01-02T02:54:05Z\",\"keys\":{" KEY "},"
              "\"new\":{" KEY ",\"s\":{\"SS\":[\"a\"]}},\"old\":{" KEY "},\"ttl\":true,"
              "\"sequence\":\"123\"}\n");
    CHECK_STR(printed(FORMAT_PKSK, 0, false, &r), "put {pk: \"USER#42\", sk: 7, s: <<\"a\">>}\n");
    buf_reset(&out);
    plain_add_value(&out, record_as_item(&arena, &r));
    CHECK_STR(buf_str(&out),
              "{\"event\":\"MODIFY\",\"time\":\"2026-01-02T02:54:05Z\","
              "\"keys\":{\"pk\":\"USER#42\",\"sk\":7},\"new\":{\"pk\":\"USER#42\",\"sk\":7,"
              "\"s\":[\"a\"]},\"old\":{\"pk\":\"USER#42\",\"sk\":7},\"ttl\":true,"
              "\"sequence\":\"123\"}");
    r = record(STREAM_REMOVE, NULL, NULL);
    CHECK_STR(printed(FORMAT_PKSK, 0, false, &r), "delete USER#42 7\n");
    r = record(STREAM_INSERT, NULL, NULL);
    CHECK(str_starts(printed(FORMAT_PKSK, 0, false, &r), STR("the stream keeps no new images")));
    CHECK(err.code == ERR_FAILED);
    arena_free(&arena);
    buf_free(&out);
}

__attribute__((constructor)) static void begin(void)
{
    setlocale(LC_ALL, "C.UTF-8");
}

TEST_MAIN()
