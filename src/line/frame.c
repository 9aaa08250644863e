#include "pksk/line/frame.h"

static void frame_free(struct frame *f)
{
    free(f->cells);
    free(f->soft);
    *f = (struct frame){0};
}

void screen_free(struct screen *s)
{
    frame_free(&s->now);
    frame_free(&s->next);
    for (unsigned i = 0; i < ARRAY_LEN(s->styles); i++)
        buf_free(&s->styles[i]);
}

uint8_t screen_style(struct screen *s, struct str sgr)
{
    if (sgr.len == 0)
        return 0;
    for (unsigned i = 0; i < s->style_count; i++) {
        if (str_eq(buf_str(&s->styles[i]), sgr))
            return (uint8_t)(i + 1);
    }
    if (s->style_count == ARRAY_LEN(s->styles))
        return 0;
    buf_str_add(&s->styles[s->style_count], sgr);
    return (uint8_t)++s->style_count;
}

/* --- the picture -------------------------------------------------------------------------- */

static const struct frame_cell blank = {.width = 1};

static void blank_rows(struct frame *f, unsigned from, unsigned to)
{
    for (size_t i = (size_t)from * f->columns; i < (size_t)to * f->columns; i++)
        f->cells[i] = blank;
    for (unsigned row = from; row < to; row++)
        f->soft[row] = false;
}

void screen_begin(struct screen *s, unsigned columns, unsigned rows)
{
    struct frame *f = &s->next;
    if (f->columns != columns || f->room < rows) {
        f->cells = mem_resize(f->cells, (size_t)columns * rows, sizeof(*f->cells));
        f->soft = mem_resize(f->soft, rows, sizeof(*f->soft));
        f->room = rows;
        f->columns = columns;
    }
    f->rows = 0;
    f->cursor = (struct place){0, 0};
    screen_use(s, 0);
}

void screen_use(struct screen *s, unsigned row)
{
    struct frame *f = &s->next;
    if (row >= f->room || row < f->rows)
        return;
    blank_rows(f, f->rows, row + 1);
    f->rows = row + 1;
}

void screen_soften(struct screen *s, unsigned row)
{
    if (row < s->next.rows)
        s->next.soft[row] = true;
}

static struct frame_cell *cell_at(const struct frame *f, struct place at)
{
    if (at.row >= f->rows || at.col >= f->columns)
        return NULL;
    return f->cells + (size_t)at.row * f->columns + at.col;
}

void screen_put(struct screen *s, struct place at, struct str text, unsigned width, uint8_t style)
{
    screen_use(s, at.row);
    struct frame_cell *c = cell_at(&s->next, at);
    if (!c || text.len > sizeof(c->text) || at.col + width > s->next.columns)
        return;
    *c = (struct frame_cell){.width = (uint8_t)width, .style = style};
    if (!str_is(text, " ") || style) {
        memcpy(c->text, text.s, text.len);
        c->len = (uint8_t)text.len;
    }
    for (unsigned i = 1; i < width; i++)
        c[i] = (struct frame_cell){.style = style};
}

void screen_mark(struct screen *s, struct place at, struct str mark)
{
    struct frame_cell *c = cell_at(&s->next, at);
    if (!c)
        return;
    while (c->width == 0 && at.col-- > 0)
        c--;
    if (c->len == 0)
        c->text[c->len++] = ' ';
    if (c->len + mark.len > sizeof(c->text)) /* more marks than anybody can read */
        return;
    memcpy(c->text + c->len, mark.s, mark.len);
    c->len = (uint8_t)(c->len + mark.len);
}

/* --- from one to the next ----------------------------------------------------------------- */

void screen_move(struct buf *out, struct place from, struct place to)
{
    if (to.row < from.row)
        buf_addf(out, "\033[%uA", from.row - to.row);
    else if (to.row > from.row)
        buf_addf(out, "\033[%uB", to.row - from.row);
    buf_addf(out, "\033[%uG", to.col + 1);
}

