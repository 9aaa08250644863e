#include "pksk/cmd/model.h"
#include "pksk/out/progress.h"
#include "pksk/out/text.h"

static void keep(struct sample_items *x, const struct value *item, size_t segment)
{
    if (x->count == x->cap) {
        x->cap = x->cap ? 2 * x->cap : 1024;
        x->items = mem_resize(x->items, x->cap, sizeof(*x->items));
        x->segments = mem_resize(x->segments, x->cap, sizeof(*x->segments));
    }
    x->items[x->count] = value_copy(&x->arena, item);
    x->segments[x->count++] = segment;
}

static int take_all(struct session *s, struct sampler *sampler, struct sample_items *x,
                    struct err *e)
{
    struct progress line;
    struct sample_segment segment;
    int r;

    progress_begin(&line, s->clock, 0);
    while ((r = sampler_next(sampler, &segment, e)) > 0) {
        for (const struct value *item = segment.items; item && r > 0; item = item->next) {
            keep(x, item, sampler_totals(sampler)->segments - 1);
            if (x->count > MODEL_ALL_ITEMS || x->arena.used > MODEL_ALL_BYTES)
                r = err_set(e, ERR_FAILED,
                            "the table is too large to be looked at as a whole: more than %d items "
                            "or 256 MB",
                            MODEL_ALL_ITEMS);
        }
        if (r < 0)
            break;
        progress_update(&line, "reading", x->count, 0);
    }
    progress_end(&line);
    if (r < 0 && e->code == ERR_FAILED && !e->hint[0])
        err_hint(e, "`model learn` without `all` takes a sample");
    return r;
}

/* What it is going to cost, in one line. */
static void announce(struct session *s, const struct statement *st, const struct table *t)
{
    _cleanup_(buf_free) struct buf line = {0};

    buf_addf(&line, "Scan %.*s  ", STR_ARG(t->name));
    if (st->all) {
        buf_lit(&line, "all of it: ");
        text_count(&line, t->item_count);
        buf_lit(&line, " items");
        if (t->size_bytes) {
            buf_lit(&line, ", about ");
            text_count(&line, (t->size_bytes + 8191) / 8192);
            buf_lit(&line, " RCU");
        }
    } else {
        buf_lit(&line, "a sample: up to ");
        text_count(&line, st->limit ? st->limit : MODEL_SAMPLE_ITEMS);
        buf_addf(&line, " items or %zu RCU",
                 (size_t)MAX((uint64_t)MODEL_SAMPLE_UNITS, st->limit / 20));
        if (t->item_count) {
            buf_lit(&line, ", of about ");
            text_count(&line, t->item_count);
        }
    }
    session_note(s, "%s", buf_cstr(&line));
}

int sample_items_read(struct session *s, const struct statement *st, const struct table *t,
                      struct sample_items *ret, struct err *e)
{
    struct statement scan = {.verb = VERB_SCAN};
    _cleanup_(arena_free) struct arena a = {0};
    struct plan p;
    int r = plan_read(&a, &scan, t, &p, e);

    *ret = (struct sample_items){0};
    if (r < 0)
        return r;
    announce(s, st, t);
    uint64_t items = st->limit ? st->limit : MODEL_SAMPLE_ITEMS;
    struct sampler *sampler = sampler_new(
        s->dynamo,
        &(struct sample_options){.plan = &p,
                                 .clock = s->clock,
                                 .item_count = t->item_count,
                                 .size_bytes = t->size_bytes,
                                 .items = items,
                                 .tenths = MAX((uint64_t)MODEL_SAMPLE_UNITS * 10, st->limit / 2),
                                 .whole = st->all});

    r = take_all(s, sampler, ret, e);
    ret->totals = *sampler_totals(sampler);
    sampler_free(sampler);
    if (r < 0)
        sample_items_free(ret);
    return r < 0 ? r : 0;
}

void sample_items_free(struct sample_items *x)
{
    free(x->items);
    free(x->segments);
    arena_free(&x->arena);
    *x = (struct sample_items){0};
}
