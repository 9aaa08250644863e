#include "pksk/base/utf8.h"
#include "pksk/lang/binary.h"
#include "pksk/lang/parser.h"

/* A word being read: what its pieces have made so far (`texts`, one an alternative), and the plain
 * text after them that is not in there yet. */
struct reading {
    struct parser *p;
    unsigned flags;
    struct buf text;
    struct str *texts;
    size_t count;
    bool quoted, star, variable;
};

static bool stops(const struct parser *p, unsigned flags, size_t at)
{
    int c = at < p->text.len ? (unsigned char)p->text.s[at] : -1;

    if (c > 0 && binary_name_char((char)c)) /* nearly all of them */
        return false;
    if (c < 0 || c == '\n' || parser_blank(c) || parser_in(c, "\"'`,;()[]"))
        return true;
    if (c == '\\')
        return parser_join(p, at) != 0;
    if (c == '}')
        return p->maps > 0;
    if (!(flags & WORD_EXPR))
        return false;
    return parser_in(c, "=<>") || (c == '!' && at + 1 < p->text.len && p->text.s[at + 1] == '=');
}

static size_t brace_end(struct str t, size_t at)
{
    for (size_t i = at + 1; i < t.len; i++) {
        if (t.s[i] == '}')
            return i;
        if (t.s[i] == '\n' || parser_blank(t.s[i]) || parser_in(t.s[i], "\"'`{"))
            return 0;
    }
    return 0;
}

/* Can a word begin here? `=`, `<`, `>` and `|` are operators at the start of one. */
static bool may_begin(const struct parser *p, unsigned flags, size_t at)
{
    if (at >= p->text.len)
        return false;
    if (p->text.s[at] == '"' || p->text.s[at] == '\'')
        return true;
    return !stops(p, flags, at) && !parser_in(p->text.s[at], "=<>|");
}

static size_t skip_quoted(struct str t, size_t at)
{
    char quote = t.s[at++];

    for (; at < t.len; at++) {
        if (t.s[at] == '\\' && quote == '"' && at + 1 < t.len)
            at++;
        else if (t.s[at] == quote)
            return at + 1;
    }
    return t.len;
}

size_t word_extent(const struct parser *p, unsigned flags, size_t at)
{
    struct str t = p->text;
    size_t i = at;

    if (!may_begin(p, flags, at))
        return at;
    while (i < t.len) {
        if (t.s[i] == '"' || t.s[i] == '\'') {
            i = skip_quoted(t, i);
        } else if (stops(p, flags, i)) {
            break;
        } else {
            size_t close = t.s[i] == '{' ? brace_end(t, i) : 0;

            i = close ? close + 1 : i + 1;
        }
    }
    return i;
}

/* Puts the plain text behind every alternative. */
static void flush(struct reading *r)
{
    struct str text = buf_str(&r->text);

    for (size_t i = 0; i < r->count && text.len; i++) {
        struct str *t = &r->texts[i];
        char *joined = arena_bytes(r->p->arena, t->len + text.len + 1);

        memcpy(joined, t->s, t->len);
        memcpy(joined + t->len, text.s, text.len);
        joined[t->len + text.len] = '\0';
        *t = (struct str){joined, t->len + text.len};
    }
    buf_reset(&r->text);
}

static int multiply(struct reading *r, const struct str *texts, size_t count)
{
    size_t total = r->count * count;
    struct str *all;

    if (total > PARSER_KEYS_MAX)
        return parser_fail(r->p, parser_here(r->p, 1), "the braces make more than %d keys",
                           PARSER_KEYS_MAX);
    flush(r);
    all = arena_alloc(r->p->arena, total, sizeof(*all));
    for (size_t i = 0; i < total; i++)
        all[i] = arena_printf(r->p->arena, "%.*s%.*s", STR_ARG(r->texts[i / count]),
                              STR_ARG(texts[i % count]));
    r->texts = all;
    r->count = total;
    return 0;
}

static int several_refused(struct parser *p, size_t len)
{
    int code = parser_fail(p, parser_here(p, len), "braces with several texts belong to keys");

    err_hint(p->e, "quote the word when the braces are part of it");
    return code;
}

static int expand_list(struct reading *r, struct str inside)
{
    struct str piece, rest = inside;
    size_t count = 1, i = 0;
    struct str *texts;

    for (size_t at = 0; at < inside.len; at++)
        count += inside.s[at] == ',';
    texts = arena_alloc(r->p->arena, count, sizeof(*texts));
    while (str_split(&rest, ',', &piece))
        texts[i++] = piece;
    return multiply(r, texts, (size_t)count);
}

static bool is_range(struct str inside, struct str *from, struct str *to)
{
    size_t dots;

    if (!str_find(inside, STR(".."), &dots))
        return false;
    *from = str_slice(inside, 0, dots);
    *to = str_slice(inside, dots + 2, inside.len);
    return true;
}

static int expand_range(struct reading *r, struct str from, struct str to)
{
    struct parser *p = r->p;
    uint64_t a, b, count;
    struct str *texts;
    bool padded;
    int width;

    if (!str_to_u64(from, &a) || !str_to_u64(to, &b))
        return parser_fail(p, parser_here(p, from.len + to.len + 4),
                           "a range in braces goes from one whole number to another");
    count = a < b ? b - a : a - b;
    if (count >= PARSER_KEYS_MAX)
        return parser_fail(p, parser_here(p, from.len + to.len + 4),
                           "the braces make more than %d keys", PARSER_KEYS_MAX);
    count++;
    padded = (from.len > 1 && from.s[0] == '0') || (to.len > 1 && to.s[0] == '0');
    width = padded ? (int)MIN(MAX(from.len, to.len), 20) : 0;
    texts = arena_alloc(p->arena, (size_t)count, sizeof(*texts));
    for (uint64_t i = 0; i < count; i++)
        texts[i] =
            arena_printf(p->arena, "%0*llu", width, (unsigned long long)(a < b ? a + i : a - i));
    return multiply(r, texts, (size_t)count);
}

