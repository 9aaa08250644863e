#include "pksk/cmd/read-announce.h"

#include "pksk/out/text.h"
#include "pksk/plan/plan.h"

/* What a whole scan would cost, from the service's own count: half a unit for each 4 KB, eventually
 * consistent. */
static uint64_t scan_units(const struct table *t, const struct statement *st)
{
    uint64_t blocks = (t->size_bytes + 4095) / 4096;

    return st->consistent ? blocks : (blocks + 1) / 2;
}

int read_announce(struct session *s, struct str what, const char *reach, const struct table *t,
                  uint64_t units, struct err *e)
{
    _cleanup_(buf_free) struct buf line = {0};
    unsigned columns, rows;

    if (t->item_count) {
        text_plural(&line, t->item_count, "item", "items");
        buf_lit(&line, ", ");
    }
    if (t->item_count && t->size_bytes) {
        text_bytes(&line, t->size_bytes);
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
    if (s->settings.scan_confirm && units > s->settings.scan_confirm && s->interactive)
        return session_confirm(s, e, "This scan reads about %zu capacity units. Go on",
                               (size_t)units);
    return 0;
}

int read_announce_scan(struct session *s, const struct statement *st, const struct table *t,
                       const struct plan *p, struct err *e)
{
    if (p->limit && !p->filtered) {
        session_note(s, "%.*s  reads until it has %zu items", STR_ARG(p->line), (size_t)p->limit);
        return 0;
    }
    return read_announce(s, p->line, plan_reach(p, st), t, scan_units(t, st), e);
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
