#include "pksk/cmd/undo.h"

#include "pksk/cmd/command.h"
#include "pksk/cmd/write.h"
#include "pksk/plan/restore.h"
#include "pksk/session/slot.h"

struct undo_step {
    struct undo_step *before;
    struct arena arena;
    struct restore what;
    const char *why_not;  /* NULL: it can be taken back */
    struct undo_log *log; /* of many items; NULL: of one */
    uint64_t lost;        /* of them, not in the file */
};

struct undo {
    struct undo_step *last;
};

static void step_free(struct undo_step *step)
{
    undo_log_close(step->log);
    arena_free(&step->arena);
    free(step);
}

static void steps_free(void *kept)
{
    for (struct undo_step *step = kept, *before; step; step = before) {
        before = step->before;
        step_free(step);
    }
}

static void undo_free(void *kept)
{
    struct undo *undo = kept;

    steps_free(undo->last);
    free(undo);
}

static const struct slot_kind slot = {.free = undo_free, .of_client = true};

static struct undo_step *last(const struct session *s)
{
    const struct undo *undo = slot_get(s, &slot);

    return undo ? undo->last : NULL;
}

static void pop(struct session *s)
{
    struct undo *undo = slot_get(s, &slot);
    struct undo_step *step = undo->last;

    undo->last = step->before;
    step_free(step);
}

void undo_forget(struct session *s)
{
    slot_put(s, &slot, NULL);
}

/* ---- many items */

uint64_t undo_bytes(const struct session *s)
{
    uint64_t megabytes = s->settings.undo_keep;

    if (megabytes == AMOUNT_AUTO)
        megabytes = s->interactive ? UNDO_MEGABYTES : 0;
    return megabytes << 20;
}

bool undo_keeps_many(const struct session *s)
{
    return undo_bytes(s) > 0;
}

int undo_open_many(struct session *s, struct undo_log **ret, struct err *e)
{
    _cleanup_(cleanup_free) char *state = session_directory("XDG_STATE_HOME", "~/.local/state");
    _cleanup_(buf_free) struct buf path = {0};

    buf_addf(&path, "%s/undo", state);
    return undo_log_open(buf_cstr(&path), undo_bytes(s), ret, e);
}

/* The oldest go when there are too many, or too much. */
static void trim(const struct session *s, struct undo *undo)
{
    size_t steps = 0, bytes = 0;
    uint64_t kept = 0;

    for (struct undo_step **link = &undo->last; *link; link = &(*link)->before) {
        bytes += (*link)->arena.used;
        kept += (*link)->log ? undo_log_bytes((*link)->log) : 0;
        if (++steps <= UNDO_STEPS && bytes <= UNDO_BYTES && (!kept || kept <= undo_bytes(s)))
            continue;
        steps_free(*link);
        *link = NULL;
        return;
    }
}

static struct undo *undo_of(struct session *s)
{
    struct undo *undo = slot_get(s, &slot);

    if (!undo) {
        undo = mem_resize(NULL, 1, sizeof(*undo));
        *undo = (struct undo){0};
        slot_put(s, &slot, undo);
    }
    return undo;
}

static struct undo_step *push(struct undo *undo)
{
    struct undo_step *step = mem_resize(NULL, 1, sizeof(*step));

    *step = (struct undo_step){.before = undo->last};
    undo->last = step;
    return step;
}

void undo_keep(struct session *s, const struct plan *p, const struct value *old,
               const struct value *now)
{
    struct undo *undo = undo_of(s);
    struct undo_step *step = push(undo);
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
    trim(s, undo);
}

void undo_block(struct session *s, const char *why)
{
    struct undo *undo = undo_of(s);

    push(undo)->why_not = why;
    trim(s, undo);
}

void undo_keep_many(struct session *s, struct undo_log *log, uint64_t lost)
{
    struct undo *undo = undo_of(s);

    if (!undo_log_items(log)) {
        undo_log_close(log);
        if (lost)
            undo_block(s, "the items as they were are not known");
        return;
    }
    struct undo_step *step = push(undo);

    step->log = log;
    step->lost = lost;
    trim(s, undo);
}

static int run_many(struct session *s, const struct statement *st, struct undo_step *step,
                    struct err *e)
{
    uint64_t lost = step->lost;
    int r = undo_many(s, st, step->log, e);

    if (undo_log_items(step->log))
        return r;
    pop(s);
    if (lost)
        session_warn(s, "%zu of the items cannot be put back: as they were is not known",
                     (size_t)lost);
    if (r == ERR_REFUSED && last(s))
        err_hint(e, "`undo` again takes back the write before it");
    return r;
}

static int top(struct session *s, struct undo_step **ret, struct err *e)
{
    if (!last(s)) {
        err_set(e, ERR_FAILED, "there is no write to undo");
        err_hint(e, "the last %d writes of this session can be taken back, the latest first",
                 UNDO_STEPS);
        return ERR_FAILED;
    }
    if (last(s)->why_not) {
        err_set(e, ERR_FAILED, "the last write cannot be undone: %s", last(s)->why_not);
        pop(s);
        err_hint(e, last(s) ? "`undo` again takes back the write before it"
                            : "there is no write before it");
        return ERR_FAILED;
    }
    *ret = last(s);
    return 0;
}

static int refuse(struct session *s, const struct statement *st, const struct plan *p,
                  const struct value *item, struct err *e)
{
    struct err why;

    err_at(e, ERR_REFUSED, st->verb_at,
           item ? "the item was changed since; it stands as it was"
                : "the item was changed since: there is none now");
    if (item && write_show(s, st, p, item, &why) < 0)
        return err_set(e, why.code, "%s", why.text);
    pop(s);
    if (last(s))
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
        write_note(s, call_reply(call));
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
    if (step->log)
        return run_many(s, st, step, e);
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
    if (!last(s) || last(s)->why_not)
        return err_set(e, ERR_FAILED,
                       last(s) ? "the last write cannot be undone: %s"
                               : "there is no write to undo",
                       last(s) ? last(s)->why_not : "");
    if (!last(s)->log)
        return plan_restore(a, &last(s)->what, ret, e);
    struct undo_record record;
    int r = undo_log_read(last(s)->log, undo_log_bytes(last(s)->log), a, &record, e);

    return r < 0 ? r : plan_restore(a, &record.items[0], ret, e); /* the first of many */
}

const struct command cmd_undo = {.run = undo_run, .changes = true};
