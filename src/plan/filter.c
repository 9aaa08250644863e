#include "pksk/plan/filter.h"

const struct value *filter_find(const struct value *item, const struct path *path)
{
    const struct value *v = item;

    for (const struct path_step *step = path->steps; step && v; step = step->next) {
        if (step->name.s) {
            v = value_member(v, step->name);
            continue;
        }
        uint32_t i = step->index;

        v = v->type == ATTR_L && i < v->len ? v->first : NULL;
        for (; v && i; i--)
            v = v->next;
    }
    return v;
}

/* ---- operands */

struct operand {
    const struct value *value; /* NULL: there is none */
    struct value size;         /* what value is, for size(…) */
    char digits[24];
};

/* Of UTF-8 text in units of UTF-16, which is what Amazon's own server counts. */
static size_t units(struct str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.s[i];

        count += ((c & 0xc0) != 0x80) + (c >= 0xf0);
    }
    return count;
}

/* False for types that have no size. */
static bool size_of(const struct value *v, size_t *ret)
{
    if (v->type == ATTR_N || v->type == ATTR_BOOL || v->type == ATTR_NULL)
        return false;
    *ret = v->type == ATTR_S ? units(value_text(v)) : v->len;
    return true;
}

static void evaluate(const struct expr *x, const struct value *item, struct operand *ret)
{
    size_t size;

    ret->value = x->kind == EXPR_VALUE ? x->value : NULL;
    if (x->kind == EXPR_PATH)
        ret->value = filter_find(item, x->path);
    if (x->kind != EXPR_CALL || x->func != FUNC_SIZE)
        return;
    const struct value *of = filter_find(item, x->first->path);

    if (!of || !size_of(of, &size))
        return;
    int len = snprintf(ret->digits, sizeof(ret->digits), "%zu", size);

    ret->size = (struct value){.type = ATTR_N, .bytes = ret->digits, .len = (uint32_t)len};
    ret->value = &ret->size;
}

/* Both are there, of one type, and of one that has an order. */
static bool ordered(const struct value *a, const struct value *b)
{
    return a && b && a->type == b->type && value_is_text(a);
}

