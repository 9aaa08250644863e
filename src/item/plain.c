#include "pksk/item/plain.h"

#include "pksk/item/base64.h"
#include "pksk/item/number.h"
#include "pksk/json/writer.h"

static bool digits(struct str t, size_t *at)
{
    size_t from = *at;

    while (*at < t.len && t.s[*at] >= '0' && t.s[*at] <= '9')
        ++*at;
    return *at > from;
}

/* JSON's grammar is narrower than DynamoDB's: no "+1", ".5", "5." or "007". */
static bool is_json_number(struct str t)
{
    size_t at = t.len && t.s[0] == '-', first = at;

    if (!digits(t, &at) || (t.s[first] == '0' && at > first + 1))
        return false;
    if (at < t.len && t.s[at] == '.') {
        at++;
        if (!digits(t, &at))
            return false;
    }
    if (at < t.len && (t.s[at] | 0x20) == 'e') {
        at++;
        if (at < t.len && (t.s[at] == '+' || t.s[at] == '-'))
            at++;
        if (!digits(t, &at))
            return false;
    }
    return at == t.len;
}

static void add_number(struct buf *b, struct str t)
{
    size_t before = b->len;

    if (is_json_number(t)) {
        buf_str_add(b, t);
    } else if (number_normalise(t, b, NULL)) { /* no service keeps such a number */
        b->len = before;
        json_add_string(b, t);
    }
}

#define COMPACT UINT32_MAX /* for an indent: no lines at all */

static void new_line(struct buf *b, unsigned indent)
{
    if (indent == COMPACT)
        return;
    buf_char(b, '\n');
    while (indent--)
        buf_char(b, ' ');
}

static void add(struct buf *b, const struct value *v, unsigned indent);

static void add_kids(struct buf *b, const struct value *v, unsigned indent)
{
    unsigned inner = indent == COMPACT ? COMPACT : indent + 2;
    bool map = v->type == ATTR_M;

    buf_char(b, map ? '{' : '[');
    value_each (kid, v) {
        if (kid != v->first)
            buf_char(b, ',');
        new_line(b, inner);
        if (map) {
            json_add_string(b, value_name(kid));
            buf_char(b, ':');
            if (indent != COMPACT)
                buf_char(b, ' ');
        }
        add(b, kid, inner);
    }
    if (v->first)
        new_line(b, indent);
    buf_char(b, map ? '}' : ']');
}

static void add_base64(struct buf *b, struct str bytes)
{
    buf_char(b, '"');
    base64_add(b, bytes);
    buf_char(b, '"');
}

static void add(struct buf *b, const struct value *v, unsigned indent)
{
    if (value_add_literal(b, v))
        return;
    if (v->type == ATTR_S)
        json_add_string(b, value_text(v));
    else if (v->type == ATTR_N)
        add_number(b, value_text(v));
    else if (v->type == ATTR_B)
        add_base64(b, value_text(v));
    else
        add_kids(b, v, indent);
}

void plain_add_value(struct buf *b, const struct value *v)
{
    add(b, v, COMPACT);
}

void plain_add_pretty(struct buf *b, const struct value *v, unsigned indent)
{
    add(b, v, indent);
}
