#include "pksk/plan/then.h"

#include "pksk/plan/writing.h"

/* ---- reading */

static struct path *key_path(struct arena *a, struct str name, struct path *next)
{
    struct path *path = arena_new(a, struct path);

    path->steps = arena_new(a, struct path_step);
    path->steps->name = name;
    path->next = next;
    return path;
}

int plan_find_keys(struct arena *a, const struct statement *st, const struct table *table,
                   struct plan *ret, struct err *e)
{
    const struct key_schema *key = &table->key;
    struct statement reading = *st;

    reading.select = NULL;
    for (unsigned i = key->sort_count; i-- > 0;)
        reading.select = key_path(a, key->sort[i].name, reading.select);
    for (unsigned i = key->partition_count; i-- > 0;)
        reading.select = key_path(a, key->partition[i].name, reading.select);
    return plan_read(a, &reading, table, ret, e);
}

int plan_find_items(struct arena *a, const struct statement *st, const struct table *table,
                    struct plan *ret, struct err *e)
{
    const struct index *index = st->index ? table_index(table, st->index->text) : NULL;

    if (index && !str_is(index->projection, "ALL")) {
        err_at(e, ERR_SYNTAX, st->index->at,
               "the index %.*s does not hold whole items (its projection is %.*s)",
               STR_ARG(index->name), STR_ARG(index->projection));
        err_hint(e, "find them by the table's own key, or by an index that projects all");
        return ERR_SYNTAX;
    }
    return plan_read(a, st, table, ret, e);
}

/* ---- writing */

static void cleanup_writing(struct writing *b)
{
    expression_free(&b->x);
    buf_free(&b->body);
    buf_free(&b->line);
}

/* An update would make the item anew when it is gone by then. */
static int add_condition(struct writing *b, struct err *e)
{
    const struct expr *condition = b->st->condition;
    _cleanup_(buf_free) struct buf text = {0};
    struct str item_key = b->table->key.partition[0].name;
    bool update = b->st->verb == VERB_UPDATE;

    if (!condition && !update)
        return 0;
    b->x.operators = 0;
    if (update) {
        b->x.operators++;
        buf_lit(&text, "attribute_exists(");
        expression_name(&b->x, &text, item_key);
        buf_char(&text, ')');
    }
    if (condition) {
        buf_str_add(&text, update ? STR(" AND (") : STR(""));
        expression_add(&b->x, &text, condition, item_key);
        buf_str_add(&text, update ? STR(")") : STR(""));
        buf_lit(&b->line, "  if ");
        expression_add(NULL, &b->line, condition, item_key);
    }
    json_name(&b->w, STR("ConditionExpression"));
    json_string(&b->w, buf_str(&text));
    return expression_check(&b->x, buf_str(&text), "condition",
                            condition ? condition->at : b->st->at, e);
}

static const char *choose_operation(const struct statement *write, bool old)
{
    if (write->verb == VERB_UPDATE)
        return "UpdateItem";
    if (!write->condition && !old)
        return "BatchWriteItem";
    return write->verb == VERB_DELETE ? "DeleteItem" : "PutItem";
}

int plan_then(struct arena *a, const struct statement *write, const struct table *table, bool old,
              struct then_plan *ret, struct err *e)
{
    _cleanup_(cleanup_writing) struct writing b = {.arena = a, .st = write, .table = table};
    struct then_plan p = {.verb = write->verb, .conditioned = write->condition != NULL};
    int r = 0;

    p.operation = choose_operation(write, old);
    b.w = (struct json_writer){.out = &b.body};
    json_begin_object(&b.w);
    json_name(&b.w, STR("TableName"));
    json_string(&b.w, table->name);
    json_name(&b.w, STR("ReturnConsumedCapacity"));
    json_string(&b.w, STR("TOTAL"));
    if (old) {
        json_name(&b.w, STR("ReturnValues"));
        json_string(&b.w, STR("ALL_OLD"));
    }
    buf_addf(&b.line, "%s %.*s", p.operation, STR_ARG(table->name));
    if (write->verb == VERB_UPDATE)
        r = writing_add_update(&b, e);
    if (r == 0)
        r = add_condition(&b, e);
    if (r < 0)
        return r;
    expression_members(&b.x, &b.w);
    p.body = arena_str(a, buf_str(&b.body));
    p.line = arena_str(a, buf_str(&b.line));
    p.table = arena_str(a, table->name);
    *ret = p;
    return 0;
}

void plan_then_body(struct buf *b, const struct then_plan *p, struct str json)
{
    bool put = p->verb == VERB_PUT;

    if (str_is(str_of(p->operation), "BatchWriteItem")) {
        buf_lit(b, "{\"RequestItems\":{");
        json_add_string(b, p->table);
        buf_addf(b, ":[{\"%s\":{\"%s\":", put ? "PutRequest" : "DeleteRequest",
                 put ? "Item" : "Key");
        buf_str_add(b, json);
        buf_lit(b, "}}]},\"ReturnConsumedCapacity\":\"TOTAL\"}");
        return;
    }
    buf_str_add(b, p->body);
    buf_str_add(b, put ? STR(",\"Item\":") : STR(",\"Key\":"));
    buf_str_add(b, json);
    buf_char(b, '}');
}
