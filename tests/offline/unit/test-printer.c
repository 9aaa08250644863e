#include <locale.h>

#include "pksk/base/utf8.h"
#include "pksk/item/ddbjson.h"
#include "pksk/out/printer.h"
#include "pksk/out/shape.h"
#include "pksk/out/text.h"
#include "test.h"

static struct arena arena;
static struct buf out;
static const struct str keys[] = {{"pk", 2}, {"sk", 2}};

/* Items, one a line in DynamoDB JSON, as a page. */
static struct value *page(const char *lines)
{
    struct str rest = str_of(lines), line;
    struct value *first = NULL, **next = &first;
    struct err e = {0};

    while (str_split(&rest, '\n', &line)) {
        if (line.len && ddb_parse_item(&arena, line, next, &e) < 0) {
            printf("# %s\n", e.text);
            abort();
        }
        if (line.len)
            next = &(*next)->next;
    }
    return first;
}

static struct print_options options(unsigned width)
{
    return (struct print_options){.width = width, .keys = keys, .key_count = 2};
}

/* Pages up to a NULL in one printer. */
static int print_pages(enum format f, struct print_options o, const char *const *pages,
                       struct err *e)
{
    struct sink *s = sink_buffer(&out);
    struct printer *p = printer_new(f, &o, s);
    int r = 0;

    buf_reset(&out);
    for (size_t i = 0; pages[i] && r == 0; i++)
        r = printer_page(p, page(pages[i]), e);
    if (r == 0)
        r = printer_end(p, e);
    printer_free(p);
    if (sink_close(s, true, NULL) < 0)
        abort();
    return r;
}

static struct str printed(enum format f, struct print_options o, const char *lines)
{
    const char *pages[] = {lines, NULL};
    struct err e = {0};

    if (print_pages(f, o, pages, &e) < 0) {
        buf_reset(&out);
        buf_addf(&out, "error: %s", e.text);
    }
    return buf_str(&out);
}

static const char every_type[] =
    "{\"pk\":{\"S\":\"A\"},\"sk\":{\"S\":\"1\"},\"s\":{\"S\":\"say \\\"hi\\\", ann\"},"
    "\"n\":{\"N\":\"-1.50\"},\"b\":{\"B\":\"aGk=\"},\"t\":{\"BOOL\":true},\"u\":{\"NULL\":true},"
    "\"m\":{\"M\":{\"x\":{\"N\":\"1\"},\"y\":{\"S\":\"2\"}}},\"l\":{\"L\":[{\"S\":\"a\"},{\"N\":"
    "\"2\"}]},"
    "\"ss\":{\"SS\":[\"a\",\"b\"]},\"ns\":{\"NS\":[\"1\",\"2\"]},\"bs\":{\"BS\":[\"aGk=\"]}}\n";

static const char orders[] =
    "{\"sk\":{\"S\":\"ORDER#1001\"},\"pk\":{\"S\":\"USER#42\"},\"total\":{\"N\":\"12.50\"},"
    "\"status\":{\"S\":\"ACTIVE\"},\"gsi1sk\":{\"S\":\"2024-01-02#1001\"}}\n"
    "{\"gsi1sk\":{\"S\":\"2024-02-11#1002\"},\"status\":{\"S\":\"SHIPPED\"},\"total\":{\"N\":\"7\"}"
    ","
    "\"pk\":{\"S\":\"USER#7\"},\"sk\":{\"S\":\"ORDER#1002\"}}\n";

static const char profile[] = "{\"pk\":{\"S\":\"USER#42\"},\"sk\":{\"S\":\"PROFILE\"},\"email\":"
                              "{\"S\":\"ann@example.com\"},\"tags\":{\"SS\":[\"gold\",\"new\"]}}\n";