static bool compare(enum compare_op op, const struct value *a, const struct value *b)
{
    bool equal = a && b && value_equal(a, b);

    if (op == COMPARE_EQ)
        return equal;
    if (op == COMPARE_NE)
        return !equal;
    if (!ordered(a, b))
        return false;
    int order = value_compare(a, b);

    switch (op) {
    case COMPARE_LT:
        return order < 0;
    case COMPARE_LE:
        return order <= 0;
    case COMPARE_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

/* ---- functions */

static bool contains(const struct value *whole, const struct value *part)
{
    size_t at;

    if (!whole || !part)
        return false;
    if (whole->type == ATTR_S || whole->type == ATTR_B)
        return part->type == whole->type &&
               (!part->len || str_find(value_text(whole), value_text(part), &at));
    if (whole->type < ATTR_L) /* neither list nor set */
        return false;
    value_each (element, whole) {
        if (value_equal(element, part))
            return true;
    }
    return false;
}

static bool call(const struct expr *x, const struct value *item)
{
    struct operand argument = {0};
    const struct value *v;

    if (!x->first) /* speaks of the item, which is there */
        return x->func == FUNC_ATTRIBUTE_EXISTS;
    v = filter_find(item, x->first->path);
    if (x->first->next)
        evaluate(x->first->next, item, &argument);
    const struct value *other = argument.value;

    switch (x->func) {
    case FUNC_ATTRIBUTE_EXISTS:
        return v;
    case FUNC_ATTRIBUTE_NOT_EXISTS:
        return !v;
    case FUNC_ATTRIBUTE_TYPE:
        return v && other && str_is(value_text(other), attr_type_name((enum attr_type)v->type));
    case FUNC_BEGINS_WITH:
        return ordered(v, other) && v->type != ATTR_N &&
               str_starts(value_text(v), value_text(other));
    case FUNC_CONTAINS:
        return contains(v, other);
    default:
        return false;
    }
}

/* ---- conditions */

static bool in_any(const struct expr *first, const struct value *v, const struct value *item)
{
    for (const struct expr *kid = first; v && kid; kid = kid->next) {
        struct operand candidate = {0};

        evaluate(kid, item, &candidate);
        if (candidate.value && value_equal(v, candidate.value))
            return true;
    }
    return false;
}

static bool all_of(const struct expr *x, const struct value *item, bool wanted)
{
    for (const struct expr *kid = x->first; kid; kid = kid->next) {
        if (filter_matches(kid, item) != wanted)
            return false;
    }
    return true;
}

bool filter_matches(const struct expr *x, const struct value *item)
{
    struct operand a = {0}, b = {0}, c = {0};

    switch (x->kind) {
    case EXPR_AND:
        return all_of(x, item, true);
    case EXPR_OR:
        return !all_of(x, item, false);
    case EXPR_NOT:
        return !filter_matches(x->first, item);
    case EXPR_CALL:
        return call(x, item);
    case EXPR_COMPARE:
        evaluate(x->first, item, &a);
        evaluate(x->first->next, item, &b);
        return compare(x->op, a.value, b.value);
    case EXPR_BETWEEN:
        evaluate(x->first, item, &a);
        evaluate(x->first->next, item, &b);
        evaluate(x->first->next->next, item, &c);
        return compare(COMPARE_GE, a.value, b.value) && compare(COMPARE_LE, a.value, c.value);
    case EXPR_IN:
        evaluate(x->first, item, &a);
        return in_any(x->first->next, a.value, item);
    default:
        return false;
    }
}

/* ---- what the service would refuse */

static bool same_path(const struct path *a, const struct path *b)
{
    const struct path_step *x = a->steps, *y = b->steps;

    for (; x && y; x = x->next, y = y->next) {
        if (!x->name.s != !y->name.s || x->index != y->index ||
            (x->name.s && !str_eq(x->name, y->name)))
            return false;
    }
    return !x && !y;
}

static bool same_operand(const struct expr *a, const struct expr *b)
{
    return a->kind == EXPR_PATH && b->kind == EXPR_PATH && same_path(a->path, b->path);
}

/* The operand cannot have that type, whatever the item is. */
static int check_type(const struct expr *operand, const char *what, bool text_only, struct err *e)
{
    const struct value *v = operand->kind == EXPR_VALUE ? operand->value : NULL;
    bool number = v ? v->type == ATTR_N : operand->kind == EXPR_CALL;

    if (v ? value_is_text(v) && !(text_only && number) : !(text_only && number))
        return 0;
    err_at(e, ERR_SYNTAX, operand->at, "%s takes no %s here", what,
           attr_type_name(v ? (enum attr_type)v->type : ATTR_N));
    err_expected(e, "expected a string%s binary%s", text_only ? " or" : ", a number or",
                 text_only ? "" : ", which have an order");
    return ERR_SYNTAX;
}

static int check_distinct(const struct expr *first, struct err *e)
{
    for (const struct expr *kid = first->next; kid; kid = kid->next) {
        if (same_operand(first, kid))
            return err_at(e, ERR_SYNTAX, kid->at, "the attribute is compared with itself");
    }
    return 0;
}

static int check_between(const struct expr *x, struct err *e)
{
    const struct expr *low = x->first->next, *high = low->next;
    int r = check_type(low, "between", false, e);

    if (r == 0)
        r = check_type(high, "between", false, e);
    if (r < 0 || low->kind != EXPR_VALUE || high->kind != EXPR_VALUE)
        return r;
    if (low->value->type != high->value->type)
        return err_at(e, ERR_SYNTAX, high->at, "the ends of between are of different types");
    if (value_compare(low->value, high->value) > 0)
        return err_at(e, ERR_SYNTAX, high->at, "the upper end of between is below the lower one");
    return 0;
}

static int check_one(const struct expr *x, struct err *e)
{
    static const char *const signs[] = {
        [COMPARE_LT] = "<", [COMPARE_LE] = "<=", [COMPARE_GT] = ">", [COMPARE_GE] = ">="};

    switch (x->kind) {
    case EXPR_BETWEEN:
        return check_between(x, e);
    case EXPR_COMPARE:
        if (x->op == COMPARE_EQ || x->op == COMPARE_NE)
            return 0;
        return check_type(x->first->next, signs[x->op], false, e);
    case EXPR_CALL:
        if (x->func == FUNC_BEGINS_WITH)
            return check_type(x->first->next, "begins_with", true, e);
        return 0;
    default:
        return 0;
    }
}

int filter_check(const struct expr *x, struct err *e)
{
    int r = 0;

    if (x->kind == EXPR_AND || x->kind == EXPR_OR || x->kind == EXPR_NOT) {
        for (const struct expr *kid = x->first; kid && r == 0; kid = kid->next)
            r = filter_check(kid, e);
        return r;
    }
    r = check_one(x, e);
    if (r == 0 && x->first)
        r = check_distinct(x->first, e);
    return r;
}
