#include "pksk/cmd/export-csv.h"

#include "pksk/base/log.h"
#include "pksk/base/map.h"
#include "pksk/item/ddbjson.h"
#include "pksk/run/records.h"

struct column {
    struct str name;
    enum attr_type type;
    bool mixed; /* of several types */
};

struct columns {
    struct arena arena;
    struct map by_name;
    struct str *names, *labels;
    size_t count;
};

static void columns_free(struct columns *c)
{
    map_free(&c->by_name, NULL);
    arena_free(&c->arena);
}

/* Calls take() for each item of the file. */
static int each_item(const char *path, int (*take)(void *ctx, struct value *item, struct err *e),
                     void *ctx, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct records records = {.fd = -1};
    struct record line;
    struct value *item;
    int r = records_open(&records, path, e);

    while (r >= 0 && (r = records_line(&records, &line, e)) > 0) {
        arena_reset(&a);
        r = cancel_flag ? err_set(e, ERR_CANCELLED, "interrupted")
                        : ddb_parse_item(&a, line.text, &item, e);
        if (r == 0)
            r = take(ctx, item, e);
        if (r < 0)
            break;
    }
    records_close(&records);
    return r;
}

/* ---- the header */

static int note_columns(void *ctx, struct value *item, unused_arg struct err *e)
{
    struct columns *c = ctx;

    value_each (v, item) {
        struct column *column = map_get(&c->by_name, value_name(v));

        if (!column) {
            column = arena_new(&c->arena, struct column);
            *column = (struct column){arena_str(&c->arena, value_name(v)), v->type, false};
            map_put(&c->by_name, column->name, column);
        } else if (v->type != ATTR_NULL && column->type != v->type) {
            column->mixed |= column->type != ATTR_NULL;
            column->type = v->type;
        }
    }
    return 0;
}

static bool is_key(struct str name, const struct str *keys, size_t key_count)
{
    for (size_t i = 0; i < key_count; i++) {
        if (str_eq(keys[i], name))
            return true;
    }
    return false;
}

/* A name that ends in a type of its own would be read as one. */
static bool looks_typed(struct str name)
{
    enum attr_type ignored;

    for (size_t i = name.len; i-- > 1;) {
        struct str suffix = str_slice(name, i + 1, name.len);

        if (name.s[i] == ':')
            return attr_type_from(suffix, &ignored) || str_is(suffix, "JSON");
    }
    return false;
}

static struct str label(struct columns *c, const struct column *column, bool key)
{
    enum attr_type type = column->mixed || column->type == ATTR_NULL ? ATTR_S : column->type;

    if ((key || type == ATTR_S) && !looks_typed(column->name))
        return column->name;
    return arena_printf(&c->arena, "%.*s:%s", STR_ARG(column->name), attr_type_name(type));
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void order(struct columns *c, const struct str *keys, size_t key_count)
{
    struct str name;
    size_t first = 0;

    c->names = arena_alloc(&c->arena, c->by_name.count + 1, sizeof(*c->names));
    c->labels = arena_alloc(&c->arena, c->by_name.count + 1, sizeof(*c->labels));
    for (size_t i = 0; i < key_count; i++) {
        if (map_has(&c->by_name, keys[i]))
            c->names[c->count++] = keys[i];
    }
    first = c->count;
    for (size_t i = 0; map_next(&c->by_name, &i, &name, NULL);) {
        if (!is_key(name, keys, key_count))
            c->names[c->count++] = name;
    }
    qsort(c->names + first, c->count - first, sizeof(*c->names), by_name);
    for (size_t i = 0; i < c->count; i++)
        c->labels[i] = label(c, map_get(&c->by_name, c->names[i]), i < first);
}

/* ---- the rows */

static int print_item(void *ctx, struct value *item, struct err *e)
{
    item->next = NULL;
    return printer_page(ctx, item, e);
}

int export_csv(const char *items, const char *path, enum format f, const struct str *keys,
               size_t key_count, struct err *e)
{
    _cleanup_(columns_free) struct columns c = {0};
    struct sink *sink;
    struct err late;
    int r = each_item(items, note_columns, &c, e);

    if (r < 0)
        return r;
    order(&c, keys, key_count);
    r = sink_file(path, &sink, e);
    if (r < 0)
        return r;
    struct printer *printer = printer_new(f,
                                          &(struct print_options){.keys = keys,
                                                                  .key_count = key_count,
                                                                  .columns = c.names,
                                                                  .column_count = c.count,
                                                                  .labels = c.labels},
                                          sink);

    r = each_item(items, print_item, printer, e);
    if (r == 0)
        r = printer_end(printer, e);
    printer_free(printer);
    int closed = sink_close(sink, r == 0, &late);

    if (r == 0 && closed < 0)
        *e = late;
    return r < 0 ? r : closed;
}