TEST(names_of_formats)
{
    enum format f = FORMAT_COUNT;

    for (unsigned i = 0; i < FORMAT_COUNT; i++) {
        CHECK(format_from(str_of(format_name((enum format)i)), &f) && f == i);
    }
    CHECK(format_from(STR("DDB-json"), &f) && f == FORMAT_DDB_JSON);
    CHECK(!format_from(STR("xml"), &f) && !format_from(STR(""), &f));
    CHECK(format_from_path(STR("a/b.ddb.json"), &f) && f == FORMAT_DDB_JSON);
    CHECK(format_from_path(STR("b.json"), &f) && f == FORMAT_JSON);
    CHECK(format_from_path(STR("b.jsonl"), &f) && f == FORMAT_JSONL);
    CHECK(format_from_path(STR("B.CSV"), &f) && f == FORMAT_CSV);
    CHECK(format_from_path(STR("b.tsv"), &f) && f == FORMAT_TSV);
    CHECK(format_from_path(STR("b.pksk"), &f) && f == FORMAT_PKSK);
    CHECK(!format_from_path(STR("b.xml"), &f) && !format_from_path(STR(".csv"), &f));
}

TEST(jsonl_is_an_object_a_line)
{
    CHECK_STR(printed(FORMAT_JSONL, options(0), every_type),
              "{\"pk\":\"A\",\"sk\":\"1\",\"b\":\"aGk=\",\"bs\":[\"aGk=\"],\"l\":[\"a\",2],"
              "\"m\":{\"x\":1,\"y\":\"2\"},\"n\":-1.50,\"ns\":[1,2],"
              "\"s\":\"say \\\"hi\\\", ann\",\"ss\":[\"a\",\"b\"],\"t\":true,\"u\":null}\n");
}

TEST(ddb_json_is_what_the_service_sends_in_order)
{
    CHECK_STR(printed(FORMAT_DDB_JSON, options(0), every_type),
              "{\"pk\":{\"S\":\"A\"},\"sk\":{\"S\":\"1\"},\"b\":{\"B\":\"aGk=\"},"
              "\"bs\":{\"BS\":[\"aGk=\"]},\"l\":{\"L\":[{\"S\":\"a\"},{\"N\":\"2\"}]},"
              "\"m\":{\"M\":{\"x\":{\"N\":\"1\"},\"y\":{\"S\":\"2\"}}},\"n\":{\"N\":\"-1.50\"},"
              "\"ns\":{\"NS\":[\"1\",\"2\"]},\"s\":{\"S\":\"say \\\"hi\\\", ann\"},"
              "\"ss\":{\"SS\":[\"a\",\"b\"]},\"t\":{\"BOOL\":true},\"u\":{\"NULL\":true}}\n");
}

/* The same item twice, as two answers may have it; nested maps, maps in lists, and sets, too. */
static const char one_way[] =
    "{\"z\":{\"M\":{\"b\":{\"M\":{\"y\":{\"N\":\"1\"},\"x\":{\"N\":\"2\"}}},\"a\":{\"SS\":[\"t\","
    "\"s\"]}}},\"sk\":{\"S\":\"1\"},\"l\":{\"L\":[{\"M\":{\"d\":{\"N\":\"1\"},\"c\":{\"N\":\"2\"}}}"
    ",{"
    "\"S\":\"b\"},{\"S\":\"a\"}]},\"ns\":{\"NS\":[\"10\",\"9\"]},\"pk\":{\"S\":\"A\"}}";
static const char other_way[] =
    "{\"pk\":{\"S\":\"A\"},\"ns\":{\"NS\":[\"9\",\"10\"]},\"sk\":{\"S\":\"1\"},\"z\":{\"M\":{\"a\":"
    "{"
    "\"SS\":[\"s\",\"t\"]},\"b\":{\"M\":{\"x\":{\"N\":\"2\"},\"y\":{\"N\":\"1\"}}}}},\"l\":{\"L\":["
    "{"
    "\"M\":{\"c\":{\"N\":\"2\"},\"d\":{\"N\":\"1\"}}},{\"S\":\"b\"},{\"S\":\"a\"}]}}";

