#include "pksk/lang/parser.h"

/* PartiQL has words and quotes of its own: its text is taken as it is, up to where the shell's own
 * words begin again: the end of the line, `;`, `with`, a pipe, or, within braces, the closing one.
 */
struct raw {
    struct parser *p;
    struct buf text;
    size_t i;       /* the next byte to look at */
    bool block;     /* within braces: lines go on */
    unsigned marks; /* question marks */
    unsigned open;  /* brackets */
    size_t open_at;
};

static int still_open(struct raw *r, const char *what, size_t at)
{
    r->p->at = r->p->text.len;
    r->p->more = what;
    r->p->more_at = at;
    return parser_fail(r->p, parser_here(r->p, 0), " ");
}

static int take_quoted(struct raw *r)
{
    struct str t = r->p->text;
    size_t from = r->i, i = from + 1;

    while (i < t.len && (t.s[i] != t.s[from] || (i + 1 < t.len && t.s[i + 1] == t.s[from])))
        i += t.s[i] == t.s[from] ? 2 : 1;
    if (i >= t.len)
        return still_open(r, "quote", from);
    parser_mark(r->p, (struct span){(uint32_t)from, (uint32_t)i + 1},
                t.s[from] == '"' ? TOKEN_NAME : TOKEN_STRING);
    buf_add(&r->text, t.s + from, i + 1 - from);
    r->i = i + 1;
    return 0;
}

static bool word_at(const struct raw *r, const char *word)
{
    struct str t = r->p->text, rest = str_slice(t, r->i, t.len), w = str_of(word);

    return r->i > 0 && (parser_blank(t.s[r->i - 1]) || t.s[r->i - 1] == '\n') &&
           str_starts_ci(rest, w) &&
           (rest.len == w.len || parser_blank(rest.s[w.len]) || rest.s[w.len] == '\n');
}

static bool ends(const struct raw *r, char c)
{
    if (r->open)
        return false;
    return c == ';' || (c == '\n' && !r->block && !parser_next_line(r->p, r->i)) ||
           (c == '}' && r->block) || word_at(r, "with") ||
           (c == '|' && !r->block && r->i > 0 && parser_blank(r->p->text.s[r->i - 1]));
}

static void skip_comment(struct raw *r)
{
    size_t from = r->i;

    while (r->i < r->p->text.len && r->p->text.s[r->i] != '\n')
        r->i++;
    parser_mark(r->p, (struct span){(uint32_t)from, (uint32_t)r->i}, TOKEN_COMMENT);
}

static void take_byte(struct raw *r, char c)
{
    if (parser_in(c, "([{<")) {
        bool set = c == '<' && r->i + 1 < r->p->text.len && r->p->text.s[r->i + 1] == '<';

        if (c != '<' && r->open++ == 0)
            r->open_at = r->i;
        if (set)
            buf_char(&r->text, r->p->text.s[r->i++]);
    } else if (parser_in(c, ")]}") && r->open) {
        r->open--;
    }
    r->marks += c == '?';
    buf_char(&r->text, c);
    r->i++;
}

static int take_raw(struct raw *r)
{
    struct str t = r->p->text;

    while (r->i < t.len && !ends(r, t.s[r->i])) {
        size_t behind = parser_join(r->p, r->i);
        char c = t.s[r->i];

        if (c == '\'' || c == '"') {
            int code = take_quoted(r);

            if (code)
                return code;
        } else if (behind) {
            if (behind >= t.len && !r->p->completing)
                return still_open(r, "line", r->i);
            buf_char(&r->text, ' ');
            r->i = behind;
        } else if (word_at(r, "--")) {
            skip_comment(r);
        } else {
            take_byte(r, c);
        }
    }
    if (r->open)
        return still_open(r, "bracket", r->open_at);
    return 0;
}

/* with VALUE, VALUE: one for each question mark */
static int parameters(struct parser *p, struct partiql *one, unsigned marks)
{
    struct value **last = &one->parameters;
    unsigned count = 0;
    size_t from;

    parser_blanks(p);
    from = p->at;
    if (parser_keyword(p, WANT_CLAUSE, "with")) {
        p->after = "with";
        do {
            int code = parse_value(p, WORD_EXPR, last);

            if (code)
                return code;
            last = &(*last)->next;
            count++;
            p->after = "the value";
        } while (parser_comma(p));
    }
    if (count == marks)
        return 0;
    return parser_fail(p, count ? parser_span(p, from) : one->at,
                       "the statement has %u question mark%s, and with gives %u value%s", marks,
                       marks == 1 ? "" : "s", count, count == 1 ? "" : "s");
}

static int one_statement(struct parser *p, bool block, struct partiql **ret)
{
    struct partiql *one = arena_new(p->arena, struct partiql);
    struct raw r = {.p = p, .block = block};
    size_t from;
    int code;

    parser_blanks(p);
    parser_want(p, EXPECT_NAME, WANT_ALONE, "a PartiQL statement");
    from = r.i = p->at;
    code = take_raw(&r);
    one->text = arena_str(p->arena, str_trim(buf_str(&r.text)));
    buf_free(&r.text);
    if (code)
        return code;
    if (!one->text.len || (p->completing && r.i >= p->text.len))
        return parser_unexpected(p);
    while (r.i > from && (parser_blank(p->text.s[r.i - 1]) || p->text.s[r.i - 1] == '\n'))
        r.i--;
    parser_consume(p, r.i);
    one->at = parser_span(p, from);
    p->after = "the statement";
    *ret = one;
    return parameters(p, one, r.marks);
}

/* { STATEMENT; STATEMENT … } */
static int parse_block(struct parser *p)
{
    struct partiql **last = &p->st->partiql;

    p->st->batch = true;
    parser_open(p, '{');
    p->after = "the brace";
    for (;;) {
        int code;

        do {
            parser_blanks(p);
        } while (parser_look(p, 0) == ';' && (parser_consume(p, p->at + 1), true));
        if (parser_look(p, 0) == '}')
            break;
        code = one_statement(p, true, last);
        if (code)
            return code;
        last = &(*last)->next;
        parser_blanks(p);
        if (parser_look(p, 0) != ';' && parser_look(p, 0) != '}')
            return parser_unexpected(p);
    }
    if (!p->st->partiql)
        return parser_unexpected(p);
    return parser_close(p, '}');
}

int parse_partiql(struct parser *p)
{
    int code;

    p->after = "partiql";
    parser_blanks(p);
    code = parser_look(p, 0) == '{' ? parse_block(p) : one_statement(p, false, &p->st->partiql);
    p->after = "the statement";
    return code ? code : parse_clauses(p);
}
