#include "pksk/dynamo/describe.h"

#define INDEXES_MAX 100 /* far over the service's quotas */

static int wrong(struct err *e, const char *what)
{
    return err_set(e, ERR_FAILED, "the description of the table cannot be used: %s", what);
}

static bool type_of(const struct json *definitions, struct str name, enum attr_type *ret)
{
    for (const struct json *d = definitions ? definitions->first : NULL; d; d = d->next) {
        if (str_eq(json_text(d, "AttributeName"), name))
            return attr_type_from(json_text(d, "AttributeType"), ret) && *ret <= ATTR_B;
    }
    return false;
}

static int decode_key(struct arena *a, const struct json *schema, const struct json *definitions,
                      struct key_schema *ret, struct err *e)
{
    *ret = (struct key_schema){0};
    for (const struct json *part = schema ? schema->first : NULL; part; part = part->next) {
        struct str name = json_text(part, "AttributeName");
        bool partition = str_is(json_text(part, "KeyType"), "HASH");
        unsigned *count = partition ? &ret->partition_count : &ret->sort_count;
        struct key_part *to = partition ? ret->partition : ret->sort;

        if (*count == KEY_ATTRIBUTES_MAX)
            return wrong(e, "a key has more attributes than pksk knows of");
        if (!type_of(definitions, name, &to[*count].type))
            return wrong(e, "a key attribute has no type");
        to[(*count)++].name = arena_str(a, name);
    }
    return ret->partition_count ? 0 : wrong(e, "a key has no partition key");
}

static void decode_projection(struct arena *a, const struct json *projection, struct index *ret)
{
    const struct json *names = json_get(projection, "NonKeyAttributes");
    size_t i = 0;

    ret->projection = arena_str(a, json_text(projection, "ProjectionType"));
    if (!names || names->kind != JSON_IS_ARRAY)
        return;
    ret->include = arena_alloc(a, names->count, sizeof(*ret->include));
    for (const struct json *n = names->first; n; n = n->next)
        ret->include[i++] = arena_str(a, n->text);
    ret->include_count = i;
}

static size_t count_of(const struct json *list)
{
    return list && list->kind == JSON_IS_ARRAY ? list->count : 0;
}

static uint64_t count_in(const struct json *of, const char *member, uint64_t unsaid)
{
    uint64_t n;

    return json_get_u64(of, member, &n) ? n : unsaid;
}

static int decode_indexes(struct arena *a, const struct json *description, const char *member,
                          bool local, struct table *ret, struct err *e)
{
    const struct json *list = json_get(description, member);

    if (!count_of(list))
        return 0;
    for (const struct json *i = list->first; i; i = i->next) {
        struct index *index = &ret->indexes[ret->index_count];
        int r = decode_key(a, json_get(i, "KeySchema"),
                           json_get(description, "AttributeDefinitions"), &index->key, e);

        if (r < 0)
            return r;
        index->name = arena_str(a, json_text(i, "IndexName"));
        index->local = local;
        index->status = local ? STR("ACTIVE") : arena_str(a, json_text(i, "IndexStatus"));
        decode_projection(a, json_get(i, "Projection"), index);
        index->item_count = count_in(i, "ItemCount", ret->item_count);
        index->size_bytes = count_in(i, "IndexSizeBytes", ret->size_bytes);
        ret->index_count++;
    }
    return 0;
}

int describe_decode(struct arena *a, const struct json *description, struct table *ret,
                    struct err *e)
{
    size_t indexes = count_of(json_get(description, "GlobalSecondaryIndexes")) +
                     count_of(json_get(description, "LocalSecondaryIndexes"));
    struct table t = {
        .name = arena_str(a, json_text(description, "TableName")),
        .arn = arena_str(a, json_text(description, "TableArn")),
        .status = arena_str(a, json_text(description, "TableStatus")),
        .on_demand = str_is(json_text(json_get(description, "BillingModeSummary"), "BillingMode"),
                            "PAY_PER_REQUEST"),
    };

    if (!t.name.len)
        return wrong(e, "it has no name");
    if (indexes > INDEXES_MAX)
        return wrong(e, "it has too many indexes");
    t.stream_arn = arena_str(a, json_text(description, "LatestStreamArn"));
    t.item_count = count_in(description, "ItemCount", 0);
    t.size_bytes = count_in(description, "TableSizeBytes", 0);
    t.indexes = arena_alloc(a, indexes ? indexes : 1, sizeof(*t.indexes));

    int r = decode_key(a, json_get(description, "KeySchema"),
                       json_get(description, "AttributeDefinitions"), &t.key, e);

    if (r == 0)
        r = decode_indexes(a, description, "GlobalSecondaryIndexes", false, &t, e);
    if (r == 0)
        r = decode_indexes(a, description, "LocalSecondaryIndexes", true, &t, e);
    if (r == 0)
        *ret = t;
    return r;
}

bool describe_is_settled(const struct table *t)
{
    if (!str_is(t->status, "ACTIVE"))
        return false;
    for (size_t i = 0; i < t->index_count; i++) {
        if (!str_is(t->indexes[i].status, "ACTIVE"))
            return false;
    }
    return true;
}

const struct key_part *key_find(const struct key_schema *k, struct str name)
{
    for (unsigned i = 0; i < key_part_count(k); i++) {
        if (str_eq(key_part(k, i)->name, name))
            return key_part(k, i);
    }
    return NULL;
}

const struct index *table_index(const struct table *t, struct str name)
{
    for (size_t i = 0; t && i < t->index_count; i++) {
        if (str_eq(t->indexes[i].name, name))
            return &t->indexes[i];
    }
    return NULL;
}
