#include "pksk/dynamo/items.h"

void items_begin(struct items *i)
{
    struct buf partial = i->partial;

    buf_reset(&partial);
    *i = (struct items){.partial = partial};
}

void items_free(struct items *i)
{
    buf_free(&i->partial);
}

/* Up to the next item or the end. */
static void skip(struct items *i, struct str *bytes)
{
    for (; bytes->len; *bytes = str_slice(*bytes, 1, bytes->len)) {
        char c = bytes->s[0];

        if (c == ',' && i->behind) {
            i->behind = false;
            i->comma = true;
        } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            return;
        }
    }
}

static enum items_found found(struct items *i, struct value *item)
{
    i->behind = true;
    i->comma = false;
    return item ? ITEMS_ONE : ITEMS_TEXT;
}

/* One that came in several pieces is looked at when its end is there. */
static enum items_found complete(struct items *i, struct arena *a, struct str *bytes,
                                 struct value **item, struct str *text)
{
    size_t len = quick_scan(&i->scan, *bytes);

    buf_add(&i->partial, bytes->s, len ? len : bytes->len);
    *bytes = str_slice(*bytes, len ? len : bytes->len, bytes->len);
    if (!len)
        return ITEMS_WAIT;
    i->whole = true;
    *text = buf_str(&i->partial);
    struct str rest = *text;

    *item = quick_typed_next(a, &rest);
    return found(i, *item);
}

enum items_found items_next(struct items *i, struct arena *a, struct str *bytes,
                            struct value **item, struct str *text)
{
    if (i->whole)
        buf_reset(&i->partial);
    i->whole = false;
    if (i->partial.len)
        return complete(i, a, bytes, item, text);
    skip(i, bytes);
    if (!bytes->len)
        return ITEMS_WAIT;
    if (bytes->s[0] != '{' || i->behind)
        return ITEMS_END;
    *item = quick_typed_next(a, bytes);
    if (*item)
        return found(i, *item);
    i->scan = (struct quick_scan){0};
    size_t len = quick_scan(&i->scan, *bytes);

    if (!len) {
        buf_str_add(&i->partial, *bytes);
        *bytes = STR("");
        return ITEMS_WAIT;
    }
    *text = str_slice(*bytes, 0, len);
    *bytes = str_slice(*bytes, len, bytes->len);
    return found(i, NULL);
}