struct drawing {
    const struct screen *s;
    struct buf *out;
    struct place at;
    bool full; /* the last cell of the row was just written: where the cursor is differs */
    uint8_t style;
};

static void use_style(struct drawing *d, uint8_t style)
{
    if (d->style == style)
        return;
    if (d->style)
        buf_lit(d->out, "\033[0m");
    if (style)
        buf_str_add(d->out, buf_str(&d->s->styles[style - 1]));
    d->style = style;
}

static void go(struct drawing *d, struct place to)
{
    if (d->full || d->at.row != to.row || d->at.col != to.col)
        screen_move(d->out, d->at, to);
    d->at = to;
    d->full = false;
}

static void draw_cell(struct drawing *d, const struct frame_cell *c)
{
    if (c->width == 0)
        return;
    use_style(d, c->style);
    if (c->len)
        buf_add(d->out, c->text, c->len);
    else
        buf_char(d->out, ' ');
    d->at.col += c->width;
    d->full = d->at.col >= d->s->next.columns;
    if (d->full)
        d->at.col = d->s->next.columns - 1;
}

static bool same(const struct frame_cell *a, const struct frame_cell *b)
{
    return a->len == b->len && a->width == b->width && a->style == b->style &&
           memcmp(a->text, b->text, a->len) == 0;
}

static const struct frame_cell *shown(const struct screen *s, unsigned row, unsigned col)
{
    const struct frame_cell *c = cell_at(&s->now, (struct place){row, col});
    return c ? c : &blank;
}

/* A row of the screen that the line did not have yet; at the screen's end the terminal scrolls. */
static void make_row(struct drawing *d, unsigned row)
{
    const struct frame *next = &d->s->next;
    if (row == 0) {
        buf_lit(d->out, "\033[J");
        return;
    }
    if (next->soft[row - 1]) {
        /* Going over the row's end is how the terminal learns that the two are one line. */
        const struct frame_cell *last = cell_at(next, (struct place){row - 1, next->columns - 1});
        unsigned col = next->columns - 1;
        for (; last->width == 0 && col > 0; col--)
            last--;
        if (!d->full || d->at.row != row - 1) {
            go(d, (struct place){row - 1, col});
            draw_cell(d, last);
        }
        use_style(d, 0);
        buf_lit(d->out, " \r");
    } else {
        if (d->at.row != row - 1)
            go(d, (struct place){row - 1, 0});
        use_style(d, 0);
        buf_lit(d->out, "\r\n");
    }
    d->at = (struct place){row, 0};
    d->full = false;
}

static void draw_row(struct drawing *d, unsigned row)
{
    const struct frame *next = &d->s->next;
    const struct frame_cell *cells = cell_at(next, (struct place){row, 0});
    unsigned first = 0, last = next->columns, end = next->columns;
    while (first < last && same(&cells[first], shown(d->s, row, first)))
        first++;
    if (first == last)
        return;
    while (same(&cells[last - 1], shown(d->s, row, last - 1)))
        last--;
    while (first > 0 && cells[first].width == 0)
        first--;
    while (last < end && cells[last].width == 0)
        last++;
    while (end > first && same(&cells[end - 1], &blank))
        end--;
    go(d, (struct place){row, first});
    for (unsigned col = first; col < MIN(last, end); col++)
        draw_cell(d, &cells[col]);
    use_style(d, 0);
    if (last > end)
        buf_lit(d->out, "\033[K");
}

void screen_show(struct screen *s, struct buf *out)
{
    struct drawing d = {.s = s, .out = out, .at = s->now.cursor};
    for (unsigned row = 0; row < s->next.rows; row++) {
        if (row >= s->now.rows)
            make_row(&d, row);
        draw_row(&d, row);
    }
    if (s->now.rows > s->next.rows) {
        go(&d, (struct place){s->next.rows, 0});
        buf_lit(out, "\033[J");
    }
    go(&d, s->next.cursor);
    struct frame was = s->now;
    s->now = s->next;
    s->next = was;
}

void screen_reset(struct screen *s)
{
    s->now.rows = 0;
    s->now.cursor = (struct place){0, 0};
}