TEST(the_same_item_is_the_same_text)
{
    static const enum format formats[] = {FORMAT_JSON, FORMAT_JSONL, FORMAT_DDB_JSON, FORMAT_PKSK,
                                          FORMAT_CSV};
    struct buf first = {0};

    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        buf_reset(&first);
        buf_str_add(&first, printed(formats[i], options(0), one_way));
        CHECK(str_eq(buf_str(&first), printed(formats[i], options(0), other_way)));
    }
    CHECK_STR(printed(FORMAT_JSONL, options(0), one_way),
              "{\"pk\":\"A\",\"sk\":\"1\",\"l\":[{\"c\":2,\"d\":1},\"b\",\"a\"],\"ns\":[9,10],"
              "\"z\":{\"a\":[\"s\",\"t\"],\"b\":{\"x\":2,\"y\":1}}}\n");
    buf_free(&first);
}

TEST(many_attributes_are_in_order)
{
    struct buf lines = {0}, want = {0};

    buf_lit(&lines, "{");
    buf_lit(&want, "{\"pk\":\"A\"");
    for (int i = 99; i >= 0; i--)
        buf_addf(&lines, "\"attribute%02d\":{\"N\":\"%d\"},", i, i);
    buf_lit(&lines, "\"pk\":{\"S\":\"A\"}}");
    for (int i = 0; i < 100; i++)
        buf_addf(&want, ",\"attribute%02d\":%d", i, i);
    buf_lit(&want, "}\n");
    buf_char(&lines, '\0');
    CHECK(str_eq(printed(FORMAT_JSONL, options(0), lines.s), buf_str(&want)));
    buf_free(&lines);
    buf_free(&want);
}

TEST(select_is_the_order_of_json)
{
    static const struct str columns[] = {{"total", 5}, {"pk", 2}};
    struct print_options o = options(0);

    o.columns = columns;
    o.column_count = 2;
    CHECK_STR(printed(FORMAT_JSONL, o, "{\"pk\":{\"S\":\"A\"},\"total\":{\"N\":\"1\"}}"),
              "{\"total\":1,\"pk\":\"A\"}\n");
}

TEST(json_is_one_array)
{
    const char *pages[] = {"{\"a\":{\"N\":\"1\"}}\n{\"a\":{\"N\":\"2\"}}", "{\"a\":{\"N\":\"3\"}}",
                           NULL},
               *none[] = {NULL};
    struct err e = {0};

    CHECK(print_pages(FORMAT_JSON, options(0), pages, &e) == 0);
    CHECK_STR(buf_str(&out), "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  },\n"
                             "  {\n    \"a\": 3\n  }\n]\n");
    CHECK(print_pages(FORMAT_JSON, options(0), none, &e) == 0);
    CHECK_STR(buf_str(&out), "[]\n");
}

TEST(pksk_is_put_statements)
{
    CHECK_STR(printed(FORMAT_PKSK, options(0), "{\"pk\":{\"S\":\"A\"},\"n\":{\"N\":\"1\"}}"),
              "put {pk: \"A\", n: 1}\n");
}

TEST(csv_has_keys_first_then_names)
{
    CHECK_STR(printed(FORMAT_CSV, options(0), every_type),
              "pk,sk,b,bs,l,m,n,ns,s,ss,t,u\r\n"
              "A,1,aGk=,\"[\"\"aGk=\"\"]\",\"[\"\"a\"\",2]\",\"{\"\"x\"\":1,\"\"y\"\":\"\"2\"\"}\","
              "-1.50,\"[1,2]\",\"say \"\"hi\"\", ann\",\"[\"\"a\"\",\"\"b\"\"]\",true,\r\n");
}

TEST(csv_leaves_cells_empty_and_quotes_empty_text)
{
    CHECK_STR(printed(FORMAT_CSV, options(0),
                      "{\"pk\":{\"S\":\"=1+1\"},\"sk\":{\"S\":\"a\\nb\"}}\n"
                      "{\"pk\":{\"S\":\"\"},\"x\":{\"S\":\" y \"}}"),
              "pk,sk,x\r\n=1+1,\"a\nb\",\r\n\"\",, y \r\n");
}

