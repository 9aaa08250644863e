#include "pksk/run/summary.h"

#include <math.h>

#include "pksk/base/map.h"
#include "pksk/base/port.h"
#include "pksk/base/utf8.h"
#include "pksk/item/ddbjson.h"
#include "pksk/item/decimal.h"
#include "pksk/item/number.h"
#include "pksk/model/atom.h"
#include "pksk/plan/filter.h"
#include "pksk/run/ordered.h"
#include "pksk/run/sample.h"

#define ENTRY_BYTES ((size_t)96) /* what a map keeps of one key beside its text, about */

/* Of a sample: the segment at hand, and over all segments the sums of what each added (x), of how
 * many values that were (n), and of their squares and products. */
struct sampled {
    double x, n;
    double sum_x, sum_n, xx, nn, xn;
};

/* A measure of one group. */
struct cell {
    uint64_t count;      /* items, or values that were added */
    struct decimal *sum; /* sum, avg */
    struct map *values;  /* count distinct */
    struct buf best;     /* min, max: its text, and its type */
    enum attr_type best_type;
    struct sampled sampled;
};

struct one_group {
    const struct value **values;    /* by the statement's groups */
    struct one_group *next_touched; /* in this segment */
    bool touched;
    struct cell cells[];
};

struct summary {
    const struct statement *st;
    struct str (*entity)(void *ctx, const struct value *item);
    void *ctx;
    size_t measure_count, group_count;
    struct arena arena;  /* of the groups */
    struct map groups;   /* by their values, written one behind the other */
    size_t bytes;        /* of what lies outside the arena */
    uint64_t *refused;   /* by measure */
    struct value *found; /* the groups' values of the item at hand */
    struct buf key, text;
    bool sampling;
    struct one_group *touched;
    uint64_t segments; /* that have ended */
};

struct summary *summary_new(const struct statement *st,
                            struct str (*entity)(void *ctx, const struct value *item), void *ctx)
{
    struct summary *s = mem_resize(NULL, 1, sizeof(*s));

    *s = (struct summary){.st = st, .entity = entity, .ctx = ctx, .sampling = st->sample_at.to > 0};
    for (const struct measure *m = st->measures; m; m = m->next)
        s->measure_count++;
    for (const struct group_key *g = st->groups; g; g = g->next)
        s->group_count++;
    s->refused = arena_alloc(&s->arena, s->measure_count, sizeof(*s->refused));
    s->found = arena_alloc(&s->arena, s->group_count, sizeof(*s->found));
    return s;
}

void summary_free(struct summary *s)
{
    void *group;

    if (!s)
        return;
    for (size_t i = 0; map_next(&s->groups, &i, NULL, &group);) {
        struct one_group *g = group;

        for (size_t k = 0; k < s->measure_count; k++) {
            buf_free(&g->cells[k].best);
            if (g->cells[k].values)
                map_free(g->cells[k].values, NULL);
        }
    }
    map_free(&s->groups, NULL);
    arena_free(&s->arena);
    buf_free(&s->key);
    buf_free(&s->text);
    free(s);
}

/* ---- what an item belongs to */

/* The n-th piece; nothing when there are fewer. */
static struct str piece(struct str text, uint64_t n)
{
    size_t from = 0;

    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && !atom_divides(text.s[i]))
            continue;
        if (--n == 0)
            return str_slice(text, from, i);
        from = i + 1;
    }
    return (struct str){0};
}

static struct str beginning(struct str text, uint64_t characters)
{
    size_t at = 0, len;

    for (; at < text.len && characters; at += len, characters--)
        utf8_decode(text, at, &len);
    return str_slice(text, 0, at);
}

static struct value text_value(struct str text)
{
    return (struct value){.type = ATTR_S, .bytes = text.s, .len = (uint32_t)text.len};
}

/* Its text lives as long as the item's. False: the item belongs to the group of those without. */
static bool group_value(const struct summary *s, const struct group_key *g,
                        const struct value *item, struct value *ret)
{
    const struct value *v = g->path ? filter_find(item, g->path) : NULL;
    struct str text;

    if (g->kind == GROUP_ENTITY) {
        text = s->entity ? s->entity(s->ctx, item) : STR("");
        *ret = text_value(text);
        return text.len;
    }
    if (!v)
        return false;
    switch (g->kind) {
    case GROUP_TYPE:
        *ret = text_value(str_of(attr_type_name(v->type)));
        return true;
    case GROUP_PREFIX:
    case GROUP_SEGMENT:
        if (v->type != ATTR_S && v->type != ATTR_N)
            return false;
        text =
            g->kind == GROUP_PREFIX ? beginning(value_text(v), g->n) : piece(value_text(v), g->n);
        *ret = text_value(text);
        return text.s;
    default:
        *ret = *v;
        ret->next = NULL;
        return true;
    }
}

