/* pretty: for eyes. Consecutive items of one shape are a small table; one item is lines.
 *
 * Two items are of one shape when the literal parts of their keys are the same and they have about
 * the same attributes. Shapes are remembered over pages, so that a table that comes again looks
 * the same again.
 */
#include "pksk/out/format.h"
#include "pksk/out/grid.h"
#include "pksk/out/shape.h"
#include "pksk/out/single.h"

#define SHAPES_MAX 64    /* further ones share the last: a key may hold anything */
#define COLUMNS_MAX 1000 /* remembered of one shape */

struct shape {
    struct grid grid;
    struct str heading; /* owned */
    bool measured;      /* has items in this page */
};

struct pretty {
    struct printer printer;
    struct shape *shapes[SHAPES_MAX];
    size_t count;
    struct shape **of; /* this page's items: the shape of each */
    size_t of_cap;
    struct shape *now; /* whose table is open */
    bool begun;
    bool dense; /* this page's shapes take turns: tables are parted by their header alone */
    struct buf scratch;
};

static struct shape *shape_new(struct pretty *p, struct str heading)
{
    struct shape *shape = mem_resize(NULL, 1, sizeof(*shape));

    *shape = (struct shape){.heading = {mem_dup(heading.s, heading.len), heading.len}};
    grid_init(&shape->grid, &p->printer.o, false);
    shape->grid.columns_max = COLUMNS_MAX;
    p->shapes[p->count++] = shape;
    return shape;
}

static bool is_key(const struct pretty *p, struct str name)
{
    const struct print_options *o = &p->printer.o;

    for (size_t i = 0; i < o->key_count; i++)
        if (str_eq(o->keys[i], name))
            return true;
    return false;
}

/* Beside the keys: does the item have half of what the shape has, or the shape half of what the
 * item has? */
static bool is_akin(const struct pretty *p, const struct shape *shape, const struct value *item)
{
    size_t known = 0, all = 0, columns = 0;

    value_each (x, item) {
        if (is_key(p, value_name(x)))
            continue;
        all++;
        known += map_has(&shape->grid.index, value_name(x));
    }
    for (size_t i = 0; i < shape->grid.count; i++)
        columns += !shape->grid.columns[i].key;
    return known * 2 >= MIN(all, columns);
}

static struct shape *shape_of(struct pretty *p, const struct value *item)
{
    const struct print_options *o = &p->printer.o;
    struct str heading, name = o->name_of ? o->name_of(o->name_ctx, item) : STR("");

    buf_reset(&p->scratch);
    if (name.len)
        buf_str_add(&p->scratch, name);
    else if (!o->columns)
        shape_add_item(&p->scratch, item, o->keys, o->key_count);
    heading = buf_str(&p->scratch);
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->shapes[i]->heading, heading) &&
            (o->columns || name.len || is_akin(p, p->shapes[i], item)))
            return p->shapes[i];
    if (p->count < SHAPES_MAX - 1)
        return shape_new(p, heading);
    return p->count < SHAPES_MAX ? shape_new(p, STR("…")) : p->shapes[SHAPES_MAX - 1];
}

static void measure_page(struct pretty *p, const struct value *items)
{
    size_t count = 0, runs = 0;

    for (size_t i = 0; i < p->count; i++)
        p->shapes[i]->measured = false;
    for (const struct value *item = items; item; item = item->next) {
        struct shape *shape = shape_of(p, item);

        if (count == p->of_cap) {
            p->of_cap = p->of_cap ? p->of_cap * 2 : 256;
            p->of = mem_resize(p->of, p->of_cap, sizeof(struct shape *));
        }
        runs += !count || p->of[count - 1] != shape;
        p->of[count++] = shape;
        shape->measured = true;
        grid_measure(&shape->grid, item);
    }
    for (size_t i = 0; i < p->count; i++)
        if (p->shapes[i]->measured)
            grid_fit(&p->shapes[i]->grid);
    p->dense = runs > 4 && count < runs * 3;
}

static void add_heading(struct pretty *p, const struct shape *shape, struct buf *out)
{
    const struct print_options *o = &p->printer.o;
    _cleanup_(buf_free) struct buf safe = {0}, fitted = {0};

    if (p->count < 2 || str_is(shape->heading, "…")) /* there is nothing to tell apart, or to say */
        return;
    text_escape(&safe, shape->heading);
    if (o->width)
        text_cut(&fitted, buf_str(&safe), o->width);
    else
        buf_str_add(&fitted, buf_str(&safe));
    grid_add_coloured(o, out, buf_str(&fitted), COLOUR_DIM);
    buf_char(out, '\n');
}

/* A table goes on as long as its shape does and its columns stay as they are. */
static void open_table(struct pretty *p, struct shape *shape, struct buf *out)
{
    if (p->now == shape && !shape->grid.changed)
        return;
    if (p->begun && !p->dense)
        buf_char(out, '\n');
    if (!p->dense && p->now != shape)
        add_heading(p, shape, out);
    grid_add_header(&shape->grid, out);
    p->begun = true;
    p->now = shape;
    shape->grid.changed = false;
}

/* A lone item whose table would hide most of it says more as lines. */
static bool is_better_alone(const struct pretty *p, const struct shape *shape)
{
    const struct grid *g = &shape->grid;
    size_t keys = MIN(g->shown, p->printer.o.key_count);

    return g->items == 1 && !p->dense && g->hidden > g->shown - keys;
}

static void add_alone(struct pretty *p, struct shape *shape, struct buf *out,
                      const struct value *item)
{
    if (p->begun)
        buf_char(out, '\n');
    add_heading(p, shape, out);
    single_add(out, &p->printer.o, item);
    p->begun = true;
    p->now = NULL;
}

static int pretty_page(struct printer *printer, const struct value *items, struct err *e)
{
    struct pretty *p = (struct pretty *)printer;
    size_t i = 0;
    int r = 0;

    if (printer->o.single && !p->begun && !items->next) {
        single_add(sink_room(printer->sink), &printer->o, items);
        p->begun = true;
        return sink_filled(printer->sink, e);
    }
    measure_page(p, items);
    for (const struct value *item = items; item && r == 0; item = item->next) {
        struct buf *out = sink_room(printer->sink);

        struct shape *shape = p->of[i++];

        if (is_better_alone(p, shape)) {
            add_alone(p, shape, out, item);
        } else {
            open_table(p, shape, out);
            grid_add_row(&shape->grid, out, item);
        }
        r = sink_filled(printer->sink, e);
    }
    return r;
}

static void pretty_free(struct printer *printer)
{
    struct pretty *p = (struct pretty *)printer;

    for (size_t i = 0; i < p->count; i++) {
        grid_deinit(&p->shapes[i]->grid);
        free((char *)p->shapes[i]->heading.s);
        free(p->shapes[i]);
    }
    free(p->of);
    buf_free(&p->scratch);
    free(p);
}

static const struct printer_ops pretty_ops = {pretty_page, NULL, pretty_free};

struct printer *printer_pretty(void)
{
    struct pretty *p = mem_resize(NULL, 1, sizeof(*p));

    *p = (struct pretty){.printer = {.ops = &pretty_ops}};
    return &p->printer;
}
