#include "pksk/lang/binary.h"
#include "pksk/lang/parser.h"

int parse_explain(struct parser *p)
{
    static const char *const kinds[] = {"json", "aws-cli", "boto3", "bulk"};
    struct statement *inner;
    int code;

    p->after = "explain";
    p->in_explain = true;
    code = parse_inner(p);
    if (code)
        return code;
    inner = p->st->inner;
    if (inner->redirect == REDIRECT_PIPE) { /* it is the explanation that goes there */
        p->st->redirect = REDIRECT_PIPE;
        p->st->target = inner->target;
        inner->redirect = REDIRECT_NONE;
        inner->target = NULL;
        return 0;
    }
    code = parse_as(p, kinds, ARRAY_LEN(kinds));
    p->clauses = 0;
    return code ? code : parse_clauses(p);
}

int parse_call(struct parser *p)
{
    int code;

    p->after = "call";
    code = word_argument(p, EXPECT_OPERATION, "an operation of the API", "the operation");
    if (code)
        return code;
    parser_blanks(p);
    parser_want(p, EXPECT_VALUE, WANT_ALONE, "its request in braces");
    if (parser_look(p, 0) == '{') {
        code = parse_map(p, &p->st->item);
        p->after = "the request";
    }
    return code ? code : parse_clauses(p);
}

int parse_set(struct parser *p)
{
    struct word *w;
    int code;

    p->after = "set";
    code = word_maybe(p, EXPECT_SETTING, "a setting", &w);
    if (code <= 0)
        return code;
    word_append(&p->st->args, w);
    p->after = "the setting";
    parser_blanks(p);
    parser_want(p, EXPECT_SETTING_VALUE, WANT_ALONE, "a value");
    code = word_single(p, WORD_PLAIN, TOKEN_STRING, &w);
    if (code <= 0)
        return code;
    word_append(&p->st->args, w);
    p->after = "the value";
    return 0;
}

static int let_name(struct parser *p, struct word **ret)
{
    struct word *w = arena_new(p->arena, struct word);
    size_t from, end;

    parser_blanks(p);
    parser_want(p, EXPECT_VARIABLE, WANT_ALONE, "the name of a variable");
    from = end = p->at;
    while (end < p->text.len && binary_name_char(p->text.s[end]))
        end++;
    if (end == from || (p->completing && end == p->text.len))
        return 0;
    w->text = arena_str(p->arena, str_slice(p->text, from, end));
    w->at = (struct span){(uint32_t)from, (uint32_t)end};
    if (w->text.s[0] >= '0' && w->text.s[0] <= '9')
        return parser_fail(p, w->at, "the name of a variable begins with a letter");
    parser_mark(p, w->at, TOKEN_NAME);
    parser_consume(p, end);
    *ret = w;
    return 1;
}

int parse_let(struct parser *p)
{
    struct word *w;
    int code;

    p->after = "let";
    code = let_name(p, &w);
    if (code <= 0)
        return code;
    word_append(&p->st->args, w);
    p->after = "the name";
    if (!parser_char(p, '='))
        return 0;
    p->goes_on = true;
    p->after = "the sign =";
    parser_blanks(p);
    parser_want(p, EXPECT_VALUE, WANT_ALONE, "a value");
    code = word_single(p, WORD_PLAIN, TOKEN_STRING, &w);
    if (code <= 0)
        return code ? code : parser_unexpected(p);
    word_append(&p->st->args, w);
    p->after = "the value";
    return 0;
}

/* "2", "0.5": seconds with up to three decimals, as milliseconds */
static bool seconds_from(struct str t, uint64_t *ret)
{
    uint64_t whole, part = 0;
    size_t dot = t.len;

    str_find_char(t, '.', &dot);
    if (!str_to_u64(str_slice(t, 0, dot), &whole) || whole > 86400)
        return false;
    if (dot < t.len) {
        size_t digits = t.len - dot - 1;

        if (digits > 3 || !str_to_u64(str_slice(t, dot + 1, t.len), &part))
            return false;
        for (; digits < 3; digits++)
            part *= 10;
    }
    *ret = whole * 1000 + part;
    return *ret >= 100;
}

int parse_watch(struct parser *p)
{
    struct word *w;
    int code;

    p->after = "watch";
    parser_blanks(p);
    parser_want(p, EXPECT_NUMBER, WANT_ALONE, "a number of seconds");
    code = word_single(p, WORD_PLAIN, TOKEN_NUMBER, &w);
    if (code <= 0)
        return code ? code : parser_unexpected(p);
    if (!seconds_from(w->text, &p->st->interval_ms))
        return parser_fail(p, w->at, "watch takes seconds from 0.1 to 86400, such as 2 or 0.5");
    p->after = "the seconds";
    return parse_inner(p);
}

int parse_timing(struct parser *p)
{
    static const char *const words[] = {"on", "off"};

    p->after = "timing";
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (parser_keyword(p, WANT_ALONE, words[i])) {
            struct word *w = arena_new(p->arena, struct word);

            w->text = str_of(words[i]);
            w->at = (struct span){(uint32_t)(p->end - w->text.len), (uint32_t)p->end};
            p->st->args = w;
            p->after = words[i];
            break;
        }
    }
    return 0;
}

