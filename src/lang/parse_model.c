/* entity, pattern, model, patterns, perform and patterns as commands, ls. */
#include "pksk/lang/parser.h"

/* ---- entity, pattern: the line as it stands, which the model reads itself */

/* The end of the line, or of the statement: a `;` outside of quotes. */
static size_t line_end(struct str t, size_t at)
{
    char quote = 0;

    for (; at < t.len && t.s[at] != '\n'; at++) {
        if (!quote && t.s[at] == ';')
            break;
        if (!quote && parser_in(t.s[at], "'\"`"))
            quote = t.s[at];
        else if (t.s[at] == quote)
            quote = 0;
    }
    return at;
}

/* Lines of attributes below an entity are indented. */
static size_t block_end(struct str t, size_t at)
{
    size_t end = line_end(t, at);

    while (end + 1 < t.len && t.s[end] == '\n' && (t.s[end + 1] == ' ' || t.s[end + 1] == '\t')) {
        size_t next = line_end(t, end + 1);

        if (!str_trim(str_slice(t, end + 1, next)).len)
            break;
        end = next;
    }
    return end;
}

static int raw_lines(struct parser *p, size_t end, const char *what)
{
    parser_blanks(p);
    parser_want(p, EXPECT_NAME, WANT_ALONE, what);
    if (p->completing || p->at >= end)
        return parser_unexpected(p);
    p->st->rest = arena_str(p->arena, str_slice(p->text, p->st->verb_at.from, end));
    parser_mark(p, (struct span){(uint32_t)p->at, (uint32_t)end}, TOKEN_STRING);
    parser_consume(p, end);
    return 0;
}

int parse_entity(struct parser *p)
{
    p->after = "entity";
    return raw_lines(p, block_end(p->text, p->at),
                     "the entity's name and the templates of its keys");
}

int parse_pattern(struct parser *p)
{
    p->after = "pattern";
    return raw_lines(p, line_end(p->text, p->at), "NAME(ARGUMENTS) = STATEMENT");
}

/* ---- model */

static int file_word(struct parser *p, bool needed)
{
    struct word *w;

    if (needed)
        return word_argument(p, EXPECT_FILE, "a file", "the file");
    int code = word_maybe(p, EXPECT_FILE, "a file", &w);

    if (code <= 0)
        return code;
    word_append(&p->st->args, w);
    p->after = "the file";
    return 0;
}

static int learn_options(struct parser *p)
{
    for (;;) {
        int code = 0;

        if (parser_keyword(p, WANT_CLAUSE, "all")) {
            p->st->all = true;
        } else if (parser_keyword(p, WANT_CLAUSE, "verbose")) {
            p->st->verbose = true;
        } else if (parser_keyword(p, WANT_CLAUSE, "sample")) {
            p->after = "sample";
            code = word_number(p, "sample", 1, 1000000, &p->st->limit);
        } else {
            return 0;
        }
        if (code)
            return code;
        p->after = "the option";
    }
}

int parse_model(struct parser *p)
{
    static const char *const actions[] = {"show", "learn",  "load",  "save",
                                          "edit", "forget", "check", "strays"};
    const char *action = NULL;

    p->after = "model";
    for (size_t i = 0; i < ARRAY_LEN(actions) && !action; i++) {
        if (parser_keyword(p, WANT_ALONE, actions[i]))
            action = actions[i];
    }
    if (!action && !parser_at_end(p) && parser_look(p, 0) != '|')
        return parser_unexpected(p);
    p->st->as = action ? action : "show";
    p->after = p->st->as;
    int code = 0;

    if (str_is(str_of(p->st->as), "load") || str_is(str_of(p->st->as), "save"))
        code = file_word(p, str_is(str_of(p->st->as), "load"));
    else if (str_is(str_of(p->st->as), "learn") || str_is(str_of(p->st->as), "check") ||
             str_is(str_of(p->st->as), "strays"))
        code = learn_options(p);
    return code ? code : parse_clauses(p);
}

/* NAME VALUE …: the name is there already when it was the command itself. */
int parse_perform(struct parser *p)
{
    struct word *w;
    int code = 0;

    p->after = "perform";
    if (!p->st->args)
        code = word_argument(p, EXPECT_PATTERN, "an access pattern", "the pattern");
    if (code)
        return code;
    p->after = "the pattern";
    for (;;) {
        code = word_maybe(p, EXPECT_VALUE, "a value", &w);
        if (code <= 0)
            return code ? code : parse_clauses(p);
        word_append(&p->st->args, w);
        p->after = "the value";
    }
}

int parse_patterns(struct parser *p)
{
    p->after = "patterns";
    return parse_clauses(p);
}

/* ---- ls [@INDEX] [PARTITION KEY [PREFIX]], ls N */

int parse_ls(struct parser *p)
{
    struct word *w;
    int code;

    p->after = "ls";
    parser_blanks(p);
    if (parser_look(p, 0) == '@') {
        parser_consume(p, p->at + 1);
        code = word_need(p, EXPECT_INDEX, "an index", &p->st->index);
        if (code)
            return code;
        p->after = "the index";
    }
    for (unsigned i = 0; i < 2; i++) {
        enum expect_kind kind = i ? EXPECT_SORT_KEY : EXPECT_PARTITION_KEY;

        code = word_maybe(p, kind, i ? "a beginning of sort keys" : "a partition key", &w);
        if (code < 0)
            return code;
        if (code == 0)
            break;
        word_append(&p->st->args, w);
        p->after = i ? "the beginning" : "the partition key";
    }
    return parse_clauses(p);
}
