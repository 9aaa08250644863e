#include <wchar.h>

#include "pksk/base/utf8.h"
#include "pksk/lang/parse.h"

#define WINDOW 100 /* cells of a line that are shown */
#define LEAD 60    /* of these, before the fault */

/* How the character at `at` is shown: appends it, returns its cells, moves on. */
static size_t show(struct buf *b, struct str t, size_t *at)
{
    size_t len, from = *at;
    int32_t c = utf8_decode(t, from, &len);
    char text[16];
    int width;

    *at += len;
    if (c == '\t') {
        buf_char(b, ' ');
        return 1;
    }
    if (c < 0)
        snprintf(text, sizeof(text), "\\x%02x", (unsigned char)t.s[from]);
    else if (utf8_steers(c))
        snprintf(text, sizeof(text), c < 0x10000 ? "\\u%04x" : "\\u{%x}", (unsigned)c);
    else
        text[0] = '\0';
    if (text[0]) {
        buf_str_add(b, str_of(text));
        return strlen(text);
    }
    buf_add(b, t.s + from, len);
    width = c < 0x80 ? 1 : wcwidth((wchar_t)c);
    return width < 0 ? 1 : (size_t)width;
}

static size_t cells(struct str t, size_t from, size_t to)
{
    struct buf ignored = {0};
    size_t width = 0;

    while (from < to)
        width += show(&ignored, t, &from);
    buf_free(&ignored);
    return width;
}

/* The line with the fault, cut to a window around it, and the carets below. */
static void add_line(struct buf *b, struct str line, size_t from, size_t to, struct str expected)
{
    size_t begin = 0, at, column = 0, width, shown = 0;

    for (width = cells(line, 0, from); width > LEAD && begin < from;) {
        size_t len;

        utf8_decode(line, begin, &len);
        width -= MIN(width, cells(line, begin, MIN(begin + len, from)));
        begin += len;
    }
    buf_lit(b, "  ");
    if (begin) {
        buf_lit(b, "…");
        column = shown = 1;
    }
    for (at = begin; at < line.len && shown < WINDOW;)
        shown += show(b, line, &at);
    if (at < line.len)
        buf_lit(b, "…");
    to = MIN(to, at);
    column += cells(line, begin, from);
    buf_addf(b, "\n  %*s", (int)column, "");
    for (width = MAX(cells(line, from, MAX(from, to)), 1); width; width--)
        buf_char(b, '^');
    if (expected.len)
        buf_addf(b, " %.*s", STR_ARG(expected));
    buf_char(b, '\n');
}

static void add_escaped(struct buf *b, struct str t)
{
    for (size_t at = 0; at < t.len;)
        show(b, t, &at);
}

void lang_explain_error(struct buf *b, struct str source, struct str text, const struct err *e)
{
    bool placed = e->at.from != SPAN_NONE.from && text.len > 0;
    size_t from = MIN(e->at.from, text.len), to = MIN(e->at.to, text.len), begin, end, line = 1;

    for (begin = from; begin > 0 && text.s[begin - 1] != '\n';)
        begin--;
    for (end = from; end < text.len && text.s[end] != '\n';)
        end++;
    for (size_t i = 0; i < begin; i++)
        line += text.s[i] == '\n';
    if (end > begin && text.s[end - 1] == '\r' && from < end)
        end--;
    if (source.len) {
        add_escaped(b, source);
        if (placed)
            buf_addf(b, ":%zu:%zu", line, cells(text, begin, from) + 1);
        buf_lit(b, ": ");
    }
    buf_lit(b, "error: ");
    add_escaped(b, str_of(e->text));
    buf_char(b, '\n');
    if (placed)
        add_line(b, str_slice(text, begin, end), from - begin, MAX(MIN(to, end), from) - begin,
                 e->code == ERR_MORE ? STR("") : str_of(e->expected));
    if (e->hint[0]) {
        buf_lit(b, "  ");
        add_escaped(b, str_of(e->hint));
        buf_char(b, '\n');
    }
}
