#include "pksk/lang/parser.h"

#include <stdarg.h>

/* How a group is called in a message, and how many of its words are shown. */
static const struct {
    const char *name;
    unsigned shown;
} groups[WANT_GROUPS] = {
    [WANT_SORT] = {"a sort key condition", 4}, [WANT_CLAUSE] = {"a clause", 3},
    [WANT_OPERATOR] = {"an operator", 4},      [WANT_FUNCTION] = {"a function", 3},
    [WANT_ACTION] = {"an action", 4},          [WANT_PART] = {"a part", 4},
};

void parser_want(struct parser *p, enum expect_kind kind, enum want_group group, const char *text)
{
    struct str t = str_of(text);
    struct wanted *w;

    if (!p->wanted || p->at > p->want_at) {
        p->wanted = NULL;
        p->want_last = &p->wanted;
        p->want_at = p->at;
    } else if (p->at < p->want_at) {
        return;
    }
    for (w = p->wanted; w; w = w->next) {
        if (w->kind == kind && str_eq(w->text, t))
            return;
    }
    w = arena_new(p->arena, struct wanted);
    *w = (struct wanted){NULL, kind, group, t};
    *p->want_last = w;
    p->want_last = &w->next;
}

static void add_group(struct buf *b, const struct wanted *first)
{
    unsigned count = 0;

    for (const struct wanted *w = first; w; w = w->next)
        count += w->group == first->group && w->kind == EXPECT_WORD;
    if (count == 1 && first->kind == EXPECT_WORD) {
        buf_str_add(b, first->text);
        return;
    }
    buf_str_add(b, str_of(groups[first->group].name));
    if (count == 0)
        return;
    buf_lit(b, " (");
    count = 0;
    for (const struct wanted *w = first; w; w = w->next) {
        if (w->group != first->group || w->kind != EXPECT_WORD)
            continue;
        if (count++)
            buf_lit(b, ", ");
        if (count > groups[first->group].shown) {
            buf_lit(b, "…");
            break;
        }
        buf_str_add(b, w->text);
    }
    buf_lit(b, ")");
}

static void add_commands(struct buf *b)
{
    buf_addf(b, "a command (%s, %s, %s, …)", verb_name(0), verb_name(1), verb_name(2));
}

/* Is this note left out of messages? One of its group was shown, or it is a sign among words that
 * closes nothing. */
static bool left_out(const struct wanted *list, const struct wanted *w)
{
    if (w->group == WANT_PUNCT) {
        if (parser_in(w->text.s[0], ")]}>"))
            return false;
        while (list && list->group == WANT_PUNCT)
            list = list->next;
        return list != NULL;
    }
    if (w->group == WANT_ALONE)
        return false;
    while (list != w && list->group != w->group)
        list = list->next;
    return list != w;
}

static void add_one(struct buf *b, const struct wanted *w)
{
    if (w->group > WANT_PUNCT)
        add_group(b, w);
    else if (w->kind == EXPECT_COMMAND)
        add_commands(b);
    else
        buf_str_add(b, w->text);
}

void parser_expected(const struct parser *p, struct err *e)
{
    struct buf b = {0};
    unsigned total = 0, count = 0;

    for (const struct wanted *w = p->wanted; w; w = w->next)
        total += !left_out(p->wanted, w);
    for (const struct wanted *w = p->wanted; w; w = w->next) {
        if (left_out(p->wanted, w))
            continue;
        if (count++)
            buf_str_add(&b, count == total ? STR(" or ") : STR(", "));
        add_one(&b, w);
    }
    if (count)
        err_expected(e, "expected %.*s", STR_ARG(buf_str(&b)));
    buf_free(&b);
}

/* A misspelling differs by a letter or two, fewer in short words. */
static void closer(struct str word, struct str candidate, size_t *best, struct str *ret)
{
    size_t limit = word.len >= 6 ? 2 : 1, distance;

    if (word.len < 2 || candidate.len < (word.len == 2 ? 3u : 2u) || str_eq_ci(word, candidate))
        return;
    distance = str_distance(word, candidate);
    if (distance <= limit && distance < *best) {
        *best = distance;
        *ret = candidate;
    }
}

struct str parser_meant(const struct parser *p, struct str word)
{
    struct str meant = {"", 0};
    size_t best = SIZE_MAX;

    for (const struct wanted *w = p->wanted; w; w = w->next) {
        if (w->kind == EXPECT_COMMAND) {
            for (unsigned v = 0; v < VERB_COUNT; v++)
                closer(word, str_of(verb_name(v)), &best, &meant);
        } else if (w->kind == EXPECT_WORD) {
            closer(word, w->text, &best, &meant);
        }
    }
    return meant;
}

static int fail_more(struct parser *p)
{
    bool quote = strcmp(p->more, "quote") == 0, bracket = strcmp(p->more, "bracket") == 0;
    struct span at = {(uint32_t)p->more_at, (uint32_t)p->more_at + (quote || bracket)};

    if (p->text.len - p->begin > PARSER_STATEMENT_MAX)
        return err_at(p->e, ERR_SYNTAX, at, "the statement is longer than %zu MB",
                      PARSER_STATEMENT_MAX >> 20);
    err_at(p->e, ERR_MORE, at, "%s",
           quote     ? "the quote opened here is not closed"
           : bracket ? "the bracket opened here is not closed"
                     : "the statement ends where more must follow");
    err_expected(p->e, "%s", p->more);
    return ERR_MORE;
}

int parser_fail(struct parser *p, struct span at, const char *format, ...)
{
    char text[sizeof(p->e->text)];
    va_list args;

    if (p->more)
        return fail_more(p);
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return err_at(p->e, ERR_SYNTAX, at, "%s", text);
}

static int fail_wanted(struct parser *p, size_t end, const char *text)
{
    struct span at = {(uint32_t)p->at, (uint32_t)end};
    struct str meant;
    int r = parser_fail(p, at, "%s", text);

    p->misplaced = true;
    if (r == ERR_MORE || p->want_at != p->at)
        return r;
    parser_expected(p, p->e);
    meant = parser_meant(p, str_slice(p->text, p->at, end));
    if (meant.len)
        err_hint(p->e, "did you mean %.*s?", STR_ARG(meant));
    return r;
}

int parser_unexpected(struct parser *p)
{
    char text[160];
    size_t end;
    int c;

    if (parser_at_end(p)) {
        snprintf(text, sizeof(text), "something is missing after %s", p->after);
        return fail_wanted(p, p->at, text);
    }
    c = parser_look(p, 0);
    end = parser_token_end(p, p->at);
    if (c >= 0 && c < 0x80 && end == p->at + 1 && parser_in(c, ",()[]{}=<>|:"))
        snprintf(text, sizeof(text), "unexpected %c after %s", c, p->after);
    else
        snprintf(text, sizeof(text), "unknown word after %s", p->after);
    return fail_wanted(p, end, text);
}

int parser_unknown(struct parser *p, const char *what)
{
    char text[80];

    parser_blanks(p);
    snprintf(text, sizeof(text), "unknown %s", what);
    return fail_wanted(p, parser_token_end(p, p->at), text);
}

int parser_deeper(struct parser *p)
{
    if (++p->depth <= PARSER_DEPTH_MAX)
        return 0;
    return parser_fail(p, (struct span){(uint32_t)p->at, (uint32_t)p->at + 1},
                       "nested more than %d deep", PARSER_DEPTH_MAX);
}
