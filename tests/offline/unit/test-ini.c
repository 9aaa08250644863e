/* The INI dialect: what Python's RawConfigParser makes of the same text. */
#include "pksk/aws/ini.h"

#include "test.h"

static void parse(const char *text, struct ini *ini)
{
    struct err e = {0};

    if (ini_parse(str_of(text), "f", ini, &e) < 0) {
        printf("# %s\n", e.text);
        *ini = (struct ini){0};
    }
}

/* What a text says of keys of its sections; NULL: the key is not there. A text stands once. */
TEST(values)
{
    static const struct {
        const char *text, *section, *key, *want;
    } cases[] = {
        {"# first\n[default]\nRegion = eu-west-1\noutput:json\na = b = c : d\nempty =\n"
         "; second\naws_access_key_id\t=\tAKID  \n",
         "default", "region", "eu-west-1"},
        {"", "default", "output", "json"},
        {"", "default", "a", "b = c : d"},
        {"", "default", "empty", ""},
        {"", "default", "aws_access_key_id", "AKID"},
        {"", "default", "Region", NULL},
        {"", "other", "region", NULL},
        /* a value goes on in lines that are indented */
        {"[a]\nx = 1\n  2\n\n  3\n# no\n  4\ny = 5\n\n\n[b]\n  z = 6\n  w = 7\n   [c]\n", "a", "x",
         "1\n2\n\n3\n4"},
        {"", "a", "y", "5"},
        {"", "b", "z", "6"},
        {"", "b", "w", "7\n[c]"},
        {"", "c", "w", NULL},
        /* ends of lines */
        {"[a]\r\nx = 1\r\ny = 2\rz = 3", "a", "x", "1"},
        {"", "a", "y", "2"},
        {"", "a", "z", "3"},
        /* headers; the last one is indented below x, so it goes on with x's value */
        {"[a] and more\nx = 1\n[profile \"b c\"]\nx = 2\n[d]e]\nx = 3\n [f]\ny = 4\n", "a", "x",
         "1"},
        {"", "profile \"b c\"", "x", "2"},
        {"", "d]e", "x", "3\n[f]"},
        {"", "d]e", "y", "4"},
        {"", "f", "y", NULL},
        /* [DEFAULT] counts for all */
        {"[DEFAULT]\nx = 1\ny = 2\n[a]\nx = 3\n[DEFAULT]\nz = 4\n[default]\n", "a", "x", "3"},
        {"", "a", "y", "2"},
        {"", "a", "z", "4"},
        {"", "default", "x", "1"},
        {"", "DEFAULT", "x", NULL},
        /* blanks of other scripts, and names in them */
        {"[a]\nx =\xc2\xa0 caf\xc3\xa9\xe3\x80\x80\n[\xe2\x98\x83]\n\xe2\x98\x83 = y\n", "a", "x",
         "caf\xc3\xa9"},
        {"", "\xe2\x98\x83", "\xe2\x98\x83", "y"},
        /* a comment in the line is none */
        {"[a]\nregion = eu-west-1 # mine\naws_secret_access_key = se#cret\nx = y ; z\n", "a",
         "region", "eu-west-1 # mine"},
        {"", "a", "aws_secret_access_key", "se#cret"},
        {"", "a", "x", "y ; z"},
    };
    struct ini ini = {0};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str got;

        if (cases[i].text[0]) {
            ini_free(&ini);
            parse(cases[i].text, &ini);
        }
        const struct ini_section *section = ini_section(&ini, str_of(cases[i].section));

        if (!cases[i].want) {
            CHECK(!section || !ini_get(&ini, section, str_of(cases[i].key), &got));
            continue;
        }
        CHECK(section && ini_get(&ini, section, str_of(cases[i].key), &got));
        CHECK_STR(got, cases[i].want);
    }
    ini_free(&ini);
    parse("\n[a]\n", &ini);
    CHECK(ini_section(&ini, STR("a"))->line == 2 && !ini_section(&ini, STR("b")));
    ini_free(&ini);
}

TEST(nested)
{
    struct ini ini;
    struct str v, got;

    parse("[services s]\ndynamodb =\n  endpoint_url = http://x\n  other=1\nsts = flat\n", &ini);
    CHECK(ini_get(&ini, ini_section(&ini, STR("services s")), STR("dynamodb"), &v));
    CHECK_STR(v, "\nendpoint_url = http://x\nother=1");
    CHECK(ini_nested(v, STR("endpoint_url"), &got));
    CHECK_STR(got, "http://x");
    CHECK(ini_nested(v, STR("other"), &got));
    CHECK_STR(got, "1");
    CHECK(!ini_nested(v, STR("third"), &got));
    CHECK(ini_get(&ini, ini_section(&ini, STR("services s")), STR("sts"), &v));
    CHECK(!ini_nested(v, STR("flat"), &got));
    ini_free(&ini);
}

