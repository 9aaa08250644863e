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

static void add_number(struct json_writer *w, const char *name, uint64_t n)
{
    if (!n)
        return;
    json_name(w, str_of(name));
    json_uint(w, n);
}

/* {"ReadCapacityUnits": 5, …}, or nothing when nothing was said. */
static void add_units(struct json_writer *w, const char *member, struct units_def units,
                      const char *read, const char *write)
{
    if (!units.read && !units.write)
        return;
    json_name(w, str_of(member));
    json_begin_object(w);
    add_number(w, read, units.read);
    add_number(w, write, units.write);
    json_end_object(w);
}

static void add_all_units(struct json_writer *w, struct units_def provisioned,
                          struct units_def on_demand, struct units_def warm)
{
    add_units(w, "ProvisionedThroughput", provisioned, "ReadCapacityUnits", "WriteCapacityUnits");
    add_units(w, "OnDemandThroughput", on_demand, "MaxReadRequestUnits", "MaxWriteRequestUnits");
    add_units(w, "WarmThroughput", warm, "ReadUnitsPerSecond", "WriteUnitsPerSecond");
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
    if (!index->local) {
        struct units_def units = index->provisioned;

        if (!units.read)
            units = (struct units_def){def->read_units, def->write_units};
        add_all_units(w, units, index->on_demand, index->warm);
    }
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

static void add_encryption(struct json_writer *w, const struct table_def *def)
{
    if (!def->encrypted)
        return;
    json_name(w, STR("SSESpecification"));
    json_begin_object(w);
    json_name(w, STR("Enabled"));
    json_bool(w, true);
    json_text_member(w, "SSEType", str_of(def->sse_type));
    json_text_member(w, "KMSMasterKeyId", def->kms_key);
    json_end_object(w);
}

static void add_tags(struct json_writer *w, const struct tag_def *tags)
{
    if (!tags)
        return;
    json_name(w, STR("Tags"));
    json_begin_array(w);
    for (; tags; tags = tags->next) {
        json_begin_object(w);
        json_name(w, STR("Key"));
        json_string(w, tags->key);
        json_name(w, STR("Value"));
        json_string(w, tags->value);
        json_end_object(w);
    }
    json_end_array(w);
}

static void add_settings(struct json_writer *w, const struct table_def *def)
{
    json_name(w, STR("BillingMode"));
    json_string(w, def->read_units ? STR("PROVISIONED") : STR("PAY_PER_REQUEST"));
    add_all_units(w, (struct units_def){def->read_units, def->write_units}, def->on_demand,
                  def->warm);
    if (def->stream) {
        json_name(w, STR("StreamSpecification"));
        json_begin_object(w);
        json_name(w, STR("StreamEnabled"));
        json_bool(w, true);
        json_name(w, STR("StreamViewType"));
        json_string(w, str_of(def->stream));
        json_end_object(w);
    }
    add_encryption(w, def);
    json_text_member(w, "TableClass", str_of(def->table_class));
    if (def->protect) {
        json_name(w, STR("DeletionProtectionEnabled"));
        json_bool(w, true);
    }
    add_tags(w, def->tags);
}

static struct str line_of(struct arena *a, struct str name, const struct table_def *def)
{
    struct table_step steps[TABLE_STEPS_MAX];
    struct str line = arena_printf(a, "CreateTable %.*s", STR_ARG(name));

    for (size_t i = 0, n = plan_table_steps(a, name, def, steps); i < n; i++)
        line = arena_printf(a, "%.*s, then %s", STR_ARG(line), steps[i].operation);
    return line;
}

int plan_table_names(struct str name, const struct table_def *def, struct err *e)
{
    int r = table_name_check("table", name, e);

    for (const struct index_def *x = def->indexes; x && r == 0; x = x->next) {
        r = table_name_check("index", x->name, e);
        if (r < 0)
            e->at = x->at;
    }
    return r;
}

/* All members of CreateTable. */
static int add_table(struct json_writer *w, struct str name, const struct table_def *def,
                     struct err *e)
{
    json_name(w, STR("TableName"));
    json_string(w, name);
    int r = add_definitions(w, def, e);

