/* `undo` of a write of many items: a few records at a time from the end of the file. The items are
 * read, those that are as the write left them are put back on condition that they still are, and
 * the file is cut. */
#include "pksk/base/log.h"
#include "pksk/base/port.h"
#include "pksk/cmd/undo.h"
#include "pksk/item/notation.h"
#include "pksk/out/progress.h"
#include "pksk/out/text.h"
#include "pksk/plan/transact.h"
#include "pksk/run/backoff.h"
#include "pksk/run/wire.h"

#define PAGE 16 /* requests side by side */
#define TOLD_MAX 20

struct changed {
    struct changed *next;
    const struct restore *what;
    const struct value *now;
};

struct undoing {
    struct session *s;
    struct undo_log *log;
    struct arena arena; /* of a page */
    struct undo_record records[PAGE];
    size_t count;
    uint64_t begins; /* where the page begins in the file */
    uint64_t restored, refused, told;
    uint64_t page_restored, page_refused;
    struct changed *changed; /* of the page */
    bool passes;             /* the failure may go by itself */
    struct backoff backoff;
    struct capacity read, written;
    struct progress line;
};

static bool same(const struct value *a, const struct value *b)
{
    return a && b ? value_equal(a, b) : !a && !b;
}

/* ---- requests side by side */

static void drop_calls(struct call **calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        call_free(calls[i]);
}

static int send_plan(struct session *s, const struct plan *p, struct call **ret, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {.max = 2 * BUF_MAX};

    plan_first_body(&body, p, false);
    return dynamo_send(s->dynamo, p->operation, buf_str(&body), ret, e);
}

static int look_at_some(struct session *s, struct arena *a, const struct restore *items,
                        size_t count, const struct value **now, struct capacity *capacity,
                        bool *passes, struct err *e)
{
    struct call *calls[PAGE] = {NULL};
    struct plan p;
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i++) {
        r = plan_restore_read(a, &items[i], &p, e);
        if (r == 0)
            r = send_plan(s, &p, &calls[i], e);
    }
    for (size_t i = 0; i < count && r == 0; i++) {
        r = dynamo_wait(s->dynamo, calls[i], e);
        const struct reply *reply = call_done(calls[i]) ? call_reply(calls[i]) : NULL;

        *passes = reply && r < 0 && r != ERR_CANCELLED && wire_failure_passes(reply, true);
        if (r < 0)
            break;

        now[i] = reply->items ? value_copy(a, reply->items) : NULL;
        capacity->tenths += reply->capacity.tenths;
    }
    drop_calls(calls, count);
    return r;
}

static int look_at(struct session *s, struct arena *a, const struct restore *items, size_t count,
                   const struct value **now, struct capacity *capacity, bool *passes, struct err *e)
{
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i += PAGE)
        r = look_at_some(s, a, items + i, MIN(count - i, (size_t)PAGE), now + i, capacity, passes,
                         e);
    return r;
}

int undo_look(struct session *s, struct arena *a, const struct restore *items, size_t count,
              const struct value **now, struct capacity *capacity, struct err *e)
{
    bool ignored;

    return look_at(s, a, items, count, now, capacity, &ignored, e);
}

static int look(struct undoing *x, const struct restore *items, size_t count,
                const struct value **now, struct err *e)
{
    return look_at(x->s, &x->arena, items, count, now, &x->read, &x->passes, e);
}

/* ---- words */

static void tell_changed(struct undoing *x, const struct changed *c)
{
    _cleanup_(buf_free) struct buf key = {0};

    if (x->told++ >= TOLD_MAX)
        return;
    progress_end(&x->line);
    for (size_t i = 0; i < c->what->key_count; i++) {
        if (i)
            buf_char(&key, ' ');
        notation_add_key(&key, value_member(c->what->key, c->what->key_names[i]));
    }
    session_warn(x->s, "%s: %s", buf_cstr(&key),
                 c->now ? "it was changed since; it stands as it is" : "there is none any more");
}

static void add_changed(struct undoing *x, const struct restore *what, const struct value *now)
{
    struct changed *c = arena_new(&x->arena, struct changed);

    *c = (struct changed){x->changed, what, now ? value_copy(&x->arena, now) : NULL};
    x->changed = c;
}

/* It holds only when the page is done: a page that failed may be begun again. */
static void settle_page(struct undoing *x)
{
    x->restored += x->page_restored;
    x->refused += x->page_refused;
    for (const struct changed *c = x->changed; c; c = c->next)
        tell_changed(x, c);
    x->backoff = (struct backoff){0};
}

/* ---- items by themselves */

