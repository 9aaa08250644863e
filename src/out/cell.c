#include "pksk/out/cell.h"

#include "pksk/base/utf8.h"
#include "pksk/item/notation.h"
#include "pksk/item/number.h"

/* Would an eye take the bare text for a number, a list, a quoted string …, or miss its blanks? */
static bool is_bare(struct str t)
{
    static const char *const words[] = {"true", "false", "null"};
    static const char *const begins[] = {"\"", "'", "`", "[", "{", "<<", "b64\"", "hex\""};
    size_t at;

    if (!t.len || t.s[0] == ' ' || t.s[t.len - 1] == ' ' || str_find(t, STR("  "), &at))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_is(t, words[i]))
            return false;
    for (size_t i = 0; i < ARRAY_LEN(begins); i++)
        if (str_starts(t, str_of(begins[i])))
            return false;
    return !number_looks_like(t) && text_is_safe(t);
}

static void add_string(struct buf *b, struct str text, unsigned cells)
{
    size_t max = cells ? (size_t)cells * 4 + 16 : text.len;
    struct str shown = utf8_cut(text, max);

    if (is_bare(shown))
        buf_str_add(b, shown);
    else
        notation_add_string(b, shown);
    if (shown.len < text.len)
        buf_lit(b, "…");
}

void cell_add(struct buf *b, const struct value *v, unsigned cells)
{
    _cleanup_(buf_free) struct buf text = {0};

    if (v->type == ATTR_S)
        add_string(&text, value_text(v), cells);
    else
        notation_add_short(&text, v);
    text_escape(b, buf_str(&text));
}

void cell_add_short(struct buf *b, const struct value *v)
{
    _cleanup_(buf_free) struct buf text = {0};

    notation_add_short(&text, v);
    text_escape(b, buf_str(&text));
}

void cell_add_name(struct buf *b, struct str name)
{
    if (name.len)
        text_escape(b, name);
    else
        buf_lit(b, "``");
}

enum colour cell_colour(const struct value *v, bool key)
{
    if (key)
        return COLOUR_KEY;
    switch (v->type) {
    case ATTR_N:
        return COLOUR_NUMBER;
    case ATTR_BOOL:
    case ATTR_NULL:
        return COLOUR_LITERAL;
    case ATTR_S:
        return is_bare(value_text(v)) ? COLOUR_NONE : COLOUR_STRING;
    default:
        return COLOUR_NONE;
    }
}

static const struct value *element(const struct value *list, struct str digits)
{
    uint64_t n;
    const struct value *x;

    if (list->type != ATTR_L || !str_to_u64(digits, &n))
        return NULL;
    /* a projection of one element is a list of that one alone, whatever its place was */
    if (n >= list->len)
        return list->len == 1 ? list->first : NULL;
    for (x = list->first; x && n; n--)
        x = x->next;
    return x;
}

static const struct value *follow(const struct value *v, struct str path)
{
    while (v && path.len) {
        size_t i = 0;

        if (path.s[0] == '[') {
            if (!str_find_char(path, ']', &i))
                return NULL;
            v = element(v, str_slice(path, 1, i));
            path = str_slice(path, i + 1, path.len);
            continue;
        }
        path = path.s[0] == '.' ? str_slice(path, 1, path.len) : path;
        while (i < path.len && path.s[i] != '.' && path.s[i] != '[')
            i++;
        v = value_member(v, str_slice(path, 0, i));
        path = str_slice(path, i, path.len);
    }
    return v;
}

const struct value *cell_find(const struct value *item, struct str column)
{
    const struct value *v = value_member(item, column);

    return v ? v : follow(item, column);
}
