#include "pksk/plan/apply.h"

#include "pksk/item/number.h"
#include "pksk/plan/filter.h"

/* ---- paths in an item */

/* The link that holds the child of this step, or NULL when there is none. */
static struct value **child(struct value *parent, const struct path_step *step)
{
    uint32_t i = 0;

    if (parent->type != (step->name.s ? ATTR_M : ATTR_L))
        return NULL;
    for (struct value **link = &parent->first; *link; link = &(*link)->next, i++) {
        if (step->name.s ? str_eq(value_name(*link), step->name) : i == step->index)
            return link;
    }
    return NULL;
}

/* What holds the path's last step, or NULL; *last is that step. */
static struct value *holder(struct value *item, const struct path *path,
                            const struct path_step **last)
{
    struct value *v = item;

    for (const struct path_step *s = path->steps;; s = s->next) {
        if (!s->next) {
            *last = s;
            return v;
        }
        struct value **link = child(v, s);

        if (!link)
            return NULL;
        v = *link;
    }
}

static bool store(struct arena *a, struct value *item, const struct path *path,
                  const struct value *v)
{
    const struct path_step *step;
    struct value *parent = holder(item, path, &step), *copy = value_copy(a, v);

    if (!parent || parent->type != (step->name.s ? ATTR_M : ATTR_L))
        return false;
    struct value **link = child(parent, step);

    if (step->name.s)
        value_set_name(copy, step->name);
    if (link) {
        copy->next = (*link)->next;
    } else { /* behind the end of a list, it becomes the last element */
        for (link = &parent->first; *link;)
            link = &(*link)->next;
        parent->len++;
    }
    *link = copy;
    return true;
}

static void drop(struct value *item, const struct path *path)
{
    const struct path_step *step;
    struct value *parent = holder(item, path, &step);
    struct value **link = parent ? child(parent, step) : NULL;

    if (!link)
        return;
    *link = (*link)->next;
    parent->len--;
}

/* ---- the right sides, which all speak of the item as it was */

static const struct value *evaluate(struct arena *a, const struct value *before,
                                    const struct expr *x);

static struct value *sum(struct arena *a, const struct value *x, const struct value *y, bool minus)
{
    _cleanup_(buf_free) struct buf text = {0};

    if (!x || !y || x->type != ATTR_N || y->type != ATTR_N ||
        number_add(value_text(x), value_text(y), minus, &text, NULL) < 0)
        return NULL;
    return value_new_text(a, ATTR_N, buf_str(&text));
}

static struct value *joined(struct arena *a, const struct value *x, const struct value *y)
{
    struct value *list = value_new(a, ATTR_L), *last = NULL;

    if (!x || !y || x->type != ATTR_L || y->type != ATTR_L)
        return NULL;
    value_each (element, x)
        value_append(list, &last, value_copy(a, element));
    value_each (element, y)
        value_append(list, &last, value_copy(a, element));
    return list;
}

static const struct value *evaluate(struct arena *a, const struct value *before,
                                    const struct expr *x)
{
    const struct value *found;

    switch (x->kind) {
    case EXPR_VALUE:
        return x->value;
    case EXPR_PATH:
        return filter_find(before, x->path);
    case EXPR_PLUS:
    case EXPR_MINUS:
        return sum(a, evaluate(a, before, x->first), evaluate(a, before, x->first->next),
                   x->kind == EXPR_MINUS);
    case EXPR_CALL:
        if (x->func == FUNC_LIST_APPEND)
            return joined(a, evaluate(a, before, x->first), evaluate(a, before, x->first->next));
        if (x->func != FUNC_IF_NOT_EXISTS)
            return NULL;
        found = filter_find(before, x->first->path);
        return found ? found : evaluate(a, before, x->first->next);
    default:
        return NULL;
    }
}

/* ---- sets */

static bool holds(const struct value *set, const struct value *element)
{
    value_each (x, set) {
        if (value_equal(x, element))
            return true;
    }
    return false;
}

/* The elements of a that b has not, then, for a union, those of b. */
static struct value *combined(struct arena *a, const struct value *x, const struct value *y,
                              bool unite)
{
    struct value *set = value_new(a, (enum attr_type)x->type), *last = NULL;

    value_each (element, x) {
        if (unite || !holds(y, element))
            value_append(set, &last, value_copy(a, element));
    }
    if (unite) {
        value_each (element, y) {
            if (!holds(x, element))
                value_append(set, &last, value_copy(a, element));
        }
    }
    return set;
}

