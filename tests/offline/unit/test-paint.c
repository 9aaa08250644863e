#include "pksk/line/paint.h"

#include <locale.h>

#include "test.h"

static wchar_t *text;

static struct paint line(const char *s, size_t cursor, unsigned columns)
{
    size_t len;
    setlocale(LC_ALL, "C.UTF-8");
    free(text);
    text = paint_widen(str_of(s), &len);
    return (struct paint){.prompt = STR("1> "),
                          .start = {0, 3},
                          .columns = columns,
                          .rows = 24,
                          .text = text,
                          .len = len,
                          .cursor = cursor};
}

static bool at(struct paint p, size_t upto, unsigned row, unsigned col)
{
    struct place place = paint_place(&p, upto);
    return place.row == row && place.col == col;
}

TEST(cells_of_characters)
{
    struct paint p = line("a\tb", 0, 40); /* the prompt takes three */
    CHECK(at(p, 1, 0, 4) && at(p, 2, 0, 8) && at(p, 3, 0, 9));
    p = line("\x01\x7f", 0, 40); /* ^A ^? */
    CHECK(at(p, 2, 0, 7));
    p = line("日e\xcc\x81x", 0, 40);
    CHECK(at(p, 1, 0, 5) && at(p, 2, 0, 6) && at(p, 3, 0, 6) && at(p, 4, 0, 7));
    p = line("a\nb", 0, 40);
    CHECK(at(p, 2, 1, 0) && at(p, 3, 1, 1));
}

TEST(rows_fill_and_wide_ones_do_not_straddle)
{
    struct paint p = line("1234567", 7, 10);
    CHECK(at(p, 6, 0, 9) && at(p, 7, 1, 0));
    p = line("123456日x", 0, 10);
    CHECK(at(p, 6, 1, 0)); /* the cursor is where the character goes */
    CHECK(at(p, 7, 1, 2));
    p = line("1234567\nx", 0, 10);
    CHECK(at(p, 8, 2, 0));
}

/* What a drawing leaves is judged by the test of the editor in a terminal; here, that it comes
 * back. */
TEST(the_cursor_comes_back)
{
    struct buf b = {0};
    bool hinted;
    struct paint p = line("get x", 2, 40);
    CHECK(paint_line(&b, &p, STR("hint"), &hinted));
    CHECK(!hinted); /* not at the end */
    CHECK(str_starts(buf_str(&b), STR("\033[?25l\033[1G1> ")));
    CHECK(str_ends(buf_str(&b), STR("\033[6G\033[?25h")));
    buf_reset(&b);
    p.cursor = 5;
    CHECK(paint_line(&b, &p, STR("hint"), &hinted) && hinted);
    size_t where;
    CHECK(str_find(buf_str(&b), STR("hint"), &where));
    CHECK(str_ends(buf_str(&b), STR("\033[9G\033[?25h")));
    buf_free(&b);
}

TEST(hints_never_wrap_and_never_steer)
{
    struct buf b = {0};
    bool hinted;
    struct paint p = line("get x", 5, 14);
    CHECK(paint_line(&b, &p, STR("a very long hint"), &hinted) && hinted);
    size_t where;
    CHECK(str_find(buf_str(&b), STR("…"), &where));
    CHECK(!str_find(buf_str(&b), STR("very"), &where));
    buf_reset(&b);
    CHECK(paint_line(&b, &p, STR("\033[2J"), &hinted));
    CHECK(!str_find(buf_str(&b), STR("\033[2J"), &where));
    buf_reset(&b);
    p = line("get xxxx", 8, 14); /* no room */
    CHECK(paint_line(&b, &p, STR("hint"), &hinted) && !hinted);
    buf_free(&b);
}

TEST(what_cannot_be_drawn_is_left_alone)
{
    struct buf b = {0};
    bool hinted;
    struct paint p = line("1\n2\n3", 0, 40);
    p.rows = 2; /* its first row has scrolled away */
    CHECK(!paint_line(&b, &p, STR(""), &hinted));
    p = line("12345\tx", 0, 10); /* a tab over the row's end */
    CHECK(!paint_line(&b, &p, STR(""), &hinted));
    CHECK(b.len == 0);
    buf_free(&b);
}

static struct str prompt(const char *s, bool colour, struct place *end)
{
    static struct buf b;
    _cleanup_(buf_free) struct buf plain = {0};
    buf_reset(&b);
    wchar_t *wide = paint_prompt(str_of(s), colour, 80, end, &plain);
    paint_narrow(&b, wide, wcslen(wide));
    free(wide);
    return buf_str(&b);
}

TEST(prompts_keep_colours_between_marks_and_end_with_text)
{
    struct place end;
    CHECK_STR(prompt("shop> ", true, &end), "shop> ");
    CHECK(end.row == 0 && end.col == 6);
    CHECK_STR(prompt("\033[1mshop\033[0m> ", true, &end), "\001\033[1m\001shop\001\033[0m\001> ");
    CHECK(end.col == 6);
    CHECK_STR(prompt("\033[1mshop\033[0m> ", false, &end), "shop> ");
    /* one pair of marks for neighbours, and none behind the last character */
    CHECK_STR(prompt("\033[1m\033[32ma>\033[0m", true, &end),
              "\001\033[1m\033[32m\001a\001\033[0m\001>");
    CHECK_STR(prompt("\033[1m>\033[0m", true, &end), "\001\033[1m\033[0m\001>");
    CHECK_STR(prompt("a\033]0;x\a\001> ", true, &end), "a\\x1b]0;x\\x07\\x01> ");
}

TEST(columns_fill_downwards_and_say_when_cut)
{
    struct buf b = {0};
    const struct str texts[] = {STR("a1"), STR("a2"), STR("a3"), STR("a4"), STR("a5")};
    paint_columns(&b, texts, 5, 12, 10, false); /* three across */
    CHECK_STR(buf_str(&b), "a1  a3  a5\r\na2  a4\r\n");
    buf_reset(&b);
    paint_columns(&b, texts, 5, 3, 3, false);
    CHECK_STR(buf_str(&b), "a1\r\na2\r\n… more\r\n");
    buf_reset(&b);
    const struct str wide[] = {STR("a very wide candidate"), STR("b")};
    paint_columns(&b, wide, 2, 10, 10, true);
    CHECK_STR(buf_str(&b), "a very w…\r\nb\r\n… more\r\n");
    buf_free(&b);
}

TEST_MAIN()
