#include "pksk/lang/parser.h"

int parser_look(const struct parser *p, size_t ahead)
{
    return p->at + ahead < p->text.len ? (unsigned char)p->text.s[p->at + ahead] : -1;
}

bool parser_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool ends_line(struct str t, size_t at)
{
    return at >= t.len || t.s[at] == '\n';
}

size_t parser_join(const struct parser *p, size_t at)
{
    if (at >= p->text.len || p->text.s[at] != '\\')
        return 0;
    at++;
    while (at < p->text.len && parser_blank(p->text.s[at]))
        at++;
    if (at >= p->text.len)
        return at;
    return p->text.s[at] == '\n' ? at + 1 : 0;
}

static bool at_comment(const struct parser *p)
{
    struct str t = p->text;

    if (parser_look(p, 0) != '-' || parser_look(p, 1) != '-')
        return false;
    if (p->at > p->begin && !parser_blank(t.s[p->at - 1]) && t.s[p->at - 1] != '\n')
        return false;
    return ends_line(t, p->at + 2) || parser_blank(t.s[p->at + 2]);
}

static void skip_comment(struct parser *p)
{
    size_t from = p->at;

    while (!ends_line(p->text, p->at))
        p->at++;
    p->in_comment = p->at >= p->text.len;
    parser_mark(p, (struct span){(uint32_t)from, (uint32_t)p->at}, TOKEN_COMMENT);
}

/* The parser stands at the end of a line, and asks many times what may come there. */
static size_t line_behind(struct parser *p)
{
    if (p->line_of != p->st || p->line_end != p->at) {
        p->line_of = p->st;
        p->line_end = p->at;
        p->line_next = parser_next_line(p, p->at);
    }
    return p->line_next;
}

void parser_blanks(struct parser *p)
{
    bool joined = false;
    size_t behind;

    for (;;) {
        int c = parser_look(p, 0);

        if (parser_blank(c) || (c == '\n' && (p->brackets || p->goes_on))) {
            p->at++;
        } else if (c == '\n' && (behind = line_behind(p)) != 0) {
            p->at = behind;
        } else if (c == '\\' && (behind = parser_join(p, p->at)) != 0) {
            p->at = behind;
            joined = true;
        } else if (c == '-' && at_comment(p)) {
            skip_comment(p);
        } else {
            break;
        }
    }
    if (p->at < p->text.len || p->completing || p->more)
        return;
    if (p->brackets) {
        p->more = "bracket";
        p->more_at = p->bracket_at;
    } else if (p->goes_on || joined) {
        p->more = "line";
        p->more_at = p->at;
    }
}

bool parser_at_end(struct parser *p)
{
    int c;

    parser_blanks(p);
    c = parser_look(p, 0);
    return (c < 0 && !p->completing && !p->more) || c == '\n' || c == ';';
}

void parser_mark(struct parser *p, struct span at, enum token_class class)
{
    struct mark *m;

    if (!p->painting || at.from >= at.to)
        return;
    while (p->marks && p->marks->at.to > at.from) /* read again, as something else */
        p->marks = p->marks->before;
    m = arena_new(p->arena, struct mark);
    *m = (struct mark){p->marks, at, class};
    p->marks = m;
}

void parser_consume(struct parser *p, size_t end)
{
    p->at = p->end = end;
    p->goes_on = false;
}

struct span parser_span(const struct parser *p, size_t from)
{
    return (struct span){(uint32_t)from, (uint32_t)MAX(from, p->end)};
}

struct span parser_here(const struct parser *p, size_t len)
{
    return (struct span){(uint32_t)p->at, (uint32_t)MIN(p->at + len, p->text.len)};
}

static bool ends_word(int c)
{
    return c < 0 || c == '\n' || parser_blank(c) || parser_in(c, "\"'`,;()[]");
}

size_t parser_token_end(const struct parser *p, size_t at)
{
    struct str t = p->text;
    size_t i = at;

    if (at >= t.len || t.s[at] == '\n')
        return at;
    if (parser_in(t.s[at], "\"'`")) {
        for (i++; i < t.len && t.s[i] != '\n'; i++) {
            if (t.s[i] == t.s[at])
                return i + 1;
        }
        return i;
    }
    while (i < t.len && !ends_word((unsigned char)t.s[i]))
        i++;
    return i > at ? i : at + 1;
}

