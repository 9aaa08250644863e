#include "pksk/cmd/read-announce.h"

#include "pksk/out/text.h"
#include "pksk/plan/plan.h"

struct read_size read_size(const struct table *t, struct str index)
{
    const struct index *i = index.len ? table_index(t, index) : NULL;

    return i ? (struct read_size){i->item_count, i->size_bytes}
             : (struct read_size){t->item_count, t->size_bytes};
}

/* Half a unit for each 4 KB, eventually consistent. */
uint64_t read_units(uint64_t bytes, bool consistent)
{
    uint64_t blocks = (bytes + 4095) / 4096;

    return consistent ? blocks : (blocks + 1) / 2;
}

int read_confirm(struct session *s, uint64_t units, struct err *e)
{
    if (!s->settings.scan_confirm || units <= s->settings.scan_confirm || !s->interactive)
        return 0;
    return session_confirm(s, e, "This scan reads about %zu capacity units. Go on", (size_t)units);
}

int read_announce(struct session *s, struct str what, const char *reach, struct read_size size,
                  uint64_t units, struct err *e)
{
    _cleanup_(buf_free) struct buf line = {0};
    unsigned columns, rows;

    if (size.items) {
        text_plural(&line, size.items, "item", "items");
        buf_lit(&line, ", ");
    }
    if (size.items && size.bytes) {
        text_bytes(&line, size.bytes);
        buf_lit(&line, ", about ");
        text_count(&line, units);
        buf_lit(&line, " RCU");
    } else { /* it is new, or the service has not counted yet, which takes up to six hours */
        buf_lit(&line, "cost unknown");
    }
    text_screen(&columns, &rows);
    if (s->err_terminal && text_width(what) + strlen(reach) + line.len + 8 > columns) {
        session_note(s, "%.*s", STR_ARG(what)); /* the cost is what must not be cut off */
        session_note(s, "%s: %s", reach, buf_cstr(&line));
    } else {
        session_note(s, "%.*s  %s: %s", STR_ARG(what), reach, buf_cstr(&line));
    }
    return read_confirm(s, units, e);
}

int read_announce_scan(struct session *s, const struct statement *st, const struct table *t,
                       const struct plan *p, struct err *e)
{
    if (p->limit && !p->filtered) {
        session_note(s, "%.*s  reads until it has %zu items", STR_ARG(p->line), (size_t)p->limit);
        return 0;
    }
    struct read_size size = read_size(t, p->index);

    return read_announce(s, p->line, plan_reach(p, st), size,
                         read_units(size.bytes, st->consistent), e);
}

int read_announce_plan(struct session *s, const struct statement *st, const struct plan *p,
                       struct err *e)
{
    const struct table *t;
    int r;

    if (st->verb != VERB_SCAN) {
        session_note(s, "%.*s", STR_ARG(p->line));
        return 0;
    }
    r = session_table(s, st->table, &t, e);
    return r < 0 ? r : read_announce_scan(s, st, t, p, e);
}
