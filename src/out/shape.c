#include "pksk/out/shape.h"

#define LITERAL_MAX 32 /* bytes of a word that is still taken for the name of something */
#define PARTS_MAX 4

static bool is_separator(char c)
{
    return c == '#' || c == '|' || c == ':' || c == '/';
}

/* ORDER, user, order-item; not 2024, a1b2, ann@example.com */
static bool is_word(struct str t)
{
    if (!t.len || t.len > LITERAL_MAX)
        return false;
    for (size_t i = 0; i < t.len; i++) {
        char c = t.s[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i && (c == '_' || c == '-'))))
            return false;
    }
    return true;
}

static bool is_upper(struct str t)
{
    for (size_t i = 0; i < t.len; i++)
        if (t.s[i] >= 'a' && t.s[i] <= 'z')
            return false;
    return true;
}

/* The length of the piece at `from`, up to its separator or the end. */
static size_t piece_len(struct str key, size_t from)
{
    size_t i = from;

    while (i < key.len && !is_separator(key.s[i]))
        i++;
    return i - from;
}

void shape_add_key(struct buf *b, struct str key)
{
    bool literal_next = true, in_value = false;
    unsigned literals = 0;
    size_t i = 0;

    while (i < key.len) {
        struct str piece = str_slice(key, i, i + piece_len(key, i));
        bool last = i + piece.len == key.len, literal = literal_next && is_word(piece);

        /* what ends a key has no separator to tell a name by: PROFILE is one, ann is not */
        literal = literal && literals < PARTS_MAX && (!last || is_upper(piece));
        if (literal || (!piece.len && !last)) {
            if (in_value)
                buf_char(b, key.s[i - 1]);
            buf_add(b, piece.s, piece.len + !last);
            in_value = false;
            literals++;
        } else if (!in_value) {
            buf_lit(b, "…");
            in_value = true;
        }
        literal_next = !literal; /* after a name comes a value */
        i += piece.len + 1;
    }
}

void shape_add_item(struct buf *b, const struct value *item, const struct str *keys, size_t count)
{
    size_t begin = b->len;

    for (size_t i = 0; i < count; i++) {
        const struct value *v = value_member(item, keys[i]);
        size_t before = b->len;

        if (!v || v->type != ATTR_S)
            continue;
        if (before > begin)
            buf_lit(b, "  ");
        size_t from = b->len;
        shape_add_key(b, value_text(v));
        if (b->len == from || str_is(str_slice(buf_str(b), from, b->len), "…"))
            b->len = before; /* nothing literal in it */
    }
    if (b->len == begin)
        buf_lit(b, "…");
}
