#include "pksk/lang/habits.h"
#include "pksk/lang/parser.h"

static const struct {
    const char *name;
    int (*parse)(struct parser *p);
} verbs[VERB_COUNT] = {
#define V(upper, lower) [VERB_##upper] = {#lower, parse_##lower},
    LANG_VERBS(V)
#undef V
};

const char *verb_name(enum verb v)
{
    return v == VERB_SHELL ? "!" : verbs[v].name;
}

/* --- the verb --- */

static unsigned verbs_with_prefix(struct str prefix, enum verb *ret, struct buf *names)
{
    unsigned count = 0;

    for (unsigned v = 0; v < VERB_COUNT; v++) {
        if (v == VERB_SHELL || !str_starts_ci(str_of(verbs[v].name), prefix))
            continue;
        *ret = (enum verb)v;
        buf_addf(names, "%s%s", count++ ? ", " : "", verbs[v].name);
    }
    return count;
}

static bool verb_exact(struct str word, enum verb *ret)
{
    for (unsigned v = 0; v < VERB_COUNT; v++) {
        if (v != VERB_SHELL && str_eq_ci(word, str_of(verbs[v].name))) {
            *ret = (enum verb)v;
            return true;
        }
    }
    return false;
}

static int unknown_command(struct parser *p)
{
    int code = parser_unknown(p, "command");

    if (parser_look(p, 0) == '#')
        err_hint(p->e, "# begins a comment only at the start of a line, -- anywhere");
    else if (parser_at_clause(p) || parser_is(p, "and") || parser_is(p, "or"))
        err_hint(p->e, "this is part of a statement: it stands in the statement's line, or begins "
                       "the next one; "
                       "`;` ends a statement");
    return code;
}

static int verb_by_prefix(struct parser *p, struct span at, enum verb *ret)
{
    struct str word = str_slice(p->text, at.from, at.to);
    struct buf names = {0};
    unsigned count = verbs_with_prefix(word, ret, &names);
    int code = 0;

    if (count == 0 || (count == 1 && p->env && p->env->script)) {
        code = unknown_command(p);
        if (count == 1 && code == ERR_SYNTAX)
            err_hint(p->e, "scripts write commands in full: %s", buf_cstr(&names));
    } else if (count > 1) {
        code = parser_fail(p, at, "%.*s may be several commands", STR_ARG(word));
        err_expected(p->e, "expected %s", buf_cstr(&names));
    }
    buf_free(&names);
    return code;
}

/* An access pattern of the model, which is a command by its name. */
static bool at_pattern(const struct parser *p, size_t from, struct statement *st)
{
    size_t end = parser_token_end(p, from);
    struct str word = str_slice(p->text, from, end);
    enum verb v;

    if (!p->env || !p->env->is_pattern || verb_exact(word, &v) ||
        !p->env->is_pattern(p->env->ctx, word))
        return false;
    st->verb = VERB_PERFORM;
    st->verb_at = (struct span){(uint32_t)from, (uint32_t)end};
    st->args = arena_new(p->arena, struct word);
    *st->args = (struct word){.text = arena_str(p->arena, word), .at = st->verb_at};
    return true;
}

static int parse_verb(struct parser *p, struct statement *st)
{
    size_t from, end;
    int code = 0;

    parser_blanks(p);
    parser_want(p, EXPECT_COMMAND, WANT_ALONE, "a command");
    if (parser_at_end(p))
        return parser_unexpected(p);
    from = end = p->at;
    if (parser_look(p, 0) == '!') {
        st->verb = VERB_SHELL;
        end = from + 1;
    } else {
        while (end < p->text.len &&
               ((p->text.s[end] | 0x20) >= 'a' && (p->text.s[end] | 0x20) <= 'z'))
            end++;
        if (end != parser_token_end(p, from) && end < p->text.len && p->text.s[end] != '{')
            end = from; /* a letter and signs: no command */
        if (p->completing && parser_token_end(p, from) >= p->text.len)
            return parser_unexpected(p);
        if (end == from && !at_pattern(p, from, st))
            return unknown_command(p);
        st->verb_at = (struct span){(uint32_t)from, (uint32_t)end};
        if (at_pattern(p, from, st))
            end = st->verb_at.to;
        else if (!verb_exact(str_slice(p->text, from, end), &st->verb))
            code = verb_by_prefix(p, st->verb_at, &st->verb);
    }
    if (code)
        return code;
    st->verb_at = (struct span){(uint32_t)from, (uint32_t)end};
    parser_mark(p, st->verb_at, TOKEN_VERB);
    parser_consume(p, end);
    return 0;
}

