/* Attribute values and items, all ten types, exact.
 *
 * A value and its text live in the arena that they were made in. An item is a value of type M.
 * Members of a map, elements of a list and elements of a set are chained by `next`. Source of types
 * and limits: the API reference of AttributeValue and the developer guide's "Constraints".
 */
#ifndef PKSK_ITEM_VALUE_H
#define PKSK_ITEM_VALUE_H

#include "pksk/base/arena.h"
#include "pksk/base/buf.h"
#include "pksk/base/err.h"

enum attr_type {
    ATTR_S,    /* text: UTF-8 */
    ATTR_N,    /* text: a decimal number, see item/number.h */
    ATTR_B,    /* text: the bytes themselves, not base64 */
    ATTR_BOOL, /* boolean */
    ATTR_NULL,
    ATTR_M,  /* first: named values */
    ATTR_L,  /* first: values */
    ATTR_SS, /* first: values of type S */
    ATTR_NS, /* first: values of type N */
    ATTR_BS, /* first: values of type B */
    ATTR_TYPES,
};

struct value {
    struct value *next; /* the next member, element, or item of a page */
    union {
        const char *bytes;   /* S, N, B; `len` bytes, not NUL-terminated */
        struct value *first; /* M, L and the sets; `len` of them */
    };
    const char *name_bytes; /* of a member of a map */
    uint32_t len;
    uint16_t name_len; /* no more: a page holds tens of thousands of values */
    uint8_t type;      /* enum attr_type */
    bool boolean;
};

/* Bytes of a name, as DynamoDB has it; who reads names refuses longer ones. */
#define VALUE_NAME_MAX 65535

/* for (struct value *x = v->first; x; x = x->next) */
#define value_each(x, v) for (const struct value *x = (v)->first; x; x = x->next)

static inline struct str value_text(const struct value *v)
{
    return (struct str){v->bytes, v->len};
}

static inline struct str value_name(const struct value *v)
{
    return (struct str){v->name_bytes, v->name_len};
}

/* The name is not copied. */
static inline void value_set_name(struct value *v, struct str name)
{
    v->name_bytes = name.s;
    v->name_len = (uint16_t)MIN(name.len, (size_t)VALUE_NAME_MAX);
}

static inline bool value_is_text(const struct value *v) /* S, N or B */
{
    return v->type <= ATTR_B;
}

/* true, false, null: what JSON and the shell's notation write alike. False: it is another value. */
bool value_add_literal(struct buf *b, const struct value *v);

const char *attr_type_name(enum attr_type type); /* "S", "NS", "BOOL" … as in DynamoDB JSON */
bool attr_type_from(struct str name, enum attr_type *ret); /* exact case */

struct value *value_new(struct arena *a, enum attr_type type);
struct value *value_new_text(struct arena *a, enum attr_type type,
                             struct str text); /* copies the text */
void value_append(struct value *parent, struct value **last,
                  struct value *child); /* *last: NULL at first */

const struct value *value_member(const struct value *map,
                                 struct str name); /* NULL when absent or not a map */
struct value *value_copy(struct arena *a, const struct value *v); /* deep; next is NULL */

/* Same type and same meaning: numbers by value, sets and maps in any order, lists in order. */
bool value_equal(const struct value *a, const struct value *b);

/* DynamoDB's order of key values of one type: S and B by unsigned bytes, N by value. Both of type
 * S, N or B. */
int value_compare(const struct value *a, const struct value *b);

/* Bytes that DynamoDB counts for an item or value: UTF-8 names and text, about half a byte a digit
 * plus one for numbers, 1 for BOOL and NULL, 3 + 1 an element for lists and maps (developer guide,
 * "Item sizes and formats"). */
size_t value_size(const struct value *v);
#define ITEM_SIZE_MAX ((size_t)409600)
#define VALUE_DEPTH_MAX 32 /* nesting of lists and maps */

#endif
