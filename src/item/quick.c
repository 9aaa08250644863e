#include "pksk/item/quick.h"

#include "pksk/base/utf8.h"
#include "pksk/item/base64.h"
#include "pksk/item/number.h"

#define DEPTH_MAX 12
#define MEMBERS_MAX 64 /* whose names are compared one by one */
#define NAME_MAX_BYTES 65535
#define DIGITS_MAX 38

/* A text being read; `at` is never beyond `end`. */
struct quick {
    struct arena *arena;
    const char *at, *end;
    unsigned depth;
    bool copy; /* texts into the arena, names so that equal ones mostly lie there once */
};

static struct value *plain_value(struct quick *q);
static struct value *typed_value(struct quick *q);

static void skip_spaces(struct quick *q)
{
    while (q->at < q->end && (*q->at == ' ' || *q->at == '\n' || *q->at == '\r' || *q->at == '\t'))
        q->at++;
}

/* The character, after blanks; what stands behind it is next. */
static bool take(struct quick *q, char c)
{
    if (q->at < q->end && *q->at != c)
        skip_spaces(q);
    if (q->at == q->end || *q->at != c)
        return false;
    q->at++;
    return true;
}

static bool take_word(struct quick *q, struct str word)
{
    if ((size_t)(q->end - q->at) < word.len || memcmp(q->at, word.s, word.len) != 0)
        return false;
    q->at += word.len;
    return true;
}

/* ---- strings */

#define ONES 0x0101010101010101u
#define HIGH 0x8080808080808080u

/* Up to a quote, a backslash, a control character or what is not ASCII. */
static const char *plain_run(const char *p, const char *end)
{
    for (; end - p >= 8; p += 8) {
        uint64_t x, quote, backslash;

        memcpy(&x, p, 8);
        quote = x ^ ONES * '"';
        backslash = x ^ ONES * '\\';
        if (((x - ONES * 0x20) | (quote - ONES) | (backslash - ONES) | x) & HIGH)
            break;
    }
    while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' &&
           *p != '\\')
        p++;
    return p;
}

