#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"
#include "pksk/plan/key.h"
#include "pksk/plan/transact.h"
#include "pksk/plan/writing.h"

static void cleanup_writing(struct writing *b)
{
    expression_free(&b->x);
    buf_free(&b->body);
    buf_free(&b->line);
}

/* An element of a transaction is an object of its own, without what speaks of the request. */
static void begin(struct writing *b, const char *operation)
{
    b->w = (struct json_writer){.out = &b->body};
    json_begin_object(&b->w);
    json_name(&b->w, STR("TableName"));
    json_string(&b->w, b->table->name);
    if (!b->action) {
        json_name(&b->w, STR("ReturnConsumedCapacity"));
        json_string(&b->w, STR("TOTAL"));
    }
    buf_addf(&b->line, "%s %.*s", operation, STR_ARG(b->table->name));
}

static void add_item_member(struct writing *b, const char *name, const struct value *item)
{
    _cleanup_(buf_free) struct buf text = {.max = 2 * BUF_MAX};

    ddb_add_item(&text, item);
    json_name(&b->w, str_of(name));
    json_raw(&b->w, buf_str(&text));
}

static void add_key_line(struct writing *b, const struct value *item)
{
    const struct key_schema *key = &b->table->key;

    for (unsigned i = 0; i < key_part_count(key); i++) {
        struct str name = key_part(key, i)->name;
        const struct value *v = value_member(item, name);

        if (!v)
            continue;
        buf_lit(&b->line, "  ");
        notation_add_name(&b->line, name);
        buf_lit(&b->line, " = ");
        notation_add_value(&b->line, v);
    }
}

static int add_condition(struct writing *b, struct err *e)
{
    const struct expr *condition = b->st->condition;
    _cleanup_(buf_free) struct buf text = {0};
    struct str item_key = b->table->key.partition[0].name;

    if (!condition)
        return 0;
    b->x.operators = 0;
    expression_add(&b->x, &text, condition, item_key);
    int r = expression_check(&b->x, buf_str(&text), "condition", condition->at, e);

    if (r < 0)
        return r;
    json_name(&b->w, STR("ConditionExpression"));
    json_string(&b->w, buf_str(&text));
    json_name(&b->w, STR("ReturnValuesOnConditionCheckFailure"));
    json_string(&b->w, STR("ALL_OLD"));
    buf_lit(&b->line, "  if ");
    expression_add(NULL, &b->line, condition, item_key);
    return 0;
}

static void copy_key_names(struct writing *b, struct plan *p)
{
    const struct key_schema *key = &b->table->key;

    p->table = arena_str(b->arena, b->table->name);
    p->key_names = arena_alloc(b->arena, 2, sizeof(*p->key_names));
    p->key_names[p->key_count++] = arena_str(b->arena, key->partition[0].name);
    if (key->sort_count)
        p->key_names[p->key_count++] = arena_str(b->arena, key->sort[0].name);
}

/* The item as it was comes back with every write, at no cost: `undo` lives on it. */
static int add_returned(struct writing *b, struct err *e)
{
    const char *returned = b->st->return_values ? b->st->return_values : "ALL_OLD";

    if (b->action && b->st->return_values)
        return err_at(e, ERR_SYNTAX, b->st->at, "a transaction returns no items");
    if (b->action)
        return 0;
    json_name(&b->w, STR("ReturnValues"));
    json_string(&b->w, str_of(returned));
    return 0;
}

static int finish(struct writing *b, const char *operation, struct plan *ret, struct err *e)
{
    struct plan p = {.operation = operation, .single = true};
    int r = add_condition(b, e);

    if (r == 0)
        r = add_returned(b, e);
    if (r < 0)
        return r;
    expression_members(&b->x, &b->w);
    if (b->body.over)
        return err_set(e, ERR_SYNTAX, "the request is too large to be sent");
    copy_key_names(b, &p);
    p.body = arena_str(b->arena, buf_str(&b->body));
    p.line = arena_str(b->arena, buf_str(&b->line));
    *ret = p;
    return 0;
}

