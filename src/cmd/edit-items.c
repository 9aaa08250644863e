#include "pksk/cmd/edit-items.h"

#include "pksk/base/log.h"
#include "pksk/base/port.h"
#include "pksk/cmd/edit-text.h"
#include "pksk/cmd/external.h"
#include "pksk/cmd/read-announce.h"
#include "pksk/cmd/read.h"
#include "pksk/cmd/undo.h"
#include "pksk/out/progress.h"
#include "pksk/out/text.h"
#include "pksk/plan/then.h"
#include "pksk/run/cursor.h"
#include "pksk/session/output.h"

struct editing {
    struct session *s;
    const struct statement *st;
    const struct table *table;
    struct arena arena;
    struct edit_items before;
    struct edit_list list;
    uint64_t written, refused, lost;
    struct undo_log *log; /* for undo of several items, or a moved one; NULL: none */
    struct capacity capacity;
};

bool edit_items_meant(const struct statement *st)
{
    const struct statement *inner = st->inner;

    return inner && !inner->then &&
           (inner->verb == VERB_GET || inner->verb == VERB_QUERY || inner->verb == VERB_SCAN);
}

static int check_statement(const struct statement *inner, struct err *e)
{
    if (inner->select)
        return err_at(e, ERR_SYNTAX, inner->select->at,
                      "edit needs whole items: leave `select` out");
    if (inner->count || inner->redirect != REDIRECT_NONE)
        return err_at(e, ERR_SYNTAX, inner->verb_at,
                      "edit opens the items themselves: leave `count`, `into` and | out");
    return 0;
}

/* ---- reading */

static int too_many(struct err *e)
{
    err_set(e, ERR_FAILED, "there are more than %d items", EDITING_ITEMS_MAX);
    err_hint(e, "`limit %d` takes the first; `then update` changes any number", EDITING_ITEMS_MAX);
    return ERR_FAILED;
}

static int take_page(struct editing *x, const struct value *items, size_t *bytes, struct err *e)
{
    for (const struct value *item = items; item; item = item->next) {
        if (x->before.count == EDITING_ITEMS_MAX)
            return too_many(e);
        *bytes += value_size(item);
        if (*bytes > EDITING_BYTES_MAX)
            return err_set(e, ERR_FAILED, "the items have more than %zu MB together",
                           EDITING_BYTES_MAX >> 20);
        x->before.items[x->before.count++] = value_copy(&x->arena, item);
    }
    return 0;
}

static int read_items(struct editing *x, const struct plan *p, struct err *e)
{
    struct session *s = x->s;
    struct cursor *c = cursor_new(s->dynamo, p, s->clock, s->settings.budget * 10);
    const struct value *items = NULL;
    size_t bytes = 0;
    int r;

    x->before.items = arena_alloc(&x->arena, EDITING_ITEMS_MAX, sizeof(*x->before.items));
    while ((r = cursor_next(c, &items, e)) > 0) {
        r = take_page(x, items, &bytes, e);
        if (r < 0)
            break;
    }
    if (r == 0 && cursor_state(c) == CURSOR_BUDGET)
        r = err_set(e, ERR_FAILED, "the budget is spent before all items were read");
    cursor_free(c);
    return r;
}

static int no_key(const struct key_part *part, struct err *e)
{
    return err_set(e, ERR_FAILED,
                   "the server sent an item whose key attribute %.*s is missing or not of type %s",
                   STR_ARG(part->name), attr_type_name(part->type));
}

/* What is to be edited is found again by its key. */
static int check_key(const struct key_schema *key, const struct value *item, struct err *e)
{
    for (unsigned i = 0; i < key_part_count(key); i++) {
        const struct key_part *part = key_part(key, i);
        const struct value *v = value_member(item, part->name);

        if (!v || v->type != part->type)
            return no_key(part, e);
    }
    return 0;
}

static int check_keys(const struct editing *x, struct err *e)
{
    int r = 0;

    for (size_t i = 0; i < x->before.count && r == 0; i++)
        r = check_key(&x->table->key, x->before.items[i], e);
    return r;
}

/* ---- the editor */

