#include "pksk/cmd/explain-bulk.h"

#include "pksk/aws/words.h"
#include "pksk/item/ddbjson.h"
#include "pksk/item/plain.h"
#include "pksk/plan/expression.h"

static int refuse(struct span at, struct err *e, const char *why)
{
    return err_at(e, ERR_SYNTAX, at, "the Bulk Executor cannot do this: %s", why);
}

static void add_option(struct buf *b, const char *name, struct str value)
{
    buf_addf(b, " --%s ", name);
    word_quote_add(b, value);
}

/* ---- a filter in Spark SQL, for find and delete */

static int add_sql(struct buf *b, const struct expr *x, struct err *e);

static void add_sql_path(struct buf *b, const struct path *path)
{
    for (const struct path_step *step = path->steps; step; step = step->next) {
        if (!step->name.s) {
            buf_addf(b, "[%u]", step->index);
            continue;
        }
        buf_str_add(b, step == path->steps ? STR("`") : STR(".`"));
        for (size_t i = 0; i < step->name.len; i++)
            buf_addf(b, "%s%c", step->name.s[i] == '`' ? "`" : "", step->name.s[i]);
        buf_char(b, '`');
    }
}

static void add_sql_text(struct buf *b, struct str text)
{
    buf_char(b, '\'');
    for (size_t i = 0; i < text.len; i++)
        buf_addf(b, "%s%c", text.s[i] == '\'' || text.s[i] == '\\' ? "\\" : "", text.s[i]);
    buf_char(b, '\'');
}

static int add_sql_value(struct buf *b, const struct expr *x, struct err *e)
{
    const struct value *v = x->value;

    switch (v->type) {
    case ATTR_S:
        add_sql_text(b, value_text(v));
        return 0;
    case ATTR_N:
        buf_str_add(b, value_text(v));
        return 0;
    case ATTR_BOOL:
        buf_str_add(b, v->boolean ? STR("true") : STR("false"));
        return 0;
    default:
        return refuse(x->at, e,
                      "its --where is Spark SQL, which compares texts, numbers, true and false");
    }
}

/* Kids between words, in brackets. */
static int add_sql_list(struct buf *b, const struct expr *first, const char *between, struct err *e)
{
    int r = 0;

    for (const struct expr *kid = first; kid && r == 0; kid = kid->next) {
        if (kid != first)
            buf_str_add(b, str_of(between));
        r = add_sql(b, kid, e);
    }
    return r;
}

static int add_sql_call(struct buf *b, const struct expr *x, struct err *e)
{
    const char *behind = x->func == FUNC_ATTRIBUTE_EXISTS       ? " IS NOT NULL"
                         : x->func == FUNC_ATTRIBUTE_NOT_EXISTS ? " IS NULL"
                                                                : NULL;
    const char *name = x->func == FUNC_BEGINS_WITH ? "startswith("
                       : x->func == FUNC_CONTAINS  ? "contains("
                                                   : NULL;
    int r;

    if (behind && x->first) {
        r = add_sql(b, x->first, e);
        buf_str_add(b, str_of(behind));
        return r;
    }
    if (!name)
        return refuse(x->at, e, "its --where is Spark SQL, which has no such function over items");
    buf_str_add(b, str_of(name));
    r = add_sql_list(b, x->first, ", ", e);
    buf_char(b, ')');
    return r;
}

