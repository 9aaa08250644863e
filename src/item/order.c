#include "pksk/item/order.h"

#define FEW 32 /* so many are quicker sorted by insertion */

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
    if (count > FEW) {
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

static const struct value *ordered(struct arena *a, const struct value *v, const struct str *first,
                                   size_t count)
{
    bool named = v->type == ATTR_M, changed = false;
    struct rank *ranks;
    size_t n = 0;

    if (v->type < ATTR_M || !v->len)
        return v;
    ranks = arena_words(a, v->len * sizeof(*ranks));
    value_each (kid, v) {
        ranks[n++] = (struct rank){named ? begin_of(value_name(kid)) : 0,
                                   named ? front_of(value_name(kid), first, count) : 0, kid};
    }
    if (v->type != ATTR_L)
        sort(ranks, n, named ? by_name : by_value);
    n = 0;
    value_each (kid, v) {
        struct rank *r = &ranks[n++];

        r->v = ordered(a, r->v, NULL, 0);
        changed |= r->v != kid;
    }
    return changed ? with_kids(a, v, ranks) : v;
}

const struct value *item_ordered(struct item_order *o, const struct value *item,
                                 const struct str *first, size_t count)
{
    arena_reset(&o->arena);
    return ordered(&o->arena, item, first, count);
}

void item_order_free(struct item_order *o)
{
    arena_free(&o->arena);
}
