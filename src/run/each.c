#include "pksk/run/each.h"

#include "pksk/item/ddbjson.h"
#include "pksk/run/spool.h"

struct each {
    struct dynamo *dynamo;
    struct each_options o;
    struct arena arena;
    struct then_plan plan;
    struct spool spool;
    struct arena scratch;
    struct buf line;

    struct bulk *bulk;            /* while each_write() runs */
    uint64_t settled_before;      /* written, and so on, by earlier calls */
    uint64_t next;                /* offset in the spool of what was not begun yet */
    uint64_t *again, again_count; /* offsets of what was begun and not finished */
    uint64_t *unfinished, unfinished_count;
    struct each_totals totals;
};

void each_plan_anew(struct each *x, const struct then_plan *plan)
{
    x->plan = *plan;
    x->plan.body = arena_str(&x->arena, plan->body);
    x->plan.table = arena_str(&x->arena, plan->table);
    x->plan.line = arena_str(&x->arena, plan->line);
}

struct each *each_new(struct dynamo *d, const struct each_options *o)
{
    struct each *x = mem_resize(NULL, 1, sizeof(*x));

    *x = (struct each){.dynamo = d, .o = *o, .spool = {.fd = -1}};
    each_plan_anew(x, o->plan);
    x->o.plan = NULL;
    x->line.max = 2 * BUF_MAX;
    return x;
}

void each_free(struct each *x)
{
    if (!x)
        return;
    spool_close(&x->spool);
    free(x->again);
    free(x->unfinished);
    buf_free(&x->line);
    arena_free(&x->scratch);
    arena_free(&x->arena);
    free(x);
}

const struct each_totals *each_totals(const struct each *x)
{
    return &x->totals;
}

const struct then_plan *each_plan(const struct each *x)
{
    return &x->plan;
}

static void tell(struct each *x)
{
    if (x->o.progress)
        x->o.progress(x->o.ctx, &x->totals);
}

/* ---- finding */

static int keep(struct each *x, const struct value *items, struct err *e)
{
    for (const struct value *item = items; item; item = item->next) {
        buf_reset(&x->line);
        ddb_add_item(&x->line, item);
        if (x->plan.verb == VERB_PUT)
            x->totals.units += (value_size(item) + 1023) / 1024;
        int r = spool_add(&x->spool, buf_str(&x->line), e);

        if (r < 0)
            return r;
        x->totals.found++;
    }
    x->totals.left = x->totals.found;
    tell(x);
    return 0;
}

int each_find(struct each *x, const struct plan *reading, struct cursor_totals *ret, struct err *e)
{
    struct cursor *c;
    const struct value *items = NULL;
    int r = spool_open(&x->spool, e);

    *ret = (struct cursor_totals){0};
    if (r < 0)
        return r;
    c = cursor_new(x->dynamo, reading, x->o.clock, x->o.budget_tenths);
    while ((r = cursor_next(c, &items, e)) > 0) {
        r = keep(x, items, e);
        if (r < 0)
            break;
    }
    *ret = *cursor_totals(c);
    if (r == 0 && cursor_state(c) == CURSOR_BUDGET)
        r = err_set(e, ERR_FAILED, "the budget is spent before all items were found");
    cursor_free(c);
    return r;
}

int each_found(struct each *x, uint64_t *offset, struct str *json, struct err *e)
{
    return spool_read(&x->spool, offset, json, e);
}

/* ---- writing */

static bool is_refusal(const struct err *why)
{
    return str_is(str_of(why->service), "ConditionalCheckFailedException");
}

/* place.line is the offset of the item's line: where to find it again. */
static void tell_refused(struct each *x, const struct bulk_reject *r)
{
    uint64_t offset = r->place.line;
    struct str json;
    struct err ignored;

    x->totals.refused++;
    if (x->o.on_refused && spool_read(&x->spool, &offset, &json, &ignored) > 0)
        x->o.on_refused(x->o.ctx, json, r->err);
}

static void take_refusal(struct each *x, const struct bulk_reject *r)
{
    if (!is_refusal(r->err)) {
        tell_refused(x, r);
    } else if (x->plan.conditioned) {
        x->totals.skipped++;
    } else {
        x->totals.gone++;
    }
}