TEST(inline_comments_are_warned_about)
{
    struct ini ini;

    parse("[a]\nregion = eu-west-1 # mine\naws_secret_access_key = se#cret\nx = y ; z\n", &ini);
    CHECK(ini.warning_count == 2);
    CHECK(str_starts(ini.warnings[0], STR("f:2: ")));
    CHECK(str_starts(ini.warnings[1], STR("f:4: ")));
    ini_free(&ini);
}

TEST(what_others_read_differently)
{
    static const struct {
        const char *text, *want; /* NULL: nothing is said */
    } cases[] = {
        {"[a]\nx = 1\ny=2\n# c\n[b] # c\n; c\nz =\n  p = q\n", NULL},
        {"[a]\nx = u\n  v\n", NULL},
        {"[a]\nx : 1\n", "f:2: a colon ends the name, "},
        {"[a]\nx = 1\nAws_Key = 1\n", "f:3: the name is read in lower case, "},
        {"[a]\n  x = 1\n  y = 1\n  z = 1\n", "f:2: this line is one of its own, "},
        {" [a]\nx = 1\n", "f:1: this line is one of its own, "},
        {"[a]\nx = 1\n  # c\n", "f:3: this is a comment, "},
        {"[DEFAULT]\nx = 1\n", "f:1: [DEFAULT] counts for all sections, "},
        {"[a]\n[ b]\n", "f:2: the blank belongs to the section's name, "},
        {"[a] x\n", "f:1: what follows the section's name is left out, "},
    };
    struct ini ini;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        parse(cases[i].text, &ini);
        CHECK(ini.warning_count == (cases[i].want ? 1 : 0));
        CHECK(!cases[i].want ||
              (ini.warnings && str_starts(ini.warnings[0], str_of(cases[i].want))));
        ini_free(&ini);
    }
    parse("[a]\n  x = 1\n  y = 1\n  z = 1\n[b]\n w = 1\n", &ini);
    CHECK(ini.warning_count == 1 && str_ends(ini.warnings[0], STR(" (3 more lines)")));
    ini_free(&ini);
}

TEST(errors_name_file_and_line)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"x = 1\n", "f:1: text before the first [section]"},
        {"\n# c\n[a]\nx\n", "f:4: there is neither \"=\" nor \":\" in this line"},
        {"[a]\n= 1\n", "f:2: there is no name before \"=\""},
        {"[a]\n[b]\n[a]\n", "f:3: the section [a] is there already"},
        {"[a]\nx = 1\nX : 2\n", "f:3: x is there twice in its section"},
        {"[DEFAULT]\nx = 1\n[DEFAULT]\nx = 2\n", "f:4: x is there twice in its section"},
        {"\xef\xbb\xbf[a]\n", "f:1: the file begins with a byte order mark"},
        {"[a]\nx = \xff\n", "f:2: this line is not UTF-8"},
        {"[a]\n[]\n", "f:2: there is neither \"=\" nor \":\" in this line"},
        {"[a]\nx =\n  y\nz = 1\n", "f:2: a line nested below x has no \"=\""},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ini ini;
        struct err e = {0};

        CHECK(ini_parse(str_of(cases[i].text), "f", &ini, &e) == ERR_CONNECT);
        CHECK_STR(str_of(e.text), cases[i].want);
        CHECK(!ini.sections && !ini.warnings);
        CHECK(e.hint[0]);
    }
}

TEST(values_are_not_in_messages)
{
    struct ini ini;
    struct err e = {0};
    size_t at;

    CHECK(ini_parse(STR("[a]\naws_secret_access_key SECRET\n"), "f", &ini, &e) < 0);
    CHECK(!str_find(str_of(e.text), STR("SECRET"), &at));
}

TEST(empty)
{
    struct ini ini;
    struct err e = {0};

    CHECK(ini_parse(STR(""), "f", &ini, &e) == 0);
    CHECK(!ini.sections);
    ini_free(&ini);
    CHECK(ini_parse(STR("[a]"), "f", &ini, &e) == 0);
    CHECK(ini_section(&ini, STR("a")) && !ini_section(&ini, STR("a"))->entries);
    ini_free(&ini);
}

TEST_MAIN()
