#include "pksk/cmd/write.h"

#include "pksk/cmd/command.h"
#include "pksk/cmd/undo.h"
#include "pksk/out/text.h"
#include "pksk/plan/apply.h"
#include "pksk/plan/restore.h"
#include "pksk/session/output.h"
#include "pksk/session/seen.h"

/* ---- attempts that got no answer */

static bool has_path(const struct expr *x)
{
    for (const struct expr *kid = x->first; kid; kid = kid->next) {
        if (kid->kind == EXPR_PATH || has_path(kid))
            return true;
    }
    return false;
}

/* A sum or a longer list comes out otherwise the second time; a copy does when the update also
 * changes what is copied. */
static bool depends_on_itself(const struct expr *x, bool alone)
{
    if (x->kind == EXPR_PLUS || x->kind == EXPR_MINUS)
        return has_path(x);
    if (x->kind == EXPR_CALL)
        return x->func == FUNC_LIST_APPEND;
    return x->kind == EXPR_PATH && !alone;
}

bool write_counts_twice(const struct statement *st)
{
    for (const struct update_action *u = st->updates; u; u = u->next) {
        if (u->kind == UPDATE_ADD && u->value->value->type == ATTR_N)
            return true;
        if (u->kind == UPDATE_SET && depends_on_itself(u->value, !st->updates->next))
            return true;
        for (const struct path_step *step = u->path->steps; step; step = step->next) {
            if (u->kind == UPDATE_REMOVE && !step->name.s)
                return true;
        }
    }
    return false;
}

/* The attempt that was answered found the item as an earlier one may have left it. */
static void warn_uncertain(struct session *s, const struct statement *st)
{
    if (write_counts_twice(st))
        session_warn(s, "an earlier attempt got no answer: the update may have been applied twice; "
                        "`get` shows the item");
    else if (st->return_values && strstr(st->return_values, "OLD"))
        session_warn(s, "an earlier attempt got no answer: if it was applied, how the item stood "
                        "before it is not known");
}

/* ---- what undo needs to know */

static bool tells_old(const struct statement *st)
{
    return !st->return_values || strcmp(st->return_values, "ALL_OLD") == 0;
}

/* At the prompt an update that returns something else than the old item is preceded by a read of
 * it; scripts do not pay for that. */
static int read_before(struct session *s, const struct statement *st, const struct plan *p,
                       struct arena *a, const struct value **ret, struct err *e)
{
    struct restore what = {p->table, p->key_names, p->key_count, p->keys, NULL, NULL};
    _cleanup_(buf_free) struct buf body = {0};
    struct call *call;
    struct plan read;

    if (tells_old(st) || !s->interactive)
        return 0;
    int r = plan_restore_read(a, &what, &read, e);

    if (r < 0)
        return r;
    plan_first_body(&body, &read, false);
    r = dynamo_call(s->dynamo, read.operation, buf_str(&body), &call, e);
    if (r == 0 && call_reply(call)->items)
        *ret = value_copy(a, call_reply(call)->items);
    call_free(call);
    return r;
}

/* Is all that came back part of the item? */
static bool part_of(const struct value *part, const struct value *item)
{
    if (!part)
        return true;
    value_each (v, part) {
        const struct value *other = item ? value_member(item, value_name(v)) : NULL;

        if (!other || !value_equal(v, other))
            return false;
    }
    return true;
}

static void keep_update(struct session *s, const struct statement *st, const struct plan *p,
                        const struct value *read, const struct value *returned)
{
    _cleanup_(arena_free) struct arena a = {0};
    const struct value *old = tells_old(st) ? returned : read;
    const struct value *now = apply_update(&a, old, p->keys, st->updates);
    bool sure = tells_old(st);

    if (!sure && s->interactive)
        sure = part_of(returned, strstr(st->return_values, "NEW") ? now : old);
    if (now && sure)
        undo_keep(s, p, old, now);
    else
        undo_block(s, "the item as it was before the update is not known");
}

/* The item as it was, or NULL. Of an item that an update makes DynamoDB and its Local return
 * nothing, another stand-in the key alone; an item that has no more is rare. */
static const struct value *old_item(struct session *s, const struct statement *st,
                                    const struct plan *p, const struct reply *reply)
{
    const struct value *old = reply->attributes;

    if (old && st->verb == VERB_UPDATE && tells_old(st) && value_equal(old, p->keys) &&
        session_is_local(s))
        return NULL;
    return old;
}

static void keep(struct session *s, const struct statement *st, const struct plan *p,
                 const struct value *read, const struct reply *reply)
{
    if (reply->uncertain)
        undo_block(s, "an attempt got no answer, so the item as it was is not known");
    else if (st->verb == VERB_UPDATE)
        keep_update(s, st, p, read, old_item(s, st, p, reply));
    else
        undo_keep(s, p, reply->attributes, st->verb == VERB_PUT ? p->keys : NULL);
}

/* ---- sending */