/* Equal bytes for equal values: numbers by what they are. */
static void add_bytes(struct buf *b, const struct value *v)
{
    size_t at = b->len;

    buf_char(b, v ? (char)('A' + v->type) : '-');
    buf_add(b, "\0\0\0\0", 4);
    if (v && v->type == ATTR_N) {
        if (number_normalise(value_text(v), b, NULL) < 0)
            buf_str_add(b, value_text(v));
    } else if (v && value_is_text(v)) {
        buf_str_add(b, value_text(v));
    } else if (v) {
        ddb_add_value(b, v);
    }
    uint32_t len = (uint32_t)(b->len - at - 5);

    memcpy(b->s + at + 1, &len, sizeof(len));
}

static int too_many(const struct summary *s, struct err *e)
{
    err_set(e, ERR_FAILED, "the summary has more than %zu groups or %zu MB",
            s->groups.count >= SUMMARY_GROUPS_MAX ? (size_t)SUMMARY_GROUPS_MAX : s->groups.count,
            SUMMARY_BYTES_MAX >> 20);
    err_hint(e, "`by prefix(P, n)` or a `where` makes fewer of them");
    return e->code;
}

static struct one_group *group_of(struct summary *s, const struct value *item)
{
    struct value *found = s->found;
    size_t n = 0;

    buf_reset(&s->key);
    for (const struct group_key *g = s->st->groups; g; g = g->next, n++) {
        bool there = group_value(s, g, item, &found[n]);

        add_bytes(&s->key, there ? &found[n] : NULL);
        if (!there)
            found[n] = text_value(STR("missing"));
    }
    struct one_group *group = map_get(&s->groups, buf_str(&s->key));

    if (group)
        return group;
    group = arena_alloc(&s->arena, 1, sizeof(*group) + s->measure_count * sizeof(group->cells[0]));
    group->values = arena_alloc(&s->arena, s->group_count, sizeof(*group->values));
    for (size_t i = 0; i < s->group_count; i++) {
        found[i].name_bytes = NULL;
        group->values[i] = value_copy(&s->arena, &found[i]);
    }
    map_put(&s->groups, buf_str(&s->key), group);
    s->bytes += s->key.len + ENTRY_BYTES;
    return group;
}

/* ---- measuring */

static bool add_number(struct summary *s, struct cell *c, const struct value *v)
{
    if (v->type != ATTR_N)
        return false;
    if (!c->sum)
        c->sum = arena_new(&s->arena, struct decimal);
    if (!decimal_add(c->sum, value_text(v)))
        return false;
    c->count++;
    return true;
}

static bool add_best(struct summary *s, struct cell *c, const struct value *v, int way)
{
    struct value best = {.type = (uint8_t)c->best_type};

    if (!value_is_text(v))
        return false;
    best.bytes = c->best.s;
    best.len = (uint32_t)c->best.len;
    if (c->count++ && ordered_compare(v, &best) * way >= 0)
        return true;
    s->bytes += v->len > c->best.cap ? v->len - c->best.cap : 0;
    buf_reset(&c->best);
    buf_str_add(&c->best, value_text(v));
    c->best_type = v->type;
    return true;
}

static void add_distinct(struct summary *s, struct cell *c, const struct value *v)
{
    buf_reset(&s->text);
    add_bytes(&s->text, v);
    if (!c->values)
        c->values = arena_new(&s->arena, struct map);
    if (map_has(c->values, buf_str(&s->text)))
        return;
    map_put(c->values, buf_str(&s->text), c);
    s->bytes += s->text.len + ENTRY_BYTES;
}

/* Near enough for an estimate. */
static double amount_of(const struct value *v)
{
    char text[64];

    snprintf(text, sizeof(text), "%.*s", (int)MIN(v->len, 60u), v->bytes);
    return strtod(text, NULL);
}

