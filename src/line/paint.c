#include "pksk/line/paint.h"

#include <wctype.h>

#include "pksk/base/utf8.h"

/* How a character is shown: as it is, over the one before it, as a tab or a line's end, as ^X, or
 * as
 * \\U+202E where it cannot be printed or could steer the terminal. */
enum shown { SHOWN_PLAIN, SHOWN_MARK, SHOWN_TAB, SHOWN_NEWLINE, SHOWN_CARET, SHOWN_HEX };

static enum shown shown_as(wchar_t c)
{
    if (c >= L' ' && c < 0x7f)
        return SHOWN_PLAIN;
    if (c == L'\t')
        return SHOWN_TAB;
    if (c == L'\n')
        return SHOWN_NEWLINE;
    if (c < L' ' || c == 0x7f)
        return SHOWN_CARET;
    char bytes[8];
    struct buf b = {.s = bytes, .cap = sizeof(bytes), .max = sizeof(bytes)};
    utf8_encode(&b, (uint32_t)c);
    if (!iswprint((wint_t)c) || !text_is_safe(buf_str(&b)))
        return SHOWN_HEX;
    return wcwidth(c) > 0 ? SHOWN_PLAIN : SHOWN_MARK;
}

/* Where the next character goes. Rows are counted from the prompt's; those from `top` on, as many
 * as the screen has, are in the picture. */
struct pen {
    struct screen *s; /* NULL: only measure */
    struct place at;
    struct place last; /* the cell before, for marks */
    unsigned columns, rows, top;
    unsigned deepest; /* the last row that was begun */
    uint8_t style;
};

static bool in_picture(const struct pen *p, unsigned row)
{
    return p->s && row >= p->top && row - p->top < p->rows;
}

static void next_row(struct pen *p, bool soft)
{
    if (soft && in_picture(p, p->at.row))
        screen_soften(p->s, p->at.row - p->top);
    p->at = (struct place){p->at.row + 1, 0};
    p->deepest = MAX(p->deepest, p->at.row);
    if (in_picture(p, p->at.row))
        screen_use(p->s, p->at.row - p->top);
}

static void pen_cell(struct pen *p, struct str text, unsigned width)
{
    while (width > 1 && p->at.col + width > p->columns)
        pen_cell(p, STR(" "), 1);
    if (in_picture(p, p->at.row))
        screen_put(p->s, (struct place){p->at.row - p->top, p->at.col}, text, width, p->style);
    p->last = p->at;
    p->at.col += width;
    if (p->at.col >= p->columns)
        next_row(p, true);
}

static void pen_ascii(struct pen *p, const char *s)
{
    for (; *s; s++)
        pen_cell(p, (struct str){s, 1}, 1);
}

static void pen_char(struct pen *p, wchar_t c)
{
    char bytes[16];
    struct buf b = {.s = bytes, .cap = sizeof(bytes), .max = sizeof(bytes)};
    switch (shown_as(c)) {
    case SHOWN_TAB:
        do
            pen_cell(p, STR(" "), 1);
        while (p->at.col & 7);
        return;
    case SHOWN_NEWLINE:
        next_row(p, false);
        return;
    case SHOWN_CARET:
        pen_ascii(p, (const char[]){'^', c == 0x7f ? '?' : (char)(c | 0x40), '\0'});
        return;
    case SHOWN_HEX:
        snprintf(bytes, sizeof(bytes), "\\U+%04X", (unsigned)c & 0x1fffff);
        pen_ascii(p, bytes);
        return;
    case SHOWN_MARK:
        utf8_encode(&b, (uint32_t)c);
        if (in_picture(p, p->last.row))
            screen_mark(p->s, (struct place){p->last.row - p->top, p->last.col}, buf_str(&b));
        return;
    case SHOWN_PLAIN:
        break;
    }
    utf8_encode(&b, (uint32_t)c);
    pen_cell(p, buf_str(&b), c < 0x7f ? 1 : (unsigned)wcwidth(c));
}

static void pen_text(struct pen *p, struct str text)
{
    for (size_t i = 0, step; i < text.len; i += step) {
        int32_t c = utf8_decode(text, i, &step);
        pen_char(p, c < 0 ? 0xfffd : (wchar_t)c);
    }
}

