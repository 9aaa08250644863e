#include "pksk/run/difference.h"

#include "pksk/item/base64.h"
#include "pksk/item/notation.h"
#include "pksk/plan/filter.h"

/* The way from the item down to a value: in it the outermost step comes last. */
struct way {
    const struct way *up;
    struct str name; /* s NULL: an index */
    uint32_t index;
};

struct walk {
    const struct difference_options *o;
    difference_visit *visit;
    void *ctx;
    bool found;
};

static void add_way(struct buf *b, const struct way *w)
{
    if (!w)
        return;
    add_way(b, w->up);
    if (!w->name.s) {
        buf_addf(b, "[%u]", w->index);
        return;
    }
    if (b->len)
        buf_char(b, '.');
    notation_add_name(b, w->name);
}

/* Does the path, from its beginning, lead here? *rest: its steps that are left. */
static bool follows(const struct way *w, const struct path_step **rest)
{
    if (!w)
        return true;
    if (!follows(w->up, rest) || !*rest)
        return false;
    const struct path_step *step = *rest;

    if (!step->name.s != !w->name.s ||
        (step->name.s ? !str_eq(step->name, w->name) : step->index != w->index))
        return false;
    *rest = step->next;
    return true;
}

static bool left_out(const struct walk *x, const struct way *w)
{
    for (const struct path *p = x->o->without; p; p = p->next) {
        const struct path_step *rest = p->steps;

        if (follows(w, &rest) && !rest)
            return true;
    }
    return false;
}

/* ---- one side is plain JSON */

static bool plain_equal(const struct value *rich, const struct value *plain);

static bool same_bytes(const struct value *binary, const struct value *text)
{
    _cleanup_(buf_free) struct buf coded = {0};

    base64_add(&coded, value_text(binary));
    return text->type == ATTR_S && str_eq(buf_str(&coded), value_text(text));
}

static bool set_has(const struct value *set, const struct value *element)
{
    value_each (x, set) {
        if (x->type == ATTR_B ? same_bytes(x, element) : value_equal(x, element))
            return true;
    }
    return false;
}

static bool set_is_list(const struct value *set, const struct value *list)
{
    if (list->type != ATTR_L || list->len != set->len)
        return false;
    value_each (x, list) {
        if (!set_has(set, x))
            return false;
    }
    return true;
}

static bool plain_members(const struct value *rich, const struct value *plain)
{
    if (plain->type != ATTR_M || plain->len != rich->len)
        return false;
    value_each (x, rich) {
        const struct value *other = value_member(plain, value_name(x));

        if (!other || !plain_equal(x, other))
            return false;
    }
    return true;
}

static bool plain_elements(const struct value *rich, const struct value *plain)
{
    const struct value *other = plain->first;

    if (plain->type != ATTR_L || plain->len != rich->len)
        return false;
    for (const struct value *x = rich->first; x; x = x->next, other = other->next) {
        if (!plain_equal(x, other))
            return false;
    }
    return true;
}

static bool plain_equal(const struct value *rich, const struct value *plain)
{
    switch (rich->type) {
    case ATTR_B:
        return same_bytes(rich, plain);
    case ATTR_SS:
    case ATTR_NS:
    case ATTR_BS:
        return set_is_list(rich, plain);
    case ATTR_M:
        return plain_members(rich, plain);
    case ATTR_L:
        return plain_elements(rich, plain);
    default:
        return value_equal(rich, plain);
    }
}

static bool equal(const struct walk *x, const struct value *first, const struct value *second)
{
    if (!first || !second)
        return first == second;
    return value_equal(first, second) || (x->o->second_plain && plain_equal(first, second)) ||
           (x->o->first_plain && plain_equal(second, first));
}

/* ---- */

static int walk(struct walk *x, const struct way *w, const struct value *first,
                const struct value *second, struct err *e);

static int walk_maps(struct walk *x, const struct way *w, const struct value *first,
                     const struct value *second, struct err *e)
{
    int r = 0;

    for (const struct value *v = first->first; v && r == 0; v = v->next) {
        const struct way member = {.up = w, .name = value_name(v)};

        r = walk(x, &member, v, value_member(second, value_name(v)), e);
    }
    for (const struct value *v = second->first; v && r == 0; v = v->next) {
        const struct way member = {.up = w, .name = value_name(v)};

        if (!value_member(first, value_name(v)))
            r = walk(x, &member, NULL, v, e);
    }
    return r;
}

static int walk_lists(struct walk *x, const struct way *w, const struct value *first,
                      const struct value *second, struct err *e)
{
    const struct value *b = second->first;
    int r = 0;
    uint32_t i = 0;

    for (const struct value *a = first->first; a && r == 0; a = a->next, b = b->next) {
        const struct way element = {.up = w, .index = i++};

        r = walk(x, &element, a, b, e);
    }
    return r;
}

static int walk(struct walk *x, const struct way *w, const struct value *first,
                const struct value *second, struct err *e)
{
    _cleanup_(buf_free) struct buf path = {0};

    if (left_out(x, w) || equal(x, first, second))
        return 0;
    if (first && second && first->type == ATTR_M && second->type == ATTR_M && first->len &&
        second->len)
        return walk_maps(x, w, first, second, e);
    if (first && second && first->type == ATTR_L && second->type == ATTR_L &&
        first->len == second->len)
        return walk_lists(x, w, first, second, e);
    x->found = true;
    if (!x->visit)
        return 0;
    add_way(&path, w);
    return x->visit(x->ctx, buf_str(&path), first, second, e);
}

/* From where a selected path leads. */
static int walk_path(struct walk *x, const struct way *up, const struct path_step *step,
                     const struct value *first, const struct value *second, struct err *e)
{
    const struct way w = {.up = up, .name = step->name, .index = step->index};

    return step->next ? walk_path(x, &w, step->next, first, second, e)
                      : walk(x, &w, first, second, e);
}

int difference_each(const struct difference_options *o, const struct value *first,
                    const struct value *second, difference_visit *visit, void *ctx, struct err *e)
{
    struct walk x = {.o = o, .visit = visit, .ctx = ctx};
    int r = 0;

    if (!o->select)
        r = equal(&x, first, second) ? 0 : walk_maps(&x, NULL, first, second, e);
    for (const struct path *p = o->select; p && r == 0; p = p->next)
        r = walk_path(&x, NULL, p->steps, filter_find(first, p), filter_find(second, p), e);
    return r < 0 ? r : x.found;
}
