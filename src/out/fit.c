/* Which columns of a grid are shown, in which order, and how wide each is. */
#include "pksk/base/port.h"
#include "pksk/out/grid.h"

#define GAP 2
#define NARROW 20    /* a time in ISO 8601: a column is not squeezed below, or what it needs */
#define NARROWEST 6  /* but for a table that must show all */
#define MORE_CELLS 9 /* "+123 more" */

void grid_share(const unsigned *needs, unsigned *widths, size_t count, unsigned cells)
{
    size_t left = count;
    bool settled = false;

    for (size_t i = 0; i < count; i++)
        widths[i] = 0;
    while (left && !settled) { /* who needs less than the share leaves the rest to the others */
        unsigned share = cells / (unsigned)left;

        settled = true;
        for (size_t i = 0; i < count; i++)
            if (!widths[i] && needs[i] <= share) {
                widths[i] = needs[i] ? needs[i] : 1;
                cells -= MIN(cells, widths[i]);
                left--;
                settled = false;
            }
    }
    for (size_t i = 0; i < count && left; i++)
        if (!widths[i]) {
            widths[i] = MAX(cells / (unsigned)left, 1u);
            cells -= MIN(cells, widths[i]);
            left--;
        }
}

/* gsi1pk, LSI2SK …: names that hold an index's key, made for the index and not for eyes. */
static bool is_plumbing(struct str name)
{
    size_t i = 3;

    if (!str_starts_ci(name, STR("gsi")) && !str_starts_ci(name, STR("lsi")))
        return false;
    i += i < name.len && (name.s[i] == '_' || name.s[i] == '-');
    return i < name.len && name.s[i] >= '0' && name.s[i] <= '9';
}

static size_t key_place(const struct grid *g, struct str name)
{
    for (size_t i = 0; i < g->o->key_count; i++)
        if (str_eq(g->o->keys[i], name))
            return i;
    return SIZE_MAX;
}

/* Keys; then attributes by name, flat ones before nested ones; then what is only there for indexes.
 * Or select's own order. */
static int by_place(const void *a, const void *b, void *ctx)
{
    const struct grid *g = ctx;
    size_t m = *(const size_t *)a, n = *(const size_t *)b;
    const struct column *x = &g->columns[m], *y = &g->columns[n];
    size_t i = key_place(g, x->name), j = key_place(g, y->name);

    if (g->o->columns)
        return m < n ? -1 : 1;
    if (i != j)
        return i < j ? -1 : 1;
    if (is_plumbing(x->name) != is_plumbing(y->name))
        return is_plumbing(x->name) ? 1 : -1;
    if (x->nested != y->nested)
        return x->nested ? 1 : -1;
    return str_cmp(x->name, y->name);
}

/* How little a column tells; 0 is the most. What was shown stays. */
static unsigned dullness(const struct grid *g, const struct column *c)
{
    if (c->shown || g->o->columns)
        return 0;
    return 1 + 8 * is_plumbing(c->name) + 2 * c->nested + 2 * (!c->varied && g->items > 1) +
           2 * (c->count * 2 < g->items) + 4 * (c->count * 10 < g->items) + (c->natural > 40);
}

static unsigned least(const struct column *c)
{
    return MIN(c->natural, (unsigned)NARROW);
}

static int by_dullness(const void *a, const void *b, void *ctx)
{
    const struct grid *g = ctx;
    const struct column *x = &g->columns[*(const size_t *)a], *y = &g->columns[*(const size_t *)b];
    unsigned m = dullness(g, x), n = dullness(g, y);

    if (x->key != y->key)
        return x->key ? -1 : 1;
    if (m != n)
        return m < n ? -1 : 1;
    if (!x->key && !g->o->columns && least(x) != least(y)) /* more of the narrow ones fit */
        return least(x) < least(y) ? -1 : 1;
    return by_place(a, b, ctx);
}

/* A key that is the same in every row, as in a query of one partition, can be short. */
static unsigned key_need(const struct grid *g, const struct column *c, bool tight)
{
    return tight && !c->varied && g->items > 1 ? least(c) : c->natural;
}

