#include "pksk/model/cloudformation.h"

#define UNITS_MAX UINT32_MAX
#define REPLICAS_MAX 100

int template_properties(const struct place *p, struct template *t)
{
    static const char *const of_table[] = {
        "KeySchema",
        "AttributeDefinitions",
        "BillingMode",
        "ProvisionedThroughput",
        "OnDemandThroughput",
        "WarmThroughput",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
        "StreamSpecification",
        "SSESpecification",
        "TimeToLiveSpecification",
        "PointInTimeRecoverySpecification",
        "TableClass",
        "DeletionProtectionEnabled",
        "Tags",
        "TableName",
    };
    static const char *const of_global[] = {
        "KeySchema",
        "AttributeDefinitions",
        "BillingMode",
        "Replicas",
        "WriteProvisionedThroughputSettings",
        "ReadProvisionedThroughputSettings",
        "WriteOnDemandThroughputSettings",
        "ReadOnDemandThroughputSettings",
        "WarmThroughput",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
        "StreamSpecification",
        "SSESpecification",
        "TimeToLiveSpecification",
        "TableName",
    };

    return t->global ? place_object(p, of_global, ARRAY_LEN(of_global))
                     : place_object(p, of_table, ARRAY_LEN(of_table));
}

/* ---- {"ReadCapacityUnits": 5, …} */

/* all: both must be there. */
static int read_units(const struct place *p, const char *read, const char *write, bool all,
                      struct units_def *ret)
{
    const char *const known[] = {read, write};
    int code = place_object(p, known, ARRAY_LEN(known));

    if (code <= 0)
        return code;
    struct place r = place_member(p, read), w = place_member(p, write);

    code = place_number(&r, UNITS_MAX, &ret->read);
    if (all)
        code = place_need(code, &r);
    if (code >= 0)
        code = place_number(&w, UNITS_MAX, &ret->write);
    if (all)
        code = place_need(code, &w);
    return MIN(code, 0);
}

/* The billing mode's own capacity is read, and the other one's is left. */
static int read_table_units(const struct place *p, const struct template *t,
                            struct units_def *provisioned, struct units_def *on_demand,
                            struct units_def *warm)
{
    struct place units = place_member(p, "ProvisionedThroughput"),
                 most = place_member(p, "OnDemandThroughput"),
                 ready = place_member(p, "WarmThroughput");
    const struct place *other = t->provisioned ? &most : &units;
    int code;

    if (other->value)
        place_leave(other);
    if (t->provisioned && !units.value)
        return place_fail(p, "that, or BillingMode PAY_PER_REQUEST", "lacks ProvisionedThroughput");
    if (t->provisioned)
        code = read_units(&units, "ReadCapacityUnits", "WriteCapacityUnits", true, provisioned);
    else
        code = read_units(&most, "MaxReadRequestUnits", "MaxWriteRequestUnits", false, on_demand);
    return code < 0 ? code
                    : read_units(&ready, "ReadUnitsPerSecond", "WriteUnitsPerSecond", false, warm);
}

/* ---- a global table's: writing is said for all replicas, reading for each */

/* A table of its own has no auto scaling: it begins with what that would begin with. */
static int read_scaling(const struct place *p, uint64_t *ret)
{
    struct place seed = place_member(p, "SeedCapacity"), min = place_member(p, "MinCapacity");
    int code = place_object(p, NULL, 0);

    if (code <= 0)
        return code;
    place_leave(p);
    code = place_number(&seed, UNITS_MAX, ret);
    return code ? MIN(code, 0) : place_need(place_number(&min, UNITS_MAX, ret), &min);
}

static int read_side(const struct place *p, const char *units, const char *scaling, uint64_t *ret)
{
    const char *const known[] = {units, scaling};
    int code = place_object(p, known, ARRAY_LEN(known));

    if (code <= 0)
        return code;
    struct place number = place_member(p, units), scaled = place_member(p, scaling);

    code = place_number(&number, UNITS_MAX, ret);
    return code ? MIN(code, 0) : read_scaling(&scaled, ret);
}

