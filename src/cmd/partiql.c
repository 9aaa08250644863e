#include "pksk/cmd/partiql.h"

#include "pksk/base/circle.h"
#include "pksk/cmd/command.h"
#include "pksk/cmd/read-announce.h"
#include "pksk/cmd/read.h"
#include "pksk/cmd/undo.h"
#include "pksk/cmd/write.h"
#include "pksk/item/ddbjson.h"
#include "pksk/json/writer.h"
#include "pksk/out/text.h"
#include "pksk/plan/transact.h"
#include "pksk/session/output.h"

bool partiql_changes(const struct statement *st)
{
    for (const struct partiql *one = st->partiql; one; one = one->next) {
        if (partiql_kind(one).changes)
            return true;
    }
    return false;
}

/* ---- before sending */

/* A SELECT that reads everything is announced as the scan that it is: 1 when it was. */
static int look_at_select(struct session *s, struct arena *a, const struct statement *st,
                          struct plan *p, struct err *e)
{
    const struct partiql *one = st->partiql;
    struct partiql_kind kind = partiql_kind(one);
    const struct index *index = NULL;
    const struct table *t;

    if (!kind.reads || !kind.table.len)
        return 0;
    int r = schema_get(s->schemas, kind.table, &t, e);

    if (r < 0)
        return r;
    plan_note_keys(a, &t->key, p);
    if (kind.index.len)
        index = table_index(t, kind.index);
    if (st->batch || partiql_fixes_key(one, index ? &index->key : &t->key))
        return 0;
    struct read_size size = read_size(t, kind.index);

    r = read_announce(s, p->line,
                      kind.index.len ? "without its partition key this reads the whole index"
                                     : "without its partition key this reads the whole table",
                      size, read_units(size.bytes, false), e);
    return r < 0 ? r : 1;
}

/* ---- one statement, all its pages */

struct statement_run {
    struct session *s;
    const struct statement *st;
    const struct plan *plan;
    struct output out;
    struct str token; /* of the next page, in the arena */
    struct circle circle;
    struct arena arena;
    uint64_t items, pages, tenths;
    int64_t took_us;
    bool uncertain; /* an attempt got no answer */
};

/* The first attempt may have been the one that did it, and this one finds its traces. */
static void hint_uncertain(int r, struct err *e)
{
    if (str_is(str_of(e->service), "DuplicateItemException"))
        err_hint(e, "an earlier attempt got no answer: it may be that one which inserted the item; "
                    "`get` shows it");
    else if (r == ERR_REFUSED)
        err_hint(e, "an earlier attempt got no answer: it may be that one which made it false");
    else
        err_hint(e, "the write may have been applied all the same: `get` shows the item");
}

/* INSERT and DELETE do the same when they are done twice; an UPDATE may count twice. */
static void warn_uncertain(struct session *s, const struct statement *st)
{
    for (const struct partiql *one = st->partiql; one; one = one->next) {
        if (str_starts_ci(str_trim(one->text), STR("update"))) {
            session_warn(s,
                         "an earlier attempt got no answer: what counts or appends may have been "
                         "applied twice; `get` shows the item");
            return;
        }
    }
    session_warn(s, "an earlier attempt got no answer, and this one may have found its traces");
}

static int refused(struct statement_run *run, const struct reply *reply, struct err *e)
{
    struct err why;

    if (!str_is(str_of(e->service), "ConditionalCheckFailedException"))
        return e->code;
    err_at(e, ERR_REFUSED, run->st->partiql->at,
           reply->attributes ? "the condition is false; the item stands as it was"
                             : "the condition is false: there is no such item");
    if (reply->attributes && !run->s->out_terminal)
        write_say(run->s, run->plan, reply->attributes);
    else if (reply->attributes && output_items(&run->out, reply->attributes, &why) < 0)
        *e = why;
    return e->code;
}

