#include "pksk/out/text.h"

#include <wchar.h>

#include "pksk/base/utf8.h"

static bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7f;
}

static size_t plain_run(struct str text, size_t from)
{
    size_t i = from;

    while (i < text.len && is_plain(text.s[i]))
        i++;
    return i;
}

static void add_escape(struct buf *b, int32_t c)
{
    if (c == '\n')
        buf_lit(b, "\\n");
    else if (c == '\t')
        buf_lit(b, "\\t");
    else if (c == '\r')
        buf_lit(b, "\\r");
    else if (c < 0x80)
        buf_addf(b, "\\x%02x", (unsigned)c);
    else if (c < 0x10000)
        buf_addf(b, "\\u%04x", (unsigned)c);
    else
        buf_addf(b, "\\u{%x}", (unsigned)c);
}

void text_escape(struct buf *b, struct str text)
{
    for (size_t i = 0, len; i < text.len; i += len) {
        size_t end = plain_run(text, i);
        int32_t c;

        buf_add(b, text.s + i, end - i);
        i = end;
        if (i == text.len)
            break;
        c = utf8_decode(text, i, &len);
        if (c < 0)
            buf_addf(b, "\\x%02x", (unsigned char)text.s[i]);
        else if (utf8_steers(c))
            add_escape(b, c);
        else
            buf_add(b, text.s + i, len);
    }
}

static void add_json_escape(struct buf *b, int32_t c)
{
    if (c < 0x10000)
        buf_addf(b, "\\u%04x", (unsigned)c);
    else
        buf_addf(b, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
                 (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
}

void text_escape_json(struct buf *b, struct str json)
{
    for (size_t i = 0, len; i < json.len; i += len) {
        size_t end = plain_run(json, i);
        int32_t c;

        buf_add(b, json.s + i, end - i);
        i = end;
        if (i == json.len)
            break;
        c = utf8_decode(json, i, &len);
        if (c < 0)
            buf_lit(b, "\\ufffd");
        else if (utf8_steers(c) && c != '\n')
            add_json_escape(b, c);
        else
            buf_add(b, json.s + i, len);
    }
}

void text_escape_lines(struct buf *b, struct str text)
{
    struct str line;

    while (str_split(&text, '\n', &line)) {
        text_escape(b, line);
        if (text.s)
            buf_char(b, '\n');
    }
}

void text_escape_statement(struct buf *b, struct str text)
{
    char quote = 0;
    size_t from = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.s[i];

        if (c == '\n' && !quote) {
            text_escape(b, str_slice(text, from, i));
            buf_char(b, '\n');
            from = i + 1;
        } else if (quote == '"' && c == '\\') {
            i++;
        } else if (quote ? c == quote : c == '"' || c == '`') {
            quote = quote ? 0 : c;
        }
    }
    text_escape(b, str_slice(text, from, text.len));
}

bool text_is_safe(struct str text)
{
    for (size_t i = plain_run(text, 0), len; i < text.len; i = plain_run(text, i + len)) {
        int32_t c = utf8_decode(text, i, &len);

        if (c < 0 || utf8_steers(c))
            return false;
    }
    return true;
}

/* One step through text: how many bytes, and how many cells they take. A character after a
 * zero-width joiner is drawn into the one before it. */
static size_t step(struct str text, size_t at, bool *joined, unsigned *cells)
{
    size_t len;
    int32_t c = utf8_decode(text, at, &len);
    int width = c < 0 ? 1 : wcwidth((wchar_t)c);

    if (c == 0x200d)
        width = 0;
    else if (*joined || width < 0)
        width = *joined ? 0 : 1;
    *joined = c == 0x200d;
    *cells = (unsigned)width;
    return len;
}

unsigned text_width(struct str text)
{
    size_t i = plain_run(text, 0);
    unsigned width = (unsigned)i, cells;
    bool joined = false;

    while (i < text.len) {
        i += step(text, i, &joined, &cells);
        width += cells;
    }
    return width;
}

/* The bytes of text that fit so many cells, with the combining characters of the last one. */
static size_t fitting(struct str text, unsigned cells, unsigned *width)
{
    unsigned taken = 0, more;
    bool joined = false;
    size_t i = 0;

    while (i < text.len) {
        size_t len = step(text, i, &joined, &more);

        if (taken + more > cells)
            break;
        taken += more;
        i += len;
    }
    *width = taken;
    return i;
}

static unsigned cut(struct buf *b, struct str text, unsigned cells)
{
    unsigned width;
    size_t len = fitting(text, cells, &width);

    if (len < text.len && cells) {
        len = fitting(text, cells - 1, &width);
        buf_add(b, text.s, len);
        buf_lit(b, "…");
        return width + 1;
    }
    buf_add(b, text.s, len);
    return width;
}

void text_cut(struct buf *b, struct str text, unsigned cells)
{
    cut(b, text, cells);
}

size_t text_line(struct str text, unsigned cells)
{
    unsigned width;
    size_t len = fitting(text, cells, &width), end;

    if (len == text.len)
        return len;
    for (end = len; end > len / 2; end--)
        if (text.s[end - 1] == ' ')
            return end;
    return len ? len : MAX(fitting(text, 2, &width), (size_t)1); /* wider than the line */
}

void text_blanks(struct buf *b, unsigned count)
{
    char *room = buf_room(b, count);

    if (!room)
        return;
    memset(room, ' ', count);
    b->len += count;
}

void text_cut_lines(struct buf *b, struct str text, unsigned cells)
{
    struct str rest = text, line;

    while (str_split(&rest, '\n', &line)) {
        text_cut(b, line, cells);
        if (line.s + line.len < text.s + text.len)
            buf_char(b, '\n');
    }
}

void text_pad(struct buf *b, struct str text, unsigned cells, bool right)
{
    unsigned width = text_width(text);

    if (right && width < cells) {
        text_blanks(b, cells - width);
        buf_str_add(b, text);
        return;
    }
    width = cut(b, text, cells);
    text_blanks(b, cells - width); /* also when a wide character left the last cell free */
}

void text_bar(struct buf *b, double part, unsigned cells)
{
    unsigned full = (unsigned)(part * cells + 0.999999);

    for (unsigned i = 0; i < MIN(full, cells); i++)
        buf_lit(b, "▇");
}
