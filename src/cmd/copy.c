#include "pksk/cmd/command.h"
#include "pksk/cmd/edit-items.h"
#include "pksk/cmd/entity-words.h"
#include "pksk/plan/edit.h"
#include "pksk/run/cursor.h"

/* The item with the first key, in the arena; NULL: there is none. */
static int read_item(struct session *s, const struct statement *st, const struct table *t,
                     struct arena *a, const struct value **ret, struct err *e)
{
    struct key key = *st->keys;
    const struct statement get = {.verb = VERB_GET, .at = st->at, .keys = &key, .consistent = true};
    const struct value *items = NULL;
    struct plan p;

    key.next = NULL;
    int r = plan_read(a, &get, t, &p, e);

    if (r < 0)
        return r;
    struct cursor *c = cursor_new(s->dynamo, &p, s->clock, 0);

    r = cursor_next(c, &items, e);
    *ret = r > 0 && items ? value_copy(a, items) : NULL;
    cursor_free(c);
    return MIN(r, 0);
}

/* The item under the second key: all attributes but those of the key are the same. */
static int other_item(struct session *s, const struct statement *st, const struct table *t,
                      const struct value *item, struct arena *a, const struct value **ret,
                      struct err *e)
{
    struct value *rest = value_new(a, ATTR_M), *last = NULL;
    struct plan p;

    value_each (v, item) {
        if (key_find(&t->key, value_name(v)))
            continue;
        struct value *copy = value_copy(a, v);

        value_set_name(copy, value_name(v));
        value_append(rest, &last, copy);
    }
    const struct statement put = {.verb = VERB_PUT,
                                  .at = st->at,
                                  .verb_at = st->verb_at,
                                  .keys = st->keys->next,
                                  .item = rest};
    int r = plan_write(a, &put, t, &p, e);

    if (r < 0)
        return r;
    entity_remarks(s, &put);
    *ret = p.keys;
    return 0;
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    const struct value *item = NULL, *other = NULL;
    const struct table *t;
    int r = session_table(s, st->table, &t, e);

    if (r == 0)
        r = read_item(s, st, t, &a, &item, e);
    if (r < 0)
        return r;
    if (!item) {
        err_at(e, ERR_FAILED, st->keys->at, "there is no such item");
        return ERR_FAILED;
    }
    r = other_item(s, st, t, item, &a, &other, e);
    if (r < 0)
        return r;
    if (edit_same_key(t, item, other))
        return err_at(e, ERR_SYNTAX, st->keys->next->at, "this is the same key");
    struct edit edit = {.before = st->verb == VERB_RENAME ? item : NULL, .after = other};

    return edit_items_write(s, st, t, &edit, e);
}

const struct command cmd_copy = {.run = run, .changes = true};
const struct command cmd_rename = {.run = run, .changes = true};
