#include "pksk/cmd/advice.h"

#include "pksk/item/notation.h"
#include "pksk/item/number.h"
#include "pksk/plan/expression.h"
#include "pksk/plan/plan.h"
#include "pksk/run/cursor.h"

#define ITEMS_ASKED 20

static const struct value *at_path(const struct value *item, const struct path *path)
{
    const struct value *v = item;

    for (const struct path_step *step = path->steps; v && step; step = step->next) {
        if (step->name.s) {
            v = value_member(v, step->name);
            continue;
        }
        uint32_t i = 0;

        v = v->type == ATTR_L ? v->first : NULL;
        while (v && i++ < step->index)
            v = v->next;
    }
    return v;
}

/* Does some item have a string where the filter has a number, or the other way round? */
static bool differs(const struct value *items, const struct path *path, const struct value *written)
{
    for (const struct value *item = items; item; item = item->next) {
        const struct value *v = at_path(item, path);

        if (v && v->type != written->type && (v->type == ATTR_S || v->type == ATTR_N))
            return true;
    }
    return false;
}

static void advise(struct session *s, const struct path *path, const struct value *written)
{
    _cleanup_(buf_free) struct buf name = {0}, value = {0};
    bool number = written->type == ATTR_N;

    expression_path(NULL, &name, path);
    if (number)
        notation_add_string(&value, value_text(written));
    else if (number_looks_like(value_text(written)))
        buf_str_add(&value, value_text(written));
    else
        return;
    session_note(s, "%s is a %s in the items read: write %s instead of %s%.*s%s", buf_cstr(&name),
                 number ? "string" : "number", buf_cstr(&value), number ? "" : "\"",
                 STR_ARG(value_text(written)), number ? "" : "\"");
}

/* Every comparison of a path with a string or number literal, wherever it stands. */
static void look_at(struct session *s, const struct expr *expr, const struct value *items)
{
    const struct path *path =
        expr->first && expr->first->kind == EXPR_PATH ? expr->first->path : NULL;

    for (const struct expr *kid = expr->first; kid; kid = kid->next) {
        if (path && kid->kind == EXPR_VALUE &&
            (kid->value->type == ATTR_S || kid->value->type == ATTR_N) && expr->kind != EXPR_CALL &&
            differs(items, path, kid->value)) {
            advise(s, path, kid->value);
            return;
        }
        look_at(s, kid, items);
    }
}

void advice_on_types(struct session *s, const struct statement *st, const struct table *t)
{
    struct statement plain = *st;
    const struct value *items = NULL;
    struct arena a = {0};
    struct plan p;
    struct err e;

    plain.filter = NULL;
    plain.select = NULL;
    plain.count = false;
    plain.segments = 0;
    plain.limit = ITEMS_ASKED;
    if (plan_read(&a, &plain, t, &p, &e) == 0) {
        struct cursor *c = cursor_new(s->dynamo, &p, s->clock, 0);

        if (cursor_next(c, &items, &e) > 0)
            look_at(s, st->filter, items);
        cursor_free(c);
    }
    arena_free(&a);
}