static void measure(struct summary *s, const struct measure *m, struct cell *c, uint64_t *refused,
                    const struct value *item)
{
    const struct value *v = m->path ? filter_find(item, m->path) : item;

    if (!v)
        return;
    switch (m->kind) {
    case MEASURE_COUNT:
        c->count++;
        c->sampled.x++;
        break;
    case MEASURE_SUM:
    case MEASURE_AVG:
        if (!add_number(s, c, v)) {
            ++*refused;
        } else if (s->sampling) {
            c->sampled.x += amount_of(v);
            c->sampled.n++;
        }
        break;
    case MEASURE_MIN:
        *refused += !add_best(s, c, v, 1);
        break;
    case MEASURE_MAX:
        *refused += !add_best(s, c, v, -1);
        break;
    case MEASURE_COUNT_DISTINCT:
        add_distinct(s, c, v);
        break;
    }
}

int summary_add(struct summary *s, const struct value *items, struct err *e)
{
    for (const struct value *item = items; item; item = item->next) {
        struct one_group *g = group_of(s, item);
        size_t i = 0;

        if (s->sampling && !g->touched) {
            g->touched = true;
            g->next_touched = s->touched;
            s->touched = g;
        }
        for (const struct measure *m = s->st->measures; m; m = m->next, i++)
            measure(s, m, &g->cells[i], &s->refused[i], item);
        if (s->groups.count > SUMMARY_GROUPS_MAX || s->bytes + s->arena.used > SUMMARY_BYTES_MAX)
            return too_many(s, e);
    }
    return 0;
}

uint64_t summary_refused(const struct summary *s, const struct measure *m)
{
    size_t i = 0;

    for (const struct measure *other = s->st->measures; other && other != m; other = other->next)
        i++;
    return s->refused[i];
}

size_t summary_groups(const struct summary *s)
{
    return s->groups.count;
}

/* ---- the rows */

static struct value *number_value(struct arena *a, uint64_t n)
{
    char text[24];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
    return value_new_text(a, ATTR_N, str_of(text));
}

/* NULL: the group has no value of this measure. */
static struct value *cell_value(struct arena *a, const struct measure *m, const struct cell *c)
{
    static const struct decimal zero;
    _cleanup_(buf_free) struct buf text = {0};

    switch (m->kind) {
    case MEASURE_COUNT:
        return number_value(a, c->count);
    case MEASURE_COUNT_DISTINCT:
        return number_value(a, c->values ? c->values->count : 0);
    case MEASURE_SUM:
        decimal_write(c->sum ? c->sum : &zero, &text);
        return value_new_text(a, ATTR_N, buf_str(&text));
    case MEASURE_AVG:
        if (!c->count)
            return NULL;
        decimal_write_mean(c->sum, c->count, &text);
        return value_new_text(a, ATTR_N, buf_str(&text));
    case MEASURE_MIN:
    case MEASURE_MAX:
        return c->count ? value_new_text(a, c->best_type, buf_str(&c->best)) : NULL;
    }
    return NULL;
}

/* ---- estimates */

void summary_end_segment(struct summary *s)
{
    for (; s->touched; s->touched = s->touched->next_touched) {
        s->touched->touched = false;
        for (size_t i = 0; i < s->measure_count; i++) {
            struct sampled *c = &s->touched->cells[i].sampled;

            c->sum_x += c->x;
            c->sum_n += c->n;
            c->xx += c->x * c->x;
            c->nn += c->n * c->n;
            c->xn += c->x * c->n;
            c->x = c->n = 0;
        }
    }
    s->segments++;
}

/* A mean is a quotient of two estimates: its interval is that of what each segment has beyond the
 * mean of all (Cochran, Sampling Techniques, 6.4). */
static struct estimate estimate_mean(const struct sampled *c, uint64_t segments, uint64_t of)
{
    double mean = c->sum_x / c->sum_n;
    struct estimator beyond = {.segments = segments,
                               .squares = c->xx - 2 * mean * c->xn + mean * mean * c->nn};
    double values = c->sum_n / (double)segments * (double)of;

    return (struct estimate){mean, segments > 1 ? estimator_total(&beyond, of).half / values
                                                : fabs(mean)};
}

static struct estimate estimate_of(const struct summary *s, const struct measure *m,
                                   const struct cell *c, uint64_t of)
{
    struct estimator x = {
        .segments = s->segments, .sum = c->sampled.sum_x, .squares = c->sampled.xx};

    return m->kind == MEASURE_AVG ? estimate_mean(&c->sampled, s->segments, of)
                                  : estimator_total(&x, of);
}

/* ---- a row */

