#include "pksk/line/paint.h"

#include <wctype.h>

#include "pksk/base/utf8.h"

/* How libedit shows a character (its chartype.c): as it is, as a tab or a line's end, as ^X, or as
 * \U+1234 when it cannot be printed. */
enum shown { SHOWN_PLAIN, SHOWN_TAB, SHOWN_NEWLINE, SHOWN_CARET, SHOWN_HEX };

static enum shown shown_as(wchar_t c)
{
    if (c == L'\t')
        return SHOWN_TAB;
    if (c == L'\n')
        return SHOWN_NEWLINE;
    if (c < 0x100 && iswcntrl((wint_t)c))
        return SHOWN_CARET;
    return iswprint((wint_t)c) ? SHOWN_PLAIN : SHOWN_HEX;
}

static unsigned width_of(wchar_t c)
{
    int w = wcwidth(c);
    return w < 0 ? 0 : (unsigned)w;
}

/* A terminal's cursor that has just filled a row stays on it until the next character comes. */
struct pen {
    struct buf *out; /* NULL: only measure */
    struct place at;
    unsigned columns;
    bool waiting; /* `at` is the next row's beginning, but the cursor still is on the row before */
};

static void pen_cell(struct pen *p, wchar_t c, unsigned width)
{
    while (width > 1 && p->at.col + width > p->columns)
        pen_cell(p, L' ', 1);
    if (p->out)
        utf8_encode(p->out, (uint32_t)c);
    p->at.col += width;
    p->waiting = p->at.col >= p->columns;
    if (p->waiting)
        p->at = (struct place){p->at.row + 1, 0};
}

static void pen_newline(struct pen *p)
{
    if (p->out)
        buf_str_add(p->out, p->waiting ? STR("\r\n\r\n") : STR("\r\n"));
    p->waiting = false;
    p->at = (struct place){p->at.row + 1, 0};
}

/* Characters without width of their own: marks are drawn, what steers the terminal is not. */
static void pen_mark(struct pen *p, wchar_t c)
{
    char bytes[8];
    struct buf b = {.s = bytes, .cap = sizeof(bytes), .max = sizeof(bytes)};
    utf8_encode(&b, (uint32_t)c);
    if (p->out && !p->waiting && text_is_safe(buf_str(&b)))
        buf_str_add(p->out, buf_str(&b));
}

static void pen_char(struct pen *p, wchar_t c)
{
    char hex[16];
    int len;
    switch (shown_as(c)) {
    case SHOWN_TAB:
        do
            pen_cell(p, L' ', 1);
        while (p->at.col & 7);
        return;
    case SHOWN_NEWLINE:
        pen_newline(p);
        return;
    case SHOWN_CARET:
        pen_cell(p, L'^', 1);
        pen_cell(p, c == 0x7f ? L'?' : c | 0x40, 1);
        return;
    case SHOWN_HEX:
        len = snprintf(hex, sizeof(hex), c > 0xffff ? "\\U+%05X" : "\\U+%04X", (unsigned)c);
        for (int i = 0; i < len && i < (int)sizeof(hex); i++)
            pen_cell(p, (wchar_t)hex[i], 1);
        return;
    case SHOWN_PLAIN:
        break;
    }
    if (width_of(c) > 0)
        pen_cell(p, c, width_of(c));
    else
        pen_mark(p, c);
}

void paint_advance(struct place *at, wchar_t c, unsigned columns)
{
    struct pen p = {.at = *at, .columns = columns};
    pen_char(&p, c);
    *at = p.at;
}

struct place paint_place(const struct paint *p, size_t upto)
{
    struct place at = p->start;
    for (size_t i = 0; i < upto; i++)
        paint_advance(&at, p->text[i], p->columns);
    if (upto < p->len && shown_as(p->text[upto]) == SHOWN_PLAIN &&
        at.col + width_of(p->text[upto]) > p->columns)
        at = (struct place){at.row + 1, 0};
    return at;
}

