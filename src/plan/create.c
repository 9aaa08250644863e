#include "pksk/base/map.h"
#include "pksk/json/writer.h"
#include "pksk/plan/plan.h"

/* AttributeDefinitions names every key attribute of the table and its indexes once; two types for
 * one name cannot be. */
static int define(struct json_writer *w, struct map *seen, const struct key_attribute *list,
                  struct err *e)
{
    for (const struct key_attribute *k = list; k; k = k->next) {
        uintptr_t type = (uintptr_t)map_get(seen, k->name);

        if (type && type != (uintptr_t)k->type + 1)
            return err_at(e, ERR_SYNTAX, k->at, "%.*s is %s here and %s before", STR_ARG(k->name),
                          attr_type_name(k->type), attr_type_name((enum attr_type)(type - 1)));
        if (type)
            continue;
        map_put(seen, k->name, (void *)((uintptr_t)k->type + 1));
        json_begin_object(w);
        json_name(w, STR("AttributeName"));
        json_string(w, k->name);
        json_name(w, STR("AttributeType"));
        json_string(w, str_of(attr_type_name(k->type)));
        json_end_object(w);
    }
    return 0;
}

static void add_key(struct json_writer *w, const struct key_attribute *list, const char *type)
{
    for (const struct key_attribute *k = list; k; k = k->next) {
        json_begin_object(w);
        json_name(w, STR("AttributeName"));
        json_string(w, k->name);
        json_name(w, STR("KeyType"));
        json_string(w, str_of(type));
        json_end_object(w);
    }
}

static void add_key_schema(struct json_writer *w, const struct key_attribute *partition,
                           const struct key_attribute *sort)
{
    json_name(w, STR("KeySchema"));
    json_begin_array(w);
    add_key(w, partition, "HASH");
    add_key(w, sort, "RANGE");
    json_end_array(w);
}

static void add_throughput(struct json_writer *w, const struct table_def *def)
{
    json_name(w, STR("ProvisionedThroughput"));
    json_begin_object(w);
    json_name(w, STR("ReadCapacityUnits"));
    json_uint(w, def->read_units);
    json_name(w, STR("WriteCapacityUnits"));
    json_uint(w, def->write_units);
    json_end_object(w);
}

static void add_index(struct json_writer *w, const struct table_def *def,
                      const struct index_def *index)
{
    static const char *const kinds[] = {
        [PROJECT_ALL] = "ALL", [PROJECT_KEYS] = "KEYS_ONLY", [PROJECT_INCLUDE] = "INCLUDE"};

    json_begin_object(w);
    json_name(w, STR("IndexName"));
    json_string(w, index->name);
    add_key_schema(w, index->partition, index->sort);
    json_name(w, STR("Projection"));
    json_begin_object(w);
    json_name(w, STR("ProjectionType"));
    json_string(w, str_of(kinds[index->projection]));
    if (index->projection == PROJECT_INCLUDE) {
        json_name(w, STR("NonKeyAttributes"));
        json_begin_array(w);
        for (const struct word *name = index->include; name; name = name->next)
            json_string(w, name->text);
        json_end_array(w);
    }
    json_end_object(w);
    if (def->read_units && !index->local)
        add_throughput(w, def);
    json_end_object(w);
}

static void add_indexes(struct json_writer *w, const struct table_def *def, bool local,
                        const char *member)
{
    bool any = false;

    for (const struct index_def *index = def->indexes; index; index = index->next) {
        if (index->local != local)
            continue;
        if (!any) {
            json_name(w, str_of(member));
            json_begin_array(w);
        }
        any = true;
        add_index(w, def, index);
    }
    if (any)
        json_end_array(w);
}

static int add_definitions(struct json_writer *w, const struct table_def *def, struct err *e)
{
    struct map seen = {0};

    json_name(w, STR("AttributeDefinitions"));
    json_begin_array(w);
    int r = define(w, &seen, def->partition, e);

    if (r == 0)
        r = define(w, &seen, def->sort, e);
    for (const struct index_def *index = def->indexes; index && r == 0; index = index->next) {
        r = define(w, &seen, index->partition, e);
        if (r == 0)
            r = define(w, &seen, index->sort, e);
    }
    json_end_array(w);
    map_free(&seen, NULL);
    return r;
}

int plan_create_table(struct arena *a, const struct statement *st, struct plan *ret, struct err *e)
{
    const struct table_def *def = st->create;
    _cleanup_(buf_free) struct buf body = {0};
    struct json_writer w = {.out = &body};

    json_begin_object(&w);
    json_name(&w, STR("TableName"));
    json_string(&w, st->table->text);
    int r = add_definitions(&w, def, e);

    if (r < 0)
        return r;
    add_key_schema(&w, def->partition, def->sort);
    add_indexes(&w, def, false, "GlobalSecondaryIndexes");
    add_indexes(&w, def, true, "LocalSecondaryIndexes");
    json_name(&w, STR("BillingMode"));
    json_string(&w, def->read_units ? STR("PROVISIONED") : STR("PAY_PER_REQUEST"));
    if (def->read_units)
        add_throughput(&w, def);
    if (def->stream) {
        json_name(&w, STR("StreamSpecification"));
        json_begin_object(&w);
        json_name(&w, STR("StreamEnabled"));
        json_bool(&w, true);
        json_name(&w, STR("StreamViewType"));
        json_string(&w, str_of(def->stream));
        json_end_object(&w);
    }
    if (def->protect) {
        json_name(&w, STR("DeletionProtectionEnabled"));
        json_bool(&w, true);
    }
    *ret = (struct plan){
        .operation = "CreateTable",
        .body = arena_str(a, buf_str(&body)),
        .line = arena_printf(a, "CreateTable %.*s", STR_ARG(st->table->text)),
        .table = arena_str(a, st->table->text),
    };
    return 0;
}