static int add_sql(struct buf *b, const struct expr *x, struct err *e)
{
    static const char *const signs[] = {" = ", " <> ", " < ", " <= ", " > ", " >= "};
    int r;

    switch (x->kind) {
    case EXPR_AND:
    case EXPR_OR:
        buf_char(b, '(');
        r = add_sql_list(b, x->first, x->kind == EXPR_AND ? " AND " : " OR ", e);
        buf_char(b, ')');
        return r;
    case EXPR_NOT:
        buf_lit(b, "NOT (");
        r = add_sql(b, x->first, e);
        buf_char(b, ')');
        return r;
    case EXPR_COMPARE:
        return add_sql_list(b, x->first, signs[x->op], e);
    case EXPR_BETWEEN:
        r = add_sql(b, x->first, e);
        buf_lit(b, " BETWEEN ");
        return r < 0 ? r : add_sql_list(b, x->first->next, " AND ", e);
    case EXPR_IN:
        r = add_sql(b, x->first, e);
        buf_lit(b, " IN (");
        if (r == 0)
            r = add_sql_list(b, x->first->next, ", ", e);
        buf_char(b, ')');
        return r;
    case EXPR_CALL:
        return add_sql_call(b, x, e);
    case EXPR_PATH:
        add_sql_path(b, x->path);
        return 0;
    case EXPR_VALUE:
        return add_sql_value(b, x, e);
    case EXPR_PLUS:
    case EXPR_MINUS:
        break;
    }
    return refuse(x->at, e, "this is no condition");
}

static int add_where(struct buf *b, const struct expr *filter, struct err *e)
{
    _cleanup_(buf_free) struct buf sql = {0};
    int r = filter ? add_sql(&sql, filter, e) : 0;

    if (r == 0 && filter)
        add_option(b, "where", buf_str(&sql));
    return r;
}

/* ---- counts, whose filter is DynamoDB's own */

static bool all_plain(const struct value *values)
{
    value_each (v, values) {
        if (v->type != ATTR_S && v->type != ATTR_N && v->type != ATTR_BOOL && v->type != ATTR_NULL)
            return false;
    }
    return true;
}

static int add_filter(struct buf *b, const struct expr *filter, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    _cleanup_(buf_free) struct buf text = {0}, names = {0}, values = {0}, plain = {0};
    struct expression x = {0};
    struct json_writer w = {.out = &names};
    struct value *item;
    struct json *members;
    int r = 0;

    expression_add(&x, &text, filter, STR(""));
    json_begin_object(&w);
    expression_members(&x, &w);
    json_end_object(&w);
    buf_addf(&values, "{%.*s}", STR_ARG(buf_str(&x.values)));
    r = ddb_parse_item(&a, buf_str(&values), &item, e);
    if (r == 0)
        r = json_parse(&a, buf_str(&names), 100, &members, e);
    expression_free(&x);
    if (r < 0)
        return r;
    if (!all_plain(item))
        return refuse(filter->at, e, "its values are texts, numbers, true and false");
    add_option(b, "filter-expression", buf_str(&text));
    buf_reset(&names);
    json_write(&names, json_get(members, "ExpressionAttributeNames"), false);
    add_option(b, "expression-names", buf_str(&names));
    plain_add_value(&plain, item);
    if (item->len)
        add_option(b, "expression-values", buf_str(&plain));
    return 0;
}

static int count(const struct statement *st, struct str table, struct buf *b, struct err *e)
{
    const struct measure *m = st->measures;

    if (st->groups || (m && (m->next || m->kind != MEASURE_COUNT)))
        return refuse(st->measures_at, e,
                      "it counts, without groups and sums (its `sql` does more)");
    if (st->sample_items)
        return refuse(st->sample_at, e, "it samples by a share: sample 1%");
    buf_lit(b, "./bulk scancount");
    add_option(b, "table", table);
    if (st->index)
        add_option(b, "index", st->index->text);
    if (st->segments)
        buf_addf(b, " --segments %zu", (size_t)st->segments);
    if (st->sample_share > 0)
        buf_addf(b, " --sample-fraction %g", st->sample_share);
    return st->filter ? add_filter(b, st->filter, e) : 0;
}

/* ---- items */

static int add_order(struct buf *b, const struct statement *st, struct err *e)
{
    const struct order *o = st->order;

    if (!o)
        return 0;
    if (o->next || o->path->steps->next)
        return refuse(st->order_at, e, "it orders by one attribute");
    add_option(b, "orderby", o->path->steps->name);
    if (o->descending)
        buf_lit(b, " desc");
    return 0;
}

