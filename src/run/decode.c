#include "pksk/run/decode.h"

#include "pksk/item/base64.h"
#include "pksk/item/ddbjson.h"
#include "pksk/item/plain.h"

#define DEPTH_MAX 96 /* twice DynamoDB's nesting for the types, and what is around an item */

static const struct json *member(const struct json *object, struct str name)
{
    for (const struct json *x = object->first; x; x = x->next) {
        if (str_eq(x->name, name))
            return x;
    }
    return NULL;
}

/* {"S":"…"}, {"N":"…"} or {"B":"…"} */
static bool is_typed_key(const struct json *node)
{
    enum attr_type type;

    return node->kind == JSON_IS_OBJECT && node->count == 1 &&
           node->first->kind == JSON_IS_STRING && attr_type_from(node->first->name, &type) &&
           type <= ATTR_B;
}

static int base64_key(struct arena *a, struct value *v, struct err *e)
{
    char *bytes = arena_bytes(a, v->len + (size_t)1);
    size_t len;

    if (!base64_decode(value_text(v), bytes, &len))
        return err_set(e, ERR_FAILED, "the key attribute %.*s is binary, and not in base64",
                       STR_ARG(value_name(v)));
    v->type = ATTR_B;
    v->bytes = bytes;
    v->len = (uint32_t)len;
    return 0;
}

static int fit_keys(struct arena *a, const struct key_schema *key, struct value *item,
                    struct err *e)
{
    for (unsigned i = 0; i < key->partition_count + key->sort_count; i++) {
        const struct key_part *part =
            i < key->partition_count ? &key->partition[i] : &key->sort[i - key->partition_count];

        if (part->type != ATTR_B)
            continue;
        for (struct value *v = item->first; v; v = v->next) {
            if (v->type != ATTR_S || !str_eq(value_name(v), part->name))
                continue;
            int r = base64_key(a, v, e);

            if (r < 0)
                return r;
        }
    }
    return 0;
}

static int plain_item(struct arena *a, const struct json *tree, const struct table *t,
                      struct value **ret, struct err *e)
{
    int r = plain_from_json(a, tree, ret, e);

    if (r == 0)
        r = fit_keys(a, &t->key, *ret, e);
    for (size_t i = 0; r == 0 && i < t->index_count; i++)
        r = fit_keys(a, &t->indexes[i].key, *ret, e);
    return r;
}

int decode_item(struct arena *a, struct str text, enum decode_form form, const struct table *t,
                struct value **ret, struct err *e)
{
    const struct json *key, *inner;
    struct json *parsed;
    int r = json_parse(a, text, DEPTH_MAX, &parsed, e);
    const struct json *tree = parsed;

    if (r < 0)
        return r;
    if (tree->kind != JSON_IS_OBJECT)
        return err_set(e, ERR_FAILED, "not an object");
    key = member(tree, t->key.partition[0].name);
    inner = member(tree, STR("Item"));
    if (inner && inner->kind == JSON_IS_OBJECT &&
        (!key || (key->kind == JSON_IS_OBJECT && !is_typed_key(key)))) {
        tree = inner;
        key = member(tree, t->key.partition[0].name);
    }
    if (!key)
        return err_set(e, ERR_FAILED, "the key attribute %.*s is missing",
                       STR_ARG(t->key.partition[0].name));
    if (form == DECODE_TYPED || (form == DECODE_EITHER && key->kind == JSON_IS_OBJECT))
        return ddb_from_json(a, tree, ret, e);
    return plain_item(a, tree, t, ret, e);
}