static int take_page(struct statement_run *run, const struct reply *reply, struct err *e)
{
    struct str token = json_text(reply->rest, "NextToken");

    run->pages++;
    run->items += reply->count;
    run->tenths += reply->capacity.tenths;
    run->took_us += reply->took_us;
    arena_reset(&run->arena);
    run->token = token.len ? arena_str(&run->arena, token) : STR("");
    rows_add(&run->s->rows, reply->items);
    int r = reply->items ? output_items(&run->out, reply->items, e) : 0;

    if (r == 0 && token.len && circle_closed(&run->circle, token))
        r = err_set(e, ERR_FAILED,
                    "the server says to go on where it has been before: the rest cannot be read");
    return r;
}

/* *ret is there even when it failed: it knows whether an attempt got no answer. NULL: not sent. */
static int ask(struct session *s, const char *operation, struct str body, struct call **ret,
               struct err *e)
{
    int r = dynamo_send(s->dynamo, operation, body, ret, e);

    return r < 0 ? r : dynamo_wait(s->dynamo, *ret, e);
}

static int fetch(struct statement_run *run, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct session *s = run->s;
    struct call *call = NULL;

    buf_str_add(&body, run->plan->body);
    if (run->token.len) {
        buf_lit(&body, ",\"NextToken\":");
        json_add_string(&body, run->token);
    }
    buf_char(&body, '}');
    int r = ask(s, run->plan->operation, buf_str(&body), &call, e);

    if (r == ERR_REFUSED)
        r = refused(run, call_reply(call), e);
    else if (r == 0)
        r = take_page(run, call_reply(call), e);
    run->uncertain |= call && call_reply(call)->uncertain;
    call_free(call);
    return r;
}

static int fetch_all(struct statement_run *run, struct err *e)
{
    uint64_t budget = run->s->settings.budget * 10;
    int r;

    do {
        r = fetch(run, e);
        if (r == 0 && run->token.len && budget && run->tenths >= budget)
            return err_set(e, ERR_FAILED,
                           "the budget of %zu capacity units is spent after %zu items",
                           (size_t)run->s->settings.budget, (size_t)run->items);
    } while (r == 0 && run->token.len);
    if (r == ERR_CANCELLED)
        err_set(e, r, "interrupted after %zu items", (size_t)run->items);
    return r;
}

static void note_totals(const struct statement_run *run, bool writes)
{
    _cleanup_(buf_free) struct buf took = {0};

    text_duration(&took, run->took_us);
    if (writes)
        session_note(run->s, "done  %s WCU  %s", text_amount(run->tenths).s, buf_cstr(&took));
    else
        session_note(run->s, "%zu item%s  %zu page%s  %s RCU  %s", (size_t)run->items,
                     run->items == 1 ? "" : "s", (size_t)run->pages, run->pages == 1 ? "" : "s",
                     text_amount(run->tenths).s, buf_cstr(&took));
}

static int run_one(struct session *s, const struct statement *st, const struct plan *p,
                   struct err *e)
{
    struct statement_run run = {.s = s, .st = st, .plan = p, .token = STR("")};
    bool writes = partiql_changes(st), left;
    struct err why;
    int r = output_open(&run.out, s, st, p, e);

    if (r < 0)
        return r;
    rows_clear(&s->rows);
    r = fetch_all(&run, e);
    if (writes && (r == 0 || !e->service[0])) /* what the service refused has changed nothing */
        undo_block(s, "it was written by PartiQL");
    left = r < 0 && output_reader_gone(&run.out);
    int closed = output_close(&run.out, r < 0 && !left && r != ERR_REFUSED, &why);

    arena_free(&run.arena);
    if (left)
        r = 0;
    if (r == 0 && closed < 0) {
        *e = why;
        r = closed;
    }
    if (writes && run.uncertain && r == 0)
        warn_uncertain(s, st);
    else if (writes && r < 0 && (run.uncertain || r == ERR_CANCELLED))
        hint_uncertain(r, e);
    if (r == 0)
        note_totals(&run, writes);
    return r;
}

/* ---- several in one batch */

struct batch_result {
    struct value *items, **last;
    size_t failed, refused, count;
};

