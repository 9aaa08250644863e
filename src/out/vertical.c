/* vertical: each item as lines of name and value, told apart by a line with its number. */
#include "pksk/out/format.h"
#include "pksk/out/grid.h"
#include "pksk/out/single.h"

#define RULE_MAX 40 /* cells */

struct vertical {
    struct printer printer;
    uint64_t count;
};

/* ── 3 ─────────── */
static void add_rule(const struct print_options *o, struct buf *out, uint64_t number)
{
    unsigned width = o->width ? MIN(o->width, RULE_MAX) : RULE_MAX;
    _cleanup_(buf_free) struct buf rule = {0};

    buf_lit(&rule, "── ");
    text_count(&rule, number);
    buf_char(&rule, ' ');
    for (unsigned used = text_width(buf_str(&rule)); used < width; used++)
        buf_lit(&rule, "─");
    grid_add_coloured(o, out, buf_str(&rule), COLOUR_DIM);
    buf_char(out, '\n');
}

static int vertical_page(struct printer *p, const struct value *items, struct err *e)
{
    struct vertical *v = (struct vertical *)p;
    int r = 0;

    for (const struct value *item = items; item && r == 0; item = item->next) {
        struct buf *out = sink_room(p->sink);

        v->count++;
        if (!p->o.single || v->count > 1 || item->next)
            add_rule(&p->o, out, v->count);
        single_add(out, &p->o, item);
        r = sink_filled(p->sink, e);
    }
    return r;
}

static void vertical_free(struct printer *p)
{
    free(p);
}

static const struct printer_ops vertical_ops = {vertical_page, NULL, vertical_free};

struct printer *printer_vertical(void)
{
    struct vertical *v = mem_resize(NULL, 1, sizeof(*v));

    *v = (struct vertical){.printer = {.ops = &vertical_ops}};
    return &v->printer;
}
