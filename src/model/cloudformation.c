#include "pksk/model/document.h"

/* AWS::DynamoDB::Table, or AWS::DynamoDB::GlobalTable, which CDK's TableV2 becomes. */
static bool is_table(const struct json *resource, bool *global)
{
    struct str type = json_text(resource, "Type");

    *global = str_is(type, "AWS::DynamoDB::GlobalTable");
    return *global || str_is(type, "AWS::DynamoDB::Table");
}

/* The resource by its logical id, or by the name its table has. */
static bool is_wanted(const struct json *resource, struct str wanted)
{
    return str_eq(resource->name, wanted) ||
           str_eq(json_text(json_get(resource, "Properties"), "TableName"), wanted);
}

static int find_resource(const struct place *resources, struct str wanted, struct place *ret,
                         bool *lone)
{
    _cleanup_(buf_free) struct buf names = {.max = 300};
    const struct json *found = NULL;
    size_t tables = 0, fit = 0;
    bool global;

    for (const struct json *r = resources->value->first; r; r = r->next) {
        if (!is_table(r, &global) || intrinsic_is_left_out(&resources->doc->scope, r))
            continue;
        buf_addf(&names, "%s%.*s", tables++ ? ", " : "", STR_ARG(r->name));
        if (wanted.len && !is_wanted(r, wanted))
            continue;
        if (wanted.len && str_eq(r->name, wanted)) { /* an id is unique, a name need not be */
            fit = 1;
            found = r;
            break;
        }
        fit++;
        found = r;
    }
    *lone = tables == 1;
    if (fit == 1) {
        *ret = place_of(resources, found);
        return 0;
    }
    if (!tables)
        return place_fail(resources, "AWS::DynamoDB::Table or AWS::DynamoDB::GlobalTable",
                          "has no table");
    if (wanted.len && !fit)
        place_fail(resources, NULL, "has no table %.*s", STR_ARG(wanted));
    else
        place_fail(resources, NULL, "has %zu tables", wanted.len ? fit : tables);
    err_hint(resources->doc->e, "say which behind the file: %s%s", buf_cstr(&names),
             names.over ? ", …" : "");
    return ERR_FAILED;
}

int cloudformation_read(struct document *d, struct str wanted, struct model_table *ret)
{
    struct place root = document_root(d), resources = place_member(&root, "Resources"), resource;
    struct place parameters = place_member(&root, "Parameters");
    bool global;
    int code = place_object(&parameters, NULL, 0);

    if (code < 0)
        return code;
    d->scope.conditions = json_get(root.value, "Conditions");
    d->scope.mappings = json_get(root.value, "Mappings");
    d->scope.parameters = parameters.value;
    code = place_need(place_object(&resources, NULL, 0), &resources);
    if (code == 0)
        code = find_resource(&resources, wanted, &resource, &ret->lone);
    if (code == 0)
        code = place_need(place_object(&resource, NULL, 0), &resource);
    if (code < 0)
        return code;
    struct place properties = place_member(&resource, "Properties");

    is_table(resource.value, &global);
    ret->resource = resource.name;
    d->base = &properties;
    code = cloudformation_table(&properties, global, ret);
    d->base = NULL;
    return code;
}
