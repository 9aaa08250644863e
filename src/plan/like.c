#include "pksk/plan/like.h"

#include "pksk/plan/define.h"

static struct key_attribute *copy_parts(struct arena *a, const struct key_part *parts,
                                        unsigned count)
{
    struct key_attribute *first = NULL, **last = &first;

    for (unsigned i = 0; i < count; i++) {
        *last = arena_new(a, struct key_attribute);
        **last =
            (struct key_attribute){.at = SPAN_NONE, .name = parts[i].name, .type = parts[i].type};
        last = &(*last)->next;
    }
    return first;
}

/* A maximum of -1 is none. */
static struct units_def on_demand_of(const struct json *of)
{
    const struct json *units = json_get(of, "OnDemandThroughput");
    struct units_def ret = {0};

    json_get_u64(units, "MaxReadRequestUnits", &ret.read);
    json_get_u64(units, "MaxWriteRequestUnits", &ret.write);
    return ret;
}

/* A table's description may still have what was said before its billing mode changed. */
static void keep_fitting(bool provisioned, struct units_def *reserved, struct units_def *most)
{
    if (provisioned)
        *most = (struct units_def){0};
    else if (reserved)
        *reserved = (struct units_def){0};
}

static const struct json *find_index(const struct json *table, struct str name)
{
    const struct json *list = json_get(table, "GlobalSecondaryIndexes");

    for (const struct json *i = list ? list->first : NULL; i; i = i->next) {
        if (str_eq(json_text(i, "IndexName"), name))
            return i;
    }
    return NULL;
}

static void copy_projection(struct arena *a, const struct index *from, struct index_def *to)
{
    struct word **last = &to->include;

    to->projection = str_is(from->projection, "KEYS_ONLY") ? PROJECT_KEYS
                     : str_is(from->projection, "INCLUDE") ? PROJECT_INCLUDE
                                                           : PROJECT_ALL;
    for (size_t i = 0; to->projection == PROJECT_INCLUDE && i < from->include_count; i++) {
        *last = arena_new(a, struct word);
        **last = (struct word){.at = SPAN_NONE, .text = from->include[i]};
        last = &(*last)->next;
    }
}

static struct index_def *copy_index(struct arena *a, const struct index *from,
                                    const struct json *table)
{
    struct index_def *to = arena_new(a, struct index_def);
    const struct json *described = from->local ? NULL : find_index(table, from->name);
    const struct json *units = json_get(described, "ProvisionedThroughput");

    to->at = SPAN_NONE;
    to->name = from->name;
    to->local = from->local;
    to->partition = copy_parts(a, from->key.partition, from->key.partition_count);
    to->sort = copy_parts(a, from->key.sort, from->key.sort_count);
    copy_projection(a, from, to);
    json_get_u64(units, "ReadCapacityUnits", &to->provisioned.read);
    json_get_u64(units, "WriteCapacityUnits", &to->provisioned.write);
    to->on_demand = on_demand_of(described);
    return to;
}

/* The API's own constants, which a definition points to. */
static const char *constant(struct str text)
{
    static const char *const all[] = {
        "NEW_AND_OLD_IMAGES",         "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY",
        "STANDARD_INFREQUENT_ACCESS", "KMS",       "AES256"};

    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (str_is(text, all[i]))
            return all[i];
    }
    return NULL;
}

static void copy_encryption(const struct json *table, struct table_def *to)
{
    const struct json *sse = json_get(table, "SSEDescription");

    to->encrypted = str_starts(json_text(sse, "Status"), STR("ENABL"));
    if (!to->encrypted)
        return;
    to->sse_type = constant(json_text(sse, "SSEType"));
    to->kms_key = json_text(sse, "KMSMasterKeyArn");
}

static void copy_backups(const struct json *backups, struct table_def *to)
{
    const struct json *pitr = json_get(json_get(backups, "ContinuousBackupsDescription"),
                                       "PointInTimeRecoveryDescription");

    to->pitr = str_is(json_text(pitr, "PointInTimeRecoveryStatus"), "ENABLED");
    json_get_u64(pitr, "RecoveryPeriodInDays", &to->pitr_days);
}

void like_definition(struct arena *a, const struct table *t, const struct json *table,
                     const struct json *ttl, const struct json *backups, struct table_def *ret,
                     struct str *left)
{
    struct index_def **last = &ret->indexes;
    struct table_facts facts;
    const struct json *replicas = json_get(table, "Replicas");

    define_facts(a, table, ttl, &facts);
    *ret = (struct table_def){.read_units = facts.read_units,
                              .write_units = facts.write_units,
                              .stream = constant(facts.stream),
                              .table_class = constant(facts.table_class),
                              .protect = facts.protect,
                              .on_demand = on_demand_of(table)};
    ret->partition = copy_parts(a, t->key.partition, t->key.partition_count);
    ret->sort = copy_parts(a, t->key.sort, t->key.sort_count);
    for (size_t i = 0; i < t->index_count; i++) {
        *last = copy_index(a, &t->indexes[i], table);
        keep_fitting(ret->read_units > 0, &(*last)->provisioned, &(*last)->on_demand);
        last = &(*last)->next;
    }
    if (facts.ttl.len) {
        ret->ttl = arena_new(a, struct word);
        *ret->ttl = (struct word){.at = SPAN_NONE, .text = facts.ttl};
    }
    copy_encryption(table, ret);
    copy_backups(backups, ret);
    keep_fitting(ret->read_units > 0, NULL, &ret->on_demand);
    *left = replicas && replicas->count ? STR("Replicas") : STR("");
}