    if (r < 0)
        return r;
    add_key_schema(w, def->partition, def->sort);
    add_indexes(w, def, false, "GlobalSecondaryIndexes");
    add_indexes(w, def, true, "LocalSecondaryIndexes");
    add_settings(w, def);
    return 0;
}

/* TableCreationParameters has fewer members than CreateTable (API reference, ImportTable). */
static int refuse_parts(const struct table_def *def, struct err *e)
{
    const char *part = def->stream        ? "stream"
                       : def->protect     ? "protect"
                       : def->table_class ? "another table class"
                       : def->tags        ? "tags"
                                          : NULL;

    for (const struct index_def *x = def->indexes; x && !part; x = x->next)
        part = x->local ? "local index" : NULL;
    if (!part)
        return 0;
    return err_at(e, ERR_SYNTAX, def->s3->at, "a table that is made from S3 cannot have %s", part);
}

int plan_import_table(struct arena *a, struct str name, const struct table_def *def,
                      struct str token, struct plan *ret, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct json_writer w = {.out = &body};
    struct str bucket, prefix;
    int r = plan_s3_place(def->s3, &bucket, &prefix, e);

    if (r == 0)
        r = refuse_parts(def, e);
    if (r < 0)
        return r;
    json_begin_object(&w);
    json_name(&w, STR("S3BucketSource"));
    json_begin_object(&w);
    json_name(&w, STR("S3Bucket"));
    json_string(&w, bucket);
    json_text_member(&w, "S3KeyPrefix", prefix);
    json_end_object(&w);
    json_text_member(&w, "InputFormat", str_of(def->s3_format));
    json_text_member(&w, "InputCompressionType", str_of(def->s3_compression));
    json_text_member(&w, "ClientToken", token);
    json_name(&w, STR("TableCreationParameters"));
    json_begin_object(&w);
    r = add_table(&w, name, def, e);
    if (r < 0)
        return r;
    json_end_object(&w);
    *ret = (struct plan){
        .operation = "ImportTable",
        .body = arena_str(a, buf_str(&body)),
        .line = arena_printf(a, "ImportTable %.*s  from %.*s  %s, %s", STR_ARG(name),
                             STR_ARG(def->s3->text), def->s3_format, def->s3_compression),
        .table = arena_str(a, name),
    };
    return 0;
}

int plan_create_table(struct arena *a, struct str name, const struct table_def *def,
                      struct plan *ret, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct json_writer w = {.out = &body};

    json_begin_object(&w);
    int r = add_table(&w, name, def, e);

    if (r < 0)
        return r;
    *ret = (struct plan){
        .operation = "CreateTable",
        .body = arena_str(a, buf_str(&body)),
        .line = line_of(a, name, def),
        .table = arena_str(a, name),
    };
    return 0;
}

static struct str ttl_body(struct arena *a, struct str name, const struct table_def *def)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct json_writer w = {.out = &body};

    json_begin_object(&w);
    json_name(&w, STR("TableName"));
    json_string(&w, name);
    json_name(&w, STR("TimeToLiveSpecification"));
    json_begin_object(&w);
    json_name(&w, STR("AttributeName"));
    json_string(&w, def->ttl->text);
    json_name(&w, STR("Enabled"));
    json_bool(&w, true);
    json_end_object(&w);
    json_end_object(&w);
    return arena_str(a, buf_str(&body));
}

static struct str pitr_body(struct arena *a, struct str name, const struct table_def *def)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct json_writer w = {.out = &body};

    json_begin_object(&w);
    json_name(&w, STR("TableName"));
    json_string(&w, name);
    json_name(&w, STR("PointInTimeRecoverySpecification"));
    json_begin_object(&w);
    json_name(&w, STR("PointInTimeRecoveryEnabled"));
    json_bool(&w, true);
    add_number(&w, "RecoveryPeriodInDays", def->pitr_days);
    json_end_object(&w);
    json_end_object(&w);
    return arena_str(a, buf_str(&body));
}

size_t plan_table_steps(struct arena *a, struct str name, const struct table_def *def,
                        struct table_step ret[TABLE_STEPS_MAX])
{
    size_t n = 0;

    if (def->ttl)
        ret[n++] = (struct table_step){"UpdateTimeToLive", "time to live", ttl_body(a, name, def)};
    if (def->pitr)
        ret[n++] = (struct table_step){"UpdateContinuousBackups", "point-in-time recovery",
                                       pitr_body(a, name, def)};
    return n;
}