static int on_reject(void *ctx, const struct bulk_reject *r, unused_arg struct err *e)
{
    struct each *x = ctx;

    if (!r->unfinished) {
        take_refusal(x, r);
        return 0;
    }
    x->unfinished =
        mem_resize(x->unfinished, (size_t)x->unfinished_count + 1, sizeof(*x->unfinished));
    x->unfinished[x->unfinished_count++] = r->place.line;
    return 0;
}

static int on_written(void *ctx, struct bulk_place place, const struct reply *reply, struct err *e)
{
    struct each *x = ctx;
    uint64_t offset = place.line;
    struct str json = STR("");
    int r = x->plan.verb == VERB_PUT ? spool_read(&x->spool, &offset, &json, e) : 0;

    return r < 0 ? r : x->o.on_written(x->o.ctx, json, reply, e);
}

static int give(struct each *x, uint64_t offset, struct str json, struct err *e)
{
    struct bulk_place place = {offset, offset + json.len + 1};
    const char *operation = x->plan.operation;
    struct value *item;
    int r;

    arena_reset(&x->scratch);
    r = ddb_parse_item(&x->scratch, json, &item, e);
    if (r < 0)
        return r;
    if (!str_is(str_of(operation), "BatchWriteItem")) {
        buf_reset(&x->line);
        plan_then_body(&x->line, &x->plan, json);
        return bulk_call(x->bulk, operation, buf_str(&x->line), item, place, e);
    }
    return x->plan.verb == VERB_PUT ? bulk_put(x->bulk, item, STR(""), place, e)
                                    : bulk_delete(x->bulk, item, place, e);
}

static void count(struct each *x)
{
    const struct each_totals *t = &x->totals;

    x->totals.written = x->settled_before + bulk_totals(x->bulk)->written;
    x->totals.left = t->found - MIN(t->found, t->written + t->gone + t->skipped + t->refused);
    tell(x);
}

static int check_budget(const struct each *x, struct err *e)
{
    if (x->o.budget_tenths && bulk_totals(x->bulk)->capacity.tenths >= x->o.budget_tenths)
        return err_set(e, ERR_FAILED, "the budget of %zu capacity units is spent",
                       (size_t)x->o.budget_tenths / 10);
    return 0;
}

/* What was begun by an earlier call comes first, then the rest. */
static int give_all(struct each *x, struct err *e)
{
    struct str json;
    int r;

    while (x->again_count) {
        uint64_t offset = x->again[x->again_count - 1], end = offset;

        r = spool_read(&x->spool, &end, &json, e);
        if (r <= 0)
            return r;
        x->again_count--;
        r = give(x, offset, json, e);
        count(x);
        if (r == 0)
            r = check_budget(x, e);
        if (r < 0)
            return r;
    }
    for (;;) {
        uint64_t offset = x->next;

        r = spool_read(&x->spool, &x->next, &json, e);
        if (r <= 0)
            return r;
        r = give(x, offset, json, e);
        count(x);
        if (r == 0)
            r = check_budget(x, e);
        if (r < 0)
            return r;
    }
}

/* What is unfinished joins what was not begun. */
static void keep_unfinished(struct each *x)
{
    for (uint64_t i = 0; i < x->unfinished_count; i++) {
        x->again = mem_resize(x->again, (size_t)x->again_count + 1, sizeof(*x->again));
        x->again[x->again_count++] = x->unfinished[i];
    }
    x->unfinished_count = 0;
}

int each_write(struct each *x, const struct table *table, struct err *e)
{
    const struct bulk_options o = {
        .table = table,
        .clock = x->o.clock,
        .on_reject = on_reject,
        .on_written = x->o.on_written ? on_written : NULL,
        .ctx = x,
    };
    int64_t began_us = clock_mono_us(x->o.clock);
    struct err ignored;

    x->bulk = bulk_new(x->dynamo, &o);
    x->settled_before = x->totals.written;
    int r = give_all(x, e);
    int finished = bulk_finish(x->bulk, r < 0 ? &ignored : e);

    count(x);
    x->totals.capacity.tenths += bulk_totals(x->bulk)->capacity.tenths;
    x->totals.uncertain += bulk_totals(x->bulk)->uncertain;
    x->totals.took_us += clock_mono_us(x->o.clock) - began_us;
    keep_unfinished(x);
    bulk_free(x->bulk);
    x->bulk = NULL;
    return r < 0 ? r : finished;
}
