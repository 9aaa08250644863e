#include "pksk/cmd/gather.h"

#include "pksk/out/text.h"
#include "pksk/run/ordered.h"
#include "pksk/run/summary.h"
#include "pksk/session/models.h"

#define BAR_CELLS 20

struct gather {
    const struct statement *st;
    const struct entity_model *model;
    struct ordered *ordered; /* one of the two */
    struct summary *summary;
    struct arena arena; /* of the rows and names */
    uint64_t of;        /* segments that the table has, of a sample; else 0 */
};

bool gather_wanted(const struct statement *st)
{
    return st->measures || st->groups || st->order;
}

static struct str entity_of(void *ctx, const struct value *item)
{
    const struct gather *g = ctx;
    const struct entity *x = g->model ? model_entity_of(g->model, item) : NULL;

    return x ? x->name : STR("");
}

static bool asks_entity(const struct statement *st)
{
    const struct group_key *k = st->groups;

    while (k && k->kind != GROUP_ENTITY)
        k = k->next;
    return k;
}

int gather_new(struct session *s, const struct statement *st, const struct table *t,
               struct gather **ret, struct err *e)
{
    const struct entity_model *model = session_model(s, t);

    if (asks_entity(st) && (!model || !model->entity_count)) {
        err_at(e, ERR_FAILED, st->measures_at, "%.*s has no model that names entities",
               STR_ARG(t->name));
        err_hint(e, "`model learn` makes one; without, `by segment(%.*s, 1)` is near to it",
                 STR_ARG(t->key.partition[0].name));
        return e->code;
    }
    struct gather *g = mem_resize(NULL, 1, sizeof(*g));

    *g = (struct gather){.st = st, .model = model};
    if (st->measures || st->groups)
        g->summary = summary_new(st, entity_of, g);
    else
        g->ordered = ordered_new(st->order, st->limit);
    *ret = g;
    return 0;
}

void gather_free(struct gather *g)
{
    if (!g)
        return;
    summary_free(g->summary);
    ordered_free(g->ordered);
    arena_free(&g->arena);
    free(g);
}

int gather_add(struct gather *g, const struct value *items, struct err *e)
{
    return g->summary ? summary_add(g->summary, items, e) : ordered_add(g->ordered, items, e);
}

void gather_end_segment(struct gather *g)
{
    summary_end_segment(g->summary);
}

void gather_estimate(struct gather *g, uint64_t of)
{
    g->of = of;
}

static bool is_estimated(const struct gather *g, const struct measure *m)
{
    return g->of && measure_has_estimate(m->kind);
}

static void add_columns(struct gather *g, struct plan *p, const struct measure *m)
{
    if (!is_estimated(g, m)) {
        p->columns[p->column_count++] = m->name;
        return;
    }
    p->columns[p->column_count++] = arena_printf(&g->arena, "~%.*s", STR_ARG(m->name));
    p->columns[p->column_count++] = arena_printf(&g->arena, "±%.*s", STR_ARG(m->name));
}

void gather_columns(struct gather *g, bool bars, struct plan *p)
{
    size_t count = 0;

    if (!g->summary)
        return;
    for (const struct group_key *k = g->st->groups; k; k = k->next)
        count++;
    for (const struct measure *m = g->st->measures; m; m = m->next)
        count += 2;
    p->columns = arena_alloc(&g->arena, count + 1, sizeof(*p->columns));
    p->column_count = p->key_count = 0;
    p->key_names = p->columns;
    for (const struct group_key *k = g->st->groups; k; k = k->next)
        p->columns[p->column_count++] = k->name;
    p->key_count = p->column_count;
    for (const struct measure *m = g->st->measures; m; m = m->next)
        add_columns(g, p, m);
    if (bars)
        p->columns[p->column_count++] = GATHER_BAR;
}

static double amount(const struct value *row, struct str name)
{
    const struct value *v = value_member(row, name);
    char text[400];

    if (!v || v->type != ATTR_N)
        return 0;
    snprintf(text, sizeof(text), "%.*s", STR_ARG(value_text(v)));
    return strtod(text, NULL); /* for a bar, that is near enough */
}

/* A bar at each row for the first measure, where it counts or adds up. */
static void add_bars(struct gather *g, struct value *rows)
{
    const struct measure *m = g->st->measures;
    double most = 0;

    if (!rows || !rows->next || !m || m->kind == MEASURE_MIN || m->kind == MEASURE_MAX)
        return;
    struct str name =
        is_estimated(g, m) ? arena_printf(&g->arena, "~%.*s", STR_ARG(m->name)) : m->name;

    for (const struct value *row = rows; row; row = row->next) {
        double n = amount(row, name);

        if (n < 0)
            return;
        most = MAX(most, n);
    }
    for (struct value *row = rows; row && most > 0; row = row->next) {
        _cleanup_(buf_free) struct buf bar = {0};
        struct value *last = row->first;

        text_bar(&bar, amount(row, name) / most, BAR_CELLS);
        struct value *v = value_new_text(&g->arena, ATTR_S, buf_str(&bar));

        while (last->next)
            last = last->next;
        value_set_name(v, GATHER_BAR);
        value_append(row, &last, v);
    }
}

struct value *gather_items(struct gather *g, bool bars)
{
    if (!g->summary)
        return ordered_items(g->ordered);
    struct value *rows = g->of ? summary_estimates(g->summary, &g->arena, g->of, g->st->limit)
                               : summary_rows(g->summary, &g->arena, g->st->limit);

    if (bars)
        add_bars(g, rows);
    return rows;
}

/* "sum total" → total */
static struct str path_of(const struct measure *m)
{
    size_t at = 0;

    return str_find_char(m->name, ' ', &at) ? str_slice(m->name, at + 1, m->name.len) : m->name;
}

void gather_remarks(struct session *s, const struct gather *g)
{
    for (const struct measure *m = g->summary ? g->st->measures : NULL; m; m = m->next) {
        uint64_t n = summary_refused(g->summary, m);
        bool numbers = m->kind == MEASURE_SUM || m->kind == MEASURE_AVG;
        _cleanup_(buf_free) struct buf line = {0};

        if (!n)
            continue;
        text_plural(&line, n, "value", "values");
        buf_addf(&line, " of %.*s %s %s", STR_ARG(path_of(m)), n == 1 ? "is" : "are",
                 numbers ? (n == 1 ? "no number" : "no numbers")
                         : "neither a number, a text nor binary");
        session_warn(s, "%s", buf_cstr(&line));
    }
}
