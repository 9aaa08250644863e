#include "pksk/plan/define.h"

#include "pksk/item/notation.h"
#include "pksk/json/writer.h"

void define_facts(struct arena *a, const struct json *table, const struct json *ttl,
                  struct table_facts *ret)
{
    const struct json *throughput = json_get(table, "ProvisionedThroughput"),
                      *stream = json_get(table, "StreamSpecification");
    const struct json *life = json_get(ttl, "TimeToLiveDescription");
    struct str billing = json_text(json_get(table, "BillingModeSummary"), "BillingMode");

    *ret = (struct table_facts){.table_class =
                                    json_text(json_get(table, "TableClassSummary"), "TableClass")};
    if (!str_is(billing, "PAY_PER_REQUEST")) {
        json_get_u64(throughput, "ReadCapacityUnits", &ret->read_units);
        json_get_u64(throughput, "WriteCapacityUnits", &ret->write_units);
    }
    ret->capacity = ret->read_units
                        ? arena_printf(a, "%zu read and %zu write units a second",
                                       (size_t)ret->read_units, (size_t)ret->write_units)
                        : STR("on-demand");
    if (str_is(ret->table_class, "STANDARD"))
        ret->table_class = STR("");
    if (json_get_bool(stream, "StreamEnabled", false))
        ret->stream = json_text(stream, "StreamViewType");
    if (str_starts(json_text(life, "TimeToLiveStatus"), STR("ENABL")))
        ret->ttl = json_text(life, "AttributeName");
    ret->protect = json_get_bool(table, "DeletionProtectionEnabled", false);
}

/* ---- create table … */

static void add_parts(struct buf *b, const struct key_part *parts, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        buf_str_add(b, i ? STR(", ") : STR(""));
        notation_add_name(b, parts[i].name);
        buf_addf(b, " %s", attr_type_name(parts[i].type));
    }
}

void define_key(struct buf *b, const struct key_schema *key)
{
    bool many = key->partition_count > 1 || key->sort_count > 1;

    buf_str_add(b, many ? STR("(") : STR(""));
    add_parts(b, key->partition, key->partition_count);
    buf_str_add(b, many ? STR(")") : STR(""));
    if (!key->sort_count)
        return;
    buf_str_add(b, many ? STR(" (") : STR(", "));
    add_parts(b, key->sort, key->sort_count);
    buf_str_add(b, many ? STR(")") : STR(""));
}

/* A name of a table or an index. The service has plain ones only, but what a server says may be
 * kept in a file and run: no end of line in it may begin another statement. */
static void add_word(struct buf *b, struct str name)
{
    if (notation_bare_value(name))
        buf_str_add(b, name);
    else
        notation_add_string(b, name);
}

static void add_index(struct buf *b, const struct index *index)
{
    buf_addf(b, ",\n    %sindex ", index->local ? "local " : "");
    add_word(b, index->name);
    buf_lit(b, " (");
    define_key(b, &index->key);
    buf_lit(b, ") project ");
    if (str_is(index->projection, "KEYS_ONLY")) {
        buf_lit(b, "keys");
    } else if (str_is(index->projection, "INCLUDE")) {
        buf_lit(b, "include (");
        for (size_t i = 0; i < index->include_count; i++) {
            buf_str_add(b, i ? STR(", ") : STR(""));
            notation_add_name(b, index->include[i]);
        }
        buf_char(b, ')');
    } else {
        buf_lit(b, "all");
    }
}

/* NEW_AND_OLD_IMAGES → new-and-old, as `create table` takes it. */
static const char *stream_word(struct str type)
{
    if (str_is(type, "NEW_IMAGE"))
        return "new";
    if (str_is(type, "OLD_IMAGE"))
        return "old";
    return str_is(type, "KEYS_ONLY") ? "keys" : "new-and-old";
}

void define_statement(struct buf *b, const struct table *t, const struct table_facts *facts)
{
    buf_lit(b, "create table ");
    add_word(b, t->name);
    buf_char(b, ' ');
    define_key(b, &t->key);
    for (size_t i = 0; i < t->index_count; i++)
        add_index(b, &t->indexes[i]);
    if (facts->read_units)
        buf_addf(b, ",\n    provisioned %zu %zu", (size_t)facts->read_units,
                 (size_t)facts->write_units);
    else
        buf_lit(b, ",\n    on-demand");
    if (facts->ttl.len) {
        buf_lit(b, ", ttl ");
        notation_add_name(b, facts->ttl);
    }
    if (facts->stream.len)
        buf_addf(b, ", stream %s", stream_word(facts->stream));
    if (facts->protect)
        buf_lit(b, ", protect");
    buf_char(b, '\n');
}

/* ---- CloudFormation: AWS::DynamoDB::Table, the members of a description that a template has, too
 */

static void copy_member(struct json_writer *w, const struct json *from, const char *name)
{
    _cleanup_(buf_free) struct buf text = {0};
    const struct json *member = json_get(from, name);

    if (!member || (member->kind == JSON_IS_ARRAY && !member->count))
        return;
    json_write(&text, member, false);
    json_name(w, str_of(name));
    json_raw(w, buf_str(&text));
}

