#include "pksk/item/notation.h"

#include "pksk/base/utf8.h"
#include "pksk/item/base64.h"
#include "pksk/item/number.h"

static bool is_wide_blank(uint32_t c)
{
    return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- quoted --- */

/* {name}, {3.gsi1pk}, {_.a[0]}: in double quotes the parser would put a variable in. */
static bool is_variable(struct str t, size_t at)
{
    size_t i = at + 1;

    while (i < t.len && (is_letter(t.s[i]) || is_digit(t.s[i]) || strchr("-.[]", t.s[i])) && t.s[i])
        i++;
    return i > at + 1 && i < t.len && t.s[i] == '}';
}

static void add_unit(struct buf *b, uint32_t unit)
{
    buf_addf(b, "\\u%04x", unit);
}

static void add_hidden(struct buf *b, uint32_t c)
{
    static const char from[] = "\b\t\n\f\r", to[] = "btnfr";
    const char *known = c ? strchr(from, (int)MIN(c, 0x7fu)) : NULL;

    if (known && *known) {
        buf_char(b, '\\');
        buf_char(b, to[known - from]);
    } else if (c < 0x10000) {
        add_unit(b, c);
    } else {
        add_unit(b, 0xd7c0 + (c >> 10));
        add_unit(b, 0xdc00 + (c & 0x3ff));
    }
}

static bool is_itself(struct str t, size_t at)
{
    unsigned char c = (unsigned char)t.s[at];

    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '{';
}

void notation_add_string(struct buf *b, struct str t)
{
    size_t from = 0, len;

    buf_char(b, '"');
    for (size_t i = 0; i < t.len; i += len) {
        int32_t c = utf8_decode(t, i, &len);
        bool quote = c == '"' || c == '\\', brace = c == '{' && is_variable(t, i);

        if (is_itself(t, i) || (c >= 0 && !quote && !brace && !utf8_steers(c)))
            continue;
        buf_add(b, t.s + from, i - from);
        from = i + len;
        if (c < 0) {
            buf_lit(b, "\\ufffd");
        } else if (quote) {
            buf_char(b, '\\');
            buf_char(b, (char)c);
        } else if (brace) {
            add_unit(b, (uint32_t)c);
        } else {
            add_hidden(b, (uint32_t)c);
        }
    }
    buf_add(b, t.s + from, t.len - from);
    buf_char(b, '"');
}

/* --- bare --- */

static bool is_one_of(struct str t, const char *const *words)
{
    for (; *words; words++) {
        if (str_eq_ci(t, str_of(*words)))
            return true;
    }
    return false;
}

/* Made of letters, digits, visible characters beyond ASCII and the signs given; of these only what
 * is in `first` may begin it. */
static bool is_word(struct str t, const char *first, const char *signs)
{
    size_t len;

    for (size_t i = 0; i < t.len; i += len) {
        int32_t c = utf8_decode(t, i, &len);

        if (c < 0 || utf8_steers(c) || is_wide_blank((uint32_t)c))
            return false;
        if (c < 0x80 && !is_letter((char)c) && !is_digit((char)c) && !strchr(i ? signs : first, c))
            return false;
    }
    return t.len > 0;
}

/* Comparison signs end a word in conditions, a bracket, comma or quote does anywhere; a sign in
 * front may be an operator, `@` a path. */
bool notation_bare_value(struct str t)
{
    static const char *const taken[] = {"true", "false", "null", NULL};

    return is_word(t, "#$/.", "#:/._-@+%&~^$!?") && !number_looks_like(t) && !is_one_of(t, taken);
}

/* A key word takes its type from the schema, so 42 and true may be bare; the words that end a key
 * or begin a condition may not. */
bool notation_bare_key(struct str t)
{
    static const char *const taken[] = {
        "where", "select", "limit", "desc",    "asc",    "consistent", "count", "segments",
        "if",    "set",    "add",   "remove",  "delete", "return",     "then",  "into",
        "as",    "and",    "or",    "between", "begins", "nowait",     "--",    NULL,
    };

    /* "x%" and "1..2" are read as what other tools mean by them (lang/habits-forms.c). */
    return is_word(t, "#:/.-+%&~^$!?", "#:/._-@+%&~^$!?") && !is_one_of(t, taken) &&
           t.s[t.len - 1] != '%' && !str_find(t, STR(".."), NULL);
}

static bool is_bare_name(struct str t)
{
    static const char *const taken[] = {
        "not", "and", "or", "exists", "missing", "between", "in", "begins", "contains", NULL,
    };

    return is_word(t, "", "-") && !is_digit(t.s[0]) && !is_one_of(t, taken);
}

void notation_add_name(struct buf *b, struct str name)
{
    if (is_bare_name(name)) {
        buf_str_add(b, name);
        return;
    }
    buf_char(b, '`');
    for (size_t i = 0; i < name.len; i++) {
        if (name.s[i] == '`')
            buf_char(b, '`');
        buf_char(b, name.s[i]);
    }
    buf_char(b, '`');
}

/* --- values --- */

static void add_binary(struct buf *b, struct str bytes)
{
    buf_lit(b, "b64\"");
    base64_add(b, bytes);
    buf_char(b, '"');
}

static void add_member_name(struct buf *b, struct str name)
{
    bool bare = name.len && is_letter(name.s[0]);

    for (size_t i = 1; i < name.len && bare; i++)
        bare = is_letter(name.s[i]) || is_digit(name.s[i]) || name.s[i] == '.' || name.s[i] == '-';
    if (bare)
        buf_str_add(b, name);
    else
        notation_add_string(b, name);
}

static void add(struct buf *b, const struct value *v, bool is_short);

static void add_kids(struct buf *b, const struct value *v, bool is_short)
{
    const char *open = v->type == ATTR_M ? "{" : v->type == ATTR_L ? "[" : "<<";
    const char *close = v->type == ATTR_M ? "}" : v->type == ATTR_L ? "]" : ">>";

    buf_str_add(b, str_of(open));
    value_each (kid, v) {
        if (kid != v->first)
            buf_lit(b, ", ");
        if (v->type == ATTR_M) {
            add_member_name(b, value_name(kid));
            buf_lit(b, ": ");
        }
        add(b, kid, is_short);
    }
    buf_str_add(b, str_of(close));
}

static void add(struct buf *b, const struct value *v, bool is_short)
{
    if (value_add_literal(b, v))
        return;
    if (v->type == ATTR_N || (v->type == ATTR_S && is_short && notation_bare_value(value_text(v))))
        buf_str_add(b, value_text(v));
    else if (v->type == ATTR_S)
        notation_add_string(b, value_text(v));
    else if (v->type == ATTR_B)
        add_binary(b, value_text(v));
    else
        add_kids(b, v, is_short);
}

void notation_add_value(struct buf *b, const struct value *v)
{
    add(b, v, false);
}

void notation_add_short(struct buf *b, const struct value *v)
{
    add(b, v, true);
}

void notation_add_key(struct buf *b, const struct value *v)
{
    if (v->type == ATTR_S && notation_bare_key(value_text(v)))
        buf_str_add(b, value_text(v));
    else
        add(b, v, false);
}

void notation_add_put(struct buf *b, const struct value *item)
{
    buf_lit(b, "put ");
    add(b, item, false);
}
