#include "pksk/model/template.h"

#include <ctype.h>

/* ---- text to template */

static int wrong(struct err *e, struct str text, size_t at, const char *what)
{
    err_set(e, ERR_SYNTAX, "%s in the template %.*s", what, STR_ARG(text));
    e->at = (struct span){(uint32_t)at, (uint32_t)MIN(at + 1, text.len)};
    err_expected(e,
                 "expected literal text and placeholders such as {user_id}, {n:6} or {day:date}");
    return ERR_SYNTAX;
}

static bool read_form(struct str form, struct template_part *p)
{
    uint64_t width;

    if (str_is(form, "lower") || str_is(form, "upper")) {
        p->form = str_is(form, "lower") ? FORM_LOWER : FORM_UPPER;
        return true;
    }
    if (str_to_u64(form, &width) && width >= 1 && width <= 40) {
        p->form = FORM_PADDED;
        p->width = (unsigned)width;
        return true;
    }
    p->form = FORM_ATOM;
    return atom_from(form, &p->atom);
}

static int read_placeholder(struct arena *a, struct str text, size_t *at, struct template_part *p,
                            struct err *e)
{
    struct str rest = str_slice(text, *at + 1, text.len), name, form;
    size_t end, colon;

    if (!str_find_char(rest, '}', &end))
        return wrong(e, text, *at, "a { without its }");
    name = str_slice(rest, 0, end);
    bool formed = str_find_char(name, ':', &colon);

    if (formed) {
        form = str_slice(name, colon + 1, name.len);
        name = str_slice(name, 0, colon);
        if (!read_form(form, p))
            return wrong(e, text, *at + 2 + colon,
                         "an unknown form (a width, date, month, time, moment, uuid, ulid, ksuid, "
                         "number, hex, word, email, ip, url, lower and upper are known)");
    }
    if (!name.len || str_find_char(name, '{', NULL))
        return wrong(e, text, *at, "a placeholder without a name");
    p->text = arena_str(a, name);
    *at += end + 2;
    return 0;
}

/* Up to the next placeholder; doubled braces stand for themselves. */
static int read_literal(struct arena *a, struct str text, size_t *at, struct template_part *p,
                        struct err *e)
{
    _cleanup_(buf_free) struct buf b = {0};

    while (*at < text.len) {
        char c = text.s[*at];

        if (c == '{' || c == '}') {
            bool doubled = *at + 1 < text.len && text.s[*at + 1] == c;

            if (!doubled && c == '}')
                return wrong(e, text, *at, "a } without its {");
            if (!doubled)
                break;
            *at += 1;
        }
        buf_char(&b, c);
        *at += 1;
    }
    p->literal = true;
    p->text = arena_str(a, buf_str(&b));
    return 0;
}

static bool takes_anything(const struct template_part *p)
{
    return !p->literal && p->form != FORM_PADDED && p->form != FORM_ATOM;
}

int template_parse(struct arena *a, struct str text, struct template *ret, struct err *e)
{
    struct template_part parts[TEMPLATE_PARTS_MAX] = {0};
    size_t count = 0;

    for (size_t at = 0; at < text.len;) {
        bool placeholder = text.s[at] == '{' && !(at + 1 < text.len && text.s[at + 1] == '{');
        size_t from = at;

        if (count == TEMPLATE_PARTS_MAX)
            return wrong(e, text, at, "too many parts");
        int r = placeholder ? read_placeholder(a, text, &at, &parts[count], e)
                            : read_literal(a, text, &at, &parts[count], e);

        if (r < 0)
            return r;
        if (count && takes_anything(&parts[count - 1]) && !parts[count].literal)
            return wrong(e, text, from, "two placeholders with nothing between them");
        count++;
    }
    ret->parts = arena_alloc(a, count, sizeof(*parts));
    memcpy(ret->parts, parts, count * sizeof(*parts));
    ret->count = count;
    return 0;
}