TEST(tsv_quotes_its_own_separator)
{
    CHECK_STR(printed(FORMAT_TSV, options(0), "{\"pk\":{\"S\":\"a,b\"},\"sk\":{\"S\":\"a\\tb\"}}"),
              "pk\tsk\na,b\t\"a\tb\"\n");
}

TEST(csv_columns_from_select)
{
    const struct str columns[] = {{"sk", 2}, {"m.x", 3}, {"l[1]", 4}, {"nope", 4}};
    struct print_options o = options(0);
    const char *none[] = {NULL};
    struct err e = {0};

    o.columns = columns;
    o.column_count = 4;
    CHECK_STR(printed(FORMAT_CSV, o, every_type), "sk,m.x,l[1],nope\r\n1,1,2,\r\n");
    CHECK(print_pages(FORMAT_CSV, o, none, &e) == 0);
    CHECK_STR(buf_str(&out), "sk,m.x,l[1],nope\r\n");
}

TEST(csv_refuses_a_new_column)
{
    const char *pages[] = {"{\"pk\":{\"S\":\"a\"}}",
                           "{\"pk\":{\"S\":\"b\"},\"late\":{\"N\":\"1\"}}", NULL};
    struct err e = {0};

    CHECK(print_pages(FORMAT_CSV, options(0), pages, &e) == ERR_FAILED);
    CHECK_STR(buf_str(&out), "pk\r\na\r\n");
    CHECK_STR(str_of(e.text), "a later item has the attribute late, which has no column: the csv "
                              "header was made from the first page");
    CHECK_STR(str_of(e.hint), "name the columns with select, or use jsonl; `export into FILE.csv` "
                              "knows all columns");
}

TEST(table_is_the_union)
{
    CHECK_STR(printed(FORMAT_TABLE, options(0), orders),
              "pk       sk          status   total  gsi1sk\n"
              "USER#42  ORDER#1001  ACTIVE   12.50  2024-01-02#1001\n"
              "USER#7   ORDER#1002  SHIPPED      7  2024-02-11#1002\n");
    CHECK_STR(printed(FORMAT_TABLE, options(0),
                      "{\"pk\":{\"S\":\"a\"},\"x\":{\"N\":\"1\"}}\n"
                      "{\"pk\":{\"S\":\"b\"},\"y\":{\"BOOL\":false}}\n"),
              "pk  x  y\na   1\nb      false\n");
}

TEST(pretty_page_of_one_shape)
{
    CHECK_STR(printed(FORMAT_PRETTY, options(80), orders),
              "pk       sk          status   total  gsi1sk\n"
              "USER#42  ORDER#1001  ACTIVE   12.50  2024-01-02#1001\n"
              "USER#7   ORDER#1002  SHIPPED      7  2024-02-11#1002\n");
}

TEST(pretty_single_item)
{
    struct print_options o = options(80);

    o.single = true;
    CHECK_STR(printed(FORMAT_PRETTY, o, profile), "pk     USER#42\n"
                                                  "sk     PROFILE\n"
                                                  "email  ann@example.com\n"
                                                  "tags   <<gold, new>>\n");
    CHECK_STR(printed(FORMAT_PRETTY, o, every_type), "pk  A\n"
                                                     "sk  \"1\"\n"
                                                     "n   -1.50\n"
                                                     "s   say \"hi\", ann\n"
                                                     "t   true\n"
                                                     "u   null\n"
                                                     "b   b64\"aGk=\"\n"
                                                     "bs  <<b64\"aGk=\">>\n"
                                                     "l   [a, 2]\n"
                                                     "m   {x: 1, y: \"2\"}\n"
                                                     "ns  <<1, 2>>\n"
                                                     "ss  <<a, b>>\n");
}