static bool add(struct arena *a, const struct value *before, struct value *after,
                const struct update_action *u)
{
    const struct value *old = filter_find(before, u->path), *given = u->value->value, *v = given;

    if (old && old->type != given->type)
        return false;
    if (old)
        v = given->type == ATTR_N ? sum(a, old, given, false) : combined(a, old, given, true);
    return v && store(a, after, u->path, v);
}

static bool take_from(struct arena *a, const struct value *before, struct value *after,
                      const struct update_action *u)
{
    const struct value *old = filter_find(before, u->path), *given = u->value->value;
    struct value *left;

    if (!old)
        return true;
    if (old->type != given->type)
        return false;
    left = combined(a, old, given, false);
    if (left->first)
        return store(a, after, u->path, left);
    drop(after, u->path); /* a set is never empty */
    return true;
}

/* ---- all of it */

static bool change(struct arena *a, const struct value *before, struct value *after,
                   const struct update_action *u)
{
    const struct value *v;

    switch (u->kind) {
    case UPDATE_SET:
        v = evaluate(a, before, u->value);
        return v && store(a, after, u->path, v);
    case UPDATE_ADD:
        return add(a, before, after, u);
    case UPDATE_DELETE:
        return take_from(a, before, after, u);
    case UPDATE_REMOVE:
        return true;
    }
    return false;
}

static uint32_t last_index(const struct path *path)
{
    const struct path_step *s = path->steps;

    while (s->next)
        s = s->next;
    return s->name.s ? 0 : s->index;
}

/* Elements of a list go from behind, since their indexes count in the list as it was. */
static void drop_all(struct arena *a, struct value *after, const struct update_action *actions)
{
    const struct update_action **order;
    size_t count = 0;

    for (const struct update_action *u = actions; u; u = u->next)
        count += u->kind == UPDATE_REMOVE;
    order = arena_alloc(a, count + 1, sizeof(const struct update_action *));
    count = 0;
    for (const struct update_action *u = actions; u; u = u->next) {
        size_t i = count;

        if (u->kind != UPDATE_REMOVE)
            continue;
        for (; i > 0 && last_index(order[i - 1]->path) < last_index(u->path); i--)
            order[i] = order[i - 1];
        order[i] = u;
        count++;
    }
    for (size_t i = 0; i < count; i++)
        drop(after, order[i]->path);
}

struct value *apply_update(struct arena *a, const struct value *before, const struct value *key,
                           const struct update_action *actions)
{
    const struct value *from = before ? before : key;
    struct value *after = value_copy(a, from);

    for (const struct update_action *u = actions; u; u = u->next) {
        if (!change(a, from, after, u))
            return NULL;
    }
    drop_all(a, after, actions);
    return after;
}

/* ---- copies */

static struct path *copy_path(struct arena *a, const struct path *path)
{
    struct path *copy = arena_new(a, struct path);
    struct path_step **link = &copy->steps;

    *copy = (struct path){.at = path->at};
    for (const struct path_step *step = path->steps; step; step = step->next) {
        *link = arena_new(a, struct path_step);
        **link = (struct path_step){.index = step->index};
        if (step->name.s)
            (*link)->name = arena_str(a, step->name);
        link = &(*link)->next;
    }
    return copy;
}

static struct expr *copy_expr(struct arena *a, const struct expr *x)
{
    struct expr *copy = arena_new(a, struct expr);
    struct expr **link = &copy->first;

    *copy = (struct expr){.kind = x->kind, .op = x->op, .func = x->func, .at = x->at};
    if (x->path)
        copy->path = copy_path(a, x->path);
    if (x->value)
        copy->value = value_copy(a, x->value);
    for (const struct expr *kid = x->first; kid; kid = kid->next) {
        *link = copy_expr(a, kid);
        link = &(*link)->next;
    }
    return copy;
}

struct update_action *update_copy(struct arena *a, const struct update_action *actions)
{
    struct update_action *first = NULL, **link = &first;

    for (const struct update_action *u = actions; u; u = u->next) {
        *link = arena_new(a, struct update_action);
        **link = (struct update_action){.kind = u->kind, .at = u->at};
        (*link)->path = copy_path(a, u->path);
        if (u->value)
            (*link)->value = copy_expr(a, u->value);
        link = &(*link)->next;
    }
    return first;
}