static int note_failure(struct undoing *x, const struct reply *reply, int r)
{
    x->passes = reply && r != ERR_CANCELLED && wire_failure_passes(reply, true);
    return r;
}

static int take_answer(struct undoing *x, const struct restore *what, struct call *call,
                       struct err *e)
{
    int r = dynamo_wait(x->s->dynamo, call, e);
    const struct reply *reply = call_done(call) ? call_reply(call) : NULL;

    if (reply)
        x->written.tenths += reply->capacity.tenths;
    if (r == 0) {
        x->page_restored++;
        return 0;
    }
    if (r != ERR_REFUSED || !str_is(str_of(e->service), "ConditionalCheckFailedException"))
        return note_failure(x, reply, r);
    if (same(reply->attributes, what->old)) {
        x->page_restored++; /* by an attempt whose answer was lost */
        return 0;
    }
    x->page_refused++;
    add_changed(x, what, reply->attributes);
    return 0;
}

/* What an interrupted undo has put back before is as it was, and done. */
static int put_back(struct undoing *x, const struct restore *items, const struct value **now,
                    size_t count, struct err *e)
{
    struct call *calls[PAGE] = {NULL};
    int r = 0, late = 0;

    for (size_t i = 0; i < count && r == 0; i++) {
        struct plan p;

        if (!same(now[i], items[i].now))
            continue;
        r = plan_restore(&x->arena, &items[i], &p, e);
        if (r == 0)
            r = send_plan(x->s, &p, &calls[i], e);
    }
    for (size_t i = 0; i < count && r == 0; i++) {
        struct err one;

        if (calls[i]) { /* all are waited for: what is under way is not begun again */
            int failed = take_answer(x, &items[i], calls[i], &one);

            if (failed < 0 && late == 0)
                *e = one;
            late = late < 0 ? late : failed;
        } else if (same(now[i], items[i].old)) {
            x->page_restored++;
        } else {
            x->page_refused++;
            add_changed(x, &items[i], now[i]);
        }
    }
    drop_calls(calls, count);
    return r < 0 ? r : late;
}

static int singles(struct undoing *x, struct err *e)
{
    struct restore *items = arena_alloc(&x->arena, x->count, sizeof(*items));
    const struct value *now[PAGE];

    for (size_t i = 0; i < x->count; i++)
        items[i] = x->records[i].items[0];
    int r = look(x, items, x->count, now, e);

    return r < 0 ? r : put_back(x, items, now, x->count, e);
}

/* ---- several items together */

static int transact(struct undoing *x, const struct undo_record *record, struct err *e)
{
    struct plan *actions = arena_alloc(&x->arena, record->count, sizeof(*actions)), p;
    struct call *call = NULL;
    char token[DYNAMO_TOKEN_LEN];
    int r = dynamo_make_token(token, e);

    for (size_t i = 0; i < record->count && r == 0; i++)
        r = plan_restore_action(&x->arena, &record->items[i], &actions[i], e);
    if (r == 0)
        r = plan_transaction(&x->arena, actions, record->count, str_of(token), &p, e);
    if (r == 0)
        r = send_plan(x->s, &p, &call, e);
    if (r < 0)
        return r;
    r = dynamo_wait(x->s->dynamo, call, e);
    if (call_done(call))
        x->written.tenths += call_reply(call)->capacity.tenths;
    if (r < 0)
        note_failure(x, call_done(call) ? call_reply(call) : NULL, r);
    call_free(call);
    return r;
}

static int together(struct undoing *x, const struct undo_record *record, struct err *e)
{
    const struct value **now = arena_alloc(&x->arena, record->count, sizeof(*now));
    size_t changed = 0, already = 0;
    int r = look(x, record->items, record->count, now, e);

    for (size_t i = 0; i < record->count && r == 0; i++)
        already += same(now[i], record->items[i].old);
    for (size_t i = 0; i < record->count && r == 0 && already < record->count; i++) {
        if (same(now[i], record->items[i].now))
            continue;
        changed++;
        add_changed(x, &record->items[i], now[i]);
    }
    if (r == 0 && !changed && already < record->count)
        r = transact(x, record, e);
    if (r == 0 && changed)
        x->page_refused += record->count;
    else if (r == 0)
        x->page_restored += record->count;
    return r;
}

/* ---- the file, a page at a time */

static bool same_item(const struct restore *a, const struct restore *b)
{
    if (!str_eq(a->table, b->table) || a->key_count != b->key_count)
        return false;
    for (size_t i = 0; i < a->key_count; i++) {
        const struct value *v = value_member(b->key, a->key_names[i]);

        if (!v || !value_equal(value_member(a->key, a->key_names[i]), v))
            return false;
    }
    return true;
}