/* `OTHER:` — no verb ends in a colon, so no key is ever taken for a table. */
static void parse_prefix(struct parser *p, struct statement *st)
{
    size_t from, end;
    struct word *w;

    parser_blanks(p);
    from = p->at;
    end = word_extent(p, WORD_PLAIN, from);
    if (end < from + 2 || p->text.s[end - 1] != ':' || memchr(p->text.s + from, '{', end - from) ||
        memchr(p->text.s + from, '"', end - from) || memchr(p->text.s + from, '\'', end - from) ||
        (p->completing && end == p->text.len))
        return;
    w = arena_new(p->arena, struct word);
    w->at = (struct span){(uint32_t)from, (uint32_t)end - 1};
    w->text = arena_str(p->arena, str_slice(p->text, from, end - 1));
    st->table = w;
    p->after = "the table";
    parser_mark(p, (struct span){(uint32_t)from, (uint32_t)end}, TOKEN_NAME);
    parser_consume(p, end);
}

static bool speaks_of_table(enum verb v)
{
    static const enum verb ones[] = {
        VERB_GET,     VERB_QUERY,  VERB_SCAN,   VERB_PUT,      VERB_UPDATE, VERB_DELETE,
        VERB_CHECK,   VERB_IMPORT, VERB_EXPORT, VERB_DESCRIBE, VERB_MODEL,  VERB_LS,
        VERB_EXPLAIN, VERB_EDIT,   VERB_WATCH,  VERB_TAIL,     VERB_COPY,   VERB_RENAME};

    for (size_t i = 0; i < ARRAY_LEN(ones); i++) {
        if (ones[i] == v)
            return true;
    }
    return false;
}

int parse_own_table(struct parser *p, struct word *w)
{
    if (p->st->table)
        return parser_fail(p, w->at, "the table is named twice");
    p->st->table = w;
    return 0;
}

/* --- statements --- */

/* One statement, up to what does not belong to it. */
static int parse_body(struct parser *p, struct statement *st, const struct word *table)
{
    size_t from;
    int code;

    parser_blanks(p);
    from = p->at;
    if (table)
        st->table = (struct word *)table;
    else
        parse_prefix(p, st);
    code = parse_verb(p, st);
    if (code)
        return code;
    if (st->table && !speaks_of_table(st->verb))
        return parser_fail(p, st->table->at, "%s takes no table in front of it",
                           verb_name(st->verb));
    p->st = st;
    p->clauses = 0;
    code = verbs[st->verb].parse(p);
    st->at = parser_span(p, from);
    st->text = str_slice(p->text, st->at.from, st->at.to);
    return code;
}

static bool nests(enum verb v)
{
    return v == VERB_EXPLAIN || v == VERB_WATCH || v == VERB_EDIT;
}

int parse_inner(struct parser *p)
{
    struct statement *outer = p->st, *inner = arena_new(p->arena, struct statement);
    struct span at;
    int code = parser_deeper(p);

    if (code)
        return code;
    if (p->depth > 3) { /* explain edit query … is the deepest that means something */
        at = outer->verb_at;
        return parser_fail(p, at, "%s cannot stand inside of these", verb_name(outer->verb));
    }
    code = parse_body(p, inner, outer->table);
    if (code)
        return code;
    if (nests(inner->verb) && inner->verb == outer->verb)
        return parser_fail(p, inner->verb_at, "%s cannot stand inside of itself",
                           verb_name(inner->verb));
    p->depth--;
    p->st = outer;
    outer->inner = inner;
    return 0;
}