/* --- colours ------------------------------------------------------------------------------ */

static enum colour colour_of(enum token_class c)
{
    switch (c) {
    case TOKEN_VERB:
        return COLOUR_BOLD;
    case TOKEN_CLAUSE:
        return COLOUR_KEY;
    case TOKEN_STRING:
        return COLOUR_STRING;
    case TOKEN_NUMBER:
        return COLOUR_NUMBER;
    case TOKEN_NAME:
        return COLOUR_NAME;
    case TOKEN_COMMENT:
        return COLOUR_DIM;
    case TOKEN_WRONG:
        return COLOUR_ERROR;
    case TOKEN_OPERATOR:
        break;
    }
    return COLOUR_NONE;
}

/* A longer one is drawn without: it would be parsed at every key. */
#define COLOURED_MAX 65536

struct shades {
    uint8_t *of; /* a colour for each byte of the statement */
    size_t len;
};

static void note_token(void *ctx, struct span at, enum token_class c)
{
    struct shades *s = ctx;
    for (size_t i = at.from; i < at.to && i < s->len; i++)
        s->of[i] = (uint8_t)colour_of(c);
}

/* The colour of each byte of the line, without what came before; NULL when there are none. */
static uint8_t *shade(const struct paint *p, struct buf *text)
{
    if (!p->lang || p->len > COLOURED_MAX)
        return NULL;
    buf_str_add(text, p->before);
    paint_narrow(text, p->text, p->len);
    struct shades s = {.len = text->len};
    s.of = calloc(s.len + 1, 1);
    if (!s.of || text->over) {
        free(s.of);
        return NULL;
    }
    lang_highlight(buf_str(text), p->lang, note_token, &s);
    return s.of;
}