/* ---- template to text */

static void add_literal(struct buf *b, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.s[i] == '{' || text.s[i] == '}')
            buf_char(b, text.s[i]);
        buf_char(b, text.s[i]);
    }
}

void template_add(struct buf *b, const struct template *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct template_part *p = &t->parts[i];

        if (p->literal) {
            add_literal(b, p->text);
            continue;
        }
        buf_addf(b, "{%.*s", STR_ARG(p->text));
        if (p->form == FORM_ATOM)
            buf_addf(b, ":%s", atom_name(p->atom));
        else if (p->form == FORM_PADDED)
            buf_addf(b, ":%u", p->width);
        else if (p->form != FORM_PLAIN)
            buf_addf(b, ":%s", p->form == FORM_LOWER ? "lower" : "upper");
        buf_char(b, '}');
    }
}

/* ---- matching */

static bool same_case(struct str t, int (*wrong_case)(int))
{
    for (size_t i = 0; i < t.len; i++) {
        if (wrong_case((unsigned char)t.s[i]))
            return false;
    }
    return true;
}

/* May the placeholder stand for this text? */
static bool fits(const struct template_part *p, struct str text)
{
    switch (p->form) {
    case FORM_ATOM:
        return p->atom == ATOM_ANY || (text.len && atom_length(p->atom, text) == text.len);
    case FORM_PADDED:
        return text.len >= p->width && atom_length(ATOM_NUMBER, text) == text.len;
    case FORM_LOWER:
        return text.len && same_case(text, isupper);
    case FORM_UPPER:
        return text.len && same_case(text, islower);
    default:
        return text.len > 0;
    }
}

/* How much of the rest the placeholder takes by itself: what is left belongs to what follows. 0: it
 * does not fit. */
static size_t takes(const struct template *t, size_t i, struct str rest)
{
    const struct template_part *p = &t->parts[i];
    size_t end = rest.len;

    if (i + 1 == t->count)
        return rest.len;
    if (p->form == FORM_ATOM && p->atom != ATOM_WORD && p->atom != ATOM_ANY)
        return atom_length(p->atom, rest);
    if (p->form == FORM_PADDED)
        return atom_length(ATOM_NUMBER, rest);
    if (t->parts[i + 1].literal && !str_find(rest, t->parts[i + 1].text, &end))
        return 0;
    return end;
}

bool template_match(const struct template *t, struct str key, struct str values[TEMPLATE_PARTS_MAX])
{
    struct str rest = key;

    for (size_t i = 0; i < t->count; i++) {
        const struct template_part *p = &t->parts[i];
        size_t n = p->literal ? p->text.len : takes(t, i, rest);

        if (n > rest.len)
            return false;
        values[i] = str_slice(rest, 0, n);
        if (p->literal ? !str_eq(values[i], p->text) : !fits(p, values[i]))
            return false;
        rest = str_slice(rest, n, rest.len);
    }
    return rest.len == 0;
}

/* ---- making */

static struct str in_case(struct arena *a, struct str value, int (*to)(int))
{
    char *s = arena_bytes(a, value.len);

    for (size_t i = 0; i < value.len; i++)
        s[i] = (char)to((unsigned char)value.s[i]);
    return (struct str){s, value.len};
}

/* The date or the month that a longer moment begins with. */
static bool beginning(enum atom kind, struct str value, struct str *ret)
{
    static const struct {
        enum atom kind;
        size_t len;
    } known[] = {{ATOM_DATE, 10}, {ATOM_MONTH, 7}};

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (known[i].kind != kind || value.len < known[i].len)
            continue;
        *ret = str_slice(value, 0, known[i].len);
        return atom_length(kind, *ret) == ret->len;
    }
    return false;
}