/* The service sent the item along with its refusal: show it, since it is the reason. */
static int refused(struct session *s, const struct statement *st, const struct plan *p,
                   const struct reply *reply, struct err *e)
{
    struct err why;

    if (!str_is(str_of(e->service), "ConditionalCheckFailedException"))
        return e->code;
    *e = (struct err){.code = ERR_REFUSED, .at = st->condition ? st->condition->at : st->verb_at};
    err_at(e, ERR_REFUSED, e->at,
           reply->attributes               ? "the condition is false; the item stands as it was"
           : json_get(reply->rest, "Item") ? "the condition is false"
                                           : "the condition is false: there is no such item");
    if (reply->uncertain)
        err_hint(e, "an earlier attempt got no answer: it may be that one which made it false");
    if (reply->attributes && write_show(s, st, p, reply->attributes, &why) < 0)
        return err_set(e, why.code, "%s", why.text);
    return ERR_REFUSED;
}

/* It failed, or was interrupted: was it applied? */
static int failed(struct session *s, int r, bool uncertain, struct err *e)
{
    if (str_find(str_of(e->text), STR("refers to an attribute that does not exist"), NULL))
        err_hint(e, "if_not_exists(PATH, VALUE) stands for an attribute that may be missing");
    if (r != ERR_CANCELLED && !uncertain)
        return r;
    undo_block(s, "it is not known whether it was applied");
    if (r == ERR_CANCELLED)
        err_set(e, r, "interrupted; it is not known whether the write was applied");
    err_hint(e, "the write may have been applied all the same: `get` shows the item");
    return r;
}

/* A key that was written is one that TAB may offer. */
static void learn(struct session *s, const struct plan *p)
{
    const struct table *t = s->interactive && s->seen ? schema_peek(s->schemas, p->table) : NULL;

    if (t)
        seen_item(s->seen, t, p->keys);
}

/* An update of a key that was mistyped makes an item. Who wrote a condition thought of that. */
static bool makes_new(struct session *s, const struct statement *st, const struct plan *p,
                      const struct value *read, const struct reply *reply)
{
    if (st->verb != VERB_UPDATE || st->condition || reply->uncertain)
        return false;
    return tells_old(st) ? !old_item(s, st, p, reply) : s->interactive && !read;
}

static int succeeded(struct session *s, const struct statement *st, const struct plan *p,
                     const struct value *read, const struct reply *reply, struct err *e)
{
    int r = 0;

    keep(s, st, p, read, reply);
    if (st->verb != VERB_DELETE)
        learn(s, p);
    if (st->return_values && reply->attributes)
        r = write_print(s, st, p, reply->attributes, e);
    if (reply->uncertain)
        warn_uncertain(s, st);
    if (st->verb == VERB_DELETE && !reply->attributes && !reply->uncertain)
        session_note(s, "there was no such item");
    if (makes_new(s, st, p, read, reply))
        session_note(s, "the item is new: `undo` takes it away, `if exists` prevents it");
    write_note(s, reply);
    return r;
}

static int send(struct session *s, const struct statement *st, const struct plan *p,
                struct arena *a, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    const struct value *read = NULL;
    struct call *call = NULL;

    plan_first_body(&body, p, false);
    session_note(s, "%.*s", STR_ARG(p->line));
    int r = read_before(s, st, p, a, &read, e);

    if (r == 0)
        r = dynamo_send(s->dynamo, p->operation, buf_str(&body), &call, e);
    if (r < 0)
        return r;
    r = dynamo_wait(s->dynamo, call, e);
    if (r == 0)
        r = succeeded(s, st, p, read, call_reply(call), e);
    else if (r == ERR_REFUSED)
        r = refused(s, st, p, call_reply(call), e);
    else
        r = failed(s, r, call_reply(call)->uncertain, e);
    call_free(call);
    return r;
}

int write_plan(struct session *s, struct arena *a, const struct statement *st, struct plan *ret,
               struct err *e)
{
    return session_plan(s, a, st, plan_write, ret, e);
}

/* The service finds the key wrong: is it another one than the one remembered? */
static bool plan_anew(struct session *s, struct arena *a, const struct statement *st,
                      int64_t since_ms, struct plan *p, struct err *e)
{
    const struct table *t;
    struct plan fresh;
    struct err why;

    if (session_table(s, st->table, &t, &why) < 0 || !session_refresh(s, &t, since_ms, e) ||
        plan_write(a, st, t, &fresh, &why) < 0 || str_eq(fresh.body, p->body))
        return false;
    *p = fresh;
    return true;
}

int write_run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    int64_t since = s->began_ms;
    struct plan p;
    int r = write_plan(s, &a, st, &p, e);

    if (r < 0)
        return r;
    r = send(s, st, &p, &a, e);
    if (r == ERR_FAILED && plan_anew(s, &a, st, since, &p, e))
        r = send(s, st, &p, &a, e);
    return r;
}

const struct command cmd_put = {.run = write_run, .changes = true, .joins = true};
const struct command cmd_update = {.run = write_run, .changes = true, .joins = true};
const struct command cmd_delete = {.run = write_run, .changes = true, .joins = true};
