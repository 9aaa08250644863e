#include "pksk/json/tree.h"

#include "pksk/json/writer.h"

static struct json *add_node(struct json_builder *b, enum json_kind kind, struct str text)
{
    struct json *node = arena_new(b->arena, struct json), *parent;

    node->kind = kind;
    node->text = text;
    node->name = b->name;
    b->name = (struct str){NULL, 0};
    if (!b->depth) {
        b->root = node;
        return node;
    }
    parent = b->open[b->depth - 1];
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    parent->count++;
    return node;
}

static void open_node(struct json_builder *b, enum json_kind kind)
{
    struct json *node = add_node(b, kind, (struct str){NULL, 0});

    if (b->depth == b->cap) {
        b->cap = MAX(b->cap * 2, 16u);
        b->open = mem_resize(b->open, b->cap, sizeof(struct json *));
    }
    b->open[b->depth++] = node;
}

int json_builder_event(struct json_builder *b, enum json_event event, struct str text,
                       struct err *e)
{
    if (b->done)
        return err_set(e, ERR_FAILED, "more than one JSON value");
    switch (event) {
    case JSON_NULL:
        add_node(b, JSON_IS_NULL, (struct str){NULL, 0});
        break;
    case JSON_FALSE:
    case JSON_TRUE:
        add_node(b, JSON_IS_BOOL, (struct str){NULL, 0})->boolean = event == JSON_TRUE;
        break;
    case JSON_NUMBER:
        add_node(b, JSON_IS_NUMBER, arena_str(b->arena, text));
        break;
    case JSON_STRING:
        add_node(b, JSON_IS_STRING, arena_str(b->arena, text));
        break;
    case JSON_NAME:
        b->name = arena_str(b->arena, text);
        return 0;
    case JSON_OBJECT_BEGIN:
        open_node(b, JSON_IS_OBJECT);
        return 0;
    case JSON_ARRAY_BEGIN:
        open_node(b, JSON_IS_ARRAY);
        return 0;
    case JSON_OBJECT_END:
    case JSON_ARRAY_END:
        b->depth--;
        break;
    }
    b->done = b->depth == 0;
    return 0;
}

void json_builder_free(struct json_builder *b)
{
    free(b->open);
    b->open = NULL;
    b->depth = b->cap = 0;
}

static int on_event(void *ctx, enum json_event event, struct str text, struct err *e)
{
    return json_builder_event(ctx, event, text, e);
}

int json_parse(struct arena *a, struct str text, unsigned max_depth, struct json **ret,
               struct err *e)
{
    _cleanup_(json_builder_free) struct json_builder b = {.arena = a};
    struct json_reader *r = json_reader_new(max_depth, on_event, &b);
    int code = json_reader_feed(r, text, e);

    if (!code)
        code = json_reader_finish(r, e);
    json_reader_free(r);
    if (!code)
        *ret = b.root;
    return code;
}

const struct json *json_get(const struct json *object, const char *name)
{
    const struct json *found = NULL;

    if (!object || object->kind != JSON_IS_OBJECT)
        return NULL;
    for (const struct json *member = object->first; member; member = member->next) {
        if (str_is(member->name, name))
            found = member;
    }
    return found;
}

struct str json_text(const struct json *object, const char *name)
{
    const struct json *member = json_get(object, name);

    if (!member || (member->kind != JSON_IS_STRING && member->kind != JSON_IS_NUMBER))
        return STR("");
    return member->text;
}

bool json_get_u64(const struct json *object, const char *name, uint64_t *ret)
{
    const struct json *member = json_get(object, name);

    return member && member->kind == JSON_IS_NUMBER && str_to_u64(member->text, ret);
}

bool json_get_bool(const struct json *object, const char *name, bool otherwise)
{
    const struct json *member = json_get(object, name);

    return member && member->kind == JSON_IS_BOOL ? member->boolean : otherwise;
}

static void new_line(struct buf *b, unsigned depth)
{
    buf_char(b, '\n');
    while (depth--)
        buf_lit(b, "  ");
}

static void write_node(struct buf *b, const struct json *node, bool pretty, unsigned depth)
{
    bool object = node->kind == JSON_IS_OBJECT;

    switch (node->kind) {
    case JSON_IS_NULL:
        buf_lit(b, "null");
        return;
    case JSON_IS_BOOL:
        buf_str_add(b, node->boolean ? STR("true") : STR("false"));
        return;
    case JSON_IS_NUMBER:
        buf_str_add(b, node->text);
        return;
    case JSON_IS_STRING:
        json_add_string(b, node->text);
        return;
    case JSON_IS_ARRAY:
    case JSON_IS_OBJECT:
        break;
    }
    buf_char(b, object ? '{' : '[');
    for (const struct json *child = node->first; child; child = child->next) {
        if (child != node->first)
            buf_char(b, ',');
        if (pretty)
            new_line(b, depth + 1);
        if (object) {
            json_add_string(b, child->name);
            buf_str_add(b, pretty ? STR(": ") : STR(":"));
        }
        write_node(b, child, pretty, depth + 1);
    }
    if (pretty && node->first)
        new_line(b, depth);
    buf_char(b, object ? '}' : ']');
}

void json_write(struct buf *b, const struct json *node, bool pretty)
{
    write_node(b, node, pretty, 0);
}
