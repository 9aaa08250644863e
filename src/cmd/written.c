/* What writes print: shared with undo. */
#include "pksk/cmd/write.h"
#include "pksk/item/order.h"
#include "pksk/item/plain.h"
#include "pksk/out/text.h"
#include "pksk/session/output.h"

void write_note(struct session *s, const struct reply *reply)
{
    _cleanup_(buf_free) struct buf took = {0};

    text_duration(&took, reply->took_us);
    session_note(s, "done  %s WCU  %s", text_amount(reply->capacity.tenths).s, buf_cstr(&took));
}

int write_print(struct session *s, const struct statement *st, const struct plan *p,
                const struct value *items, struct err *e)
{
    struct output out;
    struct err why;
    int r = output_open(&out, s, st, p, e);

    if (r < 0)
        return r;
    r = output_items(&out, items, e);
    int closed = output_close(&out, r < 0, &why);

    if (r == 0 && closed < 0) {
        *e = why;
        r = closed;
    }
    return r;
}

int write_show(struct session *s, const struct statement *st, const struct plan *p,
               const struct value *item, struct err *e)
{
    if (s->out_terminal)
        return write_print(s, st, p, item, e);
    write_say(s, p, item);
    return 0;
}

void write_say(struct session *s, const struct plan *p, const struct value *item)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct item_order order = {0};

    plain_add_value(&text, item_ordered(&order, item, p->key_names, p->key_count));
    item_order_free(&order);
    session_warn(s, "it is %s", buf_cstr(&text));
}
