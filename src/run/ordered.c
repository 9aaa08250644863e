#include "pksk/run/ordered.h"

#include "pksk/base/port.h"
#include "pksk/plan/filter.h"

#define SLACK ((size_t)1 << 20) /* bytes of dropped items that are let lie */

struct entry {
    struct value *item;
    const struct value *first; /* what the first part of the order leads to */
    uint64_t number;           /* in which they came */
    size_t bytes;
};

struct ordered {
    const struct order *order;
    uint64_t limit, came;
    struct arena arena;
    struct entry *entries; /* with a limit a heap: the last in the order is at its top */
    size_t count, cap;
    size_t bytes; /* of the items that are kept; the arena has those that were dropped, too */
};

struct ordered *ordered_new(const struct order *order, uint64_t limit)
{
    struct ordered *o = mem_resize(NULL, 1, sizeof(*o));

    *o = (struct ordered){.order = order, .limit = limit};
    return o;
}

void ordered_free(struct ordered *o)
{
    if (!o)
        return;
    arena_free(&o->arena);
    free(o->entries);
    free(o);
}

/* ---- the order */

static unsigned rank(const struct value *v)
{
    switch (v ? (enum attr_type)v->type : ATTR_TYPES) {
    case ATTR_N:
        return 0;
    case ATTR_S:
        return 1;
    case ATTR_B:
        return 2;
    case ATTR_TYPES:
        return 4;
    default:
        return 3;
    }
}

int ordered_compare(const struct value *a, const struct value *b)
{
    unsigned x = rank(a), y = rank(b);

    if (x != y)
        return x < y ? -1 : 1;
    return x < 3 ? value_compare(a, b) : 0;
}

static int directed(const struct value *a, const struct value *b, bool descending)
{
    int way = ordered_compare(a, b);

    return descending && a && b ? -way : way; /* what is missing is last in any case */
}

static int compare(const struct order *order, const struct entry *a, const struct entry *b)
{
    int way = directed(a->first, b->first, order->descending);

    for (const struct order *o = order->next; o && way == 0; o = o->next)
        way = directed(filter_find(a->item, o->path), filter_find(b->item, o->path), o->descending);
    return way ? way : a->number < b->number ? -1 : a->number > b->number;
}

static int compare_entries(const void *a, const void *b, void *ctx)
{
    return compare(ctx, a, b);
}

/* ---- the heap */

static bool behind(const struct ordered *o, size_t a, size_t b)
{
    return compare(o->order, &o->entries[a], &o->entries[b]) > 0;
}

static void swap(struct ordered *o, size_t a, size_t b)
{
    struct entry kept = o->entries[a];

    o->entries[a] = o->entries[b];
    o->entries[b] = kept;
}

static void rise(struct ordered *o, size_t i)
{
    for (; i > 0 && behind(o, i, (i - 1) / 2); i = (i - 1) / 2)
        swap(o, i, (i - 1) / 2);
}

static void sink(struct ordered *o)
{
    for (size_t i = 0, last;; i = last) {
        last = i;
        for (size_t kid = 2 * i + 1; kid <= 2 * i + 2 && kid < o->count; kid++)
            last = behind(o, kid, last) ? kid : last;
        if (last == i)
            return;
        swap(o, i, last);
    }
}

/* ---- keeping */

static void put(struct ordered *o, struct arena *a, struct entry *ret, const struct entry *from)
{
    size_t before = a->used;

    *ret = *from;
    ret->item = value_copy(a, from->item);
    ret->first = filter_find(ret->item, o->order->path);
    ret->bytes = a->used - before;
    o->bytes += ret->bytes;
}

/* What was dropped still lies in the arena: now and then the rest moves to a new one. */
static void tidy(struct ordered *o)
{
    struct arena fresh = {0};

    if (o->arena.used < 2 * o->bytes + SLACK)
        return;
    o->bytes = 0;
    for (size_t i = 0; i < o->count; i++)
        put(o, &fresh, &o->entries[i], &o->entries[i]);
    arena_free(&o->arena);
    o->arena = fresh;
}

static int too_much(const struct ordered *o, struct err *e)
{
    err_set(e, ERR_FAILED, "the items to be ordered are more than %zu MB", ORDERED_BYTES_MAX >> 20);
    err_hint(e, o->limit ? "a smaller limit keeps fewer of them"
                         : "with `limit N` only the first N are kept; or write them with `into` "
                           "and order them with sort(1)");
    return e->code;
}

static int keep(struct ordered *o, const struct entry *new, struct err *e)
{
    if (o->limit && o->count == o->limit) {
        if (compare(o->order, new, &o->entries[0]) >= 0)
            return 0;
        o->bytes -= o->entries[0].bytes;
        put(o, &o->arena, &o->entries[0], new);
        sink(o);
        tidy(o);
    } else {
        if (o->count == o->cap) {
            o->cap = MAX(o->cap * 2, (size_t)64);
            o->entries = mem_resize(o->entries, o->cap, sizeof(*o->entries));
        }
        put(o, &o->arena, &o->entries[o->count++], new);
        if (o->limit)
            rise(o, o->count - 1);
    }
    return o->bytes > ORDERED_BYTES_MAX ? too_much(o, e) : 0;
}

int ordered_add(struct ordered *o, const struct value *items, struct err *e)
{
    int r = 0;

    for (const struct value *item = items; item && r == 0; item = item->next) {
        struct entry new = {.item = (struct value *)item,
                            .first = filter_find(item, o->order->path),
                            .number = o->came++};

        r = keep(o, &new, e);
    }
    return r;
}

struct value *ordered_items(struct ordered *o)
{
    struct value *first = NULL, **link = &first;

    if (o->count)
        port_sort(o->entries, o->count, sizeof(*o->entries), compare_entries, (void *)o->order);
    for (size_t i = 0; i < o->count; i++) {
        *link = o->entries[i].item;
        link = &(*link)->next;
        *link = NULL;
    }
    return first;
}