static int find(const struct statement *st, struct str table, const char *verb, struct buf *b,
                struct err *e)
{
    if (st->index)
        return refuse(st->index->at, e, "it reads the table, no index");
    if (st->select)
        return refuse(st->select->at, e, "it finds whole items");
    if (st->sample_at.to)
        return refuse(st->sample_at, e, "it samples only to count or compare");
    buf_addf(b, "./bulk %s", verb);
    add_option(b, "table", table);
    int r = add_where(b, st->filter, e);

    if (r == 0)
        r = add_order(b, st, e);
    if (st->limit)
        buf_addf(b, " --limit %zu", (size_t)st->limit);
    return r;
}

static int write(const struct statement *st, struct str table, struct buf *b, struct err *e)
{
    const struct statement *then = st->then;

    if (then->condition)
        return refuse(then->condition->at, e, "it writes without conditions");
    if (then->verb == VERB_DELETE)
        return find(st, table, "delete", b, e);
    if (then->verb == VERB_UPDATE)
        return refuse(then->at, e, "its `update` takes a Python function that sees each item");
    if (st->filter || st->limit || st->index || st->select)
        return refuse(then->at, e, "its `copy` takes a whole table");
    buf_lit(b, "./bulk copy");
    add_option(b, "source", table);
    add_option(b, "target", then->table->text);
    return 0;
}

static int scan(struct session *s, const struct statement *st, struct buf *b, struct err *e)
{
    struct str table;
    int r = session_table_name(s, st->table, &table, e);

    if (r < 0)
        return r;
    if (st->then)
        return write(st, table, b, e);
    return st->count || st->measures || st->groups ? count(st, table, b, e)
                                                   : find(st, table, "find", b, e);
}

static int diff(struct session *s, const struct statement *st, struct buf *b, struct err *e)
{
    static const char *const names[] = {"table", "table2"};

    buf_lit(b, "./bulk diff");
    for (unsigned i = 0; i < 2; i++) {
        const struct diff_side *side = &st->sides[i];
        struct str table;

        if (side->file || side->reading || side->elsewhere.len || side->profile || side->region ||
            side->endpoint)
            return refuse(side->at, e, "it compares two tables, by name or ARN");
        int r = session_table_name(s, side->table, &table, e);

        if (r < 0)
            return r;
        add_option(b, names[i], table);
    }
    if (st->filter || st->select || st->without || st->by)
        return refuse(st->verb_at, e, "it compares whole items by their keys");
    buf_addf(b, " --format %s", st->keys_only ? "keys" : "full");
    return 0;
}

static int import(struct session *s, const struct statement *st, struct buf *b, struct err *e)
{
    struct str table;
    int r = session_table_name(s, st->table, &table, e);

    if (r < 0)
        return r;
    if (!str_starts(st->args->text, STR("s3://")))
        return refuse(st->args->at, e,
                      "it loads what stands in S3: import s3://BUCKET/…/AWSDynamoDB/ID");
    buf_addf(b, "./bulk %s", st->revert ? "revert-export" : "load-export");
    add_option(b, "table", table);
    add_option(b, "s3-path", st->args->text);
    return 0;
}

int explain_bulk(struct session *s, const struct statement *st, struct buf *ret, struct err *e)
{
    int r;

    switch (st->verb) {
    case VERB_SCAN:
        r = scan(s, st, ret, e);
        break;
    case VERB_DIFF:
        r = diff(s, st, ret, e);
        break;
    case VERB_IMPORT:
        r = import(s, st, ret, e);
        break;
    case VERB_GET:
    case VERB_QUERY:
        return refuse(st->verb_at, e, "it reads whole tables; a query is quick from here");
    default:
        return refuse(st->verb_at, e,
                      "it counts, finds, deletes, copies and compares whole tables, and "
                      "loads exports");
    }
    buf_char(ret, '\n');
    return r;
}