static int read_brace(struct reading *r)
{
    struct parser *p = r->p;
    size_t close = brace_end(p->text, p->at);
    struct str inside, from, to;
    int code;

    if (!close) {
        code = parser_fail(p, parser_here(p, 1), "the brace opened here is not closed");
        err_hint(p->e, "quote the word when the brace is part of it");
        return code;
    }
    inside = str_slice(p->text, p->at + 1, close);
    if (inside.len == 0) {
        code = parser_fail(p, parser_here(p, 2), "nothing stands between the braces");
        err_hint(p->e, "quote the word when the braces are part of it");
    } else if (is_range(inside, &from, &to)) {
        code = r->flags & WORD_KEY ? expand_range(r, from, to) : several_refused(p, inside.len + 2);
    } else if (memchr(inside.s, ',', inside.len)) {
        code = r->flags & WORD_KEY ? expand_list(r, inside) : several_refused(p, inside.len + 2);
    } else {
        r->variable = true;
        code = word_variable(p, inside, &r->text);
    }
    p->at = close + 1;
    return code;
}

static int read_bare(struct reading *r)
{
    struct parser *p = r->p;
    char c = p->text.s[p->at];

    if ((unsigned char)c < 0x20 || c == 0x7f) {
        int code = parser_fail(p, parser_here(p, 1), "a control character stands in the word");

        err_hint(p->e, "write it in double quotes, as \\u%04x", (unsigned)c);
        return code;
    }
    if (c == '{')
        return read_brace(r);
    if (c == '*' && r->flags & WORD_KEY && stops(p, r->flags, p->at + 1) &&
        parser_look(p, 1) != '"' && parser_look(p, 1) != '\'')
        r->star = true;
    else
        buf_char(&r->text, c);
    p->at++;
    return 0;
}

/* b64"…" and hex"…": 1 when it was one. */
static int read_binary(struct reading *r)
{
    struct parser *p = r->p;
    struct str rest = str_slice(p->text, p->at, p->text.len);
    bool b64 = str_starts(rest, STR("b64")), hex = str_starts(rest, STR("hex"));
    struct buf text = {0};
    size_t from = p->at;
    int code;

    if (!(b64 || hex) || rest.len < 4 || (rest.s[3] != '"' && rest.s[3] != '\''))
        return 0;
    p->at += 3;
    code = word_quoted(p, &text, false);
    if (!code && !(b64 ? binary_from_base64(buf_str(&text), &r->text)
                       : binary_from_hex(buf_str(&text), &r->text))) {
        code = parser_fail(p, (struct span){(uint32_t)from, (uint32_t)p->at}, "this is not %s",
                           b64 ? "base64" : "hexadecimal (two digits a byte)");
    }
    buf_free(&text);
    return code ? code : 1;
}

static int read_pieces(struct reading *r)
{
    struct parser *p = r->p;
    int code = 0;

    while (!code && p->at < p->text.len) {
        char c = p->text.s[p->at];

        if (c == '"' || c == '\'') {
            r->quoted = true;
            code = word_quoted(p, &r->text, true);
        } else if (stops(p, r->flags, p->at)) {
            break;
        } else {
            code = read_bare(r);
        }
    }
    return code;
}

static int check_utf8(struct parser *p, const struct reading *r, struct span at)
{
    for (size_t i = 0; i < r->count; i++) {
        if (!utf8_valid(r->texts[i]))
            return parser_fail(p, at, "the text is not valid UTF-8");
    }
    return 0;
}

static void paint(struct parser *p, size_t from, const struct reading *r, enum token_class class)
{
    parser_mark(p, (struct span){(uint32_t)from, (uint32_t)p->at},
                r->quoted ? TOKEN_STRING : class);
}

int word_read(struct parser *p, unsigned flags, enum token_class class, struct word_read *ret)
{
    struct str nothing = {"", 0};
    struct reading r = {.p = p, .flags = flags, .texts = &nothing, .count = 1};
    size_t from, end;
    int binary, code;

    parser_blanks(p);
    from = p->at;
    end = word_extent(p, flags, from);
    if (end == from || (p->completing && end == p->text.len))
        return 0;
    r.texts = arena_new(p->arena, struct str);
    *r.texts = nothing;
    binary = read_binary(&r);
    code = binary ? MIN(binary, 0) : read_pieces(&r);
    if (!code) {
        flush(&r);
        *ret = (struct word_read){(struct span){(uint32_t)from, (uint32_t)p->at},
                                  binary     ? WORD_BINARY
                                  : r.quoted ? WORD_QUOTED
                                             : WORD_BARE,
                                  r.star,
                                  r.variable,
                                  r.count,
                                  r.texts};
        code = binary ? 0 : check_utf8(p, &r, ret->at);
    }
    buf_free(&r.text);
    if (code)
        return code;
    paint(p, from, &r, binary ? TOKEN_STRING : class);
    parser_consume(p, p->at);
    return 1;
}