/* The key attributes of `put {…}` are in the item itself: there, and of the schema's types? */
static int check_item_key(const struct writing *b, const struct value *item,
                          const struct key_part *part, bool is_sort, struct err *e)
{
    const struct value *v = value_member(item, part->name);

    if (!v) {
        err_at(e, ERR_SYNTAX, b->st->at, "the item has no %.*s, the %s key of %.*s",
               STR_ARG(part->name), is_sort ? "sort" : "partition", STR_ARG(b->table->name));
        return ERR_SYNTAX;
    }
    if (v->type != part->type)
        return err_at(e, ERR_SYNTAX, b->st->at,
                      "the key attribute %.*s is of type %s, and the item has it as %s",
                      STR_ARG(part->name), attr_type_name(part->type),
                      attr_type_name((enum attr_type)v->type));
    if (value_is_text(v) && !v->len)
        return err_at(e, ERR_SYNTAX, b->st->at, "a key cannot be empty: %.*s", STR_ARG(part->name));
    return 0;
}

/* The whole item: the key words, then the attributes, which may not name the key again. */
static int put_item(struct writing *b, struct value **ret, struct err *e)
{
    const struct statement *st = b->st;
    struct value *item = value_new(b->arena, ATTR_M), *last = NULL;

    if (st->keys) {
        struct value *key;
        int r = key_item(b->arena, b->table, st->keys, &key, e);

        if (r < 0)
            return r;
        for (struct value *v = key->first, *next; v; v = next) {
            next = v->next;
            v->next = NULL;
            value_append(item, &last, v);
        }
    }
    for (struct value *v = st->item ? st->item->first : NULL, *next; v; v = next) {
        next = v->next;
        if (st->keys && value_member(item, value_name(v)))
            return err_at(e, ERR_SYNTAX, st->at,
                          "%.*s is part of the key, which stands before the attributes",
                          STR_ARG(value_name(v)));
        struct value *copy = value_copy(b->arena, v);

        value_set_name(copy, value_name(v));
        value_append(item, &last, copy);
    }
    *ret = item;
    return 0;
}

static int plan_put(struct writing *b, struct plan *ret, struct err *e)
{
    const struct key_schema *key = &b->table->key;
    struct value *item = NULL;
    int r = put_item(b, &item, e);

    if (r == 0)
        r = check_item_key(b, item, &key->partition[0], false, e);
    if (r == 0 && key->sort_count)
        r = check_item_key(b, item, &key->sort[0], true, e);
    if (r < 0)
        return r;
    if (value_size(item) > ITEM_SIZE_MAX)
        return err_at(e, ERR_SYNTAX, b->st->at,
                      "the item comes to %zu bytes, and DynamoDB takes %zu", value_size(item),
                      ITEM_SIZE_MAX);
    begin(b, b->action ? "Put" : "PutItem");
    add_key_line(b, item);
    add_item_member(b, "Item", item);
    r = finish(b, b->action ? "Put" : "PutItem", ret, e);
    if (r == 0)
        ret->keys = item;
    return r;
}

/* update, delete and check: a key, and what is done there. */
static int plan_keyed(struct writing *b, const char *operation, struct plan *ret, struct err *e)
{
    struct value *key;
    int r = key_item(b->arena, b->table, b->st->keys, &key, e);

    if (r < 0)
        return r;
    begin(b, operation);
    add_key_line(b, key);
    add_item_member(b, "Key", key);
    if (b->st->verb == VERB_UPDATE)
        r = writing_add_update(b, e);
    if (r == 0)
        r = finish(b, operation, ret, e);
    if (r == 0)
        ret->keys = key;
    return r;
}

int plan_write(struct arena *a, const struct statement *st, const struct table *table,
               struct plan *ret, struct err *e)
{
    _cleanup_(cleanup_writing) struct writing b = {.arena = a, .st = st, .table = table};

    if (st->verb == VERB_PUT)
        return plan_put(&b, ret, e);
    return plan_keyed(&b, st->verb == VERB_UPDATE ? "UpdateItem" : "DeleteItem", ret, e);
}

int plan_action(struct arena *a, const struct statement *st, const struct table *table,
                struct plan *ret, struct err *e)
{
    _cleanup_(cleanup_writing) struct writing b = {
        .arena = a, .st = st, .table = table, .action = true};

    if (st->verb == VERB_PUT)
        return plan_put(&b, ret, e);
    if (st->verb == VERB_UPDATE)
        return plan_keyed(&b, "Update", ret, e);
    return plan_keyed(&b, st->verb == VERB_DELETE ? "Delete" : "ConditionCheck", ret, e);
}
