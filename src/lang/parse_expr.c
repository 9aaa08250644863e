#include "pksk/lang/parser.h"

#define CHAIN_MAX 1000 /* conditions side by side; DynamoDB takes 300 operators in all */

static int parse_or(struct parser *p, bool item, struct expr **ret);

struct expr *expr_new(struct parser *p, enum expr_kind kind, size_t from)
{
    struct expr *x = arena_new(p->arena, struct expr);

    x->kind = kind;
    x->at = parser_span(p, from);
    return x;
}

void expr_add_kid(struct expr *parent, struct expr *kid)
{
    struct expr **last = &parent->first; /* a hundred at most */

    while (*last)
        last = &(*last)->next;
    *last = kid;
}

int expr_path(struct parser *p, struct expr **ret)
{
    struct path *path;
    size_t from = p->at;
    int code = parse_path(p, &path);

    if (code)
        return code;
    *ret = expr_new(p, EXPR_PATH, from);
    (*ret)->path = path;
    return 0;
}

int expr_marked_path(struct parser *p, struct expr **ret)
{
    size_t from = p->at;
    int c = parser_look(p, 0), code;

    if (c != '@' && c != '`')
        return 1;
    p->at += c == '@';
    code = expr_path(p, ret);
    if (!code)
        (*ret)->at.from = (uint32_t)from;
    return code;
}

/* --- operands --- */

bool parser_at_function(struct parser *p, const char *name)
{
    struct str rest, n = str_of(name);

    parser_blanks(p);
    rest = str_slice(p->text, p->at, p->text.len);
    return str_starts_ci(rest, n) && rest.len > n.len && rest.s[n.len] == '(';
}

void parser_eat_function(struct parser *p, const char *name)
{
    size_t from = p->at;

    parser_consume(p, p->at + strlen(name));
    parser_mark(p, parser_span(p, from), TOKEN_CLAUSE);
    parser_open(p, '(');
    p->after = "the bracket";
}

static int parse_size(struct parser *p, struct expr **ret)
{
    size_t from = p->at;
    struct expr *kid;
    int code;

    parser_eat_function(p, "size");
    code = expr_path(p, &kid);
    if (!code)
        code = parser_close(p, ')');
    if (code)
        return code;
    *ret = expr_new(p, EXPR_CALL, from);
    (*ret)->func = FUNC_SIZE;
    expr_add_kid(*ret, kid);
    return 0;
}

/* The right side: a literal, @path or `path`, or size(path). */
int parse_operand(struct parser *p, struct expr **ret)
{
    struct value *v;
    size_t from;
    int code;

    parser_blanks(p);
    from = p->at;
    parser_want(p, EXPECT_VALUE, WANT_ALONE, "a value");
    code = expr_marked_path(p, ret);
    if (code <= 0)
        return code;
    if (parser_at_function(p, "size"))
        return parse_size(p, ret);
    code = parse_value(p, WORD_EXPR, &v);
    if (code)
        return code;
    *ret = expr_new(p, EXPR_VALUE, from);
    (*ret)->value = v;
    return 0;
}

/* Of size(…), and of what stands inside a map or list, the values are not known. */
static void note_compared(struct parser *p, const struct expr *x)
{
    bool plain = x->kind == EXPR_PATH && !x->path->steps->next;

    p->compared = plain ? x->path->steps->name : STR("");
}

/* --- functions --- */

static const struct {
    const char *name;
    enum func func;
    unsigned args;
} functions[] = {
    {"begins_with", FUNC_BEGINS_WITH, 2},
    {"contains", FUNC_CONTAINS, 2},
    {"attribute_type", FUNC_ATTRIBUTE_TYPE, 2},
    {"attribute_exists", FUNC_ATTRIBUTE_EXISTS, 1},
    {"attribute_not_exists", FUNC_ATTRIBUTE_NOT_EXISTS, 1},
};

static int check_type(struct parser *p, const struct expr *x)
{
    enum attr_type type;
    int code;

    if (x->kind == EXPR_VALUE && x->value->type == ATTR_NULL) {
        x->value->type = ATTR_S; /* the word NULL names a type here */
        x->value->bytes = "NULL";
        x->value->len = 4;
    }
    if (x->kind == EXPR_VALUE && x->value->type == ATTR_S &&
        attr_type_from(value_text(x->value), &type))
        return 0;
    code = parser_fail(p, x->at, "this is no attribute type");
    err_expected(p->e, "expected S, N, B, BOOL, NULL, M, L, SS, NS or BS");
    return code;
}

static int call_arguments(struct parser *p, struct expr *call, unsigned args)
{
    struct expr *kid;
    int code = expr_path(p, &kid);

    if (code)
        return code;
    expr_add_kid(call, kid);
    p->after = "the attribute";
    note_compared(p, kid);
    if (args == 1)
        return parser_close(p, ')');
    if (!parser_comma(p))
        return parser_unexpected(p);
    p->after = "the comma";
    code = parse_operand(p, &kid);
    if (code)
        return code;
    expr_add_kid(call, kid);
    p->after = "the value";
    if (call->func == FUNC_ATTRIBUTE_TYPE)
        code = check_type(p, kid);
    return code ? code : parser_close(p, ')');
}

