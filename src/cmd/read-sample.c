#include "pksk/cmd/read-sample.h"

#include "pksk/cmd/gather.h"
#include "pksk/cmd/read-announce.h"
#include "pksk/out/progress.h"
#include "pksk/out/text.h"
#include "pksk/run/sample.h"
#include "pksk/session/output.h"

/* One sample under way. */
struct sampling {
    struct session *s;
    const struct statement *st;
    struct read_size size;
    struct plan plan;
    struct gather *gather; /* NULL: the items themselves are printed */
    struct output out;
    struct estimator found, read; /* items, and those before the filter */
};

/* Items to be read, as far as the service's count goes. */
static uint64_t items_wanted(const struct sampling *x)
{
    if (x->st->sample_items)
        return MIN(x->st->sample_items, x->size.items);
    return (uint64_t)(x->st->sample_share * (double)x->size.items + 0.5);
}

/* Nothing is saved by reading less, or all of it is wanted. */
static bool is_whole(const struct sampling *x)
{
    return x->st->sample_share >= 1 || (x->size.items && x->st->sample_items >= x->size.items);
}

static int announce(struct sampling *x, struct err *e)
{
    _cleanup_(buf_free) struct buf line = {0};
    struct read_size size = x->size;
    uint64_t all = read_units(size.bytes, x->st->consistent), wanted = items_wanted(x);

    if (is_whole(x) || (size.bytes && size.bytes <= SAMPLE_SMALL))
        return read_announce(x->s, x->plan.line, "is small enough to be read whole", size, all, e);
    if (!size.items || !size.bytes)
        return read_announce(x->s, x->plan.line, "reads a sample", size, 0, e);
    /* A request costs half a unit at least, and takes so many items. */
    uint64_t units = MAX((uint64_t)((double)all * (double)wanted / (double)size.items),
                         (wanted / SAMPLE_SEGMENT_ITEMS + 1) / 2);

    buf_lit(&line, "reads a sample of about ");
    text_count(&line, wanted);
    buf_lit(&line, " of ");
    text_plural(&line, size.items, "item", "items");
    buf_lit(&line, ", about ");
    text_count(&line, MAX(units, (uint64_t)1));
    buf_lit(&line, " RCU");
    session_note(x->s, "%.*s  %s", STR_ARG(x->plan.line), buf_cstr(&line));
    return read_confirm(x->s, units, e);
}

static int take(struct sampling *x, const struct sample_segment *segment, struct err *e)
{
    int r;

    estimator_add(&x->found, (double)segment->count);
    estimator_add(&x->read, (double)segment->scanned);
    if (!x->gather) {
        rows_add(&x->s->rows, segment->items);
        return segment->items ? output_items(&x->out, segment->items, e) : 0;
    }
    r = gather_add(x->gather, segment->items, e);
    gather_end_segment(x->gather);
    return r;
}

static int take_all(struct sampling *x, struct sampler *sampler, struct err *e)
{
    struct progress line;
    struct sample_segment segment;
    int r;

    progress_begin(&line, x->s->clock, 0);
    while ((r = sampler_next(sampler, &segment, e)) > 0) {
        r = take(x, &segment, e);
        if (r < 0)
            break;
        if (x->gather) /* else the items are seen */
            progress_update(&line, "reading", sampler_totals(sampler)->scanned, 0);
    }
    progress_end(&line);
    return r;
}

/* ---- what is said behind it */

static void add_estimate(struct buf *b, const struct estimate *n)
{
    _cleanup_(buf_free) struct buf total = {0}, half = {0};
    uint64_t count = 0;

    estimate_write(n, true, &total, &half);
    buf_char(b, '~');
    if (str_to_u64(buf_str(&total), &count))
        text_count(b, count);
    buf_lit(b, " ± ");
    if (str_to_u64(buf_str(&half), &count))
        text_count(b, count);
}

static void note_totals(const struct sampling *x, const struct sample_totals *t)
{
    _cleanup_(buf_free) struct buf line = {0};
    struct estimate found = estimator_total(&x->found, t->of);

    text_plural(&line, t->items, "item", "items");
    if (t->scanned > t->items) {
        buf_lit(&line, " of ");
        text_count(&line, t->scanned);
        buf_lit(&line, " read");
    }
    if (t->whole) {
        buf_lit(&line, ", all there are");
    } else {
        buf_lit(&line, " in ");
        text_count(&line, t->segments);
        buf_lit(&line, " of ");
        text_count(&line, t->of);
        buf_lit(&line, " segments: ");
        add_estimate(&line, &found);
        buf_str_add(&line, x->st->filter ? STR(" in all fit") : STR(" in all"));
    }
    buf_lit(&line, "  ");
    text_units(&line, t->tenths, "RCU");
    session_note(x->s, "%s", buf_cstr(&line));
}

