#include "pksk/model/workbench.h"

static struct json *find(struct json *of, const char *name)
{
    return (struct json *)json_get(of, name);
}

static bool is_list(const struct json *v)
{
    return v && v->kind == JSON_IS_ARRAY && v->count;
}

const struct json *workbench_samples(struct json *table, uint64_t *count)
{
    struct json *own = find(table, "TableData"), *facets = find(table, "TableFacets");
    struct json *first = NULL, *last = NULL;

    *count = 0;
    if (is_list(own)) {
        *count = own->count;
        return own->first;
    }
    for (struct json *f = is_list(facets) ? facets->first : NULL; f; f = f->next) {
        struct json *data = find(f, "TableData");

        if (!is_list(data))
            continue;
        if (last)
            last->next = data->first;
        else
            first = data->first;
        last = data->last;
        *count += data->count;
    }
    return first;
}

int workbench_find(struct str file, struct json *model, struct str name, bool wanted,
                   struct json **ret, struct err *e)
{
    _cleanup_(buf_free) struct buf list = {.max = 300};
    struct json *tables = find(model, "DataModel");

    if (!is_list(tables))
        return err_set(e, ERR_FAILED, "%.*s is no NoSQL Workbench model: it has no DataModel",
                       STR_ARG(file));
    for (struct json *t = tables->first; t; t = t->next) {
        struct str own = json_text(t, "TableName");

        if (str_eq(own, name) || (!wanted && tables->count == 1)) {
            *ret = t;
            return 0;
        }
        buf_addf(&list, "%s%.*s", t == tables->first ? "" : ", ", STR_ARG(own));
    }
    err_set(e, ERR_FAILED, "%.*s has no table %.*s", STR_ARG(file), STR_ARG(name));
    err_hint(e, "its tables are %s: say which", buf_cstr(&list));
    return ERR_FAILED;
}