static void add_throughput(struct json_writer *w, const struct json *of)
{
    const struct json *throughput = json_get(of, "ProvisionedThroughput");
    uint64_t read = 0, write = 0;

    json_get_u64(throughput, "ReadCapacityUnits", &read);
    json_get_u64(throughput, "WriteCapacityUnits", &write);
    json_name(w, STR("ProvisionedThroughput"));
    json_begin_object(w);
    json_name(w, STR("ReadCapacityUnits"));
    json_uint(w, read);
    json_name(w, STR("WriteCapacityUnits"));
    json_uint(w, write);
    json_end_object(w);
}

static void add_number(struct json_writer *w, const struct json *of, const char *name)
{
    uint64_t n;

    if (!json_get_u64(of, name, &n))
        return;
    json_name(w, str_of(name));
    json_uint(w, n);
}

/* What is served at most; -1 stands for no such bound, which a template cannot say. */
static void add_maxima(struct json_writer *w, const struct json *of)
{
    const struct json *most = json_get(of, "OnDemandThroughput");
    uint64_t n;

    if (!json_get_u64(most, "MaxReadRequestUnits", &n) &&
        !json_get_u64(most, "MaxWriteRequestUnits", &n))
        return;
    json_name(w, STR("OnDemandThroughput"));
    json_begin_object(w);
    add_number(w, most, "MaxReadRequestUnits");
    add_number(w, most, "MaxWriteRequestUnits");
    json_end_object(w);
}

static void add_encryption(struct json_writer *w, const struct json *table)
{
    const struct json *sse = json_get(table, "SSEDescription");
    struct str key = json_text(sse, "KMSMasterKeyArn");

    if (!str_starts(json_text(sse, "Status"), STR("ENABL")))
        return;
    json_name(w, STR("SSESpecification"));
    json_begin_object(w);
    json_name(w, STR("SSEEnabled"));
    json_bool(w, true);
    copy_member(w, sse, "SSEType");
    if (key.len) {
        json_name(w, STR("KMSMasterKeyId"));
        json_string(w, key);
    }
    json_end_object(w);
}

static void add_template_indexes(struct json_writer *w, const struct json *table, const char *name,
                                 bool provisioned)
{
    const struct json *list = json_get(table, name);

    if (!list || !list->count)
        return;
    json_name(w, str_of(name));
    json_begin_array(w);
    for (const struct json *index = list->first; index; index = index->next) {
        json_begin_object(w);
        copy_member(w, index, "IndexName");
        copy_member(w, index, "KeySchema");
        copy_member(w, index, "Projection");
        if (provisioned)
            add_throughput(w, index);
        else
            add_maxima(w, index);
        json_end_object(w);
    }
    json_end_array(w);
}

static void add_specification(struct json_writer *w, const char *name, const char *member,
                              struct str value, bool enabled)
{
    json_name(w, str_of(name));
    json_begin_object(w);
    json_name(w, str_of(member));
    json_string(w, value);
    if (enabled) {
        json_name(w, STR("Enabled"));
        json_bool(w, true);
    }
    json_end_object(w);
}

static void add_properties(struct json_writer *w, const struct json *table,
                           const struct table_facts *facts)
{
    json_begin_object(w);
    copy_member(w, table, "TableName");
    copy_member(w, table, "AttributeDefinitions");
    copy_member(w, table, "KeySchema");
    add_template_indexes(w, table, "GlobalSecondaryIndexes", facts->read_units > 0);
    add_template_indexes(w, table, "LocalSecondaryIndexes", false);
    json_name(w, STR("BillingMode"));
    json_string(w, facts->read_units ? STR("PROVISIONED") : STR("PAY_PER_REQUEST"));
    if (facts->read_units)
        add_throughput(w, table);
    else
        add_maxima(w, table);
    add_encryption(w, table);
    if (facts->ttl.len)
        add_specification(w, "TimeToLiveSpecification", "AttributeName", facts->ttl, true);
    if (facts->stream.len)
        add_specification(w, "StreamSpecification", "StreamViewType", facts->stream, false);
    if (facts->table_class.len) {
        json_name(w, STR("TableClass"));
        json_string(w, facts->table_class);
    }
    if (facts->protect) {
        json_name(w, STR("DeletionProtectionEnabled"));
        json_bool(w, true);
    }
    json_end_object(w);
}

void define_cloudformation(struct buf *b, const struct json *table, const struct table_facts *facts)
{
    _cleanup_(buf_free) struct buf plain = {0};
    struct json_writer w = {.out = &plain};
    struct arena a = {0};
    struct json *tree;

    json_begin_object(&w);
    json_name(&w, STR("Resources"));
    json_begin_object(&w);
    json_name(&w, STR("Table"));
    json_begin_object(&w);
    json_name(&w, STR("Type"));
    json_string(&w, STR("AWS::DynamoDB::Table"));
    json_name(&w, STR("Properties"));
    add_properties(&w, table, facts);
    json_end_object(&w);
    json_end_object(&w);
    json_end_object(&w);
    if (json_parse(&a, buf_str(&plain), 100, &tree, NULL) == 0)
        json_write(b, tree, true);
    arena_free(&a);
}