TEST(pretty_opens_what_is_too_long_for_a_line)
{
    struct print_options o = options(30);

    o.single = true;
    CHECK_STR(printed(FORMAT_PRETTY, o,
                      "{\"pk\":{\"S\":\"a text that is longer than the line\"},"
                      "\"lines\":{\"L\":[{\"M\":{\"sku\":{\"S\":\"A1\"},\"qty\":{\"N\":\"2\"}}},"
                      "{\"M\":{\"sku\":{\"S\":\"B2\"},\"qty\":{\"N\":\"1\"},"
                      "\"more\":{\"S\":\"abcdefghijklmno\"}}}]}}"),
              "pk     a text that is longer \n"
              "       than the line\n"
              "lines  [\n"
              "         {sku: A1, qty: 2},\n"
              "         {\n"
              "           sku: B2,\n"
              "           qty: 1,\n"
              "           more: abcdefghijklm\n"
              "             no\n"
              "         }\n"
              "       ]\n");
}

TEST(vertical_is_any_number_of_items)
{
    CHECK_STR(
        printed(FORMAT_VERTICAL, options(24),
                "{\"pk\":{\"S\":\"A\"},\"text\":{\"S\":\"one two three four five six\"}}\n"
                "{\"pk\":{\"S\":\"B\"},\"text\":{\"S\":\"abcdefghijklmnopqrstuvwxyz\"}}\n"
                "{\"pk\":{\"S\":\"C\"},\"text\":{\"S\":\"中中中中中中中中中中\"},\"b\":{\"B\":"
                "\"AAAAAAAAAAAAAAAAAAAAAAAA\"}}\n"),
        "── 1 ───────────────────\n"
        "pk    A\n"
        "text  one two three \n"
        "      four five six\n"
        "── 2 ───────────────────\n"
        "pk    B\n"
        "text  abcdefghijklmnopqr\n"
        "      stuvwxyz\n"
        "── 3 ───────────────────\n"
        "pk    C\n"
        "text  中中中中中中中中中\n"
        "      中\n"
        "b     b64\"AAAAAAAAAAAAA…\n");
}

TEST(pretty_groups_by_shape)
{
    _cleanup_(buf_free) struct buf lines = {0};

    buf_lit(&lines,
            "{\"pk\":{\"S\":\"USER#1\"},\"sk\":{\"S\":\"PROFILE\"},\"name\":{\"S\":\"Ann\"}}\n");
    for (unsigned i = 1; i < 4; i++)
        buf_addf(&lines,
                 "{\"pk\":{\"S\":\"USER#1\"},\"sk\":{\"S\":\"ORDER#%u\"},\"n\":{\"N\":\"%u\"}}\n",
                 i, i * 50);
    CHECK_STR(printed(FORMAT_PRETTY, options(80), buf_cstr(&lines)), "USER#…  PROFILE\n"
                                                                     "pk      sk       name\n"
                                                                     "USER#1  PROFILE  Ann\n"
                                                                     "\n"
                                                                     "USER#…  ORDER#…\n"
                                                                     "pk      sk         n\n"
                                                                     "USER#1  ORDER#1   50\n"
                                                                     "USER#1  ORDER#2  100\n"
                                                                     "USER#1  ORDER#3  150\n");
}

TEST(pretty_goes_on_over_pages)
{
    const char *pages[] = {"{\"pk\":{\"S\":\"USER#10\"},\"n\":{\"N\":\"10\"}}",
                           "{\"pk\":{\"S\":\"USER#2\"},\"n\":{\"N\":\"2\"}}",
                           "{\"pk\":{\"S\":\"USER#300\"},\"n\":{\"N\":\"2\"}}", NULL};
    struct err e = {0};

    CHECK(print_pages(FORMAT_PRETTY, options(80), pages, &e) == 0);
    CHECK_STR(buf_str(&out), "pk        n\nUSER#10  10\nUSER#2    2\n"
                             "\npk         n\nUSER#300   2\n"); /* a wider column begins anew */
}