/* The record of an earlier parse of the same parser is of no use to the next one. */
int parse_one(struct parser *p)
{
    struct statement *st = arena_new(p->arena, struct statement);
    int code;

    p->after = "the separator";
    code = parse_body(p, st, NULL);
    if (code)
        return code;
    if (!parser_at_end(p))
        return parser_unexpected(p);
    if (p->end - p->begin > PARSER_STATEMENT_MAX)
        return parser_fail(p, st->verb_at, "the statement is longer than %zu MB",
                           PARSER_STATEMENT_MAX >> 20);
    if (p->at < p->text.len)
        p->at++;
    p->st = st;
    return 0;
}

static size_t line_end(struct str t, size_t at)
{
    while (at < t.len && t.s[at] != '\n')
        at++;
    return at;
}

bool parser_begin(struct parser *p)
{
    bool first = p->at == 0 || p->text.s[p->at - 1] == '\n'; /* of its line */

    for (;;) {
        int c = parser_look(p, 0);
        size_t from = p->at;

        if (c == '\n' || c == ';' || parser_blank(c)) {
            first = c == '\n' || (first && c != ';');
            p->at++;
        } else if ((c == '#' && first) || (c == '-' && parser_look(p, 1) == '-' &&
                                           (parser_blank(parser_look(p, 2)) ||
                                            parser_look(p, 2) == '\n' || parser_look(p, 2) < 0))) {
            p->at = line_end(p->text, from);
            p->in_comment = p->at >= p->text.len;
            parser_mark(p, (struct span){(uint32_t)from, (uint32_t)p->at}, TOKEN_COMMENT);
        } else {
            break;
        }
    }
    p->begin = p->end = p->at;
    return p->at < p->text.len;
}

static int parse_text(struct arena *a, struct str text, size_t *pos, const struct lang_env *env,
                      struct statement **ret, bool *misplaced, struct err *e)
{
    struct err ignored;
    struct parser p = {.arena = a, .text = text, .at = *pos, .env = env, .e = e ? e : &ignored};
    int code;

    *misplaced = false;
    *p.e = (struct err){.at = SPAN_NONE};
    if (text.len > UINT32_MAX / 2) {
        *pos = text.len;
        return err_set(p.e, ERR_SYNTAX, "the text is longer than 2 GB");
    }
    if (!parser_begin(&p)) {
        *pos = p.at;
        *ret = NULL;
        return 0;
    }
    code = parse_one(&p);
    if (code == 0) {
        *pos = p.at;
        *ret = p.st;
    } else if (code != ERR_MORE) {
        *pos = parser_skip(&p);
    }
    *misplaced = p.misplaced;
    return code;
}

/* What was typed by another tool's habit is read as what it means, where that is certain. */
int parser_parse(struct arena *a, struct str text, size_t *pos, const struct lang_env *env,
                 struct statement **ret, bool *misplaced, struct err *e)
{
    static const struct lang_env knows_nothing;
    const struct lang_env *known = env ? env : &knows_nothing;
    size_t from = *pos, at = 0;
    int code = parse_text(a, text, pos, env, ret, misplaced, e);

    if (code == 0 && (!*ret || !habits_misread(*ret, known)))
        return 0;
    if (code != 0 && code != ERR_SYNTAX)
        return code;
    struct parser p = {.arena = a, .text = text, .at = from, .env = env, .e = e};
    struct statement *st = NULL;
    struct err ignored;
    bool other;
    struct str said =
        parser_begin(&p) ? habits_rewrite(a, str_slice(text, p.at, *pos), known) : STR("");

    if (!said.len || parse_text(a, said, &at, env, &st, &other, &ignored) != 0 || !st ||
        lang_more(said, at)) {
        if (code < 0 && e)
            habits_explain(str_slice(text, p.at, *pos), e);
        return code;
    }
    st->habit = said;
    *ret = st;
    *misplaced = false;
    if (e)
        *e = (struct err){.at = SPAN_NONE};
    return 0;
}

int lang_parse(struct arena *a, struct str text, size_t *pos, const struct lang_env *env,
               struct statement **ret, struct err *e)
{
    bool misplaced;

    return parser_parse(a, text, pos, env, ret, &misplaced, e);
}