/* An item that was written twice is put back in two steps. */
static bool joins(const struct undoing *x, const struct undo_record *next)
{
    if (next->count > 1)
        return false;
    for (size_t i = 0; i < x->count; i++) {
        if (x->records[i].count > 1 || same_item(&x->records[i].items[0], &next->items[0]))
            return false;
    }
    return true;
}

/* 1, or 0 at the beginning of the file. */
static int load(struct undoing *x, struct err *e)
{
    arena_reset(&x->arena);
    x->begins = undo_log_bytes(x->log);
    for (x->count = 0; x->count < PAGE; x->count++) {
        struct undo_record *next = &x->records[x->count];
        int r = undo_log_read(x->log, x->begins, &x->arena, next, e);

        if (r < 0)
            return r;
        if (r == 0 || (x->count && !joins(x, next)))
            break;
        x->begins = next->begins;
    }
    return x->count > 0;
}

static uint64_t items_of_page(const struct undoing *x)
{
    uint64_t items = 0;

    for (size_t i = 0; i < x->count; i++)
        items += x->records[i].count;
    return items;
}

static int one_page(struct undoing *x, struct err *e)
{
    x->page_restored = x->page_refused = 0;
    x->changed = NULL;
    x->passes = false;
    return x->records[0].count > 1 ? together(x, &x->records[0], e) : singles(x, e);
}

/* Throttling and what else goes by: the page is begun again after a while. */
static bool wait_a_while(struct undoing *x)
{
    int64_t until = clock_mono_us(x->s->clock), now;

    if (!x->passes || x->backoff.rounds >= BACKOFF_ROUNDS_MAX)
        return false;
    until += backoff_next_ms(&x->backoff, false) * (int64_t)1000;
    while ((now = clock_mono_us(x->s->clock)) < until) {
        if (dynamo_poll(x->s->dynamo, (int)((until - now) / 1000) + 1, -1) == ERR_CANCELLED)
            return false;
    }
    return true;
}

static int all_pages(struct undoing *x, struct err *e)
{
    int r;

    while ((r = load(x, e)) > 0) {
        progress_update(&x->line, "putting back", x->restored + x->refused, 0);
        do
            r = one_page(x, e);
        while (r < 0 && wait_a_while(x));
        if (r == 0)
            settle_page(x);
        if (r == 0)
            r = undo_log_cut(x->log, x->begins, items_of_page(x), e);
        if (r == 0 && cancel_flag)
            r = err_set(e, ERR_CANCELLED, "interrupted");
        if (r < 0)
            return r;
    }
    return r;
}

static int conclude(struct undoing *x, const struct statement *st, int r, int64_t began_us,
                    struct err *e)
{
    _cleanup_(buf_free) struct buf line = {0};
    uint64_t total = x->restored + x->refused;

    text_count(&line, x->restored);
    buf_addf(&line, " item%s put back", x->restored == 1 ? "" : "s");
    if (x->refused)
        buf_addf(&line, ", %zu changed since", (size_t)x->refused);
    if (r < 0)
        buf_addf(&line, ", %zu left", (size_t)undo_log_items(x->log));
    buf_lit(&line, "  ");
    text_units(&line, x->written.tenths, "WCU");
    buf_lit(&line, " and ");
    text_units(&line, x->read.tenths, "RCU");
    buf_lit(&line, "  ");
    text_duration(&line, clock_mono_us(x->s->clock) - began_us);
    if (r < 0 || x->refused)
        session_say(x->s, "%s", buf_cstr(&line));
    else
        session_note(x->s, "%s", buf_cstr(&line));
    if (r < 0) {
        if (undo_log_items(x->log))
            err_hint(e, "`undo` again goes on with what is left");
        return r;
    }
    if (!x->refused)
        return 0;
    return err_at(e, ERR_REFUSED, st->verb_at, "%zu of %zu items %s not put back",
                  (size_t)x->refused, (size_t)total, x->refused == 1 ? "was" : "were");
}

int undo_many(struct session *s, const struct statement *st, struct undo_log *log, struct err *e)
{
    struct undoing x = {.s = s, .log = log};
    int64_t began_us = clock_mono_us(s->clock);

    session_note(s, "undo  %zu item%s, each if it is as the write left it",
                 (size_t)undo_log_items(log), undo_log_items(log) == 1 ? "" : "s");
    progress_begin(&x.line, s->clock, undo_log_items(log));
    int r = all_pages(&x, e);

    progress_end(&x.line);
    r = conclude(&x, st, r, began_us, e);
    arena_free(&x.arena);
    return r;
}
