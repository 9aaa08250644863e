#include "pksk/plan/restore.h"

#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"
#include "pksk/plan/expression.h"

#define COMPARISON_BYTES 32 /* " AND #n1234 = :v1234", with room to spare */

struct restoring {
    const struct restore *r;
    struct expression x;
    struct buf body, line;
    struct json_writer w;
    bool action; /* of a transaction: an element of its list, not a request of its own */
};

static void cleanup_restoring(struct restoring *b)
{
    expression_free(&b->x);
    buf_free(&b->body);
    buf_free(&b->line);
}

static void begin(struct restoring *b, const char *operation)
{
    b->w = (struct json_writer){.out = &b->body};
    json_begin_object(&b->w);
    json_name(&b->w, STR("TableName"));
    json_string(&b->w, b->r->table);
    if (!b->action) {
        json_name(&b->w, STR("ReturnConsumedCapacity"));
        json_string(&b->w, STR("TOTAL"));
    }
    buf_addf(&b->line, "%s %.*s", operation, STR_ARG(b->r->table));
}

static void add_key(struct restoring *b, bool member)
{
    _cleanup_(buf_free) struct buf text = {0};

    buf_char(&text, '{');
    for (size_t i = 0; i < b->r->key_count; i++) {
        const struct value *v = value_member(b->r->key, b->r->key_names[i]);

        buf_lit(&b->line, "  ");
        notation_add_name(&b->line, b->r->key_names[i]);
        buf_lit(&b->line, " = ");
        notation_add_value(&b->line, v);
        if (i)
            buf_char(&text, ',');
        json_add_string(&text, b->r->key_names[i]);
        buf_char(&text, ':');
        ddb_add_value(&text, v);
    }
    buf_char(&text, '}');
    if (!member)
        return;
    json_name(&b->w, STR("Key"));
    json_raw(&b->w, buf_str(&text));
}

static void add_condition(struct restoring *b)
{
    _cleanup_(buf_free) struct buf text = {0};
    const struct value *now = b->r->now;
    unsigned operators = 0;

    if (now) {
        value_each (v, now) {
            if (text.len + COMPARISON_BYTES > EXPRESSION_BYTES_MAX ||
                operators + 2 > EXPRESSION_OPERATORS_MAX)
                break;
            if (operators)
                buf_lit(&text, " AND ");
            expression_name(&b->x, &text, value_name(v));
            buf_lit(&text, " = ");
            expression_value(&b->x, &text, v);
            operators += 2;
        }
        buf_lit(&b->line, "  if it is as the write left it");
    } else {
        buf_lit(&text, "attribute_not_exists(");
        expression_name(&b->x, &text, b->r->key_names[0]);
        buf_char(&text, ')');
        buf_lit(&b->line, "  if there is none");
    }
    json_name(&b->w, STR("ConditionExpression"));
    json_string(&b->w, buf_str(&text));
    json_name(&b->w, STR("ReturnValuesOnConditionCheckFailure"));
    json_string(&b->w, STR("ALL_OLD"));
    expression_members(&b->x, &b->w);
}

static int finish(struct restoring *b, struct arena *a, const char *operation, struct plan *ret,
                  struct err *e)
{
    struct plan p = {.operation = operation, .single = true};

    if (b->body.over)
        return err_set(e, ERR_SYNTAX, "the request is too large to be sent");
    p.table = arena_str(a, b->r->table);
    p.key_names = arena_alloc(a, b->r->key_count, sizeof(*p.key_names));
    for (; p.key_count < b->r->key_count; p.key_count++)
        p.key_names[p.key_count] = arena_str(a, b->r->key_names[p.key_count]);
    p.body = arena_str(a, buf_str(&b->body));
    p.line = arena_str(a, buf_str(&b->line));
    *ret = p;
    return 0;
}

static int put_or_delete(struct arena *a, const struct restore *r, const char *operation,
                         bool action, struct plan *ret, struct err *e)
{
    _cleanup_(cleanup_restoring) struct restoring b = {.r = r, .action = action};
    _cleanup_(buf_free) struct buf item = {0};

    begin(&b, operation);
    add_key(&b, !r->old);
    if (r->old) {
        ddb_add_item(&item, r->old);
        json_name(&b.w, STR("Item"));
        json_raw(&b.w, buf_str(&item));
    }
    add_condition(&b);
    return finish(&b, a, operation, ret, e);
}

int plan_restore(struct arena *a, const struct restore *r, struct plan *ret, struct err *e)
{
    return put_or_delete(a, r, r->old ? "PutItem" : "DeleteItem", false, ret, e);
}

int plan_restore_action(struct arena *a, const struct restore *r, struct plan *ret, struct err *e)
{
    return put_or_delete(a, r, r->old ? "Put" : "Delete", true, ret, e);
}

int plan_restore_read(struct arena *a, const struct restore *r, struct plan *ret, struct err *e)
{
    _cleanup_(cleanup_restoring) struct restoring b = {.r = r};

    begin(&b, "GetItem");
    add_key(&b, true);
    json_name(&b.w, STR("ConsistentRead"));
    json_bool(&b.w, true);
    return finish(&b, a, "GetItem", ret, e);
}
