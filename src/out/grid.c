#include "pksk/out/grid.h"

#define GAP 2
#define ALIGN_MAX 120 /* wider cells are not aligned to when nothing is cut */

void grid_init(struct grid *g, const struct print_options *o, bool whole)
{
    *g = (struct grid){.o = o, .whole = whole};
}

void grid_deinit(struct grid *g)
{
    map_free(&g->index, NULL);
    buf_free(&g->cell);
    free(g->columns);
    free(g->order);
    free(g->row);
    *g = (struct grid){0};
}

static bool is_key(const struct grid *g, struct str name)
{
    for (size_t i = 0; i < g->o->key_count; i++)
        if (str_eq(g->o->keys[i], name))
            return true;
    return false;
}

static unsigned cell_cap(const struct grid *g)
{
    return g->o->width ? g->o->width : ALIGN_MAX;
}

static struct column *add_column(struct grid *g, struct str name)
{
    struct column *c;
    struct str key;
    size_t at = g->index.used;

    if (g->columns_max && g->count == g->columns_max)
        return NULL;
    if (g->count == g->cap) {
        g->cap = g->cap ? g->cap * 2 : 16;
        g->columns = mem_resize(g->columns, g->cap, sizeof(*g->columns));
        g->order = mem_resize(g->order, g->cap, sizeof(*g->order));
        g->row = mem_resize(g->row, g->cap, sizeof(*g->row));
    }
    map_put(&g->index, name, (void *)(uintptr_t)(g->count + 1));
    map_next(&g->index, &at, &key, NULL);
    c = &g->columns[g->count++];
    *c = (struct column){.name = key, .key = is_key(g, key)};
    buf_reset(&g->cell);
    cell_add_name(&g->cell, key);
    c->natural = MIN(text_width(buf_str(&g->cell)), cell_cap(g));
    return c;
}

static struct column *column(struct grid *g, struct str name)
{
    uintptr_t number = (uintptr_t)map_get(&g->index, name);

    return number ? &g->columns[number - 1] : add_column(g, name);
}

static void measure_cell(struct grid *g, struct column *c, const struct value *v)
{
    uint64_t hash;

    buf_reset(&g->cell);
    cell_add(&g->cell, v, cell_cap(g));
    hash = str_hash(buf_str(&g->cell));
    if (c->count++ == 0)
        c->first = hash;
    c->varied |= hash != c->first;
    c->natural = MAX(c->natural, MIN(text_width(buf_str(&g->cell)), cell_cap(g)));
    if (v->type == ATTR_N)
        c->number = true;
    else if (v->type >= ATTR_M || v->type == ATTR_B)
        c->nested = true;
    else if (v->type != ATTR_NULL)
        c->text = true;
}

void grid_measure(struct grid *g, const struct value *item)
{
    const struct print_options *o = g->o;

    g->items++;
    for (size_t i = 0; o->columns && i < o->column_count; i++) {
        struct column *c = column(g, o->columns[i]);
        const struct value *v = cell_find(item, o->columns[i]);

        if (c && v)
            measure_cell(g, c, v);
    }
    if (o->columns)
        return;
    value_each (x, item) {
        struct column *c = column(g, value_name(x));

        if (c)
            measure_cell(g, c, x);
    }
}

static bool is_right(const struct column *c)
{
    return c->number && !c->text && !c->nested;
}

void grid_add_coloured(const struct print_options *o, struct buf *b, struct str text, enum colour c)
{
    bool colour = o->colour && c != COLOUR_NONE && text.len;

    if (colour)
        buf_str_add(b, str_of(colour_on(c)));
    buf_str_add(b, text);
    if (colour)
        buf_lit(b, COLOUR_OFF);
}

/* Puts g->cell into its column; *blanks is what stands between here and the last ink, so that no
 * line ends in blanks. */
static void place(struct grid *g, struct buf *b, const struct column *c, enum colour colour,
                  unsigned *blanks)
{
    _cleanup_(buf_free) struct buf text = {0};
    unsigned width, fill;

    if (!g->cell.len) {
        *blanks += c->cells + GAP;
        return;
    }
    if (g->o->width)
        text_cut(&text, buf_str(&g->cell), c->cells);
    else
        buf_str_add(&text, buf_str(&g->cell));
    width = text_width(buf_str(&text));
    fill = c->cells > width ? c->cells - width : 0;
    text_blanks(b, *blanks + (is_right(c) ? fill : 0));
    grid_add_coloured(g->o, b, buf_str(&text), colour);
    *blanks = GAP + (is_right(c) ? 0 : fill);
}

/* "+3 more", as far as there is room for it. */
static void add_hidden(struct grid *g, struct buf *b, unsigned used, unsigned blanks)
{
    _cleanup_(buf_free) struct buf text = {0};
    unsigned room = g->o->width > used ? g->o->width - used : 0;

    buf_reset(&g->cell);
    buf_addf(&g->cell, "+%zu more", g->hidden);
    text_cut(&text, buf_str(&g->cell), room);
    if (!text.len)
        return;
    text_blanks(b, blanks);
    grid_add_coloured(g->o, b, buf_str(&text), COLOUR_DIM);
}

void grid_add_header(struct grid *g, struct buf *b)
{
    unsigned blanks = 0, used = 0;

    for (size_t i = 0; i < g->shown; i++) {
        const struct column *c = &g->columns[g->order[i]];

        buf_reset(&g->cell);
        cell_add_name(&g->cell, c->name);
        place(g, b, c, COLOUR_NAME, &blanks);
        used += c->cells + GAP;
    }
    if (g->hidden)
        add_hidden(g, b, used, blanks);
    buf_char(b, '\n');
}

static void fill_row(struct grid *g, const struct value *item)
{
    if (g->o->columns) {
        for (size_t i = 0; i < g->count; i++)
            g->row[i] = cell_find(item, g->columns[i].name);
        return;
    }
    memset(g->row, 0, g->count * sizeof(*g->row));
    value_each (x, item) {
        uintptr_t number = (uintptr_t)map_get(&g->index, value_name(x));

        if (number)
            g->row[number - 1] = x;
    }
}

void grid_add_row(struct grid *g, struct buf *b, const struct value *item)
{
    unsigned blanks = 0;

    if (g->count)
        fill_row(g, item);
    for (size_t i = 0; i < g->shown; i++) {
        const struct column *c = &g->columns[g->order[i]];
        const struct value *v = g->row[g->order[i]];

        buf_reset(&g->cell);
        if (v)
            cell_add(&g->cell, v, g->o->width);
        place(g, b, c, v ? cell_colour(v, c->key) : COLOUR_NONE, &blanks);
    }
    buf_char(b, '\n');
}