static size_t utf8_len(wchar_t c)
{
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

/* --- the picture --------------------------------------------------------------------------- */

/* The length of the SGR sequence at the beginning of t; 0 when there is none. */
static size_t sgr_len(struct str t)
{
    if (!str_starts(t, STR("\033[")))
        return 0;
    size_t i = 2;
    while (i < t.len && i < 32 && (t.s[i] == ';' || (t.s[i] >= '0' && t.s[i] <= '9')))
        i++;
    return i < t.len && t.s[i] == 'm' ? i + 1 : 0;
}

/* SGR sequences are its style, where colour is wanted; other controls are escaped. */
static void draw_prompt(struct pen *pen, struct str prompt, bool colour)
{
    _cleanup_(buf_free) struct buf sgr = {0}, safe = {0};
    for (size_t i = 0, step; i < prompt.len; i += step) {
        struct str rest = str_slice(prompt, i, prompt.len);
        step = sgr_len(rest);
        if (step > 0) {
            if (str_starts(rest, STR(COLOUR_OFF)) || str_starts(rest, STR("\033[m")))
                buf_reset(&sgr);
            else if (colour)
                buf_str_add(&sgr, str_slice(rest, 0, step));
            pen->style = pen->s ? screen_style(pen->s, buf_str(&sgr)) : 0;
            continue;
        }
        buf_reset(&safe);
        utf8_decode(rest, 0, &step);
        text_escape(&safe, str_slice(rest, 0, step));
        pen_text(pen, buf_str(&safe));
    }
    pen->style = 0;
}

void paint_prompt(struct buf *out, struct str prompt)
{
    for (size_t i = 0, step; i < prompt.len; i += step) {
        struct str rest = str_slice(prompt, i, prompt.len);
        step = sgr_len(rest);
        if (step > 0)
            continue;
        utf8_decode(rest, 0, &step);
        text_escape(out, str_slice(rest, 0, step));
    }
}

/* The prompt of the row that begins behind text[upto - 1], a newline. */
static void draw_indent(struct pen *pen, const struct paint *p, size_t upto)
{
    if (!p->indent)
        return;
    _cleanup_(buf_free) struct buf text = {0}, indent = {0};
    buf_str_add(&text, p->before);
    paint_narrow(&text, p->text, upto);
    p->indent(p->ctx, buf_str(&text), &indent);
    draw_prompt(pen, buf_str(&indent), p->colour);
}

/* *cursor: where text[p->cursor] is shown; with a wide character there that does not fit, the next
 * row. */
static void draw_text(struct pen *pen, const struct paint *p, struct place *cursor)
{
    _cleanup_(buf_free) struct buf text = {0};
    _cleanup_(cleanup_free) uint8_t *shades = pen->s ? shade(p, &text) : NULL;
    size_t at = p->before.len;
    uint8_t now = COLOUR_NONE;
    for (size_t i = 0; i < p->len; i++) {
        if (i == p->cursor) {
            *cursor = pen->at;
            if (shown_as(p->text[i]) == SHOWN_PLAIN && p->text[i] > 0x7f &&
                pen->at.col + (unsigned)wcwidth(p->text[i]) > pen->columns)
                *cursor = (struct place){pen->at.row + 1, 0};
        }
        uint8_t colour = shades ? shades[at] : COLOUR_NONE;
        if (colour != now)
            pen->style = screen_style(pen->s, str_of(colour_on(colour)));
        now = colour;
        pen_char(pen, p->text[i]);
        at += utf8_len(p->text[i]);
        if (p->text[i] == L'\n') {
            pen->style = 0;
            now = COLOUR_NONE;
            draw_indent(pen, p, i + 1);
        }
    }
    pen->style = 0;
    if (p->cursor >= p->len)
        *cursor = pen->at;
}

/* On the cursor's row only. */
static void draw_hint(struct pen *pen, struct str hint)
{
    unsigned room = pen->columns - pen->at.col;
    if (hint.len == 0 || room < 4)
        return;
    _cleanup_(buf_free) struct buf safe = {0}, cut = {0};
    text_escape(&safe, hint);
    text_cut(&cut, buf_str(&safe), room - 1);
    pen->style = screen_style(pen->s, str_of(colour_on(COLOUR_DIM)));
    pen_text(pen, buf_str(&cut));
}

unsigned paint_measure(const struct paint *p, struct place *cursor)
{
    struct pen pen = {.columns = p->columns};
    draw_prompt(&pen, p->prompt, false);
    draw_text(&pen, p, cursor);
    return MAX(pen.deepest, cursor->row) + 1;
}

void paint_line(struct screen *s, const struct paint *p, unsigned *top, struct str hint)
{
    struct place cursor;
    unsigned all = paint_measure(p, &cursor);
    if (cursor.row < *top)
        *top = cursor.row;
    if (cursor.row >= *top + p->rows)
        *top = cursor.row + 1 - p->rows;
    *top = MIN(*top, all - MIN(all, p->rows));
    struct pen pen = {.s = s, .columns = p->columns, .rows = p->rows, .top = *top};
    unsigned below = p->below.len > 0;
    for (size_t i = 0; i < p->below.len; i++)
        below += p->below.s[i] == '\n';
    screen_begin(s, p->columns, MIN(all + below, p->rows));
    draw_prompt(&pen, p->prompt, p->colour);
    draw_text(&pen, p, &cursor);
    if (p->cursor == p->len)
        draw_hint(&pen, hint);
    if (below > 0 && all - *top < p->rows) {
        pen.style = 0;
        pen.at = (struct place){all - 1, 0};
        next_row(&pen, false);
        pen_text(&pen, p->below);
    }
    screen_use(s, cursor.row - *top);
    s->next.cursor = (struct place){cursor.row - *top, cursor.col};
}

/* --- without cursor movements --------------------------------------------------------------- */

/* The cells of a row from `from` on, at most so many, without the blanks at the end but up to keep.
 */
static unsigned row_text(const struct screen *s, unsigned from, unsigned most, unsigned keep,
                         struct buf *ret)
{
    const struct frame_cell *cells = s->next.cells;
    unsigned end = MIN(from + most, s->next.columns);
    while (end > keep && cells[end - 1].len == 0 && cells[end - 1].width == 1)
        end--;
    for (unsigned i = from; i < end; i++) {
        if (cells[i].width > 0)
            buf_str_add(ret, cells[i].len ? (struct str){cells[i].text, cells[i].len} : STR(" "));
    }
    return end > from ? end - from : 0;
}

static void repeat(struct buf *out, char c, unsigned count)
{
    while (count-- > 0)
        buf_char(out, c);
}

void paint_dumb(struct paint_row *row, struct buf *out, const struct paint *p)
{
    _cleanup_(screen_free) struct screen s = {0};
    _cleanup_(cleanup_free) wchar_t *text = mem_resize(NULL, p->len + 1, sizeof(*text));
    _cleanup_(buf_free) struct buf now = {0};
    struct paint flat = *p;
    unsigned top = 0, most = MAX(p->columns, 2U) - 1;
    for (size_t i = 0; i < p->len; i++)
        text[i] = p->text[i] == L'\n' || p->text[i] == L'\t' ? L' ' : p->text[i];
    flat.text = text;
    flat.rows = 1;
    flat.columns = (unsigned)MIN((size_t)UINT16_MAX, p->prompt.len * 4 + p->len * 8 + 2);
    flat.colour = false;
    flat.lang = NULL;
    paint_line(&s, &flat, &top, STR(""));

    unsigned cursor = s.next.cursor.col, from = cursor < most ? 0 : cursor - most / 2;
    while (from > 0 && s.next.cells[from].width == 0)
        from--;
    unsigned cells = row_text(&s, from, most, cursor, &now);
    if (row->cursor == row->cells && str_starts(buf_str(&now), buf_str(&row->text))) {
        buf_str_add(out, str_slice(buf_str(&now), row->text.len, now.len));
    } else {
        repeat(out, '\b', row->cursor);
        buf_str_add(out, buf_str(&now));
        repeat(out, ' ', row->cells - MIN(row->cells, cells));
        repeat(out, '\b', row->cells - MIN(row->cells, cells));
    }
    repeat(out, '\b', cells - MIN(cells, cursor - from));
    buf_reset(&row->text);
    buf_str_add(&row->text, buf_str(&now));
    row->cells = cells;
    row->cursor = MIN(cells, cursor - from);
}

/* --- text --------------------------------------------------------------------------------- */

wchar_t *paint_widen(struct str text, size_t *len)
{
    wchar_t *wide = mem_resize(NULL, text.len + 1, sizeof(*wide));
    size_t n = 0;
    for (size_t i = 0, step; i < text.len; i += step) {
        int32_t c = utf8_decode(text, i, &step);
        wide[n++] = c < 0 ? 0xfffd : (wchar_t)c;
    }
    wide[n] = L'\0';
    *len = n;
    return wide;
}

void paint_narrow(struct buf *out, const wchar_t *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        utf8_encode(out, (uint32_t)text[i]);
}

static unsigned widest_of(const struct str *texts, size_t count, unsigned columns)
{
    unsigned widest = 1;
    for (size_t i = 0; i < count; i++)
        widest = MAX(widest, text_width(texts[i]));
    return MIN(widest, columns - 1);
}

static size_t columns_across(unsigned widest, unsigned columns)
{
    return MAX(1U, (columns + 1) / (widest + 2));
}

unsigned paint_columns_rows(const struct str *texts, size_t count, unsigned columns)
{
    size_t across = columns_across(widest_of(texts, count, columns), columns);
    return (unsigned)((count + across - 1) / across);
}

void paint_columns(struct buf *out, const struct str *texts, size_t count, unsigned columns,
                   unsigned rows, bool more)
{
    unsigned widest = widest_of(texts, count, columns);
    size_t across = columns_across(widest, columns);
    size_t down = (count + across - 1) / across;
    if (down > rows) {
        down = MAX(rows, 2U) - 1;
        more = true;
    }
    /* Columns are filled downwards, as a directory listing is. */
    size_t shown = MIN(count, down * across);
    down = (shown + across - 1) / across;
    for (size_t row = 0; row < down; row++) {
        for (size_t i = row; i < shown; i += down) {
            if (i + down < shown) {
                text_pad(out, texts[i], widest, false);
                buf_lit(out, "  ");
            } else {
                text_cut(out, texts[i], columns - 1);
            }
        }
        buf_lit(out, "\r\n");
    }
    if (more)
        buf_lit(out, "… more\r\n");
}
