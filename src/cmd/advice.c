#include "pksk/cmd/advice.h"

#include "pksk/item/notation.h"
#include "pksk/item/number.h"
#include "pksk/plan/expression.h"
#include "pksk/plan/plan.h"
#include "pksk/run/cursor.h"

#define ITEMS_ASKED 20
#define ADVICE_STEPS 32 /* of a path */

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

/* An item's value there that is a string where the filter has a number, or the other way round. */
static const struct value *other_type(const struct value *items, const struct path *path,
                                      const struct value *written)
{
    for (const struct value *item = items; item; item = item->next) {
        const struct value *v = at_path(item, path);

        if (v && v->type != written->type && (v->type == ATTR_S || v->type == ATTR_N))
            return v;
    }
    return NULL;
}

/* ---- dates, times, and the numbers that stand for them */

#define MS_FROM                                                                                    \
    100000000000 /* a number from here on counts milliseconds: 1973, not the year 5138 */

static bool date_ms(struct str text, int64_t *ret)
{
    _cleanup_(buf_free) struct buf whole = {0};

    buf_str_add(&whole, text);
    if (text.len == strlen("2026-01-01"))
        buf_lit(&whole, "T00:00:00Z");
    return clock_parse_iso(buf_str(&whole), ret);
}

/* `created > 2026-01-01` where the items have seconds or milliseconds: the number that is meant. */
static bool add_number_of_date(struct buf *b, struct str date, struct str seen)
{
    int64_t ms, like;

    if (!date_ms(date, &ms) || !str_to_i64(seen, &like))
        return false;
    buf_addf(b, "%lld", (long long)(like >= MS_FROM ? ms : ms / 1000));
    return true;
}

/* The other way round: the text that is meant. */
static bool add_date_of_number(struct buf *b, struct str number, struct str seen)
{
    char iso[CLOCK_ISO_LEN];
    int64_t n, ignored;

    if (!date_ms(seen, &ignored) || !str_to_i64(number, &n) || n <= 0 || n > MS_FROM * 100)
        return false;
    clock_format_iso(n >= MS_FROM ? n : n * 1000, iso);
    buf_addf(b, "\"%.*s\"", (int)MIN(strlen(iso), seen.len == 10 ? (size_t)10 : sizeof(iso)), iso);
    return true;
}

static void advise(struct session *s, const struct path *path, const struct value *written,
                   const struct value *seen)
{
    _cleanup_(buf_free) struct buf name = {0}, value = {0}, like = {0};
    bool number = written->type == ATTR_N;
    struct str text = value_text(written);

    expression_path(NULL, &name, path);
    if (number ? add_date_of_number(&value, text, value_text(seen))
               : add_number_of_date(&value, text, value_text(seen)))
        buf_addf(&like, " such as %.*s", (int)MIN(value_text(seen).len, (size_t)40),
                 value_text(seen).s);
    else if (number)
        notation_add_string(&value, text);
    else if (number_looks_like(text))
        buf_str_add(&value, text);
    else
        return;
    session_note(s, "%s is a %s%s in the items read: write %s instead of %s%.*s%s", buf_cstr(&name),
                 number ? "string" : "number", buf_cstr(&like), buf_cstr(&value),
                 number ? "" : "\"", STR_ARG(text), number ? "" : "\"");
}

/* ---- attributes that no item has */

/* The name among those that the items have in that map which is most like this one; empty: none. */
static struct str nearest(const struct value *items, const struct path *parent, struct str name)
{
    struct str found = STR("");
    size_t best = MAX((size_t)1, MIN(name.len / 3, (size_t)2)) + 1;

    for (const struct value *item = items; item; item = item->next) {
        const struct value *map = at_path(item, parent);

        if (!map || map->type != ATTR_M)
            continue;
        value_each (v, map) {
            size_t far = str_eq_ci(value_name(v), name) ? 0 : str_distance(value_name(v), name);

            if (far < best) {
                best = far;
                found = value_name(v);
            }
        }
    }
    return found;
}

/* Says so when the path ends before its end in every item. */
static void advise_missing(struct session *s, const struct path *path, const struct value *items,
                           size_t count)
{
    _cleanup_(buf_free) struct buf name = {0};
    struct path_step steps[ADVICE_STEPS];
    struct path parent = *path;
    size_t n = 0;

    for (const struct path_step *step = path->steps; step; step = step->next) {
        bool there = false;

        if (n == ADVICE_STEPS)
            return;
        parent.steps = n ? steps : NULL;
        steps[n] = *step;
        steps[n].next = NULL;
        struct path whole = parent;

        whole.steps = steps;
        if (n)
            steps[n - 1].next = &steps[n];
        for (const struct value *item = items; item && !there; item = item->next)
            there = at_path(item, &whole) != NULL;
        if (!there) {
            if (!step->name.s)
                return;
            if (n)
                steps[n - 1].next = NULL;

            struct str meant = nearest(items, &parent, step->name);

            expression_path(NULL, &name, path);
            session_note(s, "none of the %zu item%s looked at has %s%s%.*s%s", count,
                         count == 1 ? "" : "s", buf_cstr(&name), meant.len ? ": did you mean " : "",
                         STR_ARG(meant), meant.len ? "?" : "");
            return;
        }
        n++;
    }
}

/* Of every attribute that must be there for the filter to hold. */
static void look_for_missing(struct session *s, const struct expr *x, const struct value *items,
                             size_t count)
{
    if (x->kind == EXPR_NOT || (x->kind == EXPR_CALL && x->func == FUNC_ATTRIBUTE_NOT_EXISTS))
        return;
    if (x->kind == EXPR_PATH)
        advise_missing(s, x->path, items, count);
    for (const struct expr *kid = x->first; kid; kid = kid->next)
        look_for_missing(s, kid, items, count);
}

/* Every comparison of a path with a string or number literal, wherever it stands. */
static void look_at(struct session *s, const struct expr *expr, const struct value *items)
{
    const struct path *path =
        expr->first && expr->first->kind == EXPR_PATH ? expr->first->path : NULL;

    for (const struct expr *kid = expr->first; kid; kid = kid->next) {
        const struct value *other = NULL;

        if (path && kid->kind == EXPR_VALUE &&
            (kid->value->type == ATTR_S || kid->value->type == ATTR_N) && expr->kind != EXPR_CALL)
            other = other_type(items, path, kid->value);
        if (other) {
            advise(s, path, kid->value, other);
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

        if (cursor_next(c, &items, &e) > 0) {
            size_t count = 0;

            for (const struct value *item = items; item; item = item->next)
                count++;
            look_for_missing(s, st->filter, items, count);
            look_at(s, st->filter, items);
        }
        cursor_free(c);
    }
    arena_free(&a);
}