TEST(pretty_never_wraps)
{
    _cleanup_(buf_free) struct buf lines = {0};
    struct print_options o = options(80);

    o.terminal = true;
    for (unsigned i = 0; i < 3; i++) {
        buf_addf(&lines, "{\"pk\":{\"S\":\"USER#%u\"},\"sk\":{\"S\":\"THING#日本語\"}", i);
        for (unsigned k = 0; k < 30; k++)
            buf_addf(&lines, ",\"attribute%u\":{\"S\":\"%0*u 語 e\xcc\x81\"}", k, (int)(k * 3), i);
        buf_lit(&lines, "}\n");
    }
    for (o.width = 1; o.width < 300; o.width++) {
        struct str rest = printed(FORMAT_PRETTY, o, buf_cstr(&lines)), line;

        if (o.width < 16) /* too narrow even for the keys: nothing hangs or crashes */
            continue;
        while (str_split(&rest, '\n', &line)) {
            CHECK(text_width(line) <= o.width);
            CHECK(!line.len || line.s[line.len - 1] != ' ');
        }
        o.single = true;
        rest = printed(FORMAT_PRETTY, o, buf_cstr(&lines));
        while (str_split(&rest, '\n', &line))
            CHECK(text_width(line) <= o.width);
        o.single = false;
    }
}

static const char wide_item[] =
    "{\"pk\":{\"S\":\"A#1\"},\"a\":{\"S\":\"abcdefghijklmnopqrst\"},"
    "\"b\":{\"S\":\"abcdefghijklmnopqrst\"},\"c\":{\"N\":\"1\"},"
    "\"d\":{\"S\":\"abcdefghijklmnopqrst\"},\"gsi1pk\":{\"S\":\"x\"}}\n";

TEST(pretty_says_how_much_more_there_is)
{
    _cleanup_(buf_free) struct buf lines = {0};

    buf_addf(&lines, "%s%s", wide_item, wide_item);
    CHECK_STR(printed(FORMAT_PRETTY, options(50), buf_cstr(&lines)),
              "pk   a                     c  +3 more\n"
              "A#1  abcdefghijklmnopqrst  1\n"
              "A#1  abcdefghijklmnopqrst  1\n");
}

TEST(pretty_shows_a_lone_wide_item_as_lines)
{
    CHECK_STR(printed(FORMAT_PRETTY, options(50), wide_item), "pk      A#1\n"
                                                              "a       abcdefghijklmnopqrst\n"
                                                              "b       abcdefghijklmnopqrst\n"
                                                              "c       1\n"
                                                              "d       abcdefghijklmnopqrst\n"
                                                              "gsi1pk  x\n");
}

TEST(pretty_shortens_a_key_that_is_the_same_everywhere)
{
    CHECK_STR(
        printed(
            FORMAT_PRETTY, options(60),
            "{\"pk\":{\"S\":\"GAME#0ab37cf1-fc60-4d93-b72b-89335f759581\"},"
            "\"sk\":{\"S\":\"USER#ann\"},\"score\":{\"N\":\"7\"},\"place\":{\"S\":\"Lisbon, on the "
            "river\"}}\n"
            "{\"pk\":{\"S\":\"GAME#0ab37cf1-fc60-4d93-b72b-89335f759581\"},"
            "\"sk\":{\"S\":\"USER#bo\"},\"score\":{\"N\":\"12\"},\"place\":{\"S\":\"Oslo\"}}\n"),
        "pk                    sk        place                 score\n"
        "GAME#0ab37cf1-fc60-…  USER#ann  Lisbon, on the river      7\n"
        "GAME#0ab37cf1-fc60-…  USER#bo   Oslo                     12\n");
}

TEST(select_orders_the_columns)
{
    const struct str columns[] = {{"total", 5}, {"pk", 2}};
    struct print_options o = options(80);

    o.columns = columns;
    o.column_count = 2;
    CHECK_STR(printed(FORMAT_PRETTY, o, orders), "total  pk\n12.50  USER#42\n    7  USER#7\n");
    CHECK_STR(printed(FORMAT_TABLE, o, orders), "total  pk\n12.50  USER#42\n    7  USER#7\n");
}

