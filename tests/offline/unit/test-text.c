#include <locale.h>

#include "pksk/base/utf8.h"
#include "pksk/out/text.h"
#include "test.h"

static struct buf out;

static struct str escaped(struct str text)
{
    buf_reset(&out);
    text_escape(&out, text);
    return buf_str(&out);
}

static struct str escaped_json(struct str text)
{
    buf_reset(&out);
    text_escape_json(&out, text);
    return buf_str(&out);
}

static struct str cut(const char *text, unsigned cells)
{
    buf_reset(&out);
    text_cut(&out, str_of(text), cells);
    return buf_str(&out);
}

static struct str padded(const char *text, unsigned cells, bool right)
{
    buf_reset(&out);
    text_pad(&out, str_of(text), cells, right);
    return buf_str(&out);
}

static unsigned width(const char *text)
{
    return text_width(str_of(text));
}

TEST(plain_text_is_left_alone)
{
    CHECK_STR(escaped(STR("")), "");
    CHECK_STR(escaped(STR("Grüße, 日本, שלום, 👍 \\ \"")), "Grüße, 日本, שלום, 👍 \\ \"");
    CHECK(text_is_safe(STR("Grüße, 日本, שלום, 👍")));
    CHECK(text_is_safe(STR("")));
}

TEST(controls_are_escaped)
{
    CHECK_STR(escaped(STR("a\nb\tc\rd")), "a\\nb\\tc\\rd");
    CHECK_STR(escaped(STR("\033]0;title\007")), "\\x1b]0;title\\x07");
    CHECK_STR(escaped(STR("\0x\177")), "\\x00x\\x7f");
    CHECK_STR(escaped(STR("\302\233[31m")), "\\u009b[31m"); /* CSI as one C1 character */
    CHECK_STR(escaped(STR("\233[31m")), "\\x9b[31m");       /* and as a raw byte */
    CHECK(!text_is_safe(STR("\177")) && !text_is_safe(STR("abc\n")));
}

TEST(what_turns_or_hides_text_is_escaped)
{
    CHECK_STR(escaped(STR("user\xe2\x80\xaetxt.exe")), "user\\u202etxt.exe");
    CHECK_STR(escaped(STR("\xd8\x9c\xe2\x80\x8b\xe2\x81\xa9\xef\xbb\xbf\xef\xbf\xba")),
              "\\u061c\\u200b\\u2069\\ufeff\\ufffa");
    CHECK_STR(escaped(STR("\xf3\xa0\x81\x81")), "\\u{e0041}"); /* a tag character */
    CHECK_STR(escaped(STR("\xe2\x80\xa8")), "\\u2028");
}

TEST(invalid_bytes_are_escaped)
{
    CHECK_STR(escaped(STR("a\xff\xfe z")), "a\\xff\\xfe z");
    CHECK_STR(escaped(STR("\xed\xa0\x80")), "\\xed\\xa0\\x80"); /* a surrogate */
    CHECK_STR(escaped(STR("\xe2\x80")), "\\xe2\\x80");          /* cut short */
    CHECK(!text_is_safe(STR("\xc0\x80")));
}

TEST(json_stays_json_when_escaped)
{
    CHECK_STR(escaped_json(STR("{\"a\":\"\177\xc2\x9b\xe2\x80\xae\"}\n")),
              "{\"a\":\"\\u007f\\u009b\\u202e\"}\n");
    CHECK_STR(escaped_json(STR("\xf3\xa0\x81\x81")), "\\udb40\\udc41");
    CHECK_STR(escaped_json(STR("\xc2\xad\xe1\xa0\x8e\xe2\x81\xaa\xef\xbf\xbe")),
              "\\u00ad\\u180e\\u206a\\ufffe");
    CHECK_STR(escaped_json(STR("\xff")), "\\ufffd");
    CHECK_STR(escaped_json(STR("\033[31m\t")), "\\u001b[31m\\u0009");
}

TEST(statements_keep_their_lines_and_names_have_none)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"create table t\n    pk S\n", "create table t\n    pk S\n"},
        {"a `b\nc` S,\n d", "a `b\\nc` S,\n d"},
        {"`b``\n` S\n", "`b``\\n` S\n"},
        {"\"a`\\\"\nb\" `c\n`\n\033", "\"a`\\\"\\nb\" `c\\n`\n\\x1b"},
        {"`open\n", "`open\\n"},
        {"\"\\", "\"\\"},
        {"", ""},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_reset(&out);
        text_escape_statement(&out, str_of(cases[i].text));
        CHECK_STR(buf_str(&out), cases[i].want);
    }
    buf_reset(&out);
    text_escape_lines(&out, STR("a\n\tb\n"));
    CHECK_STR(buf_str(&out), "a\n\\tb\n");
}