static int read_most(const struct place *p, const char *units, uint64_t *ret)
{
    int code = place_object(p, &units, 1);

    if (code <= 0)
        return code;
    struct place number = place_member(p, units);

    return MIN(place_number(&number, UNITS_MAX, ret), 0);
}

/* p: the table or the index; replica: the same of the replica, or without a value. */
static int read_global_units(const struct place *p, const struct place *replica,
                             const struct template *t, struct units_def *provisioned,
                             struct units_def *on_demand, struct units_def *warm)
{
    const char *read = t->provisioned ? "ReadProvisionedThroughputSettings"
                                      : "ReadOnDemandThroughputSettings",
               *write = t->provisioned ? "WriteProvisionedThroughputSettings"
                                       : "WriteOnDemandThroughputSettings";
    struct place reads[] = {place_member(p, read), place_member(replica, read)},
                 writes = place_member(p, write), ready = place_member(p, "WarmThroughput");
    struct units_def *units = t->provisioned ? provisioned : on_demand;
    int code = 0;

    for (size_t i = 0; i < ARRAY_LEN(reads) && code >= 0; i++)
        code = t->provisioned ? read_side(&reads[i], "ReadCapacityUnits",
                                          "ReadCapacityAutoScalingSettings", &units->read)
                              : read_most(&reads[i], "MaxReadRequestUnits", &units->read);
    if (code >= 0)
        code = t->provisioned ? read_side(&writes, "WriteCapacityUnits",
                                          "WriteCapacityAutoScalingSettings", &units->write)
                              : read_most(&writes, "MaxWriteRequestUnits", &units->write);
    return code < 0 ? code
                    : read_units(&ready, "ReadUnitsPerSecond", "WriteUnitsPerSecond", false, warm);
}

/* A template for any region has its own replica as {"Ref": "AWS::Region"}. */
static bool is_here(const struct place *replica)
{
    struct str region = replica->doc->region;
    const struct json *own = json_get(replica->value, "Region");

    if (own && own->kind == JSON_IS_OBJECT)
        return str_is(json_text(own, "Ref"), "AWS::Region");
    return own && own->kind == JSON_IS_STRING && region.len && str_eq(own->text, region);
}

/* CDK writes the stack's own region last, others write it first. */
static void choose_replica(struct template *t)
{
    const struct json *list = t->replicas.value;
    size_t i = 0, chosen = 0;

    for (const struct json *n = list->first; n; n = n->next, i++) {
        struct place here = place_element(&t->replicas, n, i);

        if (!t->replica.value || (is_here(&here) && !is_here(&t->replica))) {
            t->replica = here;
            chosen = i;
        }
    }
    i = 0;
    for (const struct json *n = list->first; n; n = n->next, i++) {
        struct place here = place_element(&t->replicas, n, i);

        if (i != chosen && here.value)
            place_leave(&here);
    }
}

static int read_replicas(const struct place *p, struct template *t)
{
    static const char *const known[] = {
        "Region",
        "GlobalSecondaryIndexes",
        "TableClass",
        "Tags",
        "PointInTimeRecoverySpecification",
        "ReadProvisionedThroughputSettings",
        "ReadOnDemandThroughputSettings",
        "SSESpecification",
        "DeletionProtectionEnabled",
    };

    t->replicas = place_member(p, "Replicas");
    int code = place_need(place_array(&t->replicas, REPLICAS_MAX), &t->replicas);

    if (code < 0)
        return code;
    choose_replica(t);
    code = place_object(&t->replica, known, ARRAY_LEN(known));
    return code ? MIN(code, 0) : place_fail(&t->replicas, NULL, "has no element");
}

static int read_global_billing(const struct place *p, struct template *t)
{
    struct units_def provisioned = {0};
    int code = read_replicas(p, t);

    if (code == 0)
        code =
            read_global_units(p, &t->replica, t, &provisioned, &t->def->on_demand, &t->def->warm);
    if (code < 0 || !t->provisioned)
        return code;
    if (!provisioned.read || !provisioned.write)
        return place_fail(p, "that, or BillingMode PAY_PER_REQUEST", "lacks %s",
                          provisioned.read ? "WriteProvisionedThroughputSettings"
                                           : "ReadProvisionedThroughputSettings");
    t->def->read_units = provisioned.read;
    t->def->write_units = provisioned.write;
    return 0;
}