static char short_escape(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A backslash, u and four digits, but no surrogate: its UTF-8, at most three bytes, or NULL. */
static char *unicode_escape(const char *p, char *to)
{
    unsigned code = 0;

    for (unsigned i = 2; i < 6; i++) {
        int digit = hex(p[i]);

        if (digit < 0)
            return NULL;
        code = code << 4 | (unsigned)digit;
    }
    if (code >= 0xd800 && code <= 0xdfff)
        return NULL;
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    if (code < 0x800) {
        *to++ = (char)(0xc0 | code >> 6);
    } else {
        *to++ = (char)(0xe0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (code & 0x3f));
    return to;
}

/* The escape at p, which is moved behind it; NULL when it is not an easy one. */
static char *take_escape(const char **p, const char *end, char *to)
{
    char c = end - *p > 1 ? short_escape((*p)[1]) : 0;

    if (c) {
        *to = c;
        *p += 2;
        return to + 1;
    }
    if (end - *p < 6 || (*p)[1] != 'u')
        return NULL;
    to = unicode_escape(*p, to);
    *p += 6;
    return to;
}

/* From its first escape on: the text is made anew in the arena. */
static bool escaped_string(struct quick *q, const char *from, struct str *ret)
{
    const char *p = q->at, *close = p;

    while (close < q->end && *close != '"') /* long enough, though perhaps too long */
        close += close[0] == '\\' && close + 1 < q->end ? 2 : 1;
    char *copy = arena_bytes(q->arena, (size_t)(close - from) + 1), *to = copy;

    memcpy(to, from, (size_t)(p - from));
    to += p - from;
    while (p < q->end && *p != '"') {
        if ((unsigned char)*p < 0x20)
            return false;
        if (*p != '\\') {
            *to++ = *p++;
            continue;
        }
        to = take_escape(&p, q->end, to);
        if (!to)
            return false;
    }
    if (p == q->end)
        return false;
    q->at = p + 1;
    *ret = (struct str){copy, (size_t)(to - copy)};
    return utf8_valid(*ret);
}

static bool string(struct quick *q, struct str *ret)
{
    const char *from;

    if (!take(q, '"'))
        return false;
    from = q->at;
    for (;;) {
        q->at = plain_run(q->at, q->end);
        if (q->at == q->end || (unsigned char)*q->at < 0x20)
            return false;
        if (*q->at == '"') {
            *ret = (struct str){from, (size_t)(q->at++ - from)};
            return true;
        }
        if (*q->at == '\\')
            return escaped_string(q, from, ret);
        size_t len;

        if (utf8_decode((struct str){q->at, (size_t)(q->end - q->at)}, 0, &len) < 0)
            return false;
        q->at += len;
    }
}

/* ---- values */

static struct value *text_value(struct quick *q, enum attr_type type, struct str text)
{
    if (q->copy)
        return value_new_text(q->arena, type, text);
    struct value *v = value_new(q->arena, type);

    v->bytes = text.s;
    v->len = (uint32_t)text.len;
    return v;
}

static size_t digits(struct quick *q)
{
    const char *from = q->at;

    while (q->at < q->end && *q->at >= '0' && *q->at <= '9')
        q->at++;
    return (size_t)(q->at - from);
}

/* A number whose normal form is its own text, or the beginning of it: 12, -0.5, 3.10. */
static struct value *number(struct quick *q)
{
    const char *from = q->at, *first, *end;
    size_t whole, fraction = 0;

    q->at += *q->at == '-';
    first = q->at;
    whole = digits(q);
    end = q->at;
    if (!whole || (*first == '0' && whole > 1))
        return NULL;
    if (q->at < q->end && *q->at == '.') {
        q->at++;
        fraction = digits(q);
        if (!fraction)
            return NULL;
        for (end = q->at; end[-1] == '0'; end--)
            ;
        end -= end[-1] == '.';
    }
    if (q->at < q->end && (*q->at | 0x20) == 'e')
        return NULL;
    if (whole + fraction > DIGITS_MAX || (from != first && *first == '0' && end - first == 1))
        return NULL; /* -0, for one */
    return text_value(q, ATTR_N, (struct str){from, (size_t)(end - from)});
}

static bool name(struct quick *q, const struct value *map, struct str *ret)
{
    if (!string(q, ret) || ret->len > NAME_MAX_BYTES || map->len == MEMBERS_MAX)
        return false;
    value_each (other, map) {
        if (other->name_len == ret->len && memcmp(other->name_bytes, ret->s, ret->len) == 0)
            return false;
    }
    return take(q, ':');
}

/* Members or elements up to the closing bracket. */
static struct value *kids(struct quick *q, enum attr_type type,
                          struct value *(*one)(struct quick *))
{
    char close = type == ATTR_M ? '}' : ']';
    struct value *parent = value_new(q->arena, type), *last = NULL;

    if (q->depth++ == DEPTH_MAX)
        return NULL;
    if (take(q, close)) {
        q->depth--;
        return parent;
    }
    do {
        struct str member = {0};

        if (type == ATTR_M && !name(q, parent, &member))
            return NULL;
        skip_spaces(q);
        struct value *v = one(q);

        if (!v)
            return NULL;
        value_set_name(v, q->copy && type == ATTR_M ? arena_intern(q->arena, member) : member);
        value_append(parent, &last, v);
    } while (take(q, ','));
    q->depth--;
    return take(q, close) ? parent : NULL;
}

static struct value *boolean(struct quick *q, bool yes)
{
    struct value *v;

    if (!take_word(q, yes ? STR("true") : STR("false")))
        return NULL;
    v = value_new(q->arena, ATTR_BOOL);
    v->boolean = yes;
    return v;
}

static struct value *plain_value(struct quick *q)
{
    struct str text;

    if (q->at == q->end)
        return NULL;
    switch (*q->at) {
    case '"':
        return string(q, &text) ? text_value(q, ATTR_S, text) : NULL;
    case '{':
        q->at++;
        return kids(q, ATTR_M, plain_value);
    case '[':
        q->at++;
        return kids(q, ATTR_L, plain_value);
    case 't':
    case 'f':
        return boolean(q, *q->at == 't');
    case 'n':
        return take_word(q, STR("null")) ? value_new(q->arena, ATTR_NULL) : NULL;
    default:
        return number(q);
    }
}

/* ---- typed */

static struct value *binary(struct quick *q, struct str text)
{
    char *bytes = arena_bytes(q->arena, text.len + 1);
    size_t len;

    if (!base64_decode(text, bytes, &len))
        return NULL;
    return text_value(q, ATTR_B, (struct str){bytes, len});
}

static struct value *typed_text(struct quick *q, enum attr_type type)
{
    struct str text;

    if (!string(q, &text) || (type == ATTR_N && !number_looks_like(text)))
        return NULL;
    return type == ATTR_B ? binary(q, text) : text_value(q, type, text);
}

static struct value *set_of(struct quick *q, enum attr_type type)
{
    struct value *set = value_new(q->arena, type), *last = NULL;

    do {
        struct value *v = typed_text(q, type - ATTR_SS + ATTR_S);

        if (!v)
            return NULL;
        value_append(set, &last, v);
    } while (take(q, ','));
    return take(q, ']') ? set : NULL;
}

static struct value *payload(struct quick *q, enum attr_type type)
{
    switch (type) {
    case ATTR_S:
    case ATTR_N:
    case ATTR_B:
        return typed_text(q, type);
    case ATTR_BOOL:
        skip_spaces(q);
        return boolean(q, q->at < q->end && *q->at == 't');
    case ATTR_NULL:
        skip_spaces(q);
        return take_word(q, STR("true")) ? value_new(q->arena, ATTR_NULL) : NULL;
    case ATTR_M:
        return take(q, '{') ? kids(q, ATTR_M, typed_value) : NULL;
    case ATTR_L:
        return take(q, '[') ? kids(q, ATTR_L, typed_value) : NULL;
    case ATTR_SS:
    case ATTR_NS:
    case ATTR_BS:
        return take(q, '[') ? set_of(q, type) : NULL;
    case ATTR_TYPES:
        break;
    }
    return NULL;
}

/* {"S": and the like without blanks, which is how nearly all values begin. */
static bool take_short_type(struct quick *q, enum attr_type *ret)
{
    const char *p = q->at;

    if (q->end - p < 5 || p[0] != '{' || p[1] != '"' || p[3] != '"' || p[4] != ':' ||
        !attr_type_from((struct str){p + 2, 1}, ret))
        return false;
    q->at += 5;
    return true;
}

static bool take_type(struct quick *q, enum attr_type *ret)
{
    struct str word;

    return take(q, '{') && string(q, &word) && attr_type_from(word, ret) && take(q, ':');
}

static struct value *typed_value(struct quick *q)
{
    enum attr_type type;
    struct value *v;

    if (!take_short_type(q, &type) && !take_type(q, &type))
        return NULL;
    v = payload(q, type);
    return v && take(q, '}') ? v : NULL;
}

/* ---- */

static struct value *item(struct arena *a, struct str text, struct value *(*one)(struct quick *))
{
    struct quick q = {a, text.s, text.s + text.len, 0, false};
    struct value *v = take(&q, '{') ? kids(&q, ATTR_M, one) : NULL;

    skip_spaces(&q);
    return q.at == q.end ? v : NULL;
}

struct value *quick_plain(struct arena *a, struct str text)
{
    return item(a, text, plain_value);
}

struct value *quick_typed(struct arena *a, struct str text)
{
    return item(a, text, typed_value);
}

struct value *quick_typed_next(struct arena *a, struct str *text)
{
    struct quick q = {a, text->s, text->s + text->len, 0, true};
    struct value *v = take(&q, '{') ? kids(&q, ATTR_M, typed_value) : NULL;

    if (v)
        *text = (struct str){q.at, (size_t)(q.end - q.at)};
    return v;
}

size_t quick_scan(struct quick_scan *s, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.s[i];

        if (s->quoted) {
            s->quoted = c != '"' || s->escaped;
            s->escaped = c == '\\' && !s->escaped;
        } else if (c == '"') {
            s->quoted = true;
        } else if (c == '{' || c == '[') {
            s->depth++;
        } else if ((c == '}' || c == ']') && --s->depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

bool quick_looks_typed(struct str text)
{
    struct quick q = {NULL, text.s, text.s + text.len, 0, false};
    enum attr_type type;

    if (!take(&q, '{') || !take(&q, '"'))
        return false;
    q.at = plain_run(q.at, q.end);
    if (!take(&q, '"') || !take(&q, ':') || !take(&q, '{') || !take(&q, '"'))
        return false;
    const char *from = q.at;

    q.at = plain_run(q.at, q.end);
    return attr_type_from((struct str){from, (size_t)(q.at - from)}, &type);
}
