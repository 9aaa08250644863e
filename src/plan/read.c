#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"
#include "pksk/plan/expression.h"
#include "pksk/plan/key.h"
#include "pksk/plan/plan.h"

/* What is being built: the body, the line for people beside it, and the placeholders of both
 * expressions. */
struct building {
    struct arena *arena;
    const struct statement *st;
    const struct table *table;
    const struct index *index; /* NULL: the table itself */
    const struct key_schema *key;
    struct expression x;
    struct buf body, line;
    struct json_writer w;
    struct plan plan;
};

static void cleanup_building(struct building *b)
{
    expression_free(&b->x);
    buf_free(&b->body);
    buf_free(&b->line);
}

static int index_unknown(const struct building *b, struct err *e)
{
    const struct word *word = b->st->index;
    _cleanup_(buf_free) struct buf names = {0};

    err_at(e, ERR_SYNTAX, word->at, "the table %.*s has no index %.*s", STR_ARG(b->table->name),
           STR_ARG(word->text));
    for (size_t i = 0; i < b->table->index_count; i++)
        buf_addf(&names, "%s%.*s", i ? ", " : "", STR_ARG(b->table->indexes[i].name));
    if (names.len)
        err_expected(e, "expected one of its indexes: %.*s", STR_ARG(buf_str(&names)));
    return ERR_SYNTAX;
}

static int choose_index(struct building *b, struct err *e)
{
    b->key = &b->table->key;
    if (!b->st->index)
        return 0;
    b->index = table_index(b->table, b->st->index->text);
    if (!b->index)
        return index_unknown(b, e);
    b->key = &b->index->key;
    if (b->st->consistent && !b->index->local)
        return err_at(
            e, ERR_SYNTAX, b->st->consistent_at,
            "a global secondary index cannot be read consistently: leave `consistent` out");
    return 0;
}

void plan_note_keys(struct arena *a, const struct key_schema *key, struct plan *p)
{
    p->key_names = arena_alloc(a, 4 * KEY_ATTRIBUTES_MAX, sizeof(*p->key_names));
    p->key_count = 0;
    for (unsigned i = 0; i < key_part_count(key); i++)
        p->key_names[p->key_count++] = arena_str(a, key_part(key, i)->name);
}

/* The attributes that printers put first: the table's key, then the sort key of the index that was
 * asked. */
static void note_keys(struct building *b)
{
    struct plan *p = &b->plan;

    plan_note_keys(b->arena, &b->table->key, p);
    for (unsigned i = 0; b->index && i < b->key->sort_count; i++) {
        struct str name = b->key->sort[i].name;

        if (!key_find(&b->table->key, name))
            p->key_names[p->key_count++] = arena_str(b->arena, name);
    }
}

static bool gathers(const struct statement *st)
{
    return st->measures || st->groups || st->order;
}

static struct path *one_step(struct arena *a, struct str name)
{
    struct path *path = arena_new(a, struct path);

    path->steps = arena_new(a, struct path_step);
    path->steps->name = name;
    return path;
}

/* A path of a summary joins the projection. Two that overlap would be refused: where one has the
 * first name already, that is asked for as a whole. */
static void need(struct arena *a, struct path **list, const struct path *path)
{
    for (; *list; list = &(*list)->next) {
        if (!str_eq((*list)->steps->name, path->steps->name))
            continue;
        if ((*list)->steps->next || path->steps->next) {
            struct path *rest = (*list)->next;

            *list = one_step(a, path->steps->name);
            (*list)->next = rest;
        }
        return;
    }
    *list = arena_new(a, struct path);
    **list = *path;
    (*list)->next = NULL;
}

/* What is asked for of each item; NULL: all of it. A summary needs what it speaks of. */
static const struct path *projection(const struct building *b)
{
    struct path *list = NULL;

    if (!b->st->measures && !b->st->groups)
        return b->st->select;
    for (const struct group_key *g = b->st->groups; g; g = g->next) {
        if (g->kind == GROUP_ENTITY)
            return NULL;
        need(b->arena, &list, g->path);
    }
    for (const struct measure *m = b->st->measures; m; m = m->next) {
        if (m->path)
            need(b->arena, &list, m->path);
    }
    return list ? list : one_step(b->arena, b->table->key.partition[0].name);
}