int template_billing(const struct place *p, struct template *t)
{
    static const struct choice modes[] = {{"PAY_PER_REQUEST", false}, {"PROVISIONED", true}};
    struct place mode = place_member(p, "BillingMode");
    struct units_def provisioned = {0};
    int provision = true;
    int code = place_choice(&mode, modes, ARRAY_LEN(modes), &provision);

    if (code < 0)
        return code;
    t->provisioned = provision;
    if (t->global)
        return read_global_billing(p, t);
    code = read_table_units(p, t, &provisioned, &t->def->on_demand, &t->def->warm);
    t->def->read_units = provisioned.read;
    t->def->write_units = provisioned.write;
    return code;
}

/* ---- an index's capacity */

static int find_replica_index(const struct place *list, struct str name, struct place *ret)
{
    static const char *const known[] = {"IndexName", "ReadProvisionedThroughputSettings",
                                        "ReadOnDemandThroughputSettings"};
    int code = place_array(list, REPLICAS_MAX);
    size_t i = 0;

    *ret = (struct place){.doc = list->doc, .up = list};
    if (code <= 0)
        return code;
    for (const struct json *n = list->value->first; n; n = n->next, i++) {
        struct place here = place_element(list, n, i);

        if (here.value && str_eq(json_text(here.value, "IndexName"), name)) {
            *ret = here;
            return MIN(place_object(ret, known, ARRAY_LEN(known)), 0);
        }
    }
    return 0;
}

static int read_global_index(const struct place *p, struct template *t, struct index_def *index)
{
    struct place list = place_member(&t->replica, "GlobalSecondaryIndexes"), replica;
    int code = find_replica_index(&list, json_text(p->value, "IndexName"), &replica);

    if (code == 0)
        code =
            read_global_units(p, &replica, t, &index->provisioned, &index->on_demand, &index->warm);
    if (code < 0 || !t->provisioned)
        return code;
    if (!index->provisioned.read)
        index->provisioned.read = t->def->read_units;
    if (!index->provisioned.write)
        index->provisioned.write = t->def->write_units;
    return 0;
}

int template_index_units(const struct place *p, struct template *t, struct index_def *index)
{
    static const char *const of_table[] = {"IndexName",          "KeySchema",
                                           "Projection",         "ProvisionedThroughput",
                                           "OnDemandThroughput", "WarmThroughput"};
    static const char *const of_global[] = {"IndexName",
                                            "KeySchema",
                                            "Projection",
                                            "WriteProvisionedThroughputSettings",
                                            "ReadProvisionedThroughputSettings",
                                            "WriteOnDemandThroughputSettings",
                                            "ReadOnDemandThroughputSettings",
                                            "WarmThroughput"};
    int code = t->global ? place_object(p, of_global, ARRAY_LEN(of_global))
                         : place_object(p, of_table, ARRAY_LEN(of_table));

    code = place_need(code, p);
    if (code < 0)
        return code;
    return t->global ? read_global_index(p, t, index)
                     : read_table_units(p, t, &index->provisioned, &index->on_demand, &index->warm);
}

/* ---- settings that a table has itself, and a global one with each replica */

static int read_own_settings(const struct place *p, struct table_def *def)
{
    struct place pitr = place_member(p, "PointInTimeRecoverySpecification"),
                 class = place_member(p, "TableClass"), tags = place_member(p, "Tags"),
                 protect = place_member(p, "DeletionProtectionEnabled");
    int code = template_pitr(&pitr, def);

    if (code >= 0)
        code = template_class(&class, def);
    if (code >= 0)
        code = place_bool(&protect, &def->protect);
    if (code >= 0)
        code = template_tags(&tags, def);
    return MIN(code, 0);
}

int template_table_settings(const struct place *p, struct template *t)
{
    return read_own_settings(p, t->def);
}

int template_global_settings(const struct place *p, struct template *t)
{
    struct place sse = place_member(&t->replica, "SSESpecification");
    int code = read_own_settings(&t->replica, t->def);

    (void)p;
    return code < 0 ? code : template_encryption(&sse, t->def);
}