/* What makes the figures less than they seem. */
static void say_doubts(const struct sampling *x, const struct sample_totals *t)
{
    struct estimate read = estimator_total(&x->read, t->of);
    double missed = (double)x->size.items - read.total - read.half;

    if (t->spent)
        session_warn(x->s, "the budget of %zu capacity units ended the sample after %zu item%s",
                     (size_t)x->s->settings.budget, (size_t)t->scanned, t->scanned == 1 ? "" : "s");
    if (t->cut)
        session_warn(x->s,
                     "%zu of the segments read %s larger than the sample and %s cut: what %s holds "
                     "is counted too low",
                     (size_t)t->cut, t->cut == 1 ? "is" : "are", t->cut == 1 ? "was" : "were",
                     t->cut == 1 ? "it" : "each of them");
    else if (!t->whole && missed > 0)
        session_warn(x->s,
                     "about %zu of the %zu items that the service counts lie in a few large "
                     "partitions that the sample did not meet: the figures are too low by up to "
                     "that",
                     (size_t)((double)x->size.items - read.total), (size_t)x->size.items);
    if (!t->whole && t->segments < 2)
        session_warn(x->s, "one segment says little: take a larger sample");
}

static void say_own(const struct sampling *x, const struct sample_totals *t)
{
    bool own = x->gather && !x->st->measures;

    for (const struct measure *m = x->gather ? x->st->measures : NULL; m; m = m->next)
        own |= !measure_has_estimate(m->kind);
    if (own && !t->whole)
        session_say(x->s, "%s those of the sample: the table may have others",
                    x->st->measures ? "what is least and greatest are" : "the values are");
}

/* ---- */

static int print_gathered(struct sampling *x, const struct sample_totals *t, struct err *e)
{
    struct session *s = x->s;
    bool bars = !x->st->redirect && s->out_terminal && output_format(s, x->st) == FORMAT_PRETTY;

    if (!t->whole)
        gather_estimate(x->gather, t->of);
    gather_columns(x->gather, bars, &x->plan);
    int r = output_open(&x->out, s, x->st, &x->plan, e);

    if (r < 0)
        return r;
    struct value *rows = gather_items(x->gather, bars);

    rows_add(&s->rows, rows);
    return rows ? output_items(&x->out, rows, e) : 0;
}

/* Closes the output; one that was left by its reader is no failure. */
static int finish(struct sampling *x, int r, struct err *e)
{
    bool left = r < 0 && output_reader_gone(&x->out) &&
                (x->out.to_terminal || x->out.redirect == REDIRECT_PIPE);
    struct err why;
    int closed = output_close(&x->out, r < 0 && !left, &why);

    if (left)
        r = 0;
    if (r == 0 && closed < 0) {
        *e = why;
        r = closed;
    }
    return r;
}

static int run(struct sampling *x, struct sampler *sampler, struct err *e)
{
    const struct sample_totals *t = sampler_totals(sampler);
    int r = x->gather ? 0 : output_open(&x->out, x->s, x->st, &x->plan, e);

    if (r < 0)
        return r;
    r = take_all(x, sampler, e);
    if (x->gather && r == 0)
        r = print_gathered(x, t, e);
    if (x->out.sink)
        r = finish(x, r, e);
    if (r < 0)
        return r;
    if (x->gather)
        gather_remarks(x->s, x->gather);
    say_doubts(x, t);
    say_own(x, t);
    note_totals(x, t);
    return 0;
}

int read_sample(struct session *s, const struct statement *st, const struct table *t, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct sampling x = {.s = s, .st = st};
    int r = plan_read(&a, st, t, &x.plan, e);

    if (r < 0)
        return r;
    x.size = read_size(t, x.plan.index);
    r = announce(&x, e);
    if (r == 0 && gather_wanted(st))
        r = gather_new(s, st, t, &x.gather, e);
    if (r < 0)
        return r;
    struct sampler *sampler =
        sampler_new(s->dynamo, &(struct sample_options){.plan = &x.plan,
                                                        .clock = s->clock,
                                                        .item_count = x.size.items,
                                                        .size_bytes = x.size.bytes,
                                                        .items = st->sample_items,
                                                        .share = st->sample_share,
                                                        .tenths = s->settings.budget * 10,
                                                        .whole = is_whole(&x)});

    r = run(&x, sampler, e);
    sampler_free(sampler);
    gather_free(x.gather);
    return r;
}
