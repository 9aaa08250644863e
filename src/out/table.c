/* table: one table a page, with every attribute that an item of the page has. */
#include "pksk/out/format.h"
#include "pksk/out/grid.h"

struct table_format {
    struct printer printer;
    bool more; /* a page came before: a blank line parts them */
};

static int table_page(struct printer *p, const struct value *items, struct err *e)
{
    struct table_format *t = (struct table_format *)p;
    struct buf *out = sink_room(p->sink);
    struct grid g;
    int r = 0;

    grid_init(&g, &p->o, true);
    for (const struct value *item = items; item; item = item->next)
        grid_measure(&g, item);
    grid_fit(&g);
    if (t->more)
        buf_char(out, '\n');
    t->more = true;
    grid_add_header(&g, out);
    for (const struct value *item = items; item && r == 0; item = item->next) {
        grid_add_row(&g, sink_room(p->sink), item);
        r = sink_filled(p->sink, e);
    }
    grid_deinit(&g);
    return r;
}

static void table_free(struct printer *p)
{
    free(p);
}

static const struct printer_ops table_ops = {table_page, NULL, table_free};

struct printer *printer_table(void)
{
    struct table_format *t = mem_resize(NULL, 1, sizeof(*t));

    *t = (struct table_format){.printer = {.ops = &table_ops}};
    return &t->printer;
}
