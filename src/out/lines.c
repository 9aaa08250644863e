/* The formats that are one item a line: jsonl, ddb-json, pksk.
 *
 * The way of every big scan: items are written straight into the sink's buffer.
 */
#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"
#include "pksk/item/plain.h"
#include "pksk/out/format.h"
#include "pksk/out/text.h"

struct lines {
    struct printer printer;
    void (*add)(struct buf *b, const struct value *item);
    struct item_order order;
    struct buf scratch; /* a line that is still to be escaped for a terminal */
};

static int lines_page(struct printer *p, const struct value *items, struct err *e)
{
    struct lines *l = (struct lines *)p;
    int r = 0;

    for (const struct value *item = items; item && r == 0; item = item->next) {
        const struct value *ordered = printer_ordered(p, &l->order, item);
        struct buf *out = sink_room(p->sink);

        if (p->o.terminal) {
            buf_reset(&l->scratch);
            l->add(&l->scratch, ordered);
            text_escape_json(out, buf_str(&l->scratch));
        } else {
            l->add(out, ordered);
        }
        buf_char(out, '\n');
        r = sink_filled(p->sink, e);
    }
    return r;
}

static void lines_free(struct printer *p)
{
    struct lines *l = (struct lines *)p;

    item_order_free(&l->order);
    buf_free(&l->scratch);
    free(l);
}

static const struct printer_ops lines_ops = {lines_page, NULL, lines_free};

struct printer *printer_lines(enum format f)
{
    struct lines *l = mem_resize(NULL, 1, sizeof(*l));

    *l = (struct lines){.printer = {.ops = &lines_ops}};
    l->add = f == FORMAT_DDB_JSON ? ddb_add_item
             : f == FORMAT_PKSK   ? notation_add_put
                                  : plain_add_value;
    return &l->printer;
}