static void add_number_member(struct arena *a, struct value *row, struct value **last,
                              struct str name, const struct buf *text)
{
    struct value *v = value_new_text(a, ATTR_N, buf_str(text));

    value_set_name(v, name);
    value_append(row, last, v);
}

/* The estimate has the measure's own name until the rows are in order. */
static void add_estimate(struct arena *a, struct value *row, struct value **last,
                         const struct measure *m, const struct estimate *x)
{
    _cleanup_(buf_free) struct buf total = {0}, half = {0};

    estimate_write(x, m->kind == MEASURE_COUNT, &total, &half);
    add_number_member(a, row, last, m->name, &total);
    add_number_member(a, row, last, arena_printf(a, "±%.*s", STR_ARG(m->name)), &half);
}

/* of: segments, for estimates; 0: the figures are exact. */
static struct value *row_of(const struct summary *s, struct arena *a, const struct one_group *from,
                            uint64_t of)
{
    struct value *row = value_new(a, ATTR_M), *last = NULL;
    size_t i = 0;

    for (const struct group_key *g = s->st->groups; g; g = g->next, i++) {
        struct value *v = value_copy(a, from->values[i]);

        value_set_name(v, g->name);
        value_append(row, &last, v);
    }
    i = 0;
    for (const struct measure *m = s->st->measures; m; m = m->next, i++) {
        struct value *v = cell_value(a, m, &from->cells[i]);

        if (!v)
            continue;
        if (of && measure_has_estimate(m->kind)) {
            struct estimate x = estimate_of(s, m, &from->cells[i], of);

            add_estimate(a, row, &last, m, &x);
            continue;
        }
        value_set_name(v, m->name);
        value_append(row, &last, v);
    }
    return row;
}

/* The statement's order, else the largest first; then by the groups. */
static int compare_rows(const void *a, const void *b, void *ctx)
{
    const struct value *x = *(struct value *const *)a, *y = *(struct value *const *)b;
    const struct statement *st = ctx;
    int way = 0;

    for (const struct order *o = st->order; o && way == 0; o = o->next) {
        const struct value *p = value_member(x, o->name), *q = value_member(y, o->name);

        way = ordered_compare(p, q);
        way = o->descending && p && q ? -way : way;
    }
    if (!st->order && st->measures) {
        const struct value *p = value_member(x, st->measures->name);
        const struct value *q = value_member(y, st->measures->name);

        way = p && q ? ordered_compare(q, p) : ordered_compare(p, q);
    }
    for (const struct group_key *g = st->groups; g && way == 0; g = g->next)
        way = ordered_compare(value_member(x, g->name), value_member(y, g->name));
    return way;
}

/* Without groups there is one row, though there was no item. */
static struct value *lone_row(const struct summary *s, struct arena *a, uint64_t of)
{
    struct one_group *empty =
        arena_alloc(a, 1, sizeof(*empty) + s->measure_count * sizeof(empty->cells[0]));

    return row_of(s, a, empty, of);
}

static struct value *rows(const struct summary *s, struct arena *a, uint64_t of, uint64_t limit)
{
    struct value **all = arena_alloc(a, s->groups.count, sizeof(struct value *));
    struct value *first = NULL, **link = &first;
    size_t n = 0;
    void *group;

    if (!s->groups.count && !s->group_count)
        return lone_row(s, a, of);
    for (size_t i = 0; map_next(&s->groups, &i, NULL, &group);)
        all[n++] = row_of(s, a, group, of);
    port_sort(all, n, sizeof(struct value *), compare_rows, (void *)s->st);
    for (size_t i = 0; i < n && (!limit || i < limit); i++) {
        *link = all[i];
        link = &all[i]->next;
    }
    return first;
}

struct value *summary_rows(const struct summary *s, struct arena *a, uint64_t limit)
{
    return rows(s, a, 0, limit);
}

static void rename_member(struct value *row, struct str from, struct str to)
{
    for (struct value *v = row->first; v; v = v->next) {
        if (str_eq(value_name(v), from))
            value_set_name(v, to);
    }
}

struct value *summary_estimates(const struct summary *s, struct arena *a, uint64_t of,
                                uint64_t limit)
{
    struct value *all = rows(s, a, of, limit);

    for (struct value *row = all; row; row = row->next) {
        for (const struct measure *m = s->st->measures; m; m = m->next) {
            if (measure_has_estimate(m->kind))
                rename_member(row, m->name, arena_printf(a, "~%.*s", STR_ARG(m->name)));
        }
    }
    return all;
}
