#include "pksk/model/workbench.h"
#include "pksk/model/document.h"

#define TABLES_MAX 1000
#define INDEXES_MAX 100
#define UNITS_MAX UINT32_MAX

/* ---- keys */

/* The types are said with each use of an attribute, and may contradict each other. */
static int check_type(const struct place *type, const struct table_def *def,
                      const struct key_attribute *k)
{
    const struct key_attribute *before[2 + 2 * INDEXES_MAX];
    size_t count = 0;

    before[count++] = def->partition;
    before[count++] = def->sort;
    for (const struct index_def *i = def->indexes; i && count + 2 <= ARRAY_LEN(before);
         i = i->next) {
        before[count++] = i->partition;
        before[count++] = i->sort;
    }
    for (size_t i = 0; i < count; i++) {
        if (before[i] && str_eq(before[i]->name, k->name) && before[i]->type != k->type)
            return place_fail(type, NULL, "is %s, but %.*s is %s in another key",
                              attr_type_name(k->type), STR_ARG(k->name),
                              attr_type_name(before[i]->type));
    }
    return 0;
}

static int read_attribute(const struct place *p, const struct table_def *def,
                          struct key_attribute **ret)
{
    static const char *const known[] = {"AttributeName", "AttributeType"};
    int code = place_object(p, known, ARRAY_LEN(known));

    if (code <= 0)
        return code;
    struct place name = place_member(p, "AttributeName"), type = place_member(p, "AttributeType");
    struct key_attribute *k = arena_new(p->doc->arena, struct key_attribute);

    k->at = SPAN_NONE;
    code = place_need(place_text(&name, &k->name), &name);
    if (code == 0)
        code = place_attribute_type(&type, &k->type);
    if (code == 0)
        code = check_type(&type, def, k);
    if (code < 0)
        return code;
    *ret = k;
    return 1;
}

static int read_key(const struct place *p, const struct table_def *def,
                    struct key_attribute **partition, struct key_attribute **sort)
{
    static const char *const known[] = {"PartitionKey", "SortKey"};
    int code = place_need(place_object(p, known, ARRAY_LEN(known)), p);

    if (code < 0)
        return code;
    struct place hash = place_member(p, "PartitionKey"), range = place_member(p, "SortKey");

    code = place_need(read_attribute(&hash, def, partition), &hash);
    return code < 0 ? code : MIN(read_attribute(&range, def, sort), 0);
}

/* ---- indexes */

static int read_index(const struct place *p, struct table_def *def, struct index_def *index)
{
    static const char *const known[] = {"IndexName", "KeyAttributes", "Projection"};
    int code = place_need(place_object(p, known, ARRAY_LEN(known)), p);

    if (code < 0)
        return code;
    struct place name = place_member(p, "IndexName"), key = place_member(p, "KeyAttributes"),
                 projection = place_member(p, "Projection");

    index->at = SPAN_NONE;
    code = place_need(place_text(&name, &index->name), &name);
    for (const struct index_def *i = def->indexes; code == 0 && i; i = i->next) {
        if (str_eq(i->name, index->name))
            return place_fail(&name, NULL, "is %.*s, as that of another index",
                              STR_ARG(index->name));
    }
    if (code == 0)
        code = read_key(&key, def, &index->partition, &index->sort);
    return code < 0 ? code : place_projection(&projection, index);
}

static int read_indexes(const struct place *list, struct table_def *def)
{
    struct index_def **last = &def->indexes;
    int code = place_array(list, INDEXES_MAX);
    size_t i = 0;

    if (code <= 0)
        return code;
    for (const struct json *n = list->value->first; n; n = n->next) {
        struct place here = place_element(list, n, i++);
        struct index_def *index = arena_new(list->doc->arena, struct index_def);

        code = read_index(&here, def, index);
        if (code < 0)
            return code;
        *last = index;
        last = &index->next;
    }
    return 0;
}

/* ---- capacity */