/* The column of a path: prefs.lang. With an element of a list in it, or a name that reads like a
 * path, it is the path's first name, as the item comes back. */
static void add_column_name(struct buf *b, const struct path *p)
{
    for (const struct path_step *step = p->steps; step; step = step->next) {
        size_t at;

        if (p->steps->next && (!step->name.len || str_find_char(step->name, '.', &at) ||
                               str_find_char(step->name, '[', &at))) {
            buf_reset(b);
            buf_str_add(b, p->steps->name);
            return;
        }
        if (step != p->steps)
            buf_char(b, '.');
        buf_str_add(b, step->name);
    }
}

static void note_columns(struct building *b)
{
    size_t n = 0;

    for (const struct path *p = b->st->select; p; p = p->next)
        n++;
    if (!n)
        return;
    b->plan.columns = arena_alloc(b->arena, n, sizeof(*b->plan.columns));
    for (const struct path *p = b->st->select; p; p = p->next) {
        _cleanup_(buf_free) struct buf text = {0};

        add_column_name(&text, p);
        bool seen = false;
        for (size_t i = 0; i < b->plan.column_count; i++)
            seen |= str_eq(b->plan.columns[i], buf_str(&text));
        if (!seen)
            b->plan.columns[b->plan.column_count++] = arena_str(b->arena, buf_str(&text));
    }
}

static void begin(struct building *b, const char *operation)
{
    b->w = (struct json_writer){.out = &b->body};
    b->plan.operation = operation;
    b->plan.table = arena_str(b->arena, b->table->name);
    b->plan.limit = gathers(b->st) ? 0 : b->st->limit; /* else it is of what is made of the items */
    b->plan.segments = b->st->segments ? b->st->segments : 1;
    b->plan.filtered = b->st->filter != NULL;
    b->plan.counted = b->st->count;
    note_keys(b);
    note_columns(b);
    json_begin_object(&b->w);
    buf_addf(&b->line, "%s %.*s", operation, STR_ARG(b->table->name));
    if (b->index) {
        b->plan.index = arena_str(b->arena, b->index->name);
        buf_addf(&b->line, ".%.*s", STR_ARG(b->index->name));
    }
}

static void add_common(struct building *b)
{
    json_name(&b->w, STR("TableName"));
    json_string(&b->w, b->table->name);
    if (b->index) {
        json_name(&b->w, STR("IndexName"));
        json_string(&b->w, b->index->name);
    }
    json_name(&b->w, STR("ReturnConsumedCapacity"));
    json_string(&b->w, STR("TOTAL"));
    if (b->st->consistent) {
        json_name(&b->w, STR("ConsistentRead"));
        json_bool(&b->w, true);
        buf_lit(&b->line, "  consistent");
    }
}

static void add_projection(struct building *b)
{
    _cleanup_(buf_free) struct buf text = {0};
    const struct path *list = projection(b);

    if (!list)
        return;
    expression_paths(&b->x, &text, list);
    json_name(&b->w, STR("ProjectionExpression"));
    json_string(&b->w, buf_str(&text));
    if (list != b->st->select)
        return; /* a summary's, which says itself what it speaks of */
    buf_lit(&b->line, "  select ");
    expression_paths(NULL, &b->line, list);
}

static void add_line_summary(struct building *b)
{
    const char *sign = "  ";

    for (const struct measure *m = b->st->measures; m; m = m->next, sign = ", ")
        buf_addf(&b->line, "%s%.*s", sign, STR_ARG(m->name));
    sign = b->st->measures ? " by " : "  distinct ";
    for (const struct group_key *g = b->st->groups; g; g = g->next, sign = ", ")
        buf_addf(&b->line, "%s%.*s", sign, STR_ARG(g->name));
    sign = "  order by ";
    for (const struct order *o = b->st->order; o; o = o->next, sign = ", ")
        buf_addf(&b->line, "%s%.*s%s", sign, STR_ARG(o->name), o->descending ? " desc" : "");
}

