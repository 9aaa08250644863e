/* Conditions over one item. tests/server/filter compares many more with the service. */
#include "test.h"

#include "pksk/item/ddbjson.h"
#include "pksk/lang/parse.h"
#include "pksk/plan/filter.h"

static const char item_text[] =
    "{\"pk\":{\"S\":\"USER#42\"},\"n\":{\"N\":\"10\"},\"m\":{\"M\":{\"a\":{\"L\":[{\"S\":\"x\"},"
    "{\"N\":\"1.50\"}]}}},\"ss\":{\"SS\":[\"b\",\"a\"]},\"ns\":{\"NS\":[\"1\",\"2\"]},"
    "\"l\":{\"L\":[{\"N\":\"1\"},{\"S\":\"x\"}]},\"yes\":{\"BOOL\":true},\"nil\":{\"NULL\":true},"
    "\"b\":{\"B\":\"AAEC\"},\"wide\":{\"S\":\"aé😀\"},\"none\":{\"S\":\"\"}}";

static struct arena arena;
static struct err err;

/* 1 or 0, or a negative code of the check. */
static int matches(const char *condition)
{
    struct statement *st;
    struct value *item;
    struct buf b = {0};
    size_t pos = 0;

    err = (struct err){0};
    buf_addf(&b, "scan where %s", condition);
    struct str text = arena_str(&arena, buf_str(&b));

    buf_free(&b);
    if (lang_parse(&arena, text, &pos, NULL, &st, &err) < 0 ||
        ddb_parse_item(&arena, str_of(item_text), &item, &err) < 0) {
        printf("# %s: %s\n", condition, err.text);
        abort();
    }
    int r = filter_check(st->filter, &err);

    return r < 0 ? r : filter_matches(st->filter, item);
}

static bool all(const char *const *conditions, size_t count, int want)
{
    bool good = true;

    for (size_t i = 0; i < count; i++) {
        int got = matches(conditions[i]);

        if (got != want)
            printf("# %s: %d %s\n", conditions[i], got, err.text);
        good &= got == want;
    }
    arena_free(&arena);
    return good;
}

TEST(conditions_that_are_true)
{
    static const char *const conditions[] = {"pk = \"USER#42\"",
                                             "n = 10",
                                             "n = 1e1",
                                             "n > 9",
                                             "n <= 10.0",
                                             "n between 9 and 10.5",
                                             "n in (1, 10)",
                                             "n <> \"10\"",
                                             "n <> 9",
                                             "gone <> 5",
                                             "not gone = 5",
                                             "missing gone",
                                             "attribute_exists(m.a[1])",
                                             "m.a[1] = 1.5",
                                             "m.a[0] = x",
                                             "not exists m.a[2]",
                                             "begins_with(pk, USER)",
                                             "begins_with(none, \"\")",
                                             "contains(pk, \"#4\")",
                                             "contains(none, \"\")",
                                             "contains(ss, a)",
                                             "contains(ns, 2.0)",
                                             "contains(l, 1)",
                                             "contains(b, b64\"AQI=\")",
                                             "size(ss) = 2",
                                             "size(m) = 1",
                                             "size(b) = 3",
                                             "size(wide) = 4",
                                             "size(pk) between 7 and 7",
                                             "attribute_type(ns, NS)",
                                             "attribute_type(nil, NULL)",
                                             "yes = true",
                                             "nil = null",
                                             "ss = <<a, b>>",
                                             "l = [1, x]",
                                             "m = {a: [x, 1.5]}",
                                             "pk < V and (n > 100 or ss = <<b, a>>)",
                                             "l[0] < @n",
                                             "size(l) = @ns or size(l) < @n"};

    CHECK(all(conditions, ARRAY_LEN(conditions), 1));
}

TEST(conditions_that_are_false)
{
    static const char *const conditions[] = {"n = \"10\"",
                                             "gone = 5",
                                             "gone < 5",
                                             "gone between 1 and 2",
                                             "gone in (1)",
                                             "n < \"99\"",
                                             "pk > 5",
                                             "begins_with(n, \"1\")",
                                             "begins_with(gone, \"\")",
                                             "contains(n, \"1\")",
                                             "contains(ss, 1)",
                                             "contains(m, a)",
                                             "size(n) = 2",
                                             "size(gone) = 0",
                                             "size(yes) = 1",
                                             "attribute_type(gone, S)",
                                             "attribute_type(n, S)",
                                             "ss = [a, b]",
                                             "yes = false",
                                             "l = [x, 1]",
                                             "m.a.b = x",
                                             "n[0] = 1",
                                             "pk.x = 1",
                                             "not n = 10",
                                             "n = 10 and n = 11",
                                             "gone = @alsogone",
                                             "l < @n",
                                             "exists m.a[2]"};

    CHECK(all(conditions, ARRAY_LEN(conditions), 0));
}

TEST(conditions_that_the_service_refuses)
{
    static const char *const conditions[] = {"n > true",
                                             "n < null",
                                             "n >= [1]",
                                             "n <= <<1>>",
                                             "begins_with(pk, 5)",
                                             "begins_with(pk, size(pk))",
                                             "n between 1 and \"2\"",
                                             "n between 2 and 1",
                                             "n between true and false",
                                             "n = @n",
                                             "contains(pk, @pk)",
                                             "pk = x and not (n > {})"};

    CHECK(all(conditions, ARRAY_LEN(conditions), ERR_SYNTAX));
}

TEST(a_refusal_has_its_place)
{
    CHECK(matches("n = 1 and n > true") == ERR_SYNTAX);
    CHECK(err.at.from == strlen("scan where n = 1 and n > ") && err.at.to == err.at.from + 4);
    CHECK_STR(str_of(err.text), "> takes no BOOL here");
    CHECK_STR(str_of(err.expected), "expected a string, a number or binary, which have an order");
    arena_free(&arena);
}

TEST_MAIN()
