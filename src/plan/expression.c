#include "pksk/plan/expression.h"

#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"

void expression_free(struct expression *x)
{
    if (!x)
        return;
    map_free(&x->names, NULL);
    buf_free(&x->values);
    *x = (struct expression){0};
}

void expression_name(struct expression *x, struct buf *out, struct str name)
{
    if (!x) {
        notation_add_name(out, name);
        return;
    }
    uintptr_t number = (uintptr_t)map_get(&x->names, name);

    if (!number) {
        number = x->names.count + 1;
        map_put(&x->names, name, (void *)number);
    }
    buf_addf(out, "#n%zu", (size_t)number - 1);
}

void expression_path(struct expression *x, struct buf *out, const struct path *path)
{
    for (const struct path_step *step = path->steps; step; step = step->next) {
        if (!step->name.s) {
            buf_addf(out, "[%u]", step->index);
            continue;
        }
        if (step != path->steps)
            buf_char(out, '.');
        expression_name(x, out, step->name);
    }
}

void expression_paths(struct expression *x, struct buf *out, const struct path *list)
{
    for (const struct path *path = list; path; path = path->next) {
        if (path != list)
            buf_lit(out, ", ");
        expression_path(x, out, path);
    }
}

void expression_value(struct expression *x, struct buf *out, const struct value *value)
{
    if (!x) {
        notation_add_value(out, value);
        return;
    }
    if (x->value_count)
        buf_char(&x->values, ',');
    buf_addf(&x->values, "\":v%u\":", x->value_count);
    ddb_add_value(&x->values, value);
    buf_addf(out, ":v%u", x->value_count++);
}

static const char *compare_sign(enum compare_op op)
{
    static const char *const signs[] = {
        [COMPARE_EQ] = " = ",  [COMPARE_NE] = " <> ", [COMPARE_LT] = " < ",
        [COMPARE_LE] = " <= ", [COMPARE_GT] = " > ",  [COMPARE_GE] = " >= ",
    };

    return signs[op];
}

static const char *func_name(enum func f)
{
    static const char *const names[] = {
        [FUNC_ATTRIBUTE_EXISTS] = "attribute_exists",
        [FUNC_ATTRIBUTE_NOT_EXISTS] = "attribute_not_exists",
        [FUNC_ATTRIBUTE_TYPE] = "attribute_type",
        [FUNC_BEGINS_WITH] = "begins_with",
        [FUNC_CONTAINS] = "contains",
        [FUNC_SIZE] = "size",
        [FUNC_IF_NOT_EXISTS] = "if_not_exists",
        [FUNC_LIST_APPEND] = "list_append",
    };

    return names[f];
}

/* The service's own spelling, or the shell's for people. */
static const char *spelled(const struct expression *x, const char *service, const char *people)
{
    return x ? service : people;
}

/* The kids with something between them. */
static void add_kids(struct expression *x, struct buf *out, const struct expr *first,
                     const char *between, struct str item_key)
{
    for (const struct expr *kid = first; kid; kid = kid->next) {
        if (kid != first)
            buf_str_add(out, str_of(between));
        expression_add(x, out, kid, item_key);
    }
}

static void add_grouped(struct expression *x, struct buf *out, const struct expr *kid,
                        struct str item_key)
{
    bool group = kid->kind == EXPR_AND || kid->kind == EXPR_OR || kid->kind == EXPR_NOT;

    if (group)
        buf_char(out, '(');
    expression_add(x, out, kid, item_key);
    if (group)
        buf_char(out, ')');
}

static void add_joined(struct expression *x, struct buf *out, const struct expr *expr,
                       const char *between, struct str item_key)
{
    for (const struct expr *kid = expr->first; kid; kid = kid->next) {
        if (kid != expr->first) {
            buf_str_add(out, str_of(between));
            if (x)
                x->operators++;
        }
        add_grouped(x, out, kid, item_key);
    }
}

static void add_call(struct expression *x, struct buf *out, const struct expr *expr,
                     struct str item_key)
{
    buf_str_add(out, str_of(func_name(expr->func)));
    buf_char(out, '(');
    if (expr->first)
        add_kids(x, out, expr->first, ", ", item_key);
    else
        expression_name(x, out, item_key);
    buf_char(out, ')');
}

void expression_add(struct expression *x, struct buf *out, const struct expr *expr,
                    struct str item_key)
{
    bool joined = expr->kind == EXPR_AND || expr->kind == EXPR_OR; /* one for each word between */

    if (x && !joined && expr->kind != EXPR_PATH && expr->kind != EXPR_VALUE)
        x->operators++;
    switch (expr->kind) {
    case EXPR_AND:
        add_joined(x, out, expr, spelled(x, " AND ", " and "), item_key);
        break;
    case EXPR_OR:
        add_joined(x, out, expr, spelled(x, " OR ", " or "), item_key);
        break;
    case EXPR_NOT:
        buf_str_add(out, str_of(spelled(x, "NOT ", "not ")));
        add_grouped(x, out, expr->first, item_key);
        break;
    case EXPR_COMPARE:
        add_kids(x, out, expr->first, compare_sign(expr->op), item_key);
        break;
    case EXPR_BETWEEN:
        expression_add(x, out, expr->first, item_key);
        buf_str_add(out, str_of(spelled(x, " BETWEEN ", " between ")));
        add_kids(x, out, expr->first->next, spelled(x, " AND ", " and "), item_key);
        break;
    case EXPR_IN:
        expression_add(x, out, expr->first, item_key);
        buf_str_add(out, str_of(spelled(x, " IN (", " in (")));
        add_kids(x, out, expr->first->next, ", ", item_key);
        buf_char(out, ')');
        break;
    case EXPR_CALL:
        add_call(x, out, expr, item_key);
        break;
    case EXPR_PATH:
        expression_path(x, out, expr->path);
        break;
    case EXPR_VALUE:
        expression_value(x, out, expr->value);
        break;
    case EXPR_PLUS:
        add_kids(x, out, expr->first, " + ", item_key);
        break;
    case EXPR_MINUS:
        add_kids(x, out, expr->first, " - ", item_key);
        break;
    }
}

void expression_members(const struct expression *x, struct json_writer *w)
{
    struct str name;
    char number[16];
    size_t i = 0, n = 0;

    if (x->names.count) {
        json_name(w, STR("ExpressionAttributeNames"));
        json_begin_object(w);
        while (map_next(&x->names, &i, &name, NULL)) {
            int len = snprintf(number, sizeof(number), "#n%zu", n++);

            json_name(w, (struct str){number, (size_t)len});
            json_string(w, name);
        }
        json_end_object(w);
    }
    if (x->value_count) {
        json_name(w, STR("ExpressionAttributeValues"));
        json_begin_object(w);
        json_raw(w, buf_str(&x->values));
        json_end_object(w);
    }
}

int expression_check(const struct expression *x, struct str text, const char *what, struct span at,
                     struct err *e)
{
    if (text.len > EXPRESSION_BYTES_MAX)
        return err_at(e, ERR_SYNTAX, at, "the %s comes to %zu bytes, and DynamoDB takes %d", what,
                      text.len, EXPRESSION_BYTES_MAX);
    if (x->operators > EXPRESSION_OPERATORS_MAX)
        return err_at(e, ERR_SYNTAX, at, "the %s has %u operators, and DynamoDB takes %d", what,
                      x->operators, EXPRESSION_OPERATORS_MAX);
    return 0;
}