static void add_line_key(struct building *b, const struct value *key)
{
    value_each (v, key) {
        buf_lit(&b->line, "  ");
        notation_add_name(&b->line, value_name(v));
        buf_lit(&b->line, " = ");
        notation_add_value(&b->line, v);
    }
}

static int finish(struct building *b, struct plan *ret, struct err *e)
{
    if (b->body.over)
        return err_set(e, ERR_SYNTAX, "the request is too large to be sent");
    b->plan.body = arena_str(b->arena, buf_str(&b->body));
    b->plan.line = arena_str(b->arena, buf_str(&b->line));
    *ret = b->plan;
    return 0;
}

static int plan_get_one(struct building *b, struct plan *ret, struct err *e)
{
    struct value *key;
    int r = key_item(b->arena, b->table, b->st->keys, &key, e);

    if (r < 0)
        return r;
    begin(b, "GetItem");
    add_line_key(b, key);
    add_common(b);
    json_name(&b->w, STR("Key"));
    _cleanup_(buf_free) struct buf text = {0};
    ddb_add_item(&text, key);
    json_raw(&b->w, buf_str(&text));
    add_projection(b);
    expression_members(&b->x, &b->w);
    b->plan.single = true;
    b->plan.keys_given = 1;
    return finish(b, ret, e);
}

/* BatchGetItem refuses a key given twice; asking for it once gives the same items. */
static int collect_keys(struct building *b, struct err *e)
{
    struct map seen = {0};
    struct value **tail = &b->plan.keys;
    int r = 0;

    for (const struct key *key = b->st->keys; key && r == 0; key = key->next) {
        _cleanup_(buf_free) struct buf text = {0};
        struct value *item;

        r = key_item(b->arena, b->table, key, &item, e);
        if (r < 0)
            break;
        ddb_add_item(&text, item);
        if (map_has(&seen, buf_str(&text)))
            continue;
        map_put(&seen, buf_str(&text), item);
        *tail = item;
        tail = &item->next;
        b->plan.keys_given++;
    }
    map_free(&seen, NULL);
    return r;
}

/* The body of a batch is made by `run`, a hundred keys at a time; here are the members that go with
 * the keys. */
static int plan_get_many(struct building *b, struct plan *ret, struct err *e)
{
    int r = collect_keys(b, e);

    if (r < 0)
        return r;
    begin(b, "BatchGetItem");
    buf_addf(&b->line, "  %zu keys", b->plan.keys_given);
    if (b->st->consistent) {
        json_name(&b->w, STR("ConsistentRead"));
        json_bool(&b->w, true);
        buf_lit(&b->line, "  consistent");
    }
    add_projection(b);
    expression_members(&b->x, &b->w);
    return finish(b, ret, e);
}

static const char *sort_sign(enum sort_op op)
{
    static const char *const signs[] = {
        [SORT_EQ] = " = ", [SORT_LT] = " < ",  [SORT_LE] = " <= ",
        [SORT_GT] = " > ", [SORT_GE] = " >= ",
    };

    return signs[op];
}

/* One sort key attribute's condition, to the expression (x) or to the line for people (x NULL). */
static void write_sort(struct expression *x, struct buf *out, const struct key_part *part,
                       enum sort_op op, const struct value *low, const struct value *high)
{
    if (op == SORT_BEGINS && x) {
        buf_lit(out, "begins_with(");
        expression_name(x, out, part->name);
        buf_lit(out, ", ");
        expression_value(x, out, low);
        buf_char(out, ')');
        return;
    }
    expression_name(x, out, part->name);
    if (op == SORT_BEGINS) {
        buf_lit(out, " begins ");
        expression_value(x, out, low);
    } else if (op == SORT_BETWEEN) {
        buf_str_add(out, x ? STR(" BETWEEN ") : STR(" between "));
        expression_value(x, out, low);
        buf_str_add(out, x ? STR(" AND ") : STR(" and "));
        expression_value(x, out, high);
    } else {
        buf_str_add(out, str_of(sort_sign(op)));
        expression_value(x, out, low);
    }
}