/* A function that is a condition by itself: 1 when there was one. */
static int parse_function(struct parser *p, struct expr **ret)
{
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        size_t from = p->at;
        int code;

        parser_want(p, EXPECT_WORD, WANT_FUNCTION, functions[i].name);
        if (!parser_at_function(p, functions[i].name))
            continue;
        parser_eat_function(p, functions[i].name);
        *ret = expr_new(p, EXPR_CALL, from);
        (*ret)->func = functions[i].func;
        code = call_arguments(p, *ret, functions[i].args);
        (*ret)->at = parser_span(p, from);
        return code ? code : 1;
    }
    parser_want(p, EXPECT_WORD, WANT_FUNCTION, "size");
    return 0;
}

/* Does what follows end an `exists` that speaks of the item? */
static bool ends_condition(struct parser *p)
{
    int c;

    if (parser_key_ends(p))
        return true;
    c = parser_look(p, 0);
    return c < 0 || parser_in(c, ")],") || parser_is(p, "and") || parser_is(p, "or");
}

/* `exists` and `missing` are names when an operator follows. */
static bool operator_follows(struct parser *p, size_t len)
{
    size_t i = p->at + len;

    while (i < p->text.len && parser_blank(p->text.s[i]))
        i++;
    return i < p->text.len && parser_in(p->text.s[i], "=<>!.[");
}

static int existence(struct parser *p, bool item, bool exists, size_t from, struct expr **ret)
{
    struct expr *kid = NULL;
    int code = 0;

    p->after = exists ? "exists" : "missing";
    if (item && p->completing) {
        parser_blanks(p);
        parser_want(p, EXPECT_ATTRIBUTE, WANT_ALONE, "an attribute");
    }
    if (!item || !ends_condition(p))
        code = expr_path(p, &kid);
    if (code)
        return code;
    *ret = expr_new(p, EXPR_CALL, from);
    (*ret)->func = exists ? FUNC_ATTRIBUTE_EXISTS : FUNC_ATTRIBUTE_NOT_EXISTS;
    if (kid)
        expr_add_kid(*ret, kid);
    return 0;
}

/* --- comparisons --- */

static bool compare_operator(struct parser *p, enum compare_op *ret)
{
    static const struct {
        const char *text;
        enum compare_op op;
    } ops[] = {
        {"=", COMPARE_EQ},  {"<>", COMPARE_NE}, {"!=", COMPARE_NE}, {"<=", COMPARE_LE},
        {">=", COMPARE_GE}, {"<", COMPARE_LT},  {">", COMPARE_GT},
    };
    struct str rest;

    parser_blanks(p);
    rest = str_slice(p->text, p->at, p->text.len);
    for (size_t i = 0; i < ARRAY_LEN(ops); i++)
        parser_want(p, EXPECT_WORD, WANT_OPERATOR, ops[i].text);
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        size_t from = p->at;

        if (!str_starts(rest, str_of(ops[i].text)))
            continue;
        parser_consume(p, p->at + strlen(ops[i].text));
        parser_mark(p, parser_span(p, from), TOKEN_OPERATOR);
        p->goes_on = true;
        p->after = "the operator";
        *ret = ops[i].op;
        return true;
    }
    return false;
}

static int add_operand(struct parser *p, struct expr *x)
{
    struct expr *kid;
    int code = parse_operand(p, &kid);

    if (!code)
        expr_add_kid(x, kid);
    return code;
}

static int parse_between(struct parser *p, struct expr *x)
{
    int code;

    x->kind = EXPR_BETWEEN;
    p->after = "between";
    code = add_operand(p, x);
    if (code)
        return code;
    p->after = "the lower end";
    if (parser_keyword(p, WANT_ALONE, "and"))
        p->goes_on = true;
    return add_operand(p, x);
}

static int parse_in(struct parser *p, struct expr *x)
{
    unsigned count = 0;
    size_t from = p->at;
    int code;

    x->kind = EXPR_IN;
    p->after = "in";
    if (!parser_open(p, '('))
        return parser_unexpected(p);
    p->after = "the bracket";
    do {
        if (count++ == 100)
            return parser_fail(p, parser_span(p, from), "in takes at most 100 values");
        code = add_operand(p, x);
        if (code)
            return code;
        p->after = "the value";
    } while (parser_comma(p));
    return parser_close(p, ')');
}