/* Every code point: what is left over never holds one that steers. */
TEST(no_code_point_slips_through)
{
    struct buf one = {0};

    for (uint32_t c = 0; c < 0x110000; c++) {
        buf_reset(&one);
        utf8_encode(&one, c);
        CHECK(text_is_safe(escaped(buf_str(&one))));
        if (c != '\n')
            CHECK(text_is_safe(escaped_json(buf_str(&one))));
        CHECK(text_is_safe(buf_str(&one)) == str_eq(escaped(buf_str(&one)), buf_str(&one)));
    }
    buf_free(&one);
}

TEST(widths_are_cells)
{
    CHECK(width("") == 0);
    CHECK(width("USER#42") == 7);
    CHECK(width("Grüße") == 5);
    CHECK(width("日本") == 4);
    CHECK(width("e\xcc\x81t\xc3\xa9") == 3); /* a combining acute; a composed é */
    CHECK(width("👍") == 2);
    CHECK(width("👩\xe2\x80\x8d💻") == 2); /* joined: one picture */
    CHECK(width("שלום") == 4);
}

TEST(cutting_leaves_whole_characters)
{
    CHECK_STR(cut("abcdef", 6), "abcdef");
    CHECK_STR(cut("abcdef", 5), "abcd…");
    CHECK_STR(cut("abcdef", 1), "…");
    CHECK_STR(cut("abcdef", 0), "");
    CHECK_STR(cut("日本語", 6), "日本語");
    CHECK_STR(cut("日本語", 5), "日本…");
    CHECK_STR(cut("日本語", 4), "日…");
    CHECK_STR(cut("e\xcc\x81"
                  "e\xcc\x81"
                  "e\xcc\x81",
                  2),
              "e\xcc\x81…");
}

TEST(padding_is_exact)
{
    CHECK_STR(padded("ab", 4, false), "ab  ");
    CHECK_STR(padded("ab", 4, true), "  ab");
    CHECK_STR(padded("日本", 5, false), "日本 ");
    CHECK_STR(padded("abcdef", 4, true), "abc…");
    for (unsigned cells = 0; cells < 12; cells++) {
        CHECK(text_width(padded("日本e\xcc\x81語👍x", cells, false)) == cells);
        CHECK(text_width(padded("日本e\xcc\x81語👍x", cells, true)) == cells);
    }
}

static struct str count(uint64_t n)
{
    buf_reset(&out);
    text_count(&out, n);
    return buf_str(&out);
}

static struct str bytes(uint64_t n)
{
    buf_reset(&out);
    text_bytes(&out, n);
    return buf_str(&out);
}

static struct str duration(int64_t us)
{
    buf_reset(&out);
    text_duration(&out, us);
    return buf_str(&out);
}

TEST(amounts)
{
    CHECK_STR(count(0), "0");
    CHECK_STR(count(999), "999");
    CHECK_STR(count(1000), "1,000");
    CHECK_STR(count(1234567), "1,234,567");
    CHECK_STR(count(UINT64_MAX), "18,446,744,073,709,551,615");
    CHECK_STR(bytes(0), "0 B");
    CHECK_STR(bytes(999), "999 B");
    CHECK_STR(bytes(1000), "1.0 KB");
    CHECK_STR(bytes(409600), "409.6 KB");
    CHECK_STR(bytes(999949), "999.9 KB");
    CHECK_STR(bytes(999950), "1.0 MB");
    CHECK_STR(bytes(12400000), "12.4 MB");
    CHECK_STR(bytes(UINT64_MAX), "18446.7 PB");
}

TEST(durations)
{
    CHECK_STR(duration(-5), "0 s");
    CHECK_STR(duration(3000000), "3 s");
    CHECK_STR(duration(430), "0.4 ms");
    CHECK_STR(duration(950), "1 ms");
    CHECK_STR(duration(9000), "9 ms");
    CHECK_STR(duration(999499), "999 ms");
    CHECK_STR(duration(999500), "1.0 s");
    CHECK_STR(duration(1230000), "1.2 s");
    CHECK_STR(duration(59960000), "1 m 00 s");
    CHECK_STR(duration(123000000), "2 m 03 s");
    CHECK_STR(duration(3599600000), "1 h 00 m");
    CHECK_STR(duration(7500000000), "2 h 05 m");
}

__attribute__((constructor)) static void use_utf8(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
}

TEST_MAIN()
