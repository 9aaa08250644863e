#include "pksk/run/sample.h"

#include <math.h>

#include "pksk/base/port.h"
#include "pksk/item/ddbjson.h"
#include "pksk/item/number.h"

#define LANES 8
#define SEGMENTS_MAX 1000000  /* of the API, for TotalSegments */
#define UNKNOWN_SEGMENTS 1000 /* of a table of more than a page, when nobody knows its size */

/* One segment under way. */
struct lane {
    struct call *call;
    struct arena arena;
    struct value *first, **tail;
    struct sample_segment so_far;
    uint64_t number;
    bool open, ready;
    struct buf resume; /* ExclusiveStartKey of its next page, as JSON; empty: none */
};

struct sampler {
    struct dynamo *dynamo;
    struct sample_options o;
    struct arena arena;
    struct str body; /* of the plan */
    struct lane lanes[LANES];
    struct lane *given;          /* what the caller has */
    uint64_t begun, first, step; /* segment number i is (first + i × step) mod of */
    uint64_t read;               /* items of all pages so far, for the limits */
    bool probing;                /* the first page tells whether the table is small */
    struct sample_totals totals;
};

/* ---- which segments */

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void choose_segments(struct sampler *s)
{
    uint64_t of = MAX(s->totals.of, (uint64_t)1), state = s->o.seed;

    if (!state && port_random(&state, sizeof(state)) < 0)
        state = (uint64_t)clock_mono_us(s->o.clock);
    s->first = next_random(&state) % of;
    do
        s->step = 1 + next_random(&state) % of;
    while (common_divisor(s->step, of) != 1);
}

static uint64_t segments_for(const struct sample_options *o)
{
    uint64_t items = o->item_count;

    if (o->whole)
        return LANES;
    if (!items || (o->size_bytes && o->size_bytes <= SAMPLE_SMALL))
        return 1;
    return MIN(MAX(items / SAMPLE_SEGMENT_ITEMS, (uint64_t)1), (uint64_t)SEGMENTS_MAX);
}

struct sampler *sampler_new(struct dynamo *d, const struct sample_options *o)
{
    struct sampler *s = mem_resize(NULL, 1, sizeof(*s));

    *s = (struct sampler){.dynamo = d, .o = *o};
    s->body = arena_str(&s->arena, o->plan->body);
    s->o.plan = NULL;
    s->totals.of = segments_for(o);
    s->probing = !o->whole && !o->item_count;
    choose_segments(s);
    return s;
}

static void lane_reset(struct lane *l)
{
    call_free(l->call);
    arena_reset(&l->arena);
    buf_reset(&l->resume);
    *l = (struct lane){.arena = l->arena, .resume = l->resume};
}

void sampler_free(struct sampler *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < LANES; i++) {
        lane_reset(&s->lanes[i]);
        arena_free(&s->lanes[i].arena);
        buf_free(&s->lanes[i].resume);
    }
    arena_free(&s->arena);
    free(s);
}

const struct sample_totals *sampler_totals(const struct sampler *s)
{
    return &s->totals;
}

/* ---- requests */

static int send(struct sampler *s, struct lane *l, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};

    buf_str_add(&body, s->body);
    if (s->totals.of > 1)
        buf_addf(&body, ",\"Segment\":%zu,\"TotalSegments\":%zu", (size_t)l->number,
                 (size_t)s->totals.of);
    if (l->resume.len) {
        buf_lit(&body, ",\"ExclusiveStartKey\":");
        buf_str_add(&body, buf_str(&l->resume));
    }
    buf_char(&body, '}');
    s->totals.requests++;
    return dynamo_send(s->dynamo, "Scan", buf_str(&body), &l->call, e);
}

static bool is_spent(const struct sampler *s)
{
    return !s->o.whole && s->totals.of > 1 && s->o.tenths && s->totals.tenths >= s->o.tenths;
}

static bool is_enough(const struct sampler *s)
{
    double share = MAX(s->o.share * (double)s->totals.of, 2.0);

    if (s->o.whole || s->totals.of == 1)
        return false;
    return is_spent(s) || (s->o.items && s->read >= s->o.items) ||
           (s->o.share > 0 && (double)s->begun >= share);
}

/* A segment of a quarter of the sample is no segment of many any more. */
static bool is_too_large(const struct sampler *s, const struct lane *l)
{
    return !s->o.whole && s->totals.of > 1 && s->o.items && l->so_far.scanned >= s->o.items / 4;
}

static int begin_segments(struct sampler *s, struct err *e)
{
    for (size_t i = 0; i < LANES && s->begun < s->totals.of && !is_enough(s); i++) {
        struct lane *l = &s->lanes[i];

        if (l->open)
            continue;
        lane_reset(l);
        l->open = true;
        l->tail = &l->first;
        l->number = (s->first + s->begun % s->totals.of * s->step) % s->totals.of;
        s->begun++;
        int r = send(s, l, e);

        if (r < 0)
            return r;
    }
    return 0;
}

static void take_items(struct lane *l, const struct reply *r)
{
    for (const struct value *item = r->items; item; item = item->next) {
        *l->tail = value_copy(&l->arena, item);
        l->tail = &(*l->tail)->next;
    }
    l->so_far.count += r->count;
    l->so_far.scanned += r->scanned;
}

