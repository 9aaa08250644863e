#include "pksk/plan/edit.h"

#include "pksk/plan/expression.h"
#include "pksk/plan/transact.h"

#define COMPARISON_BYTES 32 /* " AND #n1234 = :v1234", with room to spare */

/* A condition that is growing: all of its parts joined by AND. */
struct terms {
    struct arena *arena;
    struct expr *all, *last;
    unsigned count;
};

static bool is_key(const struct table *t, struct str name)
{
    return str_eq(name, t->key.partition[0].name) ||
           (t->key.sort_count && str_eq(name, t->key.sort[0].name));
}

static bool same_member(const struct value *a, const struct value *b, struct str name)
{
    const struct value *x = value_member(a, name), *y = value_member(b, name);

    return x && y ? value_equal(x, y) : !x && !y;
}

bool edit_same_key(const struct table *t, const struct value *a, const struct value *b)
{
    return same_member(a, b, t->key.partition[0].name) &&
           (!t->key.sort_count || same_member(a, b, t->key.sort[0].name));
}

/* ---- statements, as if they had been typed */

static struct word *key_word(struct arena *a, const struct value *item, struct str name)
{
    const struct value *v = value_member(item, name);
    struct word *w = arena_new(a, struct word);

    w->at = SPAN_NONE;
    w->text = value_text(v);
    w->form = v->type == ATTR_B ? WORD_BINARY : v->type == ATTR_N ? WORD_BARE : WORD_QUOTED;
    return w;
}

struct key *plan_item_key(struct arena *a, const struct table *t, const struct value *item)
{
    struct key *key = arena_new(a, struct key);

    key->at = SPAN_NONE;
    key->partition = key_word(a, item, t->key.partition[0].name);
    if (!t->key.sort_count)
        return key;
    key->sort = arena_new(a, struct sort_condition);
    key->sort->at = SPAN_NONE;
    key->sort->op = SORT_EQ;
    key->sort->a = key_word(a, item, t->key.sort[0].name);
    return key;
}

static struct path *name_path(struct arena *a, struct str name)
{
    struct path *path = arena_new(a, struct path);

    path->at = SPAN_NONE;
    path->steps = arena_new(a, struct path_step);
    path->steps->name = name;
    return path;
}

static struct expr *new_expr(struct arena *a, enum expr_kind kind)
{
    struct expr *x = arena_new(a, struct expr);

    x->kind = kind;
    x->at = SPAN_NONE;
    return x;
}

static struct expr *path_expr(struct arena *a, struct str name)
{
    struct expr *x = new_expr(a, EXPR_PATH);

    x->path = name_path(a, name);
    return x;
}

static struct expr *value_expr(struct arena *a, const struct value *v)
{
    struct expr *x = new_expr(a, EXPR_VALUE);

    x->value = value_copy(a, v);
    return x;
}

/* name NULL: speaks of the item */
static struct expr *existence(struct arena *a, enum func func, const struct str *name)
{
    struct expr *x = new_expr(a, EXPR_CALL);

    x->func = func;
    if (name)
        x->first = path_expr(a, *name);
    return x;
}

/* ---- conditions */

static bool has_room(const struct terms *t)
{
    return (t->count + 1) * 2 < EXPRESSION_OPERATORS_MAX &&
           (t->count + 1) * COMPARISON_BYTES < EXPRESSION_BYTES_MAX;
}

static void add_term(struct terms *t, struct expr *x)
{
    if (!has_room(t))
        return;
    if (t->last)
        t->last->next = x;
    else
        t->all->first = x;
    t->last = x;
    t->count++;
}

static void add_comparison(struct terms *t, const struct value *v)
{
    struct expr *x = new_expr(t->arena, EXPR_COMPARE);

    x->op = COMPARE_EQ;
    x->first = path_expr(t->arena, value_name(v));
    x->first->next = value_expr(t->arena, v);
    add_term(t, x);
}

/* What the edit changes, then the rest: it is the rest that may not fit. after NULL: all is rest.
 */
static struct expr *as_it_was(struct arena *a, const struct table *table, const struct edit *edit)
{
    struct terms t = {.arena = a, .all = new_expr(a, EXPR_AND)};

    add_term(&t, existence(a, FUNC_ATTRIBUTE_EXISTS, NULL));
    for (int changed = 1; changed >= 0; changed--) {
        value_each (v, edit->before) {
            if (!is_key(table, value_name(v)) &&
                (edit->after && !same_member(edit->after, edit->before, value_name(v))) == changed)
                add_comparison(&t, v);
        }
        for (const struct value *v = edit->after && changed ? edit->after->first : NULL; v;
             v = v->next) {
            struct str name = value_name(v);

            if (!value_member(edit->before, name))
                add_term(&t, existence(a, FUNC_ATTRIBUTE_NOT_EXISTS, &name));
        }
    }
    return t.count == 1 ? t.all->first : t.all;
}

/* ---- the requests */

static struct update_action *add_action(struct arena *a, struct update_action ***last,
                                        enum update_kind kind, struct str name)
{
    struct update_action *u = arena_new(a, struct update_action);

    u->kind = kind;
    u->at = SPAN_NONE;
    u->path = name_path(a, name);
    **last = u;
    *last = &u->next;
    return u;
}

static struct update_action *differences(struct arena *a, const struct edit *edit)
{
    struct update_action *all = NULL, **last = &all;

    value_each (v, edit->after) {
        if (!same_member(edit->after, edit->before, value_name(v)))
            add_action(a, &last, UPDATE_SET, value_name(v))->value = value_expr(a, v);
    }
    value_each (v, edit->before) {
        if (!value_member(edit->after, value_name(v)))
            add_action(a, &last, UPDATE_REMOVE, value_name(v));
    }
    return all;
}

static struct statement put_statement(struct arena *a, const struct edit *edit)
{
    return (struct statement){.verb = VERB_PUT,
                              .at = SPAN_NONE,
                              .item = (struct value *)edit->after,
                              .condition = existence(a, FUNC_ATTRIBUTE_NOT_EXISTS, NULL)};
}

static struct statement delete_statement(struct arena *a, const struct edit *edit,
                                         const struct table *table)
{
    const struct edit all = {.before = edit->before};

    return (struct statement){.verb = VERB_DELETE,
                              .at = SPAN_NONE,
                              .keys = plan_item_key(a, table, edit->before),
                              .condition = as_it_was(a, table, &all)};
}

static int plan_move(struct arena *a, const struct edit *edit, const struct table *table,
                     struct str token, struct plan *ret, struct err *e)
{
    const struct statement put = put_statement(a, edit), taken = delete_statement(a, edit, table);
    struct plan actions[2];
    int r = plan_action(a, &put, table, &actions[0], e);

    if (r == 0)
        r = plan_action(a, &taken, table, &actions[1], e);
    return r < 0 ? r : plan_transaction(a, actions, 2, token, ret, e);
}

int plan_edit(struct arena *a, const struct edit *edit, const struct table *table, struct str token,
              struct plan *ret, struct err *e)
{
    struct statement st;

    if (!edit->before) {
        st = put_statement(a, edit);
    } else if (!edit->after) {
        st = delete_statement(a, edit, table);
    } else if (!edit_same_key(table, edit->before, edit->after)) {
        return plan_move(a, edit, table, token, ret, e);
    } else {
        st = (struct statement){.verb = VERB_UPDATE,
                                .at = SPAN_NONE,
                                .keys = plan_item_key(a, table, edit->before),
                                .updates = differences(a, edit),
                                .condition = as_it_was(a, table, edit)};
    }
    return plan_write(a, &st, table, ret, e);
}
