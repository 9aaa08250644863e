#include "pksk/plan/transact.h"

#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"
#include "pksk/plan/expression.h"
#include "pksk/plan/key.h"

static void add_get(struct json_writer *w, struct expression *x, const struct statement *st,
                    const struct table *table, const struct value *key)
{
    _cleanup_(buf_free) struct buf text = {0}, paths = {0};

    ddb_add_item(&text, key);
    json_begin_object(w);
    json_name(w, STR("TableName"));
    json_string(w, table->name);
    json_name(w, STR("Key"));
    json_raw(w, buf_str(&text));
    if (!st->select)
        return;
    expression_paths(x, &paths, st->select);
    json_name(w, STR("ProjectionExpression"));
    json_string(w, buf_str(&paths));
    expression_members(x, w);
}

int plan_action_get(struct arena *a, const struct statement *st, const struct key *key,
                    const struct table *table, struct plan *ret, struct err *e)
{
    _cleanup_(expression_free) struct expression x = {0};
    _cleanup_(buf_free) struct buf body = {0}, line = {0};
    struct json_writer w = {.out = &body};
    struct plan p = {.operation = "Get", .single = true};
    int r = key_item(a, table, key, &p.keys, e);

    if (r < 0)
        return r;
    add_get(&w, &x, st, table, p.keys);
    buf_addf(&line, "Get %.*s", STR_ARG(table->name));
    value_each (v, p.keys) {
        buf_lit(&line, "  ");
        notation_add_name(&line, value_name(v));
        buf_lit(&line, " = ");
        notation_add_value(&line, v);
    }
    p.table = arena_str(a, table->name);
    p.key_names = arena_alloc(a, 2, sizeof(*p.key_names));
    value_each (v, p.keys)
        p.key_names[p.key_count++] = value_name(v);
    p.body = arena_str(a, buf_str(&body));
    p.line = arena_str(a, buf_str(&line));
    *ret = p;
    return 0;
}

static const char *operation_of(const char *action)
{
    if (strcmp(action, "Get") == 0)
        return "TransactGetItems";
    return strcmp(action, "Statement") == 0 ? "ExecuteTransaction" : "TransactWriteItems";
}

static void add_actions(struct json_writer *w, const struct plan *actions, size_t count)
{
    bool statements = strcmp(actions[0].operation, "Statement") == 0;

    json_name(w, statements ? STR("TransactStatements") : STR("TransactItems"));
    json_begin_array(w);
    for (size_t i = 0; i < count; i++) {
        _cleanup_(buf_free) struct buf one = {0};

        buf_str_add(&one, actions[i].body);
        buf_char(&one, '}');
        if (statements) {
            json_raw(w, buf_str(&one));
            continue;
        }
        json_begin_object(w);
        json_name(w, str_of(actions[i].operation));
        json_raw(w, buf_str(&one));
        json_end_object(w);
    }
    json_end_array(w);
}

int plan_transaction(struct arena *a, const struct plan *actions, size_t count, struct str token,
                     struct plan *ret, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct json_writer w = {.out = &body};
    struct plan p = {.operation = operation_of(actions[0].operation)};

    json_begin_object(&w);
    if (!str_is(str_of(p.operation), "TransactGetItems")) {
        json_name(&w, STR("ClientRequestToken"));
        json_string(&w, token);
    }
    json_name(&w, STR("ReturnConsumedCapacity"));
    json_string(&w, STR("TOTAL"));
    add_actions(&w, actions, count);
    if (body.over)
        return err_set(e, ERR_SYNTAX, "the request is too large to be sent");
    p.body = arena_str(a, buf_str(&body));
    p.line = arena_printf(a, "%s  %zu %s%s", p.operation, count,
                          str_is(str_of(p.operation), "TransactGetItems") ? "item" : "action",
                          count == 1 ? "" : "s");
    p.table = actions[0].table;
    p.key_names = actions[0].key_names;
    p.key_count = actions[0].key_count;
    p.keys_given = count;
    *ret = p;
    return 0;
}