/* The keys' widths; they may take four fifths of the line, or all of it when there is no more. */
static unsigned fit_keys(struct grid *g, const size_t *ranked, size_t keys)
{
    unsigned *needs = mem_resize(NULL, keys * 2, sizeof(*needs)), used = 0, all = 0;
    unsigned width = g->count > keys ? g->o->width * 4 / 5 : g->o->width;
    unsigned gaps = keys ? (unsigned)(keys - 1) * GAP : 0;

    for (size_t i = 0; i < g->count && all <= g->o->width; i++)
        all += g->columns[i].natural + GAP;
    for (size_t i = 0; i < keys; i++)
        needs[i] = key_need(g, &g->columns[ranked[i]], all > g->o->width + GAP);
    grid_share(needs, needs + keys, keys, width > gaps ? width - gaps : 1);
    for (size_t i = 0; i < keys; i++) {
        g->columns[ranked[i]].cells = needs[keys + i];
        used += needs[keys + i] + GAP;
    }
    free(needs);
    return used;
}

/* Moves the columns that fit at their narrowest to the front, and says how many those are and what
 * room they have. One that is too wide does not keep a narrower one after it out. */
static size_t fit_count(const struct grid *g, size_t *ranked, size_t keys, unsigned used,
                        unsigned *room)
{
    unsigned at = used, width = g->o->width;
    size_t n = keys;

    for (size_t i = keys; i < g->count; i++)
        at += least(&g->columns[ranked[i]]) + GAP;
    *room = width > used ? width - used : 0;
    if (at <= width + GAP)
        return g->count;
    at = used + MORE_CELLS;
    *room -= MIN(*room, (unsigned)(MORE_CELLS + GAP));
    for (size_t i = keys; i < g->count; i++) {
        size_t place = ranked[i];
        bool dull = i > n && is_plumbing(g->columns[place].name);

        if (dull || at + least(&g->columns[place]) + GAP > width)
            continue;
        at += least(&g->columns[place]) + GAP;
        memmove(ranked + n + 1, ranked + n, (i - n) * sizeof(*ranked));
        ranked[n++] = place;
    }
    return n;
}

/* Widths for columns that are all shown: each has its least first, and a fair share of the rest. */
static void fit_shown(struct grid *g, const size_t *ranked, size_t count, unsigned room)
{
    unsigned *needs = mem_resize(NULL, count * 2, sizeof(*needs));
    unsigned gaps = count ? (unsigned)(count - 1) * GAP : 0;

    for (size_t i = 0; i < count; i++)
        needs[i] = g->columns[ranked[i]].natural;
    grid_share(needs, needs + count, count, room > gaps ? room - gaps : 1);
    for (size_t i = 0; i < count; i++)
        g->columns[ranked[i]].cells =
            MAX(needs[count + i], g->whole ? MIN(needs[i], (unsigned)NARROWEST) : 1u);
    free(needs);
}

/* How many of the ranked columns are shown: those in front. */
static size_t choose(struct grid *g, size_t *ranked)
{
    size_t keys = 0, n = g->count;
    unsigned used, room;

    if (!g->o->width) {
        for (size_t i = 0; i < g->count; i++)
            g->columns[i].cells = g->columns[i].natural;
        return n;
    }
    if (g->whole) {
        fit_shown(g, ranked, n, g->o->width);
        return n;
    }
    while (keys < g->count && g->columns[ranked[keys]].key)
        keys++;
    used = fit_keys(g, ranked, keys);
    n = fit_count(g, ranked, keys, used, &room);
    fit_shown(g, ranked + keys, n - keys, room);
    return n;
}

void grid_fit(struct grid *g)
{
    unsigned *before = mem_resize(NULL, g->count + 1, sizeof(*before));
    size_t *ranked = mem_resize(NULL, g->count + 1, sizeof(*ranked)), n;

    for (size_t i = 0; i < g->count; i++) {
        ranked[i] = i;
        before[i] = g->columns[i].shown ? g->columns[i].cells : 0;
    }
    port_sort(ranked, g->count, sizeof(*ranked), by_dullness, g);
    n = choose(g, ranked);
    for (size_t i = 0; i < g->count; i++)
        g->columns[ranked[i]].shown = i < n;
    g->changed = g->hidden != g->count - n;
    g->hidden = g->count - n;
    g->shown = 0;
    for (size_t i = 0; i < g->count; i++) {
        const struct column *c = &g->columns[i];

        g->changed |= before[i] != (c->shown ? c->cells : 0);
        if (c->shown)
            g->order[g->shown++] = i;
    }
    port_sort(g->order, g->shown, sizeof(*g->order), by_place, g);
    free(before);
    free(ranked);
}
