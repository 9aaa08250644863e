#include "pksk/line/editor-internal.h"

#define LEFT_MAX 1000  /* rows of a line that are shown again when it is left */
#define SHOWING_MS 150 /* then what a look-up has found is shown while it goes on */

void view_put(struct str bytes)
{
    fwrite(bytes.s, 1, bytes.len, stdout);
    fflush(stdout);
}

struct paint view_line(struct editor *ed)
{
    const LineInfoW *li = libedit.wline(ed->el);
    struct paint p = {
        .prompt = buf_str(&ed->prompt),
        .colour = ed->colour,
        .text = li->buffer,
        .len = (size_t)(li->lastchar - li->buffer),
        .cursor = (size_t)(li->cursor - li->buffer),
        .before = buf_str(&ed->before),
        .lang = ed->colour ? ed->o.lang : NULL,
    };
    int columns = 0, rows = 0;
    libedit.wget(ed->el, EL_GETTC, "co", &columns, NULL);
    libedit.wget(ed->el, EL_GETTC, "li", &rows, NULL);
    p.columns = columns > 1 ? (unsigned)columns : 80;
    p.rows = rows > 0 ? (unsigned)rows : 24;
    return p;
}

void view_text(struct editor *ed, bool to_cursor, struct buf *ret)
{
    struct paint p = view_line(ed);
    buf_str_add(ret, buf_str(&ed->before));
    paint_narrow(ret, p.text, to_cursor ? p.cursor : p.len);
}

static void find_hint(struct editor *ed, const struct paint *p, struct buf *hint)
{
    if (p->cursor != p->len || !ed->colour)
        return;
    if (ed->looking) {
        buf_lit(hint, " …");
        return;
    }
    _cleanup_(buf_free) struct buf text = {0};
    view_text(ed, false, &text);
    if (ed->o.hint)
        ed->o.hint(ed->o.ctx, buf_str(&text), hint);
    else if (ed->o.completer)
        complete_hint(ed->o.completer, buf_str(&text), hint);
}

static void draw(struct editor *ed, const struct paint *p, struct str hint)
{
    _cleanup_(buf_free) struct buf out = {0};
    if (ed->smart) {
        paint_line(&ed->screen, p, &ed->top, hint);
        screen_show(&ed->screen, &out);
    } else {
        paint_dumb(&ed->row, &out, p);
    }
    view_put(buf_str(&out));
}

void view_forget(struct editor *ed)
{
    screen_reset(&ed->screen);
    buf_reset(&ed->row.text);
    ed->row.cells = ed->row.cursor = 0;
    ed->top = 0;
}

void view_add_list(struct buf *out, const struct completion *r, const struct paint *p,
                   unsigned rows, bool more)
{
    _cleanup_(cleanup_free) struct str *texts = mem_resize(NULL, r->count, sizeof(*texts));
    for (size_t i = 0; i < r->count; i++)
        texts[i] = r->list[i].display;
    paint_columns(out, texts, r->count, p->columns, rows, more);
}

/* What a look-up has found by now, as lines under the text. */
static void add_found(struct editor *ed, const struct paint *p, struct buf *below)
{
    struct place cursor;
    int64_t waited_us = ed->looking ? clock_mono_us(&clock_real) - ed->looking_since_us : 0;
    if (!ed->looking || !ed->smart || waited_us < SHOWING_MS * 1000)
        return;
    const struct completion *r = complete_so_far(ed->o.completer);
    unsigned used = paint_measure(p, &cursor);
    if (r->count == 0 || p->rows < used + 3)
        return;
    _cleanup_(buf_free) struct buf text = {0};
    view_add_list(&text, r, p, p->rows - used - 1, true);
    for (size_t i = 0; i + 2 < text.len; i++) {
        if (text.s[i] != '\r')
            buf_char(below, text.s[i]);
    }
}

void view_paint(struct editor *ed)
{
    if (ed->plain)
        return;
    if (ed->cleared) {
        view_put(ed->smart ? STR("\033[H\033[2J") : STR("\r\n"));
        view_forget(ed);
    }
    if (ed->rang)
        view_put(STR("\a"));
    ed->rang = ed->cleared = false;
    _cleanup_(buf_free) struct buf hint = {0};
    struct paint p = view_line(ed);
    find_hint(ed, &p, &hint);
    _cleanup_(buf_free) struct buf below = {0};
    add_found(ed, &p, &below);
    p.below = ed->asked ? buf_str(&ed->note) : buf_str(&below);
    draw(ed, &p, buf_str(&hint));
}

void view_leave(struct editor *ed, struct paint p, struct str tail)
{
    if (ed->plain) {
        view_put(tail);
        view_put(STR("\r\n"));
        return;
    }
    struct place cursor;
    p.cursor = p.len;
    unsigned rows = paint_measure(&p, &cursor);
    if (ed->smart && rows > p.rows && rows <= LEFT_MAX) {
        _cleanup_(buf_free) struct buf out = {0};
        screen_move(&out, ed->screen.now.cursor, (struct place){0, 0});
        view_put(buf_str(&out));
        view_forget(ed);
        p.rows = rows;
    }
    draw(ed, &p, STR(""));
    view_put(tail);
    view_put(STR("\r\n"));
    view_forget(ed);
}

void view_leave_line(struct editor *ed, struct str tail)
{
    view_leave(ed, view_line(ed), tail);
}

/* A program's output may have ended without a newline, or the terminal has echoed ^C. A row of
 * blanks goes over the row's end from anywhere but its beginning, where it only fills the row. */
void view_begin_row(struct editor *ed)
{
    _cleanup_(buf_free) struct buf out = {0};
    if (!ed->smart)
        return;
    for (unsigned i = view_line(ed).columns; i > 0; i--)
        buf_char(&out, ' ');
    buf_lit(&out, "\r\033[K");
    view_put(buf_str(&out));
}
