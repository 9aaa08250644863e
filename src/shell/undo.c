#include "pksk/shell/undo.h"

#include "pksk/plan/restore.h"
#include "pksk/shell/writing.h"

struct undo_step {
    struct undo_step *before;
    struct arena arena;
    struct restore what;
    const char *why_not; /* NULL: it can be taken back */
};

static void step_free(struct undo_step *step)
{
    arena_free(&step->arena);
    free(step);
}

static void pop(struct session *s)
{
    struct undo_step *step = s->undo;

    s->undo = step->before;
    step_free(step);
}

void undo_forget(struct session *s)
{
    while (s->undo)
        pop(s);
}

/* The oldest go when there are too many, or too much. */
static void trim(struct session *s)
{
    size_t steps = 0, bytes = 0;

    for (struct undo_step **link = &s->undo; *link; link = &(*link)->before) {
        bytes += (*link)->arena.used;
        if (++steps <= UNDO_STEPS && bytes <= UNDO_BYTES)
            continue;
        struct undo_step *step = *link;

        *link = NULL;
        while (step) {
            struct undo_step *next = step->before;

            step_free(step);
            step = next;
        }
        return;
    }
}

static struct undo_step *push(struct session *s)
{
    struct undo_step *step = mem_resize(NULL, 1, sizeof(*step));

    *step = (struct undo_step){.before = s->undo};
    s->undo = step;
    return step;
}

void undo_keep(struct session *s, const struct plan *p, const struct value *old,
               const struct value *now)
{
    struct undo_step *step = push(s);
    struct arena *a = &step->arena;
    struct str *names = arena_alloc(a, p->key_count, sizeof(*names));

    for (size_t i = 0; i < p->key_count; i++)
        names[i] = arena_str(a, p->key_names[i]);
    step->what = (struct restore){
        .table = arena_str(a, p->table),
        .key_names = names,
        .key_count = p->key_count,
        .old = old ? value_copy(a, old) : NULL,
        .now = now ? value_copy(a, now) : NULL,
    };
    step->what.key = now ? step->what.now : old ? step->what.old : value_copy(a, p->keys);
    trim(s);
}

void undo_block(struct session *s, const char *why)
{
    push(s)->why_not = why;
    trim(s);
}

static int top(struct session *s, struct undo_step **ret, struct err *e)
{
    if (!s->undo) {
        err_set(e, ERR_FAILED, "there is no write to undo");
        err_hint(e, "the last %d writes of this session can be taken back, the latest first",
                 UNDO_STEPS);
        return ERR_FAILED;
    }
    if (s->undo->why_not) {
        err_set(e, ERR_FAILED, "the last write cannot be undone: %s", s->undo->why_not);
        pop(s);
        err_hint(e, s->undo ? "`undo` again takes back the write before it"
                            : "there is no write before it");
        return ERR_FAILED;
    }
    *ret = s->undo;
    return 0;
}

static int refuse(struct session *s, const struct statement *st, const struct plan *p,
                  const struct value *item, struct err *e)
{
    struct err why;

    err_at(e, ERR_REFUSED, st->verb_at,
           item ? "the item was changed since; it stands as it was"
                : "the item was changed since: there is none now");
    if (item && writing_print(s, st, p, item, &why) < 0)
        return err_set(e, why.code, "%s", why.text);
    pop(s);
    if (s->undo)
        err_hint(e, "`undo` again takes back the write before it");
    return ERR_REFUSED;
}

static bool same(const struct value *a, const struct value *b)
{
    return a && b ? value_equal(a, b) : !a && !b;
}

/* Has anybody changed it? Reads the whole item: a condition would not see what was added. */
static int compare(struct session *s, const struct statement *st, const struct undo_step *step,
                   struct arena *a, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct call *call;
    struct plan p;
    int r = plan_restore_read(a, &step->what, &p, e);

    if (r < 0)
        return r;
    plan_first_body(&body, &p, false);
    r = dynamo_call(s->dynamo, p.operation, buf_str(&body), &call, e);
    if (r == 0 && !same(call_reply(call)->items, step->what.now))
        r = refuse(s, st, &p, call_reply(call)->items, e);
    call_free(call);
    return r;
}

static int put_back(struct session *s, const struct statement *st, const struct plan *p,
                    struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct call *call;

    plan_first_body(&body, p, false);
    session_note(s, "%.*s", STR_ARG(p->line));
    int r = dynamo_call(s->dynamo, p->operation, buf_str(&body), &call, e);

    if (r == ERR_REFUSED && str_is(str_of(e->service), "ConditionalCheckFailedException"))
        r = refuse(s, st, p, call_reply(call)->attributes, e);
    else if (r == 0)
        writing_note(s, call_reply(call));
    call_free(call);
    return r;
}

int undo_run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct undo_step *step;
    struct plan p;
    int r = top(s, &step, e);

    if (r < 0)
        return r;
    if (same(step->what.old, step->what.now)) {
        session_note(s, "the last write had changed nothing");
        pop(s);
        return 0;
    }
    r = compare(s, st, step, &a, e);
    if (r == 0)
        r = plan_restore(&a, &step->what, &p, e);
    if (r == 0)
        r = put_back(s, st, &p, e);
    if (r == 0)
        pop(s);
    return r;
}

int undo_plan(struct session *s, struct arena *a, struct plan *ret, struct err *e)
{
    if (!s->undo || s->undo->why_not)
        return err_set(e, ERR_FAILED,
                       s->undo ? "the last write cannot be undone: %s"
                               : "there is no write to undo",
                       s->undo ? s->undo->why_not : "");
    return plan_restore(a, &s->undo->what, ret, e);
}
