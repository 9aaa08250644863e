#include "pksk/item/number.h"
#include "pksk/lang/parser.h"

/* The sections of an update. They are keywords there alone, so that keys named so stay keys. */
static const struct {
    const char *word;
    enum update_kind kind;
} sections[] = {
    {"set", UPDATE_SET},
    {"remove", UPDATE_REMOVE},
    {"add", UPDATE_ADD},
    {"delete", UPDATE_DELETE},
};

bool parser_at_section(struct parser *p)
{
    if (!p->st || p->st->verb != VERB_UPDATE)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        if (parser_is(p, sections[i].word))
            return true;
    }
    return false;
}

void parser_want_sections(struct parser *p)
{
    parser_blanks(p);
    for (size_t i = 0; p->st->verb == VERB_UPDATE && i < ARRAY_LEN(sections); i++)
        parser_want(p, EXPECT_WORD, WANT_ACTION, sections[i].word);
}

/* --- the right side of set --- */

/* A sign between blanks; it is not consumed. */
static int sum_sign(const struct parser *p, size_t at)
{
    struct str t = p->text;
    size_t i = at;

    while (i < t.len && parser_blank(t.s[i]))
        i++;
    if (i < t.len && t.s[i] == '\n')
        i = MAX(parser_next_line(p, i), at);
    if (i == at || i >= t.len || !parser_in(t.s[i], "+-"))
        return 0;
    return i + 1 >= t.len || parser_blank(t.s[i + 1]) || t.s[i + 1] == '\n' ? t.s[i] : 0;
}

/* Does a bare path begin here? Numbers, quoted texts and what has brackets of its own do not. */
static bool at_bare_path(struct parser *p, size_t *end)
{
    size_t i = p->at;

    if ((parser_look(p, 0) >= '0' && parser_look(p, 0) <= '9') ||
        number_looks_like(str_slice(p->text, i, word_extent(p, WORD_EXPR, i))))
        return false;
    i = word_name_end(p, i);
    if (i == p->at)
        return false;
    while (i < p->text.len && parser_in(p->text.s[i], ".[")) {
        size_t from = ++i;

        if (p->text.s[from - 1] == '[') {
            while (i < p->text.len && p->text.s[i] >= '0' && p->text.s[i] <= '9')
                i++;
            if (i == from || i >= p->text.len || p->text.s[i] != ']')
                return false;
            i++;
        } else {
            i = word_name_end(p, i);
            if (i == from)
                return false;
        }
    }
    *end = i;
    return i >= p->text.len || parser_blank(p->text.s[i]) || parser_in(p->text.s[i], ",)\n;");
}

static int set_operand(struct parser *p, bool path_meant, struct expr **ret);

/* if_not_exists(path, value), list_append(list, list) */
static int set_function(struct parser *p, enum func func, const char *name, struct expr **ret)
{
    size_t from = p->at;
    struct expr *kid;
    int code;

    *ret = expr_new(p, EXPR_CALL, from);
    (*ret)->func = func;
    parser_eat_function(p, name);
    for (unsigned i = 0; i < 2; i++) {
        if (i && !parser_comma(p))
            return parser_unexpected(p);
        code = func == FUNC_IF_NOT_EXISTS && i == 0
                   ? expr_path(p, &kid)
                   : set_operand(p, func == FUNC_LIST_APPEND, &kid);
        if (code)
            return code;
        expr_add_kid(*ret, kid);
        p->after = i ? "the second argument" : "the first argument";
    }
    code = parser_close(p, ')');
    (*ret)->at = parser_span(p, from);
    return code;
}

/* `-n`: DynamoDB knows no sign in front of an attribute. */
static int refuse_sign(struct parser *p, size_t end)
{
    struct str name = str_slice(p->text, p->at + 1, end);
    int code = parser_fail(p, parser_here(p, end - p->at), "an attribute takes no sign");

    err_hint(p->e, "0 - %.*s is what is meant; a name with a sign in front is written `-%.*s`",
             (int)MIN(name.len, 80), name.s, (int)MIN(name.len, 80), name.s);
    return code;
}

