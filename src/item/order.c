#include "pksk/item/order.h"

struct rank {
    uint64_t begin; /* of the name, its first byte the highest: settles most comparisons */
    size_t front;   /* among the names that come first */
    const struct value *v;
};

typedef int rank_fn(const void *a, const void *b);

static int by_name(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;

    if (x->front != y->front)
        return x->front < y->front ? -1 : 1;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return str_cmp(value_name(x->v), value_name(y->v));
}

static int by_value(const void *a, const void *b)
{
    return value_compare(((const struct rank *)a)->v, ((const struct rank *)b)->v);
}

static uint64_t begin_of(struct str name)
{
    uint64_t begin = 0;

    for (size_t i = 0; i < sizeof(begin); i++)
        begin = begin << 8 | (i < name.len ? (unsigned char)name.s[i] : 0);
    return begin;
}

static size_t front_of(struct str name, const struct str *first, size_t count)
{
    size_t i = 0;

    while (i < count && !str_eq(first[i], name))
        i++;
    return i;
}

static void sort(struct rank *ranks, size_t count, rank_fn *order)
{
    if (count > ITEM_ORDER_FEW) {
        qsort(ranks, count, sizeof(*ranks), order);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        struct rank x = ranks[i];
        size_t at = i;

        for (; at && order(&ranks[at - 1], &x) > 0; at--)
            ranks[at] = ranks[at - 1];
        ranks[at] = x;
    }
}

static const struct value *ordered(struct arena *a, const struct value *v, const struct str *first,
                                   size_t count);

/* The same value with these kids. */
static const struct value *with_kids(struct arena *a, const struct value *v,
                                     const struct rank *ranks)
{
    struct value *copy = arena_words(a, sizeof(*copy));
    struct value *kids = arena_words(a, v->len * sizeof(*kids));

    for (size_t i = 0; i < v->len; i++) {
        kids[i] = *ranks[i].v;
        kids[i].next = i + 1 < v->len ? &kids[i + 1] : NULL;
    }
    *copy = *v;
    copy->first = kids;
    return copy;
}

/* The kids in a new order, each ordered itself; the value as it is when that changes nothing. */
static const struct value *with_order(struct arena *a, const struct value *v, struct rank *ranks)
{
    bool changed = false;
    size_t n = 0;

    value_each (kid, v) {
        struct rank *r = &ranks[n++];

        r->v = r->v->type < ATTR_M ? r->v : ordered(a, r->v, NULL, 0);
        changed |= r->v != kid;
    }
    return changed ? with_kids(a, v, ranks) : v;
}

static struct rank *ranked(struct arena *a, const struct value *v, const struct str *first,
                           size_t count)
{
    struct rank *ranks = arena_words(a, v->len * sizeof(*ranks));
    bool named = v->type == ATTR_M;
    size_t n = 0;

    value_each (kid, v) {
        ranks[n++] = (struct rank){named ? begin_of(value_name(kid)) : 0,
                                   named ? front_of(value_name(kid), first, count) : 0, kid};
    }
    if (v->type != ATTR_L)
        sort(ranks, n, named ? by_name : by_value);
    return ranks;
}

static const struct value *ordered(struct arena *a, const struct value *v, const struct str *first,
                                   size_t count)
{
    if (v->type < ATTR_M || !v->len)
        return v;
    return with_order(a, v, ranked(a, v, first, count));
}

/* ---- most items have the names of the one before them, in the same order */

static bool is_same(const struct item_order *o, const struct value *item)
{
    const char *name = o->names.s;
    size_t i = 0;

    if (item->len != o->count)
        return false;
    value_each (kid, item) {
        if (kid->name_len != o->lens[i] || memcmp(kid->name_bytes, name, kid->name_len) != 0)
            return false;
        name += o->lens[i++];
    }
    return true;
}

static void remember(struct item_order *o, const struct value *item, const struct rank *ranks)
{
    size_t i = 0;

    buf_reset(&o->names);
    o->count = 0;
    if (item->len > ITEM_ORDER_FEW)
        return;
    value_each (kid, item) {
        size_t place = 0;

        while (ranks[place].v != kid)
            place++;
        buf_str_add(&o->names, value_name(kid));
        o->lens[i] = kid->name_len;
        o->places[i++] = (uint8_t)place;
    }
    o->count = item->len;
}

static struct rank *remembered(struct item_order *o, const struct value *item)
{
    struct rank *ranks = arena_words(&o->arena, item->len * sizeof(*ranks));
    size_t i = 0;

    value_each (kid, item)
        ranks[o->places[i++]].v = kid;
    return ranks;
}

const struct value *item_ordered(struct item_order *o, const struct value *item,
                                 const struct str *first, size_t count)
{
    struct rank *ranks;

    arena_reset(&o->arena);
    if (item->type != ATTR_M || !item->len)
        return ordered(&o->arena, item, NULL, 0);
    if (is_same(o, item)) {
        ranks = remembered(o, item);
    } else {
        ranks = ranked(&o->arena, item, first, count);
        remember(o, item, ranks);
    }
    return with_order(&o->arena, item, ranks);
}

void item_order_free(struct item_order *o)
{
    arena_free(&o->arena);
    buf_free(&o->names);
}
