/* pretty: for eyes. Consecutive items of one shape are a small table; one item is lines. */
#include "pksk/base/map.h"
#include "pksk/out/format.h"
#include "pksk/out/grid.h"
#include "pksk/out/shape.h"
#include "pksk/out/single.h"

#define SHAPES_MAX 64    /* further ones share the last: a key may hold anything */
#define COLUMNS_MAX 1000 /* remembered of one shape */

struct shape {
    struct grid grid;
    struct str heading; /* in the map */
    bool measured;      /* has items in this page */
};

struct pretty {
    struct printer printer;
    struct map shapes; /* heading → struct shape */
    struct shape *now; /* whose table is open */
    bool mixed;        /* more than one shape was seen: tables have headings */
    bool begun;
    struct buf scratch;
};

static struct shape *shape_new(struct pretty *p, struct str heading)
{
    struct shape *shape = mem_resize(NULL, 1, sizeof(*shape));
    size_t at = p->shapes.used;

    *shape = (struct shape){0};
    grid_init(&shape->grid, &p->printer.o, false);
    shape->grid.columns_max = COLUMNS_MAX;
    map_put(&p->shapes, heading, shape);
    map_next(&p->shapes, &at, &shape->heading, NULL);
    return shape;
}

static struct shape *shape_of(struct pretty *p, const struct value *item)
{
    const struct print_options *o = &p->printer.o;
    struct shape *shape;

    buf_reset(&p->scratch);
    shape_add_item(&p->scratch, item, o->keys, o->key_count);
    shape = map_get(&p->shapes, buf_str(&p->scratch));
    if (!shape && p->shapes.count < SHAPES_MAX)
        return shape_new(p, buf_str(&p->scratch));
    if (!shape)
        shape = map_get(&p->shapes, STR("…"));
    return shape ? shape : shape_new(p, STR("…"));
}

static void measure_page(struct pretty *p, const struct value *items)
{
    struct shape *shape;
    void *value;

    for (size_t i = 0; map_next(&p->shapes, &i, NULL, &value);)
        ((struct shape *)value)->measured = false;
    for (const struct value *item = items; item; item = item->next) {
        shape = shape_of(p, item);
        shape->measured = true;
        grid_measure(&shape->grid, item);
    }
    for (size_t i = 0; map_next(&p->shapes, &i, NULL, &value);) {
        shape = value;
        if (shape->measured)
            grid_fit(&shape->grid);
    }
    p->mixed |= p->shapes.count > 1;
}

static void add_heading(struct pretty *p, const struct shape *shape, struct buf *out)
{
    const struct print_options *o = &p->printer.o;
    _cleanup_(buf_free) struct buf safe = {0}, fitted = {0};

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
    if (p->begun)
        buf_char(out, '\n');
    if (p->mixed && p->now != shape)
        add_heading(p, shape, out);
    grid_add_header(&shape->grid, out);
    p->begun = true;
    p->now = shape;
    shape->grid.changed = false;
}

static int pretty_page(struct printer *printer, const struct value *items, struct err *e)
{
    struct pretty *p = (struct pretty *)printer;
    int r = 0;

    if (printer->o.single && !p->begun && !items->next) {
        single_add(sink_room(printer->sink), &printer->o, items);
        p->begun = true;
        return sink_filled(printer->sink, e);
    }
    measure_page(p, items);
    for (const struct value *item = items; item && r == 0; item = item->next) {
        struct shape *shape = shape_of(p, item);
        struct buf *out = sink_room(printer->sink);

        open_table(p, shape, out);
        grid_add_row(&shape->grid, out, item);
        r = sink_filled(printer->sink, e);
    }
    return r;
}

static void free_shape(void *value)
{
    struct shape *shape = value;

    grid_deinit(&shape->grid);
    free(shape);
}

static void pretty_free(struct printer *printer)
{
    struct pretty *p = (struct pretty *)printer;

    map_free(&p->shapes, free_shape);
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
