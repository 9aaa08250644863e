/* json: one array of plain objects, indented for eyes and diffs. */
#include "pksk/item/plain.h"
#include "pksk/out/format.h"
#include "pksk/out/text.h"

struct json_array {
    struct printer printer;
    bool open;
    struct item_order order;
    struct buf scratch;
};

static int json_page(struct printer *p, const struct value *items, struct err *e)
{
    struct json_array *j = (struct json_array *)p;
    int r = 0;

    for (const struct value *item = items; item && r == 0; item = item->next) {
        const struct value *ordered = printer_ordered(p, &j->order, item);
        struct buf *out = sink_room(p->sink);

        buf_str_add(out, j->open ? STR(",\n  ") : STR("[\n  "));
        j->open = true;
        if (p->o.terminal) {
            buf_reset(&j->scratch);
            plain_add_pretty(&j->scratch, ordered, 2);
            text_escape_json(out, buf_str(&j->scratch));
        } else {
            plain_add_pretty(out, ordered, 2);
        }
        r = sink_filled(p->sink, e);
    }
    return r;
}

static int json_end(struct printer *p, struct err *e)
{
    struct json_array *j = (struct json_array *)p;

    return sink_write(p->sink, j->open ? STR("\n]\n") : STR("[]\n"), e);
}

static void json_free(struct printer *p)
{
    struct json_array *j = (struct json_array *)p;

    item_order_free(&j->order);
    buf_free(&j->scratch);
    free(j);
}

static const struct printer_ops json_ops = {json_page, json_end, json_free};

struct printer *printer_json(void)
{
    struct json_array *j = mem_resize(NULL, 1, sizeof(*j));

    *j = (struct json_array){.printer = {.ops = &json_ops}};
    return &j->printer;
}
