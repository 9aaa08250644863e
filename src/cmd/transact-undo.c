#include "pksk/cmd/transact-undo.h"

#include "pksk/cmd/undo.h"
#include "pksk/plan/apply.h"

struct transact_undo {
    struct session *s;
    struct arena arena;
    struct restore *items;
    size_t count;
    const char *why_not; /* NULL: it can be undone */
};

static bool writes(const struct plan *action)
{
    return strcmp(action->operation, "Put") == 0 || strcmp(action->operation, "Update") == 0 ||
           strcmp(action->operation, "Delete") == 0;
}

/* How the action leaves the item. False: it cannot be told. */
static bool foresee(struct transact_undo *u, const struct plan *action,
                    const struct update_action *updates, struct restore *what)
{
    if (strcmp(action->operation, "Put") == 0)
        what->now = action->keys;
    else if (strcmp(action->operation, "Update") == 0)
        what->now = apply_update(&u->arena, what->old, action->keys, updates);
    return what->now || strcmp(action->operation, "Delete") == 0;
}

static int read_items(struct transact_undo *u, const struct plan *actions,
                      struct update_action *const *updates, size_t count, struct err *e)
{
    const struct value **old = arena_alloc(&u->arena, count, sizeof(*old));
    struct capacity ignored = {0};
    size_t *place = arena_alloc(&u->arena, count, sizeof(*place));

    u->items = arena_alloc(&u->arena, count, sizeof(*u->items));
    for (size_t i = 0; i < count; i++) {
        const struct plan *a = &actions[i];

        if (!writes(a))
            continue;
        place[u->count] = i;
        u->items[u->count++] = (struct restore){.table = a->table,
                                                .key_names = a->key_names,
                                                .key_count = a->key_count,
                                                .key = a->keys};
    }
    int r = undo_look(u->s, &u->arena, u->items, u->count, old, &ignored, e);

    for (size_t i = 0; i < u->count && r == 0; i++) {
        u->items[i].old = old[i];
        if (!foresee(u, &actions[place[i]], updates[place[i]], &u->items[i]))
            r = err_set(e, ERR_FAILED, "how it leaves an item is not known");
    }
    return r;
}

struct transact_undo *transact_undo_read(struct session *s, const struct plan *actions,
                                         struct update_action *const *updates, size_t count)
{
    struct err e;

    if (!undo_keeps_many(s))
        return NULL;
    struct transact_undo *u = mem_resize(NULL, 1, sizeof(*u));

    *u = (struct transact_undo){.s = s};
    if (read_items(u, actions, updates, count, &e) < 0) {
        session_say(s, "`undo` will not take this transaction back: %s", e.text);
        u->why_not = "its items could not be read before the commit";
    }
    return u;
}

void transact_undo_free(struct transact_undo *u)
{
    if (!u)
        return;
    arena_free(&u->arena);
    free(u);
}

void transact_undo_keep(struct transact_undo *u)
{
    struct undo_log *log;
    size_t kept = 0;
    struct err e;

    /* a delete of what was not there changes nothing */
    for (size_t i = 0; i < u->count; i++) {
        if (u->items[i].old || u->items[i].now)
            u->items[kept++] = u->items[i];
    }
    if (u->why_not) {
        undo_block(u->s, u->why_not);
        return;
    }
    if (!kept)
        return;
    if (undo_open_many(u->s, &log, &e) < 0) {
        session_warn(u->s, "`undo` will not take this transaction back: %s", e.text);
        undo_block(u->s, "what is kept for undo could not be written");
        return;
    }
    int r = undo_log_add(log, u->items, kept, &e);

    if (r < 0)
        session_warn(u->s, "`undo` will not take this transaction back: %s", e.text);
    undo_keep_many(u->s, log, r < 0);
}