/* A bare name is a path where only a path makes sense: beside + and -, and in list_append. */
static int set_operand(struct parser *p, bool path_meant, struct expr **ret)
{
    size_t from, end;
    int code;

    parser_blanks(p);
    from = p->at;
    parser_want(p, EXPECT_VALUE, WANT_ALONE, "a value");
    parser_want(p, EXPECT_WORD, WANT_FUNCTION, "if_not_exists");
    parser_want(p, EXPECT_WORD, WANT_FUNCTION, "list_append");
    if (parser_at_function(p, "if_not_exists"))
        return set_function(p, FUNC_IF_NOT_EXISTS, "if_not_exists", ret);
    if (parser_at_function(p, "list_append"))
        return set_function(p, FUNC_LIST_APPEND, "list_append", ret);
    code = expr_marked_path(p, ret);
    if (code <= 0)
        return code;
    if (at_bare_path(p, &end) && (path_meant || sum_sign(p, end)))
        return parser_look(p, 0) == '-' ? refuse_sign(p, end) : expr_path(p, ret);
    *ret = expr_new(p, EXPR_VALUE, from);
    code = parse_value(p, WORD_EXPR, &(*ret)->value);
    (*ret)->at = parser_span(p, from);
    return code;
}

static int check_summand(struct parser *p, const struct expr *x)
{
    int code;

    if (x->kind != EXPR_VALUE || x->value->type == ATTR_N)
        return 0;
    code = parser_fail(p, x->at, "only numbers are added and subtracted");
    err_expected(p->e, "expected a number or an attribute");
    return code;
}

/* `n+1` is a string for the lexer, and hardly ever meant as one. */
static int refuse_glued(struct parser *p, const struct update_action *u)
{
    struct str text, name = u->path->steps->name;
    const struct expr *x = u->value;
    int code;

    if (x->kind != EXPR_VALUE || x->value->type != ATTR_S ||
        (p->text.s[x->at.from] == '"' || p->text.s[x->at.from] == '\''))
        return 0;
    text = value_text(x->value);
    if (text.len == name.len + 1 && parser_in(text.s[0], "+-") &&
        str_eq(str_slice(text, 1, text.len), name)) {
        code = parser_fail(p, x->at, "this would be a text, not the negative of %.*s",
                           (int)MIN(name.len, 80), name.s);
        err_hint(p->e, "0 - %.*s is that; a text like this is quoted", (int)MIN(name.len, 80),
                 name.s);
        return code;
    }
    if (!str_starts(text, name) || text.len < name.len + 2 || !parser_in(text.s[name.len], "+-"))
        return 0;
    for (size_t i = name.len + 1; i < text.len; i++) {
        if (!parser_in(text.s[i], "0123456789."))
            return 0;
    }
    code = parser_fail(p, x->at, "this would be a text, not a sum");
    err_hint(p->e, "a sum has blanks around its sign: %.*s %c 1; a text like this is quoted",
             STR_ARG(name), text.s[name.len]);
    return code;
}

static int parse_sum(struct parser *p, struct update_action *u)
{
    struct expr *left, *right, *sum;
    int code = set_operand(p, false, &left), sign;

    if (code)
        return code;
    u->value = left;
    p->after = "the value";
    sign = sum_sign(p, p->at);
    if (!sign) {
        parser_blanks(p);
        parser_want(p, EXPECT_WORD, WANT_OPERATOR, "+");
        parser_want(p, EXPECT_WORD, WANT_OPERATOR, "-");
        return refuse_glued(p, u);
    }
    code = check_summand(p, left);
    if (code)
        return code;
    parser_char(p, (char)sign);
    p->goes_on = true;
    p->after = "the sign";
    code = set_operand(p, true, &right);
    if (!code)
        code = check_summand(p, right);
    if (code)
        return code;
    sum = expr_new(p, sign == '+' ? EXPR_PLUS : EXPR_MINUS, left->at.from);
    expr_add_kid(sum, left);
    expr_add_kid(sum, right);
    u->value = sum;
    p->after = "the value";
    return 0;
}