int parse_source(struct parser *p)
{
    p->after = "source";
    return word_argument(p, EXPECT_FILE, "a file", "the file");
}

int parse_edit(struct parser *p)
{
    p->after = "edit";
    if (parser_at_end(p))
        return 0;
    return parse_inner(p);
}

int parse_history(struct parser *p)
{
    struct word *w;
    int code;

    p->after = "history";
    code = word_maybe(p, EXPECT_NUMBER, "a number or /text", &w);
    if (code < 0)
        return code;
    if (code) {
        word_append(&p->st->args, w);
        p->after = "the argument";
    }
    return parse_clauses(p);
}

static int connect_word(struct parser *p, const char *name, enum expect_kind kind, const char *what)
{
    struct word *value, *w = arena_new(p->arena, struct word);
    int code;

    w->text = str_of(name);
    w->at = (struct span){(uint32_t)(p->end - w->text.len), (uint32_t)p->end};
    for (const struct word *a = p->st->args; a; a = a->next->next) {
        if (str_eq(a->text, w->text))
            return parser_fail(p, w->at, "%s is written twice", name);
    }
    p->after = name;
    code = word_need(p, kind, what, &value);
    if (code)
        return code;
    word_append(&p->st->args, w);
    word_append(&p->st->args, value);
    p->after = what;
    return 0;
}

int parse_connect(struct parser *p)
{
    int code = 0;

    p->after = "connect";
    while (!code) {
        if (parser_keyword(p, WANT_CLAUSE, "profile"))
            code = connect_word(p, "profile", EXPECT_PROFILE, "the profile");
        else if (parser_keyword(p, WANT_CLAUSE, "region"))
            code = connect_word(p, "region", EXPECT_REGION, "the region");
        else if (parser_keyword(p, WANT_CLAUSE, "endpoint"))
            code = connect_word(p, "endpoint", EXPECT_NAME, "the URL");
        else
            break;
    }
    return code;
}

int parse_whoami(struct parser *p)
{
    p->after = "whoami";
    return parse_clauses(p);
}

int parse_help(struct parser *p)
{
    struct word **last = &p->st->args;
    struct word_read r;
    size_t from;
    int code = 0;

    p->after = "help";
    parser_blanks(p);
    from = p->at;
    while (!code && !parser_at_end(p) && parser_look(p, 0) != '|') {
        parser_want(p, EXPECT_TOPIC, WANT_ALONE, "a topic");
        if (parser_token_end(p, p->at) == p->at + 1 && !p->completing) {
            struct word *w = arena_new(p->arena, struct word); /* a sign: help ! */

            w->at = (struct span){(uint32_t)p->at, (uint32_t)p->at + 1};
            w->text = str_slice(p->text, p->at, p->at + 1);
            *last = w;
            last = &w->next;
            parser_consume(p, p->at + 1);
            continue;
        }
        code = word_read(p, WORD_PLAIN, TOKEN_NAME, &r);
        if (code <= 0)
            return code ? code : parser_unexpected(p);
        *last = word_make(p, &r, 0);
        last = &(*last)->next;
        p->after = "the topic";
        code = 0;
    }
    p->st->rest = str_slice(p->text, from, MAX(from, p->end));
    return code ? code : parse_clauses(p);
}

int parse_shell_command(struct parser *p, struct word **ret)
{
    struct word *w = arena_new(p->arena, struct word);
    size_t from, end;

    parser_blanks(p);
    parser_want(p, EXPECT_SHELL_COMMAND, WANT_ALONE, "a shell command");
    for (from = end = p->at; end < p->text.len && p->text.s[end] != '\n';)
        end++;
    if (p->completing && end == p->text.len) {
        for (size_t i = from; i < end; i++) {
            if (parser_blank(p->text.s[i]))
                p->at = i + 1;
        }
        if (p->at > from)
            parser_want(p, EXPECT_FILE, WANT_ALONE, "a file");
        return parser_unexpected(p);
    }
    w->text = arena_str(p->arena, str_trim(str_slice(p->text, from, end)));
    w->at = (struct span){(uint32_t)from, (uint32_t)(from + w->text.len)};
    if (w->text.len == 0)
        return parser_unexpected(p);
    parser_mark(p, w->at, TOKEN_STRING);
    parser_consume(p, w->at.to);
    *ret = w;
    return 0;
}

int parse_shell(struct parser *p)
{
    struct word *w;
    int code;

    p->after = "!";
    if (p->env && p->env->restricted)
        return parser_fail(p, p->st->verb_at,
                           "! is not available here: the statements come from standard input or "
                           "an imported file");
    code = parse_shell_command(p, &w);
    if (code)
        return code;
    p->st->rest = w->text;
    return 0;
}

int parse_exit(struct parser *p)
{
    struct word *w;
    uint64_t status;
    int code;

    p->after = "exit";
    code = word_maybe(p, EXPECT_NUMBER, "an exit status", &w);
    if (code <= 0)
        return code;
    if (!str_to_u64(w->text, &status) || status > 255)
        return parser_fail(p, w->at, "an exit status is a whole number from 0 to 255");
    word_append(&p->st->args, w);
    p->after = "the status";
    return 0;
}
