#include "pksk/base/utf8.h"
#include "pksk/lang/binary.h"
#include "pksk/lang/parser.h"

int word_variable(struct parser *p, struct str name, struct buf *text)
{
    struct str value = {"", 0};
    int found = 0;

    if (p->lenient)
        return 0;
    if (p->env && p->env->variable)
        found = p->env->variable(p->env->ctx, name, p->arena, &value, p->e);
    if (found < 0) {
        if (p->e->at.from == SPAN_NONE.from)
            p->e->at = parser_here(p, name.len + 2);
        return found;
    }
    if (!found) {
        int code = parser_fail(p, parser_here(p, name.len + 2), "there is no variable {%.*s}",
                               (int)MIN(name.len, 80), name.s);
        err_hint(p->e, "let NAME = VALUE makes one; in quotes \\{ writes a brace");
        return code;
    }
    buf_str_add(text, value);
    return 0;
}

static bool hex4(struct str t, size_t at, uint32_t *ret)
{
    *ret = 0;
    if (at + 4 > t.len)
        return false;
    for (size_t i = at; i < at + 4; i++) {
        int digit = binary_hex_digit(t.s[i]);

        if (digit < 0)
            return false;
        *ret = *ret << 4 | (uint32_t)digit;
    }
    return true;
}

/* \uXXXX, or two of them for a surrogate pair; p->at is at the backslash. */
static int escape_unicode(struct parser *p, struct buf *text)
{
    uint32_t high, low;

    if (!hex4(p->text, p->at + 2, &high))
        return parser_fail(p, parser_here(p, 2), "four hexadecimal digits must follow \\u");
    if (high >= 0xD800 && high < 0xDC00 && parser_look(p, 6) == '\\' && parser_look(p, 7) == 'u' &&
        hex4(p->text, p->at + 8, &low) && low >= 0xDC00 && low < 0xE000) {
        utf8_encode(text, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
        p->at += 12;
        return 0;
    }
    if (high >= 0xD800 && high < 0xE000)
        return parser_fail(p, parser_here(p, 6), "half of a surrogate pair is no character");
    utf8_encode(text, high);
    p->at += 6;
    return 0;
}

static int escape(struct parser *p, struct buf *text)
{
    static const char from[] = "\"\\/bfnrt{}'`", to[] = "\"\\/\b\f\n\r\t{}'`";
    int c = parser_look(p, 1);
    const char *known;

    if (c == 'u')
        return escape_unicode(p, text);
    known = c > 0 ? strchr(from, c) : NULL;
    if (!known) {
        int code = parser_fail(p, parser_here(p, 2), "unknown escape in a double-quoted text");

        err_hint(p->e, "a backslash itself is written \\\\, or in single quotes");
        return code;
    }
    buf_char(text, to[known - from]);
    p->at += 2;
    return 0;
}

bool word_is_variable(const struct parser *p, size_t at)
{
    size_t i = at + 1;

    while (i < p->text.len && (binary_name_char(p->text.s[i]) || parser_in(p->text.s[i], ".[]")))
        i++;
    return i > at + 1 && i < p->text.len && p->text.s[i] == '}' && p->text.s[at] == '{';
}

int word_quoted(struct parser *p, struct buf *text, bool variables)
{
    size_t from = p->at;
    char quote = p->text.s[p->at++];
    int code = 0;

    while (p->at < p->text.len && !code) {
        char c = p->text.s[p->at];

        if (c == quote && (quote == '"' || parser_look(p, 1) != quote)) {
            p->at++;
            return 0;
        }
        if (c == quote) {
            buf_char(text, c);
            p->at += 2;
        } else if (c == '\\' && quote == '"') {
            code = p->at + 1 < p->text.len ? escape(p, text) : (p->at++, 0);
        } else if (c == '{' && quote == '"' && variables && word_is_variable(p, p->at)) {
            size_t close = p->at;

            while (p->text.s[close] != '}')
                close++;
            code = word_variable(p, str_slice(p->text, p->at + 1, close), text);
            p->at = close + 1;
        } else {
            buf_char(text, c);
            p->at++;
        }
    }
    if (code)
        return code;
    p->more = "quote";
    p->more_at = from;
    return parser_fail(p, parser_here(p, 0), " ");
}
