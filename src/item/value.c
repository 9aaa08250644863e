#include "pksk/item/value.h"

#include "pksk/item/number.h"

static const char *const type_names[ATTR_TYPES] = {
    [ATTR_S] = "S", [ATTR_N] = "N", [ATTR_B] = "B",   [ATTR_BOOL] = "BOOL", [ATTR_NULL] = "NULL",
    [ATTR_M] = "M", [ATTR_L] = "L", [ATTR_SS] = "SS", [ATTR_NS] = "NS",     [ATTR_BS] = "BS",
};

const char *attr_type_name(enum attr_type type)
{
    return type_names[type];
}

static enum attr_type text_type(char c)
{
    return c == 'S' ? ATTR_S : c == 'N' ? ATTR_N : c == 'B' ? ATTR_B : ATTR_TYPES;
}

/* Asked for each value of each page, hence not a search in the table above. */
bool attr_type_from(struct str name, enum attr_type *ret)
{
    enum attr_type type = ATTR_TYPES;

    if (name.len == 1) {
        type = name.s[0] == 'M' ? ATTR_M : name.s[0] == 'L' ? ATTR_L : text_type(name.s[0]);
    } else if (name.len == 2 && name.s[1] == 'S' && text_type(name.s[0]) != ATTR_TYPES) {
        type = text_type(name.s[0]) - ATTR_S + ATTR_SS;
    } else if (name.len == 4) {
        type = str_is(name, "BOOL") ? ATTR_BOOL : str_is(name, "NULL") ? ATTR_NULL : ATTR_TYPES;
    }
    if (type == ATTR_TYPES)
        return false;
    *ret = type;
    return true;
}

struct value *value_new(struct arena *a, enum attr_type type)
{
    struct value *v = arena_words(a, sizeof(*v));

    *v = (struct value){.type = (uint8_t)type};
    return v;
}

struct value *value_new_text(struct arena *a, enum attr_type type, struct str text)
{
    struct value *v = arena_words(a, sizeof(*v));
    char *copy = arena_bytes(a, text.len);

    *v = (struct value){.type = (uint8_t)type, .bytes = copy, .len = (uint32_t)text.len};
    if (text.len)
        memcpy(copy, text.s, text.len);
    return v;
}

void value_append(struct value *parent, struct value **last, struct value *child)
{
    if (*last)
        (*last)->next = child;
    else
        parent->first = child;
    *last = child;
    parent->len++;
}

const struct value *value_member(const struct value *map, struct str name)
{
    if (!map || map->type != ATTR_M)
        return NULL;
    value_each (member, map) {
        if (str_eq(value_name(member), name))
            return member;
    }
    return NULL;
}

static bool has_kids(const struct value *v)
{
    return v->type >= ATTR_M;
}

struct value *value_copy(struct arena *a, const struct value *v)
{
    struct value *copy, *last = NULL;

    if (value_is_text(v)) {
        copy = value_new_text(a, v->type, value_text(v));
    } else {
        copy = value_new(a, v->type);
        copy->boolean = v->boolean;
    }
    if (v->name_bytes)
        value_set_name(copy, arena_intern(a, value_name(v)));
    if (has_kids(v)) {
        value_each (kid, v)
            value_append(copy, &last, value_copy(a, kid));
    }
    return copy;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(value_name(*(struct value *const *)a), value_name(*(struct value *const *)b));
}

static int by_value(const void *a, const void *b)
{
    return value_compare(*(struct value *const *)a, *(struct value *const *)b);
}

/* The kids in an order of their own, to compare what has none. The caller frees. */
static const struct value **sorted(const struct value *v)
{
    const struct value **kids = mem_resize(NULL, MAX(v->len, 1u), sizeof(*kids));
    size_t n = 0;

    value_each (kid, v)
        kids[n++] = kid;
    qsort(kids, n, sizeof(*kids), v->type == ATTR_M ? by_name : by_value);
    return kids;
}

static bool equal_unordered(const struct value *a, const struct value *b)
{
    _cleanup_(cleanup_free) const struct value **in_a = sorted(a);
    _cleanup_(cleanup_free) const struct value **in_b = sorted(b);

    for (uint32_t i = 0; i < a->len; i++) {
        if (a->type == ATTR_M && !str_eq(value_name(in_a[i]), value_name(in_b[i])))
            return false;
        if (!value_equal(in_a[i], in_b[i]))
            return false;
    }
    return true;
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->type != b->type)
        return false;
    if (value_is_text(a))
        return value_compare(a, b) == 0;
    if (a->type == ATTR_BOOL)
        return a->boolean == b->boolean;
    if (a->type == ATTR_NULL)
        return true;
    if (a->len != b->len)
        return false;
    if (a->type != ATTR_L)
        return equal_unordered(a, b);
    const struct value *x = a->first, *y = b->first;

    for (; x; x = x->next, y = y->next) {
        if (!value_equal(x, y))
            return false;
    }
    return true;
}

int value_compare(const struct value *a, const struct value *b)
{
    if (a->type == ATTR_N && b->type == ATTR_N)
        return number_compare(value_text(a), value_text(b));
    return str_cmp(value_text(a), value_text(b));
}

/* A byte for two digits, from the first significant one to the last, a byte for the sign, and one
 * more. */
static size_t number_size(struct str t)
{
    size_t digits = 0, zeros = 0;
    bool negative = t.len && t.s[0] == '-';

    for (size_t i = 0; i < t.len && (t.s[i] | 0x20) != 'e'; i++) {
        if (t.s[i] == '0') {
            zeros += digits > 0;
        } else if (t.s[i] >= '1' && t.s[i] <= '9') {
            digits += zeros + 1;
            zeros = 0;
        }
    }
    return (digits + 1) / 2 + 1 + negative;
}

static size_t nested_size(const struct value *v)
{
    size_t size = 0;

    switch ((enum attr_type)v->type) {
    case ATTR_S:
    case ATTR_B:
        return v->len;
    case ATTR_N:
        return number_size(value_text(v));
    case ATTR_M:
    case ATTR_L:
        size = 3 + v->len;
        break;
    case ATTR_SS:
    case ATTR_NS:
    case ATTR_BS:
        break;
    case ATTR_BOOL:
    case ATTR_NULL:
    case ATTR_TYPES:
        return 1;
    }
    value_each (kid, v)
        size += kid->name_len + nested_size(kid);
    return size;
}

size_t value_size(const struct value *v)
{
    bool item = v->type == ATTR_M && !v->name_bytes;

    return nested_size(v) - (item ? 3 + v->len : 0); /* an item is no map among its attributes */
}

bool value_add_literal(struct buf *b, const struct value *v)
{
    if (v->type != ATTR_BOOL && v->type != ATTR_NULL)
        return false;
    buf_str_add(b, v->type == ATTR_NULL ? STR("null") : v->boolean ? STR("true") : STR("false"));
    return true;
}
