#include "pksk/run/decode.h"

#include "pksk/item/base64.h"
#include "pksk/item/ddbjson.h"
#include "pksk/item/mongo.h"
#include "pksk/item/plain.h"
#include "pksk/item/quick.h"

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
    for (unsigned i = 0; i < key_part_count(key); i++) {
        const struct key_part *part = key_part(key, i);

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

static int fit_all_keys(struct arena *a, const struct table *t, struct value *item, struct err *e)
{
    int r = fit_keys(a, &t->key, item, e);

    for (size_t i = 0; r == 0 && i < t->index_count; i++)
        r = fit_keys(a, &t->indexes[i].key, item, e);
    return r;
}

static int plain_item(struct arena *a, const struct json *tree, const struct table *t,
                      struct value **ret, struct err *e)
{
    int r = plain_from_json(a, tree, ret, e);

    return r < 0 ? r : fit_all_keys(a, t, *ret, e);
}

/* The item inside {"Item":…}, as exports to S3 have it, line by line; else the text itself. */
static struct str unwrap(struct str text, const struct table *t)
{
    static const struct str opening = {"{\"Item\":{", 9};
    struct str inner = str_trim(text);

    if (!str_starts(inner, opening) || inner.s[inner.len - 1] != '}' ||
        str_is(t->key.partition[0].name, "Item"))
        return text;
    return str_slice(inner, opening.len - 1, inner.len - 1);
}

/* Anything else, and whatever is wrong, with what to say about it. */
static int slow_item(struct arena *a, struct str text, enum decode_form form, const struct table *t,
                     struct value **ret, struct err *e)
{
    const struct json *key, *inner, *tree;
    struct json *parsed;
    int r = json_parse(a, text, DEPTH_MAX, &parsed, e);

    if (r < 0)
        return r;
    if (mongo_is_likely(text))
        (void)mongo_simplify(a, parsed);
    tree = parsed;
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

/* Nearly every item: without a tree, and with text that stays where it is. NULL: not this one. */
static struct value *quick_item(struct arena *a, struct str text, const struct table *t, bool typed)
{
    struct value *item = typed ? quick_typed(a, text) : quick_plain(a, text);
    const struct value *key = item ? value_member(item, t->key.partition[0].name) : NULL;

    /* A key that is a map may mean that the guess was wrong. */
    return key && (value_is_text(key) || (!typed && key->type != ATTR_M)) ? item : NULL;
}

int decode_item(struct arena *a, struct str text, enum decode_form form, const struct table *t,
                struct value **ret, struct str *json, struct err *e)
{
    struct str bare = str_trim(unwrap(text, t));
    bool typed = form == DECODE_TYPED || (form == DECODE_EITHER && quick_looks_typed(bare));
    bool mongo = !typed && mongo_is_likely(bare);
    struct value *quick = mongo ? NULL : quick_item(a, bare, t, typed);
    bool one_line = !str_find_char(bare, '\n', NULL) && !str_find_char(bare, '\r', NULL);

    *json = quick && typed && one_line ? bare : STR("");
    if (!quick)
        return slow_item(a, text, form, t, ret, e);
    *ret = quick;
    return typed ? 0 : fit_all_keys(a, t, quick, e);
}