static int take_error(struct session *s, struct arena *a, const struct partiql *one, size_t i,
                      const struct json *error, struct batch_result *ret, struct err *e)
{
    const struct json *tree = json_get(error, "Item");
    struct str code = json_text(error, "Code"), message = json_text(error, "Message");
    struct value *item;

    ret->failed++;
    ret->refused += str_is(code, "ConditionalCheckFailed");
    session_warn(s, "statement %zu, %.*s: %.*s%s%.*s", i, STR_ARG(one->text), STR_ARG(code),
                 message.len ? ": " : "", STR_ARG(message));
    if (!tree)
        return 0;
    int r = ddb_from_json(a, tree, &item, e);

    if (r == 0) {
        *ret->last = item;
        ret->last = &item->next;
    }
    return r;
}

/* The answers stand in the order of the statements. */
static int take_answers(struct session *s, struct arena *a, const struct statement *st,
                        const struct reply *reply, struct batch_result *ret, struct err *e)
{
    const struct json *list = json_get(reply->rest, "Responses");
    const struct partiql *one = st->partiql;
    size_t i = 0;

    for (const struct json *answer = list ? list->first : NULL; answer && one;
         answer = answer->next, one = one->next) {
        const struct json *error = json_get(answer, "Error"), *tree = json_get(answer, "Item");
        struct value *item;
        int r = 0;

        i++;
        if (error && error->kind == JSON_IS_OBJECT) {
            r = take_error(s, a, one, i, error, ret, e);
        } else if (tree && tree->kind == JSON_IS_OBJECT) {
            r = ddb_from_json(a, tree, &item, e);
            if (r == 0) {
                *ret->last = item;
                ret->last = &item->next;
                ret->count++;
            }
        }
        if (r < 0)
            return r;
    }
    return 0;
}

static int finish_batch(struct session *s, const struct statement *st, const struct plan *p,
                        const struct reply *reply, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct batch_result result = {0};
    int r;

    result.last = &result.items;
    r = take_answers(s, &a, st, reply, &result, e);
    if (r < 0)
        return r;
    rows_clear(&s->rows);
    rows_add(&s->rows, result.items);
    if (result.items)
        r = write_print(s, st, p, result.items, e);
    if (r < 0)
        return r;
    if (result.failed)
        return err_at(e, result.refused == result.failed ? ERR_REFUSED : ERR_FAILED, st->verb_at,
                      "%zu of %zu statements failed; the others were done", result.failed,
                      p->keys_given);
    if (partiql_changes(st))
        write_note(s, reply);
    else
        session_note(s, "%zu item%s of %zu  %s RCU", result.count, result.count == 1 ? "" : "s",
                     p->keys_given, text_amount(reply->capacity.tenths).s);
    return 0;
}

static int run_batch(struct session *s, const struct statement *st, const struct plan *p,
                     struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct call *call = NULL;

    plan_first_body(&body, p, false);
    if (partiql_changes(st))
        undo_block(s, "it was written by PartiQL");
    int r = ask(s, p->operation, buf_str(&body), &call, e);

    bool uncertain =
        partiql_changes(st) && (r == ERR_CANCELLED || (call && call_reply(call)->uncertain));

    if (r < 0 && uncertain)
        hint_uncertain(r, e);
    if (r == 0)
        r = finish_batch(s, st, p, call_reply(call), e);
    if (r == 0 && uncertain)
        warn_uncertain(s, st);
    else if (uncertain && !e->hint[0])
        err_hint(e, "an earlier attempt got no answer: it may be that one which was in the way");
    call_free(call);
    return r;
}

int partiql_run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct plan p;
    int r = plan_partiql(&a, st, &p, e);

    if (r == 0)
        r = look_at_select(s, &a, st, &p, e);
    if (r < 0)
        return r;
    if (r == 0)
        session_note(s, "%.*s", STR_ARG(p.line));
    return st->batch ? run_batch(s, st, &p, e) : run_one(s, st, &p, e);
}

const struct command cmd_partiql = {
    .run = partiql_run, .may_change = partiql_changes, .joins = true};