/* Once more when there is a mistake in it: what was typed is not lost for that. */
static int ask_items(struct editing *x, struct edit_items *after, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {.max = 2 * EXTERNAL_MAX},
                                   edited = {.max = 2 * EXTERNAL_MAX};
    int r;

    edit_text_write(&text, x->table, &x->before, x->st->inner->text);
    for (;;) {
        r = external_edit(buf_str(&text), ".pksk", &edited, e);
        if (r == 0) {
            /* the items point into the text */
            struct str kept = arena_str(&x->arena, buf_str(&edited));

            r = edit_text_read(x->s, &x->arena, x->table, kept, after, e);
        } else {
            return r;
        }
        if (r == 0 || !x->s->interactive)
            break;
        session_complain(x->s, STR("the edited items"), buf_str(&edited), e);
        r = session_confirm(x->s, e, "Edit them again");
        if (r < 0)
            return r;
        buf_reset(&text);
        buf_str_add(&text, buf_str(&edited));
    }
    if (r < 0) /* its place is in another text */
        session_complain(x->s, STR("the edited items"), buf_str(&edited), e);
    if (r < 0)
        *e = (struct err){.code = r, .at = SPAN_NONE};
    return r;
}

static int show(struct editing *x, struct err *e)
{
    bool colour = x->s->out_terminal && text_colour_wanted(1);
    _cleanup_(buf_free) struct buf text = {.max = 2 * BUF_MAX};

    for (size_t i = 0; i < x->list.count; i++)
        edit_text_show(&text, x->table, &x->list.edits[i], colour);
    return output_print(x->s, x->st, buf_str(&text), e);
}

static void add_part(struct buf *b, size_t n, const char *what)
{
    if (n)
        buf_addf(b, "%s%zu %s", b->len ? ", " : "", n, what);
}

/* One item that stays where it is needs no file: undo has it in memory. What the question says. */
static const char *open_log(struct editing *x, bool moved)
{
    struct err ignored;

    if (x->list.count > 1 || moved) {
        if (!undo_keeps_many(x->s) || undo_open_many(x->s, &x->log, &ignored) < 0)
            x->log = NULL;
    }
    return moved && !x->log ? "; `undo` will not take back what is moved" : "";
}

static int confirm(struct editing *x, struct err *e)
{
    _cleanup_(buf_free) struct buf what = {0};
    size_t changed = 0, moved = 0, added = 0, deleted = 0;

    for (size_t i = 0; i < x->list.count; i++) {
        const struct edit *edit = &x->list.edits[i];

        if (!edit->before)
            added++;
        else if (!edit->after)
            deleted++;
        else if (edit_same_key(x->table, edit->before, edit->after))
            changed++;
        else
            moved++;
    }
    add_part(&what, changed, "changed");
    add_part(&what, moved, "moved to another key");
    add_part(&what, added, "new");
    add_part(&what, deleted, "to be deleted");
    const char *undo = open_log(x, moved > 0);

    return session_confirm(x->s, e, "Write this to %.*s (%s%s)", STR_ARG(x->table->name),
                           buf_cstr(&what), undo);
}

/* ---- writing */

static void note_refused(struct editing *x, const struct edit *edit, bool uncertain)
{
    _cleanup_(buf_free) struct buf key = {0};

    x->refused++;
    edit_text_key(&key, x->table, edit->before ? edit->before : edit->after);
    if (uncertain)
        session_warn(x->s,
                     "%s: an attempt got no answer, and the item is not as it was read: look "
                     "at it",
                     buf_cstr(&key));
    else if (!edit->before)
        session_warn(x->s, "%s: there is such an item by now, so nothing was written",
                     buf_cstr(&key));
    else
        session_warn(x->s, "%s: it is not as it was read, so nothing was written", buf_cstr(&key));
}

/* A moved item is two: they go back together. */
static void log_for_undo(struct editing *x, const struct edit *edit, const struct plan *p)
{
    struct restore items[2] = {{.table = p->table,
                                .key_names = p->key_names,
                                .key_count = p->key_count,
                                .old = edit->before,
                                .now = edit->after}};
    bool moved = str_is(str_of(p->operation), "TransactWriteItems");
    struct err e;

    if (moved) {
        items[1] = items[0];
        items[0].now = NULL;
        items[1].old = NULL;
    }
    if (undo_log_add(x->log, items, moved ? 2 : 1, &e) == 0)
        return;
    if (!x->lost++)
        session_warn(x->s, "`undo` will not take all of this back: %s", e.text);
}

static void keep_for_undo(struct editing *x, const struct edit *edit, const struct plan *p,
                          const struct reply *reply)
{
    bool moved = str_is(str_of(p->operation), "TransactWriteItems");

    if (x->log && !moved && reply->uncertain)
        x->lost++;
    else if (x->log)
        log_for_undo(x, edit, p);
    else if (moved || reply->uncertain)
        undo_block(x->s, moved ? "it moved an item to another key"
                               : "an attempt got no answer, so the item as it was is not known");
    else
        undo_keep(x->s, p, edit->before, edit->after);
}