/* --- the sections --- */

static int action_set(struct parser *p, struct update_action *u)
{
    if (!parser_char(p, '='))
        return parser_unexpected(p);
    p->goes_on = true;
    p->after = "the sign =";
    return parse_sum(p, u);
}

/* add views 1, delete tags <<x>>: a value of the kind that the section works on */
static int action_value(struct parser *p, struct update_action *u)
{
    bool add = u->kind == UPDATE_ADD;
    struct expr *x;
    size_t from;
    int code;

    parser_blanks(p);
    from = p->at;
    x = expr_new(p, EXPR_VALUE, from);
    code = parse_value(p, WORD_EXPR, &x->value);
    if (code)
        return code;
    x->at = parser_span(p, from);
    u->value = x;
    p->after = "the value";
    if (x->value->type >= ATTR_SS || (add && x->value->type == ATTR_N))
        return 0;
    code = parser_fail(p, x->at, add ? "add takes a number or a set" : "delete takes a set");
    err_expected(p->e, add ? "expected a number, or a set such as <<a, b>>"
                           : "expected a set such as <<a, b>>");
    if (!add)
        err_hint(p->e, "remove takes a whole attribute away");
    return code;
}

static int parse_action(struct parser *p, enum update_kind kind, struct update_action **ret)
{
    struct update_action *u = arena_new(p->arena, struct update_action);
    size_t from;
    int code;

    parser_blanks(p);
    from = p->at;
    u->kind = kind;
    code = parse_path(p, &u->path);
    if (code)
        return code;
    *ret = u; /* completion sees it as far as it goes */
    p->after = "the attribute";
    p->compared = u->path->steps->next ? STR("") : u->path->steps->name;
    if (kind == UPDATE_SET)
        code = action_set(p, u);
    else if (kind != UPDATE_REMOVE)
        code = action_value(p, u);
    u->at = parser_span(p, from);
    return code;
}

/* One section: 1 when there was one. */
static int parse_section(struct parser *p, struct update_action ***last)
{
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        if (!parser_keyword(p, WANT_ACTION, sections[i].word))
            continue;
        p->after = sections[i].word;
        do {
            int code = parse_action(p, sections[i].kind, *last);

            if (code)
                return code;
            *last = &(**last)->next;
        } while (parser_comma(p));
        return 1;
    }
    return 0;
}

int parse_sections(struct parser *p)
{
    struct update_action **last = &p->st->updates;
    int code;

    do {
        code = parse_section(p, &last);
    } while (code > 0);
    if (!code && !p->st->updates)
        return parser_unexpected(p);
    return code;
}

int parse_update(struct parser *p)
{
    int code;

    p->after = "update";
    code = parse_whole_keys(p, false);
    if (!code)
        code = parse_sections(p);
    return code ? code : parse_clauses(p);
}

int parse_delete(struct parser *p)
{
    int code;

    p->after = "delete";
    code = parse_whole_keys(p, false);
    return code ? code : parse_clauses(p);
}

int parse_check(struct parser *p)
{
    int code;

    p->after = "check";
    code = parse_whole_keys(p, false);
    if (!code)
        code = parse_clauses(p);
    if (!code && !p->st->condition)
        return parser_unexpected(p);
    return code;
}

/* Words without arguments. */
int parse_undo(struct parser *p)
{
    p->after = "undo";
    return parse_clauses(p);
}

int parse_begin(struct parser *p)
{
    p->after = "begin";
    return parse_clauses(p);
}

int parse_commit(struct parser *p)
{
    p->after = "commit";
    return parse_clauses(p);
}

int parse_rollback(struct parser *p)
{
    p->after = "rollback";
    return parse_clauses(p);
}
