#include "pksk/cmd/then-undo.h"

#include "pksk/cmd/undo.h"
#include "pksk/item/ddbjson.h"
#include "pksk/plan/apply.h"

struct then_undo {
    struct session *s;
    struct arena arena, scratch;
    enum verb verb;
    struct update_action *updates;
    struct undo_log *log; /* NULL between writes */
    struct str table;
    struct str key_names[2 * KEY_ATTRIBUTES_MAX];
    size_t key_count;
    uint64_t lost;
};

struct then_undo *then_undo_new(struct session *s, const struct statement *write, struct buf *why)
{
    struct undo_log *log;
    struct err e;

    if (!undo_keeps_many(s)) {
        buf_lit(why, "undo-keep is off");
        return NULL;
    }
    if (undo_open_many(s, &log, &e) < 0) {
        buf_addf(why, "%s", e.text);
        return NULL;
    }
    struct then_undo *u = mem_resize(NULL, 1, sizeof(*u));

    *u = (struct then_undo){.s = s, .verb = write->verb, .log = log};
    u->updates = update_copy(&u->arena, write->updates);
    return u;
}

void then_undo_free(struct then_undo *u)
{
    if (!u)
        return;
    undo_log_close(u->log);
    arena_free(&u->scratch);
    arena_free(&u->arena);
    free(u);
}

int then_undo_begin(struct then_undo *u, const struct table *target, struct err *e)
{
    if (!u->key_count) {
        u->table = arena_str(&u->arena, target->name);
        for (unsigned i = 0; i < key_part_count(&target->key); i++)
            u->key_names[u->key_count++] = arena_str(&u->arena, key_part(&target->key, i)->name);
    }
    return u->log ? 0 : undo_open_many(u->s, &u->log, e);
}

/* How the item was left. False: it cannot be told. */
static bool left_behind(struct then_undo *u, struct str json, const struct value *old,
                        struct value **ret)
{
    struct err ignored;

    *ret = NULL;
    if (u->verb == VERB_DELETE)
        return true;
    if (u->verb == VERB_PUT)
        return ddb_parse_item(&u->scratch, json, ret, &ignored) == 0;
    *ret = old ? apply_update(&u->scratch, old, old, u->updates) : NULL;
    return *ret != NULL;
}

/* An attempt that got no answer may have been applied, and the one that did found what it left. */
static bool knows_old(const struct then_undo *u, const struct reply *reply, const struct value *now)
{
    if (!reply->uncertain)
        return true;
    if (u->verb == VERB_UPDATE)
        return false;
    return u->verb == VERB_DELETE ? reply->attributes != NULL
                                  : !reply->attributes || !value_equal(reply->attributes, now);
}

int then_undo_add(struct then_undo *u, struct str json, const struct reply *reply, struct err *e)
{
    struct restore what = {.table = u->table,
                           .key_names = u->key_names,
                           .key_count = u->key_count,
                           .old = reply->attributes};
    struct value *now;

    arena_reset(&u->scratch);
    if (!left_behind(u, json, what.old, &now) || !knows_old(u, reply, now)) {
        u->lost++;
        return 0;
    }
    what.now = now;
    if (what.old && now ? value_equal(what.old, now) : !what.old && !now)
        return 0;
    int r = undo_log_add(u->log, &what, 1, e);

    u->lost += r < 0;
    return r;
}

void then_undo_end(struct then_undo *u)
{
    if (u->log)
        undo_keep_many(u->s, u->log, u->lost);
    u->log = NULL;
    u->lost = 0;
}