/* The end of the keyword at p->at, or 0. The word at the cursor is none yet. */
static size_t keyword_end(struct parser *p, const char *word)
{
    struct str w = str_of(word);
    size_t end = p->at + w.len;

    if (!str_starts_ci(str_slice(p->text, p->at, p->text.len), w))
        return 0;
    if (end < p->text.len)
        return ends_word((unsigned char)p->text.s[end]) || parser_join(p, end) ? end : 0;
    return p->completing ? 0 : end;
}

bool parser_is(struct parser *p, const char *word)
{
    parser_blanks(p);
    return keyword_end(p, word) != 0;
}

bool parser_keyword(struct parser *p, enum want_group group, const char *word)
{
    size_t end, from;

    parser_blanks(p);
    parser_want(p, EXPECT_WORD, group, word);
    end = keyword_end(p, word);
    if (!end)
        return false;
    from = p->at;
    parser_consume(p, end);
    parser_mark(p, parser_span(p, from), TOKEN_CLAUSE);
    return true;
}

bool parser_char(struct parser *p, char c)
{
    char text[2] = {c, '\0'};

    parser_blanks(p);
    parser_want(p, EXPECT_WORD, WANT_PUNCT, arena_str(p->arena, str_of(text)).s);
    if (parser_look(p, 0) != c)
        return false;
    parser_mark(p, (struct span){(uint32_t)p->at, (uint32_t)p->at + 1}, TOKEN_OPERATOR);
    parser_consume(p, p->at + 1);
    return true;
}

bool parser_open(struct parser *p, char c)
{
    if (!parser_char(p, c))
        return false;
    if (p->brackets++ == 0)
        p->bracket_at = p->at - 1;
    return true;
}

int parser_close(struct parser *p, char c)
{
    if (!parser_char(p, c))
        return parser_unexpected(p);
    p->brackets--;
    return 0;
}

bool parser_comma(struct parser *p)
{
    if (!parser_char(p, ','))
        return false;
    p->goes_on = true;
    return true;
}

/* The closing quote of the one at `at`, or 0. */
static size_t quote_end(struct str t, size_t at)
{
    for (size_t i = at + 1; i < t.len; i++) {
        if (t.s[i] == '\\' && t.s[at] == '"')
            i++;
        else if (t.s[i] == t.s[at])
            return i;
    }
    return 0;
}

/* Does the line that ends at `at` ask for another? */
static bool line_goes_on(struct str t, size_t from, size_t at)
{
    struct str line = str_trim(str_slice(t, from, at)), tail;

    if (line.len == 0)
        return false;
    if (parser_in(line.s[line.len - 1], ",=<>+\\"))
        return true;
    tail = str_slice(line, line.len - MIN(line.len, 4), line.len);
    if (tail.len == 4 && parser_blank(tail.s[0]) && str_eq_ci(str_slice(tail, 1, 4), STR("and")))
        return true;
    return tail.len == 4 && parser_blank(tail.s[1]) && str_eq_ci(str_slice(tail, 2, 4), STR("or"));
}

static size_t line_end(struct str t, size_t at)
{
    while (at < t.len && t.s[at] != '\n')
        at++;
    return MIN(at + 1, t.len);
}

static size_t skip_one(struct str t, size_t from, size_t fault)
{
    unsigned open = 0;
    size_t line = from, i;

    if (from < t.len && t.s[from] == '!')
        return line_end(t, from);
    for (i = from; i < t.len; i++) {
        char c = t.s[i];

        if (c == '\'' || c == '"' || c == '`') {
            size_t close = quote_end(t, i);

            if (!close)
                break;
            i = close;
        } else if (parser_in(c, "([{")) {
            open++;
        } else if (parser_in(c, ")]}")) {
            open -= open > 0;
        } else if (c == ';' && !open) {
            return i + 1;
        } else if (c == '|' && !open && i > from && parser_blank(t.s[i - 1])) {
            return line_end(t, i);
        } else if (c == '\n' && !open) {
            if (!line_goes_on(t, line, i))
                return i + 1;
            line = i + 1;
        }
    }
    /* a quote or bracket that never closes takes its line with it, no more */
    return i < t.len || open ? line_end(t, MAX(from, MIN(fault, t.len))) : t.len;
}

size_t parser_skip(const struct parser *p)
{
    size_t from = p->begin, pos;

    do {
        pos = skip_one(p->text, from, p->e->at.from);
        from = pos > p->begin && p->text.s[pos - 1] == '\n' ? parser_next_line(p, pos - 1) : 0;
    } while (from);
    return pos;
}
