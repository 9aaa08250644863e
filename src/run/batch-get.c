#include "pksk/run/batch-get.h"

#include "pksk/item/ddbjson.h"

struct value *batch_get_in_order(const struct value *keys, struct value *items)
{
    struct value *sorted = NULL, **tail = &sorted;
    size_t n = 0;

    for (const struct value *key = keys; key && items && n < BATCH_GET_MAX; key = key->next, n++) {
        for (struct value **link = &items; *link; link = &(*link)->next) {
            bool same = true;

            value_each (v, key) {
                const struct value *other = value_member(*link, value_name(v));

                same &= other && value_equal(other, v);
            }
            if (!same)
                continue;
            *tail = *link;
            *link = (*link)->next;
            tail = &(*tail)->next;
            *tail = NULL;
            break;
        }
    }
    *tail = items; /* a projection without the key cannot be ordered */
    return sorted;
}

/* Is this one of the keys of the batch that was answered? */
static bool was_asked(const struct value *keys, const struct json *tree)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct value *given;
    struct err ignored;
    size_t n = 0;

    if (ddb_from_json(&a, tree, &given, &ignored) < 0)
        return false;
    for (const struct value *key = keys; key && n < BATCH_GET_MAX; key = key->next, n++) {
        if (value_equal(key, given))
            return true;
    }
    return false;
}

bool batch_get_may_ask_again(const struct value *asked, struct str table, const struct json *rest)
{
    const struct json *keys = rest->first ? json_get(rest->first, "Keys") : NULL;

    if (rest->kind != JSON_IS_OBJECT || rest->count != 1 || !str_eq(rest->first->name, table) ||
        !keys || keys->kind != JSON_IS_ARRAY || keys->count > BATCH_GET_MAX)
        return false;
    for (const struct json *key = keys->first; key; key = key->next) {
        if (!was_asked(asked, key))
            return false;
    }
    return keys->count > 0;
}