void paint_move(struct buf *out, struct place from, struct place to)
{
    if (to.row < from.row)
        buf_addf(out, "\033[%uA", from.row - to.row);
    else if (to.row > from.row)
        buf_addf(out, "\033[%uB", to.row - from.row);
    buf_addf(out, "\033[%uG", to.col + 1);
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
    if (!p->lang)
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

static void draw_text(struct pen *pen, const struct paint *p)
{
    _cleanup_(buf_free) struct buf text = {0};
    _cleanup_(cleanup_free) uint8_t *shades = shade(p, &text);
    size_t at = p->before.len;
    uint8_t now = COLOUR_NONE;
    for (size_t i = 0; i < p->len; i++) {
        uint8_t colour = shades ? shades[at] : COLOUR_NONE;
        if (colour != now) {
            if (now != COLOUR_NONE)
                buf_lit(pen->out, COLOUR_OFF);
            if (colour != COLOUR_NONE)
                buf_str_add(pen->out, str_of(colour_on(colour)));
            now = colour;
        }
        pen_char(pen, p->text[i]);
        at += utf8_len(p->text[i]);
    }
    if (now != COLOUR_NONE)
        buf_lit(pen->out, COLOUR_OFF);
}

/* On the cursor's row only, so that clearing to the row's end takes it away. */
static bool draw_hint(struct pen *pen, struct str hint)
{
    unsigned room = pen->columns - pen->at.col;
    if (hint.len == 0 || room < 4)
        return false;
    _cleanup_(buf_free) struct buf safe = {0}, cut = {0};
    text_escape(&safe, hint);
    text_cut(&cut, buf_str(&safe), room - 1);
    buf_str_add(pen->out, str_of(colour_on(COLOUR_DIM)));
    buf_str_add(pen->out, buf_str(&cut));
    buf_lit(pen->out, COLOUR_OFF);
    return true;
}

/* libedit itself disagrees on where a tab over the end of a row leads: drawing goes to the next
 * row's beginning, moving goes on counting. What it believes then cannot be known, so it is left
 * alone. */
static bool tab_crosses(const struct paint *p)
{
    struct place at = p->start;
    for (size_t i = 0; i < p->len; i++) {
        if (p->text[i] == L'\t' && (at.col | 7) >= p->columns)
            return true;
        paint_advance(&at, p->text[i], p->columns);
    }
    return false;
}

bool paint_line(struct buf *out, const struct paint *p, struct str hint, bool *hinted)
{
    *hinted = false;
    struct place end = paint_place(p, p->len), cursor = paint_place(p, p->cursor);
    bool at_end = p->cursor == p->len;
    /* What has scrolled off the screen cannot be gone back to. */
    if (p->columns < 2 || end.row + 1 > p->rows || tab_crosses(p))
        return false;

    buf_lit(out, "\033[?25l");
    paint_move(out, cursor, (struct place){0, 0});
    buf_str_add(out, p->prompt);
    struct pen pen = {.out = out, .at = p->start, .columns = p->columns};
    draw_text(&pen, p);
    struct place now = pen.waiting ? (struct place){pen.at.row - 1, pen.columns - 1} : pen.at;
    if (pen.waiting && at_end) {
        paint_move(out, now, end); /* libedit has made that row already */
        now = end;
        pen.waiting = false;
    }
    if (!pen.waiting)
        buf_lit(out, "\033[J");
    if (at_end)
        *hinted = draw_hint(&pen, hint);
    paint_move(out, now, cursor);
    buf_lit(out, "\033[?25h");
    return true;
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

/* One visible character of the prompt: the text escaped, or a character of several bytes whole. */
static size_t visible(struct str rest, struct buf *ret)
{
    size_t len;
    utf8_decode(rest, 0, &len);
    text_escape(ret, str_slice(rest, 0, len));
    return len;
}

wchar_t *paint_prompt(struct str prompt, bool colour, unsigned columns, struct place *end,
                      struct buf *plain)
{
    _cleanup_(buf_free) struct buf out = {0}, seen = {0}, codes = {0};
    size_t last = 0; /* where the last visible character begins in out */
    for (size_t i = 0, step; i < prompt.len; i += step) {
        struct str rest = str_slice(prompt, i, prompt.len);
        step = sgr_len(rest);
        if (step > 0) {
            if (colour)
                buf_str_add(&codes, str_slice(rest, 0, step));
            continue;
        }
        if (codes.len > 0)
            buf_addf(&out, "\001%.*s\001", STR_ARG(buf_str(&codes)));
        buf_reset(&codes);
        last = out.len;
        size_t from = seen.len;
        step = visible(rest, &seen);
        buf_str_add(&out, str_slice(buf_str(&seen), from, seen.len));
    }
    _cleanup_(buf_free) struct buf moved = {0};
    struct str all = buf_str(&out);
    buf_str_add(&moved, str_slice(all, 0, last));
    if (codes.len > 0 && out.len > 0) {
        /* A mark right behind a mark would be taken for a character: one pair holds both. */
        if (moved.len > 0 && moved.s[moved.len - 1] == '\001')
            moved.len--;
        else
            buf_char(&moved, '\001');
        buf_addf(&moved, "%.*s\001", STR_ARG(buf_str(&codes)));
    }
    buf_str_add(&moved, str_slice(all, last, all.len));

    size_t len;
    _cleanup_(cleanup_free) wchar_t *wide = paint_widen(buf_str(&seen), &len);
    *end = (struct place){0, 0};
    for (size_t i = 0; i < len; i++)
        paint_advance(end, wide[i], columns);
    buf_reset(plain);
    for (size_t i = 0; i < moved.len; i++) {
        if (moved.s[i] != '\001')
            buf_char(plain, moved.s[i]);
    }
    return paint_widen(buf_str(&moved), &len);
}

void paint_columns(struct buf *out, const struct str *texts, size_t count, unsigned columns,
                   unsigned rows, bool more)
{
    unsigned widest = 1;
    for (size_t i = 0; i < count; i++)
        widest = MAX(widest, text_width(texts[i]));
    widest = MIN(widest, columns - 1);
    size_t across = MAX(1U, (columns + 1) / (widest + 2));
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