/* The table is larger than a page: it is sampled after all. */
static void begin_anew(struct sampler *s, struct lane *l)
{
    s->probing = false;
    s->totals.of = UNKNOWN_SEGMENTS;
    s->begun = s->read = 0;
    choose_segments(s);
    lane_reset(l);
}

/* What came of a lane's request: its segment goes on, or is ready. */
static int take(struct sampler *s, struct lane *l, struct err *e)
{
    const struct reply *r = call_reply(l->call);

    if (r->err.code < 0) {
        *e = r->err;
        return e->code;
    }
    s->totals.tenths += r->capacity.tenths;
    if (s->probing && r->last_key) {
        begin_anew(s, l);
        return 0;
    }
    take_items(l, r);
    s->read += r->scanned;
    buf_reset(&l->resume);
    l->so_far.cut = r->last_key && is_too_large(s, l);
    l->ready = !r->last_key || l->so_far.cut;
    if (!l->ready)
        ddb_add_item(&l->resume, r->last_key);
    call_free(l->call);
    l->call = NULL;
    return l->ready ? 0 : send(s, l, e);
}

static struct lane *find_ready(struct sampler *s)
{
    for (size_t i = 0; i < LANES; i++) {
        if (s->lanes[i].ready)
            return &s->lanes[i];
    }
    return NULL;
}

static int step(struct sampler *s, struct err *e)
{
    for (size_t i = 0; i < LANES; i++) {
        struct lane *l = &s->lanes[i];

        if (l->call && call_done(l->call)) {
            int r = take(s, l, e);

            if (r < 0)
                return r;
        }
    }
    return 0;
}

static bool is_idle(const struct sampler *s)
{
    for (size_t i = 0; i < LANES; i++) {
        if (s->lanes[i].call)
            return false;
    }
    return true;
}

static void hand_out(struct sampler *s, struct lane *l, struct sample_segment *ret)
{
    l->so_far.items = l->first;
    *ret = l->so_far;
    l->ready = false;
    s->given = l;
    s->totals.items += ret->count;
    s->totals.scanned += ret->scanned;
    s->totals.segments++;
    s->totals.cut += ret->cut;
}

int sampler_next(struct sampler *s, struct sample_segment *ret, struct err *e)
{
    if (s->given)
        s->given->open = false;
    s->given = NULL;
    for (;;) {
        struct lane *l = find_ready(s);
        int r = begin_segments(s, e);

        if (r < 0)
            return r;
        if (l) {
            hand_out(s, l, ret);
            return 1;
        }
        if (is_idle(s) && (s->begun == s->totals.of || is_enough(s))) {
            s->totals.whole = s->totals.segments == s->totals.of && !s->totals.cut;
            s->totals.spent = is_spent(s) && !s->totals.whole;
            return 0;
        }
        if (dynamo_poll(s->dynamo, 1000, -1) == ERR_CANCELLED)
            return err_set(e, ERR_CANCELLED, "interrupted");
        r = step(s, e);
        if (r < 0)
            return r;
    }
}

/* ---- estimates */

void estimator_add(struct estimator *x, double of_segment)
{
    x->segments++;
    x->sum += of_segment;
    x->squares += of_segment * of_segment;
}

/* Student's t for 95 %, two-sided, by degrees of freedom: Cornish and Fisher's expansion about the
 * normal quantile (Abramowitz and Stegun, 26.7.5). Below three it is tabulated: the expansion is
 * too far off there. */
static double student(double n)
{
    const double z = 1.959963984540054, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;

    if (n < 3)
        return n < 2 ? 12.706 : 4.303;
    return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n);
}

struct estimate estimator_total(const struct estimator *x, uint64_t of)
{
    double n = (double)x->segments, all = (double)of, mean, variance;

    if (!x->segments)
        return (struct estimate){0, 0};
    mean = x->sum / n;
    if (x->segments >= of)
        return (struct estimate){x->sum, 0};
    if (x->segments == 1)
        return (struct estimate){mean * all, mean * all};
    variance = (x->squares - n * mean * mean) / (n - 1);
    if (variance < 0)
        variance = 0;
    return (struct estimate){mean * all, student(n - 1) * all * sqrt(variance / n * (1 - n / all))};
}

/* To the place of 10^last: 12345.6, 1 → "12350". */
static void write_rounded(struct buf *b, double n, int last)
{
    int digits = n != 0 ? (int)floor(log10(fabs(n))) - last + 1 : 1;
    char text[48];

    if (digits < 1) /* less than half of that place, or just above it */
        n = fabs(n) * 2 >= pow(10, last) ? copysign(pow(10, last), n) : 0;
    snprintf(text, sizeof(text), "%.*e", MIN(MAX(digits, 1), 17) - 1, n);
    if (number_normalise(str_of(text), b, NULL) < 0)
        buf_str_add(b, str_of(text));
}

void estimate_write(const struct estimate *x, bool count, struct buf *total, struct buf *half)
{
    int last = x->half > 0 ? (int)floor(log10(x->half)) - 1 : -12;

    if (count)
        last = MAX(last, 0);
    write_rounded(total, x->total, last);
    write_rounded(half, x->half, last);
}