static int write_one(struct editing *x, const struct edit *edit, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    _cleanup_(buf_free) struct buf body = {.max = 2 * BUF_MAX};
    char token[DYNAMO_TOKEN_LEN];
    struct call *call = NULL;
    struct plan p;
    int r = dynamo_make_token(token, e);

    if (r == 0)
        r = plan_edit(&a, edit, x->table, str_of(token), &p, e);
    if (r < 0)
        return r;
    plan_first_body(&body, &p, false);
    r = dynamo_send(x->s->dynamo, p.operation, buf_str(&body), &call, e);
    if (r < 0)
        return r;
    r = dynamo_wait(x->s->dynamo, call, e);
    const struct reply *reply = call_done(call) ? call_reply(call) : NULL;

    if (reply)
        x->capacity.tenths += reply->capacity.tenths;
    if (r == ERR_REFUSED) {
        note_refused(x, edit, reply && reply->uncertain);
        r = 0;
    } else if (r == 0) {
        x->written++;
        keep_for_undo(x, edit, &p, reply);
    } else if (x->log) {
        x->lost++;
    } else {
        undo_block(x->s, "it is not known whether it was applied");
    }
    call_free(call);
    return r;
}

static int conclude(struct editing *x, int r, struct err *e)
{
    size_t left = x->list.count - (size_t)(x->written + x->refused);

    _cleanup_(buf_free) struct buf units = {0};

    text_units(&units, x->capacity.tenths, "WCU");
    session_note(x->s, "%zu of %zu written  %s", (size_t)x->written, x->list.count,
                 buf_cstr(&units));
    if (r < 0) {
        if (r == ERR_CANCELLED)
            err_set(e, r, "interrupted");
        err_hint(e, "%zu of %zu were written before; of the others one may have been",
                 (size_t)x->written, (size_t)(x->written + x->refused + left));
        return r;
    }
    if (!x->refused)
        return 0;
    err_set(e, ERR_REFUSED, "%zu of %zu were not written: somebody else had changed them",
            (size_t)x->refused, x->list.count);
    err_hint(e, "the same `edit` shows them as they are now");
    return ERR_REFUSED;
}

static int write_all(struct editing *x, struct err *e)
{
    struct progress line;
    int r = 0;

    progress_begin(&line, x->s->clock, x->list.count);
    for (size_t i = 0; i < x->list.count && r == 0; i++) {
        progress_update(&line, "writing", i, 0);
        r = write_one(x, &x->list.edits[i], e);
        if (r == 0 && cancel_flag)
            r = ERR_CANCELLED;
    }
    progress_end(&line);
    if (x->log)
        undo_keep_many(x->s, x->log, x->lost);
    x->log = NULL;
    return conclude(x, r, e);
}

/* ---- the whole */

static int edit_items(struct editing *x, struct err *e)
{
    struct edit_items after = {0};
    int r = check_keys(x, e);

    if (r < 0)
        return r;
    if (!x->before.count) {
        session_say(x->s, "no item was found, so there is nothing to edit");
        return 0;
    }
    r = ask_items(x, &after, e);
    if (r < 0)
        return r;
    edit_compare(&x->arena, x->table, &x->before, &after, &x->list);
    if (!x->list.count) {
        session_say(x->s, "nothing was changed");
        return 0;
    }
    r = show(x, e);
    if (r == 0)
        r = confirm(x, e);
    return r < 0 ? r : write_all(x, e);
}

int edit_items_run(struct session *s, const struct statement *st, struct err *e)
{
    struct editing x = {.s = s, .st = st};
    struct plan p;
    int r = check_statement(st->inner, e);

    if (r == 0)
        r = session_table(s, st->inner->table, &x.table, e);
    if (r == 0)
        r = plan_find_items(&x.arena, st->inner, x.table, &p, e);
    if (r == 0)
        r = read_announce_plan(s, st->inner, &p, e);
    if (r == 0)
        r = read_items(&x, &p, e);
    if (r == 0) /* again: others have looked tables up since */
        r = session_table(s, st->inner->table, &x.table, e);
    if (r == 0)
        r = edit_items(&x, e);
    undo_log_close(x.log);
    arena_free(&x.arena);
    return r;
}

int edit_items_write(struct session *s, const struct statement *st, const struct table *t,
                     struct edit *edit, struct err *e)
{
    struct editing x = {.s = s, .st = st, .table = t, .list = {.edits = edit, .count = 1}};

    (void)open_log(&x, edit->before && edit->after && !edit_same_key(t, edit->before, edit->after));
    int r = write_all(&x, e);

    if (r == ERR_REFUSED) /* the warning has said why */
        err_set(e, r, "nothing was written");
    undo_log_close(x.log);
    arena_free(&x.arena);
    return r;
}