bool template_derive(struct arena *a, const struct template_part *p, struct str value,
                     struct str *ret)
{
    if (p->form == FORM_LOWER || p->form == FORM_UPPER) {
        *ret = in_case(a, value, p->form == FORM_LOWER ? tolower : toupper);
        return value.len > 0;
    }
    if (p->form == FORM_PADDED) {
        if (!value.len || atom_length(ATOM_NUMBER, value) != value.len)
            return false;
        *ret = arena_printf(a, "%.*s%.*s", (int)(value.len < p->width ? p->width - value.len : 0),
                            "0000000000000000000000000000000000000000", STR_ARG(value));
        return true;
    }
    *ret = value;
    return fits(p, value) || (p->form == FORM_ATOM && beginning(p->atom, value, ret));
}

/* ---- what it is like */

bool template_is_bare(const struct template *t)
{
    return t->count == 1 && !t->parts[0].literal && t->parts[0].form == FORM_PLAIN;
}

bool template_has_literal(const struct template *t)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->parts[i].literal && t->parts[i].text.len)
            return true;
    }
    return false;
}

struct str template_prefix(const struct template *t)
{
    return t->count && t->parts[0].literal ? t->parts[0].text : STR("");
}

bool template_same(const struct template *a, const struct template *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct template_part *x = &a->parts[i], *y = &b->parts[i];

        if (x->literal != y->literal || x->form != y->form || x->atom != y->atom ||
            x->width != y->width || !str_eq(x->text, y->text))
            return false;
    }
    return true;
}

/* ---- overlap */

static const char *sample_of(const struct template_part *p)
{
    static const char *const samples[ATOMS] = {
        [ATOM_WORD] = "x",
        [ATOM_NUMBER] = "1",
        [ATOM_DATE] = "2024-01-02",
        [ATOM_MONTH] = "2024-01",
        [ATOM_TIME] = "03:04:05",
        [ATOM_MOMENT] = "2024-01-02T03:04:05Z",
        [ATOM_UUID] = "00000000-0000-4000-8000-000000000000",
        [ATOM_ULID] = "01HZZZZZZZZZZZZZZZZZZZZZZZ",
        [ATOM_KSUID] = "2aBcDeFgHiJkLmNoPqRsTuVwXy1",
        [ATOM_HEX] = "0a1b2c3d",
        [ATOM_EMAIL] = "x@example.com",
        [ATOM_IP] = "192.0.2.1",
        [ATOM_URL] = "https://example.com",
    };

    if (p->form == FORM_UPPER)
        return "X";
    if (p->form == FORM_ATOM && samples[p->atom])
        return samples[p->atom];
    return p->form == FORM_PADDED ? "00000000000000000000000000000000000000001" : "x";
}

/* A key of x, with what y has as literals put into its open placeholders one by one. */
static bool example_of(struct arena *a, const struct template *x, const struct template *y,
                       struct str *ret)
{
    struct str ignored[TEMPLATE_PARTS_MAX];

    for (size_t left = y->count + 1; left-- > 0;) {
        size_t with = left; /* y->count: none */
        _cleanup_(buf_free) struct buf b = {0};

        for (size_t i = 0; i < x->count; i++) {
            const struct template_part *p = &x->parts[i];
            bool open = takes_anything(p) && with < y->count && y->parts[with].literal;

            if (p->literal)
                buf_str_add(&b, p->text);
            else if (open)
                buf_str_add(&b, y->parts[with].text);
            else if (p->form == FORM_PADDED)
                buf_str_add(&b, str_of(sample_of(p) + 41 - p->width));
            else
                buf_str_add(&b, str_of(sample_of(p)));
        }
        if (template_match(x, buf_str(&b), ignored) && template_match(y, buf_str(&b), ignored)) {
            *ret = arena_str(a, buf_str(&b));
            return true;
        }
    }
    return false;
}

bool template_overlap(struct arena *a, const struct template *x, const struct template *y,
                      struct str *example)
{
    return example_of(a, x, y, example) || example_of(a, y, x, example);
}