static int read_provisioned(const struct place *settings, struct table_def *def)
{
    static const char *const known[] = {"ProvisionedThroughput"};
    static const char *const units[] = {"ReadCapacityUnits", "WriteCapacityUnits"};
    int code = place_need(place_object(settings, known, ARRAY_LEN(known)), settings);

    if (code < 0)
        return code;
    struct place p = place_member(settings, "ProvisionedThroughput");

    code = place_need(place_object(&p, units, ARRAY_LEN(units)), &p);
    if (code < 0)
        return code;
    struct place read = place_member(&p, "ReadCapacityUnits"),
                 write = place_member(&p, "WriteCapacityUnits");

    code = place_need(place_number(&read, UNITS_MAX, &def->read_units), &read);
    return code < 0 ? code : place_need(place_number(&write, UNITS_MAX, &def->write_units), &write);
}

/* Models older than the billing mode say nothing of capacity, and become on-demand tables. */
static int read_billing(const struct place *p, struct table_def *def)
{
    static const struct choice modes[] = {{"PAY_PER_REQUEST", false}, {"PROVISIONED", true}};
    struct place mode = place_member(p, "BillingMode"),
                 settings = place_member(p, "ProvisionedCapacitySettings");
    int provisioned = false;
    int code = place_choice(&mode, modes, ARRAY_LEN(modes), &provisioned);

    if (code < 0)
        return code;
    return provisioned ? read_provisioned(&settings, def) : 0;
}

/* ---- the model */

static int read_table(const struct place *p, struct model_table *ret)
{
    /* What the model knows of items and facets is no setting of a table. */
    static const char *const known[] = {"TableName",
                                        "KeyAttributes",
                                        "GlobalSecondaryIndexes",
                                        "BillingMode",
                                        "ProvisionedCapacitySettings",
                                        "NonKeyAttributes",
                                        "TableFacets",
                                        "TableData",
                                        "DataAccess"};
    struct table_def *def = arena_new(p->doc->arena, struct table_def);
    int code = place_need(place_object(p, known, ARRAY_LEN(known)), p);

    if (code < 0)
        return code;
    struct place name = place_member(p, "TableName"), key = place_member(p, "KeyAttributes"),
                 indexes = place_member(p, "GlobalSecondaryIndexes");

    code = place_need(place_text(&name, &ret->name), &name);
    if (code == 0)
        code = read_key(&key, def, &def->partition, &def->sort);
    if (code == 0)
        code = read_indexes(&indexes, def);
    if (code == 0)
        code = read_billing(p, def);
    if (code < 0)
        return code;
    ret->resource = ret->name;
    workbench_samples((struct json *)p->value, &ret->samples);
    ret->def = def;
    return 0;
}

static int find_table(const struct place *list, struct str wanted, struct place *ret, bool *lone)
{
    _cleanup_(buf_free) struct buf names = {.max = 300};
    size_t count = list->value->count, i = 0, fit = 0;

    for (const struct json *n = list->value->first; n; n = n->next, i++) {
        struct str name = json_text(n, "TableName");

        buf_addf(&names, "%s%.*s", i ? ", " : "", STR_ARG(name));
        if (wanted.len && !str_eq(name, wanted))
            continue;
        *ret = place_element(list, n, i);
        fit++;
    }
    *lone = count == 1;
    if (fit == 1)
        return 0;
    if (!count)
        return place_fail(list, NULL, "has no table");
    if (wanted.len)
        place_fail(list, NULL, fit ? "has several tables %.*s" : "has no table %.*s",
                   STR_ARG(wanted));
    else
        place_fail(list, NULL, "has %zu tables", count);
    err_hint(list->doc->e, "say which behind the file: %s%s", buf_cstr(&names),
             names.over ? ", …" : "");
    return ERR_FAILED;
}

int workbench_read(struct document *d, struct str wanted, struct model_table *ret)
{
    struct place root = document_root(d), list = place_member(&root, "DataModel"), table = {0};
    int code = place_need(place_array(&list, TABLES_MAX), &list);

    if (code == 0)
        code = find_table(&list, wanted, &table, &ret->lone);
    if (code < 0)
        return code;
    d->base = &table;
    code = read_table(&table, ret);
    d->base = NULL;
    return code;
}
