#include "pksk/base/map.h"
#include "pksk/item/number.h"
#include "pksk/item/plain.h"

/* An item's own braces are no level of nesting. */
#define DEPTH_MAX (VALUE_DEPTH_MAX + 1)

/* The way from the outermost value to the one being read, for messages. */
struct place {
    const struct place *up;
    const struct json *node;
    uint32_t index; /* among its siblings */
    unsigned depth;
};

static void add_path(struct buf *b, const struct place *at)
{
    if (!at->up)
        return;
    add_path(b, at->up);
    if (at->up->node->kind == JSON_IS_ARRAY) {
        buf_addf(b, "[%u]", at->index);
        return;
    }
    buf_str_add(b, b->len ? STR(".") : STR(""));
    buf_str_add(b, at->node->name);
}

static int refuse(const struct place *at, int code, struct err *e, const char *why)
{
    _cleanup_(buf_free) struct buf path = {.max = 256};
    char text[sizeof(((struct err *)NULL)->text)];

    snprintf(text, sizeof(text), "%s", why); /* why may be in *e */
    add_path(&path, at);
    if (!path.len)
        return err_set(e, code, "%s", text);
    return err_set(e, code, "attribute %.*s: %s", STR_ARG(buf_str(&path)), text);
}

static int read_value(struct arena *a, const struct place *at, struct value **ret, struct err *e);

static int read_number(struct arena *a, const struct place *at, struct value **ret, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct err why = {0};
    int code = number_normalise(at->node->text, &text, &why);

    if (code)
        return refuse(at, code, e, why.text);
    *ret = value_new_text(a, ATTR_N, buf_str(&text));
    return 0;
}

static void cleanup_map(struct map *m)
{
    map_free(m, NULL);
}

static int read_kids(struct arena *a, const struct place *at, struct value *parent, struct err *e)
{
    _cleanup_(cleanup_map) struct map seen = {0};
    struct value *last = NULL, *v;
    struct place inner = {.up = at, .node = at->node->first, .depth = at->depth + 1};

    if (inner.depth > DEPTH_MAX)
        return refuse(at, ERR_FAILED, e, "nested deeper than DynamoDB's 32 levels");
    for (; inner.node; inner.node = inner.node->next, inner.index++) {
        bool member = parent->type == ATTR_M;

        if (member && inner.node->name.len > VALUE_NAME_MAX)
            return refuse(&inner, ERR_FAILED, e, "the name is longer than 65535 bytes");
        if (member && map_put(&seen, inner.node->name, parent))
            return refuse(&inner, ERR_FAILED, e, "the name stands there twice");
        int code = read_value(a, &inner, &v, e);

        if (code)
            return code;
        if (member) {
            value_set_name(v, arena_intern(a, inner.node->name));
        }
        value_append(parent, &last, v);
    }
    return 0;
}

static int read_value(struct arena *a, const struct place *at, struct value **ret, struct err *e)
{
    const struct json *node = at->node;
    struct value *v;

    switch (node->kind) {
    case JSON_IS_NUMBER:
        return read_number(a, at, ret, e);
    case JSON_IS_STRING:
        v = value_new_text(a, ATTR_S, node->text);
        break;
    case JSON_IS_BOOL:
        v = value_new(a, ATTR_BOOL);
        v->boolean = node->boolean;
        break;
    case JSON_IS_ARRAY:
    case JSON_IS_OBJECT:
        v = value_new(a, node->kind == JSON_IS_ARRAY ? ATTR_L : ATTR_M);
        int code = read_kids(a, at, v, e);

        if (code)
            return code;
        break;
    default:
        v = value_new(a, ATTR_NULL);
        break;
    }
    *ret = v;
    return 0;
}

int plain_from_json(struct arena *a, const struct json *tree, struct value **ret, struct err *e)
{
    struct place outermost = {.node = tree};

    return read_value(a, &outermost, ret, e);
}

int plain_parse(struct arena *a, struct str text, struct value **ret, struct err *e)
{
    struct arena trees = {0};
    struct json *tree;
    int code = json_parse(&trees, text, 2 * DEPTH_MAX, &tree, e);

    if (!code)
        code = plain_from_json(a, tree, ret, e);
    arena_free(&trees);
    return code;
}