TEST(text_and_other_types_differ)
{
    struct print_options o = options(0);

    o.single = true;
    CHECK_STR(printed(FORMAT_PRETTY, o,
                      "{\"a\":{\"S\":\"42\"},\"b\":{\"N\":\"42\"},\"c\":{\"S\":\"true\"},"
                      "\"d\":{\"S\":\"\"},\"e\":{\"S\":\"two words\"},\"f\":{\"S\":\" x\"},"
                      "\"g\":{\"S\":\"[1]\"},\"h\":{\"S\":\"a\\nb\"},\"i\":{\"S\":\"a  b\"}}"),
              "a  \"42\"\nb  42\nc  \"true\"\nd  \"\"\ne  two words\nf  \" x\"\ng  \"[1]\"\n"
              "h  \"a\\nb\"\ni  \"a  b\"\n");
}

TEST(colour_is_by_type_and_can_be_off)
{
    struct print_options o = options(80);
    const char *lines = "{\"pk\":{\"S\":\"A\"},\"n\":{\"N\":\"1\"},\"t\":{\"BOOL\":true}}";

    CHECK(!memchr(printed(FORMAT_PRETTY, o, lines).s, '\033', out.len));
    o.colour = true;
    printed(FORMAT_PRETTY, o, lines);
    buf_cstr(&out);
    CHECK(strstr(out.s, colour_on(COLOUR_KEY)) && strstr(out.s, colour_on(COLOUR_NUMBER)) &&
          strstr(out.s, colour_on(COLOUR_LITERAL)));
    CHECK(out.s[out.len - 1] == '\n' && out.s[out.len - 2] == 'm');
}

/* What can steer a terminal, in a value, a nested name and an attribute's name. */
static const char hostile[] =
    "{\"pk\":{\"S\":\"USER#\\u001b[31m\"},\"sk\":{\"S\":\"\\u202eabc\\u2069\"},"
    "\"a\\u001b]0;x\\u0007\":{\"M\":{\"\\u009b\":{\"L\":[{\"S\":\"\\u007f\\r\\n\\t\"}]}}},"
    "\"b\":{\"SS\":[\"\\ufeff\",\"\\u200b\"]},\"\\udb40\\udc41\":{\"S\":\"\\u0000\"}}\n"
    "{\"pk\":{\"S\":\"\\u0085\\u2028\"},\"sk\":{\"S\":\"\\u061c\"},\"a,\\\"\\u001b\":{\"N\":\"1\"}}"
    "\n";

TEST(nothing_steers_the_terminal)
{
    struct print_options o = options(60);
    struct err e = {0};

    o.terminal = true;
    for (unsigned f = 0; f < FORMAT_COUNT; f++)
        for (unsigned single = 0; single < 2; single++) {
            o.single = single;
            struct str rest = printed((enum format)f, o, hostile), line;

            CHECK(rest.len > 0);
            while (str_split(&rest, '\n', &line))
                if (f == FORMAT_TSV)
                    for (size_t i = 0; i < line.len; i++)
                        CHECK(line.s[i] != '\033' && (line.s[i] >= ' ' || line.s[i] == '\t'));
                else
                    CHECK(text_is_safe(line));
        }
    /* what was escaped is still JSON, and still the same item */
    struct value *before = page(hostile), *after;
    struct str rest = printed(FORMAT_DDB_JSON, o, hostile), line;
    for (; before; before = before->next) {
        CHECK(str_split(&rest, '\n', &line));
        CHECK(ddb_parse_item(&arena, line, &after, &e) == 0 && value_equal(before, after));
    }
}