static int parse_operator(struct parser *p, struct expr *x)
{
    if (compare_operator(p, &x->op)) {
        x->kind = EXPR_COMPARE;
        return add_operand(p, x);
    }
    if (parser_keyword(p, WANT_OPERATOR, "between"))
        return parse_between(p, x);
    if (parser_keyword(p, WANT_OPERATOR, "in"))
        return parse_in(p, x);
    x->kind = EXPR_CALL;
    p->after = "the operator";
    if (parser_keyword(p, WANT_OPERATOR, "begins")) {
        x->func = FUNC_BEGINS_WITH;
        return add_operand(p, x);
    }
    if (parser_keyword(p, WANT_OPERATOR, "contains")) {
        x->func = FUNC_CONTAINS;
        return add_operand(p, x);
    }
    p->after = "the attribute";
    return parser_unexpected(p);
}

static int parse_comparison(struct parser *p, struct expr **ret)
{
    struct expr *left, *x;
    size_t from = p->at;
    int code;

    code = parser_at_function(p, "size") ? parse_size(p, &left) : expr_path(p, &left);
    if (code)
        return code;
    p->after = "the attribute";
    x = expr_new(p, EXPR_COMPARE, from);
    expr_add_kid(x, left);
    note_compared(p, left);
    code = parse_operator(p, x);
    if (code)
        return code;
    x->at = parser_span(p, from);
    *ret = x;
    return 0;
}

/* --- and, or, not --- */

static int parse_bracket(struct parser *p, bool item, struct expr **ret)
{
    int code;

    parser_open(p, '(');
    p->after = "the bracket";
    code = parse_or(p, item, ret);
    return code ? code : parser_close(p, ')');
}

static int parse_not(struct parser *p, bool item, size_t from, struct expr **ret);

static int parse_primary(struct parser *p, bool item, struct expr **ret)
{
    size_t from;
    int code;

    parser_blanks(p);
    from = p->at;
    parser_want(p, EXPECT_ATTRIBUTE, WANT_ALONE, "an attribute");
    if (parser_look(p, 0) == '(')
        return parse_bracket(p, item, ret);
    if (!operator_follows(p, 3) && parser_keyword(p, WANT_ALONE, "not"))
        return parse_not(p, item, from, ret);
    if (!operator_follows(p, 6) && parser_keyword(p, WANT_ALONE, "exists"))
        return existence(p, item, true, from, ret);
    if (!operator_follows(p, 7) && parser_keyword(p, WANT_ALONE, "missing"))
        return existence(p, item, false, from, ret);
    code = parse_function(p, ret);
    if (code)
        return MIN(code, 0);
    return parse_comparison(p, ret);
}

static int parse_not(struct parser *p, bool item, size_t from, struct expr **ret)
{
    struct expr *kid;
    int code;

    p->after = "not";
    parser_blanks(p);
    parser_want(p, EXPECT_ATTRIBUTE, WANT_ALONE, "an attribute");
    if (!operator_follows(p, 6) && parser_keyword(p, WANT_ALONE, "exists"))
        return existence(p, item, false, from, ret);
    code = parser_deeper(p);
    if (!code)
        code = parse_primary(p, item, &kid);
    if (code)
        return code;
    p->depth--;
    *ret = expr_new(p, EXPR_NOT, from);
    expr_add_kid(*ret, kid);
    return 0;
}

struct chain {
    enum expr_kind kind;
    const char *word;
    int (*part)(struct parser *p, bool item, struct expr **ret);
};

/* Parts joined by one operator: its kids lie side by side. */
static int parse_chain(struct parser *p, const struct chain *c, bool item, struct expr **ret)
{
    struct expr *all = NULL, **last = NULL;
    unsigned count = 1;
    size_t from;
    int code;

    parser_blanks(p);
    from = p->at;
    code = c->part(p, item, ret);
    p->after = "the condition";
    while (!code && parser_keyword(p, WANT_ALONE, c->word)) {
        if (++count > CHAIN_MAX)
            return parser_fail(p, parser_span(p, p->end - strlen(c->word)),
                               "more than %d conditions in a row", CHAIN_MAX);
        if (!all) {
            all = expr_new(p, c->kind, from);
            all->first = *ret;
            last = &(*ret)->next;
            *ret = all;
        }
        p->goes_on = true;
        p->after = c->word;
        code = c->part(p, item, last);
        if (code)
            return code;
        last = &(*last)->next;
        all->at = parser_span(p, from);
        p->after = "the condition";
    }
    return code;
}

static int parse_and(struct parser *p, bool item, struct expr **ret)
{
    static const struct chain and = {EXPR_AND, "and", parse_primary};

    return parse_chain(p, &and, item, ret);
}

static int parse_or(struct parser *p, bool item, struct expr **ret)
{
    static const struct chain or = {EXPR_OR, "or", parse_and};
    int code = parser_deeper(p);

    if (!code)
        code = parse_chain(p, & or, item, ret);
    p->depth -= !code;
    return code;
}

int parse_filter(struct parser *p, struct expr **ret)
{
    return parse_or(p, false, ret);
}

int parse_condition(struct parser *p, struct expr **ret)
{
    return parse_or(p, true, ret);
}