static int add_sort(struct building *b, struct buf *text, const struct key_part *part,
                    const struct sort_condition *sort, struct err *e)
{
    struct value *low, *high = NULL;
    int r;

    if (sort->op == SORT_BEGINS && part->type == ATTR_N) {
        err_at(e, ERR_SYNTAX, sort->at,
               "the sort key %.*s is a number (N), and numbers have no prefix",
               STR_ARG(part->name));
        err_expected(e, "expected a comparison or between");
        return ERR_SYNTAX;
    }
    r = key_value(b->arena, part, true, sort->a, &low, e);
    if (r == 0 && sort->op == SORT_BETWEEN)
        r = key_value(b->arena, part, true, sort->b, &high, e);
    if (r < 0)
        return r;
    if (high && value_compare(low, high) > 0)
        return err_at(e, ERR_SYNTAX, sort->at,
                      "between takes the lower value first, and %.*s is above %.*s",
                      STR_ARG(sort->a->text), STR_ARG(sort->b->text));
    buf_lit(text, " AND ");
    buf_lit(&b->line, "  ");
    write_sort(&b->x, text, part, sort->op, low, high);
    write_sort(NULL, &b->line, part, sort->op, low, high);
    return 0;
}

static int add_partition(struct building *b, struct buf *text, struct err *e)
{
    const struct key *key = b->st->keys;
    const struct word *word = key->partition;

    for (unsigned i = 0; i < b->key->partition_count; i++, word = word->next) {
        const struct key_part *part = &b->key->partition[i];
        struct value *v;

        if (!word) {
            err_at(e, ERR_SYNTAX, (struct span){key->at.to, key->at.to},
                   "the partition key attribute %.*s is missing", STR_ARG(part->name));
            err_hint(e, "write all of them in brackets, in this order: (%.*s, %.*s …)",
                     STR_ARG(b->key->partition[0].name), STR_ARG(b->key->partition[1].name));
            return ERR_SYNTAX;
        }
        int r = key_value(b->arena, part, false, word, &v, e);

        if (r < 0)
            return r;
        if (i)
            buf_lit(text, " AND ");
        expression_name(&b->x, text, part->name);
        buf_lit(text, " = ");
        expression_value(&b->x, text, v);
        buf_lit(&b->line, "  ");
        notation_add_name(&b->line, part->name);
        buf_lit(&b->line, " = ");
        notation_add_value(&b->line, v);
    }
    if (word)
        return err_at(e, ERR_SYNTAX, word->at,
                      "%.*s has %u partition key attribute%s, and this is one more",
                      STR_ARG(b->index ? b->index->name : b->table->name), b->key->partition_count,
                      b->key->partition_count == 1 ? "" : "s");
    return 0;
}

static int add_key_condition(struct building *b, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    const struct sort_condition *sort = b->st->keys->sort;
    int r = add_partition(b, &text, e);

    for (unsigned i = 0; r == 0 && sort; i++, sort = sort->next) {
        if (i == b->key->sort_count)
            return err_at(e, ERR_SYNTAX, sort->at,
                          i ? "%s %.*s has no more sort key attributes" : "%s %.*s has no sort key",
                          b->index ? "the index" : "the table",
                          STR_ARG(b->index ? b->index->name : b->table->name));
        if (sort->next && sort->op != SORT_EQ)
            return err_at(e, ERR_SYNTAX, sort->at,
                          "only the last sort key attribute that is given can have a range");
        r = add_sort(b, &text, &b->key->sort[i], sort, e);
    }
    if (r < 0)
        return r;
    json_name(&b->w, STR("KeyConditionExpression"));
    json_string(&b->w, buf_str(&text));
    return 0;
}

/* A query's filter may not name the key it queries by: the service would refuse it without saying
 * where. */
static int check_filter_keys(const struct building *b, const struct expr *expr, struct err *e)
{
    if (expr->kind == EXPR_PATH && key_find(b->key, expr->path->steps->name)) {
        err_at(e, ERR_SYNTAX, expr->path->at,
               "%.*s is part of the key that this query reads by, and a filter cannot name it",
               STR_ARG(expr->path->steps->name));
        err_hint(e, "say what it must be before `where`: query PK SORT-CONDITION");
        return ERR_SYNTAX;
    }
    for (const struct expr *kid = expr->first; kid; kid = kid->next) {
        int r = check_filter_keys(b, kid, e);

        if (r < 0)
            return r;
    }
    return 0;
}

