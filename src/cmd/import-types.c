#include "pksk/cmd/import-types.h"

#include "pksk/base/log.h"
#include "pksk/plan/plan.h"
#include "pksk/run/cursor.h"

#define TYPES_DIFFER ((uintptr_t)ATTR_TYPES + 1)

static void note_item(struct import_types *t, const struct value *item)
{
    value_each (v, item) {
        uintptr_t type = (uintptr_t)v->type + 1;
        uintptr_t before = (uintptr_t)map_get(&t->types, value_name(v));

        if (!before || before != type)
            (void)map_put(&t->types, value_name(v), (void *)(before ? TYPES_DIFFER : type));
    }
}

/* What fails here is said by the import itself. */
static void ask(struct import_types *t)
{
    _cleanup_(arena_free) struct arena a = {0};
    const struct statement scan = {.verb = VERB_SCAN, .limit = IMPORT_TYPES_ITEMS};
    const struct value *items;
    struct plan p;
    struct err e;

    t->asked = true;
    if (plan_read(&a, &scan, t->table, &p, &e) < 0)
        return;
    struct cursor *c = cursor_new(t->s->dynamo, &p, t->s->clock, 0);
    int r;

    while ((r = cursor_next(c, &items, &e)) > 0) {
        for (; items; items = items->next)
            note_item(t, items);
    }
    if (r < 0)
        log_debug("types of %.*s: %s", STR_ARG(t->table->name), e.text);
    cursor_free(c);
}

bool import_types_know(struct import_types *t, struct str name, enum attr_type *ret)
{
    if (!t->asked)
        ask(t);
    uintptr_t type = (uintptr_t)map_get(&t->types, name);

    if (!type || type == TYPES_DIFFER)
        return false;
    *ret = (enum attr_type)(type - 1);
    buf_addf(&t->followed, "%s%.*s is %s", t->followed.len ? ", " : "", STR_ARG(name),
             attr_type_name(*ret));
    return true;
}

void import_types_free(struct import_types *t)
{
    map_free(&t->types, NULL);
    buf_free(&t->followed);
}
