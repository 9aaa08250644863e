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
                          .colour = true,
                          .columns = columns,
                          .rows = 24,
                          .text = text,
                          .len = len,
                          .cursor = cursor};
}

static bool at(struct paint p, size_t upto, unsigned row, unsigned col)
{
    struct place place;
    p.cursor = upto;
    paint_measure(&p, &place);
    return place.row == row && place.col == col;
}

/* The rows of the picture, each with a newline. */
static struct str picture(const struct paint *p, unsigned *top, const char *hint)
{
    static struct buf b;
    _cleanup_(screen_free) struct screen s = {0};
    paint_line(&s, p, top, str_of(hint));
    buf_reset(&b);
    for (unsigned row = 0; row < s.next.rows; row++) {
        unsigned end = s.next.columns;
        const struct frame_cell *cells = s.next.cells + (size_t)row * end;
        while (end > 0 && cells[end - 1].len == 0 && cells[end - 1].width)
            end--;
        for (unsigned i = 0; i < end; i++) {
            if (cells[i].width)
                buf_addf(&b, "%.*s", cells[i].len ? (int)cells[i].len : 1,
                         cells[i].len ? cells[i].text : " ");
        }
        buf_char(&b, '\n');
    }
    return buf_str(&b);
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
    p = line("12345\tx", 0, 10); /* a tab fills the row and no more */
    CHECK(at(p, 6, 1, 0) && at(p, 7, 1, 1));
}

TEST(what_steers_a_terminal_is_shown_as_what_it_is)
{
    unsigned top = 0;
    struct paint p = line("a\xe2\x80\xae"
                          "b\xe2\x80\x8b\xc2\x9b\x1b[2J",
                          0, 60);
    CHECK_STR(picture(&p, &top, ""), "1> a\\U+202Eb\\U+200B\\U+009B^[[2J\n");
    p = line("e\xcc\x81\xcc\xa3x", 0, 60); /* marks share a cell */
    CHECK_STR(picture(&p, &top, ""), "1> e\xcc\x81\xcc\xa3x\n");
    p.prompt = STR("a\033]0;x\a\033[1m> \033[0m");
    CHECK_STR(picture(&p, &top, ""), "a\\x1b]0;x\\x07> e\xcc\x81\xcc\xa3x\n");
}

TEST(a_screen_too_low_shows_the_rows_about_the_cursor)
{
    unsigned top = 0;
    struct paint p = line("1\n2\n3\n4\n5", 0, 40);
    p.rows = 2;
    CHECK_STR(picture(&p, &top, ""), "1> 1\n2\n");
    p.cursor = 9;
    CHECK_STR(picture(&p, &top, ""), "4\n5\n");
    CHECK(top == 3);
    p.cursor = 6; /* no more than is needed */
    CHECK_STR(picture(&p, &top, ""), "4\n5\n");
    p.cursor = 4;
    CHECK_STR(picture(&p, &top, ""), "3\n4\n");
    p.len = 1;
    p.cursor = 1;
    CHECK_STR(picture(&p, &top, ""), "1> 1\n");
    CHECK(top == 0);
}

TEST(hints_never_wrap_and_never_steer)
{
    unsigned top = 0;
    struct paint p = line("get x", 2, 14);
    CHECK_STR(picture(&p, &top, "hint"), "1> get x\n"); /* not at the end */
    p.cursor = 5;
    CHECK_STR(picture(&p, &top, "hint"), "1> get xhint\n");
    CHECK_STR(picture(&p, &top, "a very long hint"), "1> get xa ve…\n");
    p.columns = 40;
    CHECK_STR(picture(&p, &top, "\033[2J"), "1> get x\\x1b[2J\n");
    p = line("get xxxx", 8, 14); /* no room */
    CHECK_STR(picture(&p, &top, "hint"), "1> get xxxx\n");
}

static struct str step(struct screen *s, const struct paint *p)
{
    static struct buf b;
    unsigned top = 0;
    buf_reset(&b);
    paint_line(s, p, &top, STR(""));
    screen_show(s, &b);
    return buf_str(&b);
}

/* What many of them leave is judged by the test of the editor in a terminal; here, that no more is
 * sent than differs. */
TEST(a_key_sends_its_cell)
{
    _cleanup_(screen_free) struct screen s = {0};
    struct paint p = line("get", 3, 40);
    CHECK_STR(step(&s, &p), "\033[J1> get");
    p = line("get x", 5, 40);
    CHECK_STR(step(&s, &p), "\033[8Gx");
    CHECK_STR(step(&s, &p), "");
    p.cursor = 0;
    CHECK_STR(step(&s, &p), "\033[4G");
    p = line("g", 1, 40);
    CHECK_STR(step(&s, &p), "\033[5G\033[K");
    p = line("a\nb", 3, 40);
    CHECK_STR(step(&s, &p), "\033[4Ga\r\nb");
    p = line("a", 1, 40);
    CHECK_STR(step(&s, &p), "\033[1G\033[J\033[1A\033[5G");
}

TEST(rows_that_fill_are_one_line_for_the_terminal)
{
    _cleanup_(screen_free) struct screen s = {0};
    struct paint p = line("1234567", 7, 10);
    CHECK_STR(step(&s, &p), "\033[J1> 1234567 \r");
    p = line("12345678", 8, 10);
    CHECK_STR(step(&s, &p), "8");
}

TEST(a_terminal_that_only_prints_has_one_row)
{
    struct paint_row row = {0};
    struct buf b = {0};
    struct paint p = line("get", 3, 12);
    paint_dumb(&row, &b, &p);
    CHECK_STR(buf_str(&b), "1> get");
    buf_reset(&b);
    p = line("get x", 5, 12);
    paint_dumb(&row, &b, &p);
    CHECK_STR(buf_str(&b), " x");
    buf_reset(&b);
    p = line("ge", 1, 12);
    paint_dumb(&row, &b, &p);
    CHECK_STR(buf_str(&b), "\b\b\b\b\b\b\b\b1> ge   \b\b\b\b");
    buf_reset(&b);
    p = line("get USER#42 PROFILE", 19, 12); /* moved under the cursor */
    paint_dumb(&row, &b, &p);
    CHECK_STR(buf_str(&b), "\b\b\b\bOFILE");
    buf_free(&b);
    buf_free(&row.text);
}

TEST(a_prompt_without_colour)
{
    struct buf b = {0};
    paint_prompt(&b, STR("\033[1mshop\033[0m\a> "));
    CHECK_STR(buf_str(&b), "shop\\x07> ");
    buf_free(&b);
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