static int add_filter(struct building *b, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    const struct expr *filter = b->st->filter;

    if (!filter)
        return 0;
    b->x.operators = 0;
    expression_add(&b->x, &text, filter, b->table->key.partition[0].name);
    int r = expression_check(&b->x, buf_str(&text), "filter", filter->at, e);

    if (r < 0)
        return r;
    json_name(&b->w, STR("FilterExpression"));
    json_string(&b->w, buf_str(&text));
    buf_lit(&b->line, "  where ");
    expression_add(NULL, &b->line, filter, b->table->key.partition[0].name);
    return 0;
}

static int add_rest(struct building *b, struct err *e)
{
    int r = add_filter(b, e);

    if (r < 0)
        return r;
    add_projection(b);
    if (b->st->count) {
        json_name(&b->w, STR("Select"));
        json_string(&b->w, STR("COUNT"));
        buf_lit(&b->line, "  count");
    }
    if (b->st->descending) {
        json_name(&b->w, STR("ScanIndexForward"));
        json_bool(&b->w, false);
        buf_lit(&b->line, "  desc");
    }
    add_line_summary(b);
    expression_members(&b->x, &b->w);
    return 0;
}

static int plan_query(struct building *b, struct plan *ret, struct err *e)
{
    int r;

    begin(b, "Query");
    r = add_key_condition(b, e);
    if (r == 0 && b->st->filter)
        r = check_filter_keys(b, b->st->filter, e);
    if (r < 0)
        return r;
    add_common(b);
    r = add_rest(b, e);
    return r < 0 ? r : finish(b, ret, e);
}

static int plan_scan(struct building *b, struct plan *ret, struct err *e)
{
    begin(b, "Scan");
    add_common(b);
    if (b->plan.segments > 1)
        buf_addf(&b->line, "  %zu segments", (size_t)b->plan.segments);
    int r = add_rest(b, e);

    return r < 0 ? r : finish(b, ret, e);
}

int plan_read(struct arena *a, const struct statement *st, const struct table *table,
              struct plan *ret, struct err *e)
{
    _cleanup_(cleanup_building) struct building b = {.arena = a, .st = st, .table = table};
    int r = choose_index(&b, e);

    if (r < 0)
        return r;
    if (st->verb == VERB_QUERY)
        return plan_query(&b, ret, e);
    if (st->verb == VERB_SCAN)
        return plan_scan(&b, ret, e);
    return st->keys->next ? plan_get_many(&b, ret, e) : plan_get_one(&b, ret, e);
}

const char *plan_reach(const struct plan *p, const struct statement *st)
{
    if (st->verb == VERB_CALL)
        return "one request, as it is";
    if (str_is(str_of(p->operation), "GetItem"))
        return "reads one item by its key";
    if (str_is(str_of(p->operation), "BatchGetItem"))
        return "reads items by their keys, a hundred a request";
    if (str_is(str_of(p->operation), "Scan") && st->sample_at.to)
        return "reads some of its segments, each one whole";
    if (str_is(str_of(p->operation), "Scan"))
        return p->index.len ? "reads the whole index" : "reads the whole table";
    if (str_is(str_of(p->operation), "Query"))
        return st->keys->sort ? "reads a range of one partition" : "reads one whole partition";
    if (str_is(str_of(p->operation), "TransactGetItems"))
        return "reads all of them at one moment";
    if (str_is(str_of(p->operation), "TransactWriteItems"))
        return "writes all of them, or none";
    if (str_is(str_of(p->operation), "ExecuteTransaction"))
        return "does all of them, or none";
    if (str_ends(str_of(p->operation), STR("ExecuteStatement")))
        return "does what PartiQL says";
    if (str_is(str_of(p->operation), "ImportTable"))
        return "makes a table with items that stand in S3";
    if (str_is(str_of(p->operation), "ExportTableToPointInTime"))
        return "lets the service write a table to S3";
    if (str_is(str_of(p->operation), "CreateTable"))
        return "makes a table";
    return "writes one item";
}