TEST(off_a_terminal_json_is_exact)
{
    CHECK_STR(printed(FORMAT_JSONL, options(0), "{\"a\":{\"S\":\"\\u202e\\u007f\\u001b\"}}"),
              "{\"a\":\"\xe2\x80\xae\177\\u001b\"}\n");
    CHECK_STR(printed(FORMAT_CSV, options(0), "{\"a\":{\"S\":\"\\u202e\\u001b\"}}"),
              "a\r\n\xe2\x80\xae\033\r\n");
}

TEST(a_huge_value)
{
    _cleanup_(buf_free) struct buf item = {0};
    struct print_options o = options(80);

    buf_lit(&item, "{\"pk\":{\"S\":\"A\"},\"big\":{\"S\":\"");
    for (unsigned i = 0; i < 390 * 1024; i++)
        buf_char(&item, 'x');
    buf_lit(&item, "\"},\"end\":{\"N\":\"1\"}}\n");
    CHECK(str_eq(printed(FORMAT_DDB_JSON, o, buf_cstr(&item)), buf_str(&item)));
    struct str text = printed(FORMAT_PRETTY, o, buf_cstr(&item));
    CHECK(text.len < 400);
    o.width = 0;
    CHECK(printed(FORMAT_TABLE, o, buf_cstr(&item)).len > 390 * 1024); /* loses nothing */
}

static struct str shape(const char *key)
{
    buf_reset(&out);
    shape_add_key(&out, str_of(key));
    return buf_str(&out);
}

TEST(shapes_of_keys)
{
    CHECK_STR(shape("USER#42"), "USER#…");
    CHECK_STR(shape("USER#ann"), "USER#…");
    CHECK_STR(shape("PROFILE"), "PROFILE");
    CHECK_STR(shape("alice"), "…");
    CHECK_STR(shape("2024-01-02#1001"), "…");
    CHECK_STR(shape("#METADATA#ann"), "#METADATA#…");
    CHECK_STR(shape("USER#42#ORDER#7"), "USER#…#ORDER#…");
    CHECK_STR(shape("ORDER#7#ITEM"), "ORDER#…#ITEM");
    CHECK_STR(shape("CART#2024-01-02T03:04:05Z"), "CART#…");
    CHECK_STR(shape("user:42"), "user:…");
    CHECK_STR(shape("9f86d081884c7d65"), "…");
    CHECK_STR(shape("USER#"), "USER#");
    CHECK_STR(shape(""), "");
    CHECK_STR(shape("日本#1"), "…");
}

TEST(shapes_of_items)
{
    const struct value *item = page("{\"pk\":{\"S\":\"USER#1\"},\"sk\":{\"S\":\"PROFILE\"},"
                                    "\"n\":{\"N\":\"1\"},\"d\":{\"S\":\"2024-01-02\"}}");
    const struct str names[] = {{"d", 1}, {"pk", 2}, {"n", 1}, {"sk", 2}, {"no", 2}};

    buf_reset(&out);
    shape_add_item(&out, item, names, 5);
    CHECK_STR(buf_str(&out), "USER#…  PROFILE");
    buf_reset(&out);
    shape_add_item(&out, item, names, 1);
    CHECK_STR(buf_str(&out), "…");
}

TEST(pretty_parts_by_attributes_too)
{
    /* more or less of the same is one table; something else altogether is another */
    CHECK_STR(
        printed(
            FORMAT_PRETTY, options(80),
            "{\"pk\":{\"S\":\"1\"},\"a\":{\"N\":\"1\"}}\n"
            "{\"pk\":{\"S\":\"2\"},\"a\":{\"N\":\"2\"},\"b\":{\"N\":\"2\"},\"c\":{\"N\":\"2\"}}\n"
            "{\"pk\":{\"S\":\"3\"},\"x\":{\"N\":\"3\"},\"y\":{\"N\":\"3\"}}"),
        "pk   a  b  c\n\"1\"  1\n\"2\"  2  2  2\n\npk   x  y\n\"3\"  3  3\n");
}

__attribute__((constructor)) static void use_utf8(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
}

__attribute__((destructor)) static void clean_up(void)
{
    arena_free(&arena);
    buf_free(&out);
}

TEST_MAIN()
