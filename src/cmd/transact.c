#include "pksk/cmd/transact.h"

#include "pksk/base/port.h"
#include "pksk/base/utf8.h"
#include "pksk/cmd/command.h"
#include "pksk/cmd/transact-undo.h"
#include "pksk/cmd/undo.h"
#include "pksk/cmd/write.h"
#include "pksk/item/ddbjson.h"
#include "pksk/out/text.h"
#include "pksk/plan/apply.h"
#include "pksk/plan/transact.h"
#include "pksk/session/output.h"
#include "pksk/session/slot.h"

struct transaction {
    struct arena arena;
    struct plan actions[TRANSACT_MAX];
    struct update_action *updates[TRANSACT_MAX]; /* of updates, for undo */
    struct str texts[TRANSACT_MAX];              /* the statements as they were typed */
    size_t count, bytes;
    bool broken;
    char token[33]; /* one over all attempts: repeating it does nothing twice */
};

static void transaction_free(void *kept)
{
    struct transaction *t = kept;

    arena_free(&t->arena);
    free(t);
}

static const struct slot_kind slot = {.free = transaction_free, .of_client = true};

static struct transaction *open_of(const struct session *s)
{
    return slot_get(s, &slot);
}

static void drop(struct session *s)
{
    slot_put(s, &slot, NULL);
}

bool transact_open(const struct session *s)
{
    return open_of(s) != NULL;
}

size_t transact_count(const struct session *s)
{
    return open_of(s) ? open_of(s)->count : 0;
}

void transact_break(struct session *s)
{
    if (open_of(s))
        open_of(s)->broken = true;
}

static int make_token(char token[33], struct err *e)
{
    unsigned char bytes[16];

    if (port_random(bytes, sizeof(bytes)) < 0)
        return err_set(e, ERR_FAILED, "the system gives no random bytes");
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(token + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

int transact_begin(struct session *s, const struct statement *st, struct err *e)
{
    if (open_of(s)) {
        err_at(e, ERR_FAILED, st->verb_at, "a transaction is open already");
        err_hint(e, "`commit` sends it, `rollback` drops it");
        return ERR_FAILED;
    }
    struct transaction *t = mem_resize(NULL, 1, sizeof(*t));

    *t = (struct transaction){0};
    int r = make_token(t->token, e);

    if (r < 0) {
        free(t);
        return r;
    }
    slot_put(s, &slot, t);
    return 0;
}

static int need_open(const struct session *s, const struct statement *st, struct err *e)
{
    if (open_of(s))
        return 0;
    err_at(e, ERR_FAILED, st->verb_at, "no transaction is open");
    err_hint(e, "`begin` opens one");
    return ERR_FAILED;
}

/* ---- adding */

enum kind { READS, WRITES, STATEMENTS };

static enum kind kind_of(const struct plan *action)
{
    if (strcmp(action->operation, "Get") == 0)
        return READS;
    return strcmp(action->operation, "Statement") == 0 ? STATEMENTS : WRITES;
}

static int check_kind(const struct transaction *t, const struct plan *p, const struct statement *st,
                      struct err *e)
{
    static const char *const names[] = {
        [READS] = "reads", [WRITES] = "writes", [STATEMENTS] = "PartiQL"};

    if (!t->count || kind_of(&t->actions[0]) == kind_of(p))
        return 0;
    err_at(e, ERR_SYNTAX, st->verb_at, "this transaction holds %s, and one holds one kind only",
           names[kind_of(&t->actions[0])]);
    err_expected(e, "expected %s, commit or rollback",
                 kind_of(&t->actions[0]) == WRITES  ? "put, update, delete, check"
                 : kind_of(&t->actions[0]) == READS ? "get"
                                                    : "partiql");
    return ERR_SYNTAX;
}

static bool same_item(const struct plan *a, const struct plan *b)
{
    if (!a->keys || !b->keys || !str_eq(a->table, b->table))
        return false;
    for (size_t i = 0; i < a->key_count; i++) {
        const struct value *x = value_member(a->keys, a->key_names[i]);
        const struct value *y = value_member(b->keys, a->key_names[i]);

        if (!x || !y || !value_equal(x, y))
            return false;
    }
    return true;
}

static int check_item(const struct transaction *t, const struct plan *p, const struct statement *st,
                      struct err *e)
{
    struct span at = st->keys ? st->keys->at : st->verb_at;

    for (size_t i = 0; i < t->count; i++) {
        if (!same_item(&t->actions[i], p))
            continue;
        err_at(e, ERR_SYNTAX, at,
               "a transaction names an item once, and action %zu names this one already", i + 1);
        if (kind_of(p) == WRITES)
            err_hint(e,
                     "an update takes a condition itself, and changes several attributes at once");
        return ERR_SYNTAX;
    }
    return 0;
}

/* Takes the action in, or says at its line why it cannot be part of the transaction. */
static int take(struct transaction *t, struct plan *p, const struct statement *st, struct err *e)
{
    size_t bytes = p->keys ? value_size(p->keys) : 0;
    int r = check_kind(t, p, st, e);

    if (r == 0)
        r = check_item(t, p, st, e);
    if (r < 0)
        return r;
    if (t->count == TRANSACT_MAX)
        return err_at(e, ERR_SYNTAX, st->verb_at, "a transaction takes at most %d actions",
                      TRANSACT_MAX);
    if (t->bytes + bytes > TRANSACT_BYTES_MAX)
        return err_at(e, ERR_SYNTAX, st->at,
                      "the transaction comes to %zu bytes, and DynamoDB takes %zu",
                      t->bytes + bytes, TRANSACT_BYTES_MAX);
    t->bytes += bytes;
    if (p->keys)
        p->keys = value_copy(&t->arena, p->keys);
    t->updates[t->count] = update_copy(&t->arena, st->updates);
    t->texts[t->count] = arena_str(&t->arena, st->text);
    t->actions[t->count++] = *p;
    return 0;
}

static int add_gets(struct session *s, const struct statement *st, const struct table *table,
                    struct err *e)
{
    struct transaction *t = open_of(s);
    int r = 0;

    for (const struct key *key = st->keys; key && r == 0; key = key->next) {
        struct plan p;

        r = plan_action_get(&t->arena, st, key, table, &p, e);
        if (r == 0)
            r = take(t, &p, st, e);
    }
    return r;
}

static int add_partiql(struct session *s, const struct statement *st, struct err *e)
{
    struct transaction *t = open_of(s);
    int r = 0;

    for (const struct partiql *one = st->partiql; one && r == 0; one = one->next) {
        struct plan p;

        r = plan_action_partiql(&t->arena, one, &p, e);
        if (r == 0 && t->count &&
            partiql_kind(one).reads != str_starts_ci(t->actions[0].line, STR("select")))
            r = err_at(e, ERR_SYNTAX, one->at, "a transaction either reads or writes, not both");
        if (r == 0)
            r = take(t, &p, st, e);
    }
    return r;
}

static int add_one(struct session *s, const struct statement *st, struct err *e)
{
    struct transaction *t = open_of(s);
    int64_t since = s->began_ms;
    const struct table *table;
    struct plan p;

    if (st->redirect != REDIRECT_NONE)
        return err_at(e, ERR_SYNTAX, st->verb_at,
                      "within a transaction, `commit` is what has an output");
    if (st->verb == VERB_PARTIQL)
        return add_partiql(s, st, e);
    int r = session_table(s, st->table, &table, e);

    if (r < 0)
        return r;
    if (st->verb == VERB_GET)
        return add_gets(s, st, table, e);
    r = plan_action(&t->arena, st, table, &p, e);
    if (r < 0 && session_refresh(s, &table, since, e))
        r = plan_action(&t->arena, st, table, &p, e);
    return r < 0 ? r : take(t, &p, st, e);
}

/* A statement is part of it with all its keys, or not at all. */
int transact_add(struct session *s, const struct statement *st, struct err *e)
{
    struct transaction *t = open_of(s);
    int r = need_open(s, st, e);

    if (r < 0)
        return r;
    size_t count = t->count, bytes = t->bytes;

    r = add_one(s, st, e);
    if (r < 0) {
        t->count = count;
        t->bytes = bytes;
        return r;
    }
    for (; count < t->count; count++)
        session_note(s, "%zu  %.*s", count + 1, STR_ARG(t->actions[count].line));
    return 0;
}

/* ---- committing */

static bool transient(struct str code)
{
    return str_is(code, "TransactionConflict") || str_is(code, "ThrottlingError") ||
           str_is(code, "ProvisionedThroughputExceeded");
}

/* An item that cannot be read is no reason to keep silent on what was refused. */
static void say_reason(struct session *s, struct arena *a, size_t i, const struct json *reason,
                       const struct value *item)
{
    struct str code = utf8_without_nul(a, json_text(reason, "Code"));
    struct str message = utf8_without_nul(a, json_text(reason, "Message"));
    struct str text = open_of(s)->texts[i];
    const char *stands = json_get(reason, "Item") ? "" : ": there is no such item";

    if (str_is(code, "ConditionalCheckFailed"))
        session_warn(s, "action %zu, %.*s: the condition is false%s", i + 1, STR_ARG(text),
                     item ? "; the item stands as it was" : stands);
    else
        session_warn(s, "action %zu, %.*s: %.*s%s%.*s", i + 1, STR_ARG(text), STR_ARG(code),
                     message.len ? ": " : "", STR_ARG(message));
}

struct reasons {
    size_t refused;
    bool again; /* all of them may go by themselves */
};

/* One line a refused statement, and the item that refused it. */
static int say_reasons(struct session *s, const struct statement *st, const struct reply *reply,
                       struct reasons *ret, struct err *e)
{
    const struct json *list = json_get(reply->rest, "CancellationReasons");
    struct transaction *t = open_of(s);
    size_t i = 0;

    *ret = (struct reasons){.again = true};
    for (const struct json *one = list ? list->first : NULL; one && i < t->count;
         one = one->next, i++) {
        _cleanup_(arena_free) struct arena a = {0};
        const struct json *tree = json_get(one, "Item");
        struct str code = json_text(one, "Code");
        struct value *item = NULL;

        if (!code.len || str_is(code, "None"))
            continue;
        ret->refused++;
        ret->again &= transient(code);
        if (tree && ddb_from_json(&a, tree, &item, e) < 0)
            item = NULL;
        say_reason(s, &a, i, one, item);
        if (item && write_print(s, st, &t->actions[i], item, e) < 0)
            return e->code;
    }
    return 0;
}

static int refused(struct session *s, const struct statement *st, const struct reply *reply,
                   struct err *e)
{
    struct reasons reasons;
    struct err why;
    size_t count = open_of(s)->count;

    if (!str_is(str_of(e->service), "TransactionCanceledException"))
        return e->code;
    if (say_reasons(s, st, reply, &reasons, &why) < 0) {
        *e = why;
        return e->code;
    }
    if (!reasons.refused) /* an old server that gives no reasons but its message */
        return e->code;
    *e = (struct err){.at = SPAN_NONE};
    err_at(e, ERR_REFUSED, st->verb_at,
           "the transaction was cancelled by %zu of its %zu action%s; nothing was changed",
           reasons.refused, count, count == 1 ? "" : "s");
    if (reasons.again && s->interactive)
        err_hint(e, "it stays open: `commit` tries once more, `rollback` drops it");
    else
        drop(s);
    return ERR_REFUSED;
}

static int committed(struct session *s, const struct statement *st, const struct plan *p,
                     struct transact_undo *undo, const struct reply *reply, struct err *e)
{
    _cleanup_(buf_free) struct buf took = {0};
    bool reads = kind_of(&open_of(s)->actions[0]) == READS ||
                 str_starts_ci(open_of(s)->actions[0].line, STR("select"));
    int r = 0;

    if (reads || reply->items) {
        rows_clear(&s->rows);
        rows_add(&s->rows, reply->items);
        r = write_print(s, st, p, reply->items, e);
    }
    text_duration(&took, reply->took_us);
    if (reads)
        session_note(s, "%zu item%s of %zu  %s RCU  %s", reply->count, reply->count == 1 ? "" : "s",
                     p->keys_given, text_amount(reply->capacity.tenths).s, buf_cstr(&took));
    else
        write_note(s, reply);
    if (undo)
        transact_undo_keep(undo);
    else if (!reads)
        undo_block(s, "it was a transaction");
    return r;
}

/* It failed on the way: the same token makes another commit harmless. */
static int failed(struct session *s, int r, bool uncertain, struct err *e)
{
    if (r == ERR_CANCELLED)
        err_set(e, r, "interrupted; it is not known whether the transaction was applied");
    if (r == ERR_CANCELLED || uncertain)
        undo_block(s, "it is not known whether it was applied");
    if (!s->interactive) {
        drop(s);
        return r;
    }
    if (r == ERR_CANCELLED || uncertain || !e->service[0])
        err_hint(e, "it stays open: another `commit` within ten minutes applies it once at most");
    else if (!e->hint[0])
        err_hint(e, "it stays open: `commit` tries once more, `rollback` drops it");
    return r;
}

int transact_plan(struct session *s, struct arena *a, struct plan *ret, struct err *e)
{
    const struct transaction *t = open_of(s);

    if (!t || !t->count)
        return err_set(e, ERR_FAILED, t ? "the transaction is empty" : "no transaction is open");
    return plan_transaction(a, t->actions, t->count, str_of(t->token), ret, e);
}

static void cleanup_undo(struct transact_undo **u)
{
    transact_undo_free(*u);
}

static int send(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(cleanup_undo) struct transact_undo *undo = NULL;
    _cleanup_(arena_free) struct arena a = {0};
    _cleanup_(buf_free) struct buf body = {0};
    const struct transaction *t = open_of(s);
    struct call *call;
    struct plan p;
    int r = transact_plan(s, &a, &p, e);

    if (r < 0)
        return r;
    plan_first_body(&body, &p, false);
    session_note(s, "%.*s", STR_ARG(p.line));
    if (kind_of(&t->actions[0]) == WRITES)
        undo = transact_undo_read(s, t->actions, t->updates, t->count);
    r = dynamo_send(s->dynamo, p.operation, buf_str(&body), &call, e);
    if (r < 0)
        return r;
    r = dynamo_wait(s->dynamo, call, e);
    if (r == 0) {
        r = committed(s, st, &p, undo, call_reply(call), e);
        drop(s);
    } else if (r == ERR_REFUSED) {
        r = refused(s, st, call_reply(call), e);
        if (open_of(s) && !s->interactive)
            drop(s);
    } else {
        r = failed(s, r, call_reply(call)->uncertain, e);
    }
    call_free(call);
    return r;
}

int transact_commit(struct session *s, const struct statement *st, struct err *e)
{
    int r = need_open(s, st, e);

    if (r < 0)
        return r;
    if (open_of(s)->broken) {
        drop(s);
        err_at(e, ERR_FAILED, st->verb_at,
               "one of the transaction's statements had failed, so nothing was sent");
        return ERR_FAILED;
    }
    if (!open_of(s)->count) {
        session_note(s, "the transaction was empty");
        drop(s);
        return 0;
    }
    if (s->settings.read_only && kind_of(&open_of(s)->actions[0]) != READS &&
        !str_starts_ci(open_of(s)->actions[0].line, STR("select")))
        return err_at(e, ERR_FAILED, st->verb_at,
                      "the session is read-only, and this transaction changes something");
    return send(s, st, e);
}

int transact_rollback(struct session *s, const struct statement *st, struct err *e)
{
    int r = need_open(s, st, e);

    if (r < 0)
        return r;
    session_note(s, "%zu action%s dropped; nothing was sent", open_of(s)->count,
                 open_of(s)->count == 1 ? "" : "s");
    drop(s);
    return 0;
}

int transact_end(struct session *s, struct err *e)
{
    if (!open_of(s))
        return 0;
    size_t count = open_of(s)->count;

    drop(s);
    err_set(e, ERR_FAILED,
            "the transaction was not committed: nothing was sent of its %zu action%s", count,
            count == 1 ? "" : "s");
    err_hint(e, "`commit` sends it, `rollback` drops it");
    return ERR_FAILED;
}

const struct command cmd_begin = {.run = transact_begin};
const struct command cmd_check = {.run = transact_add, .changes = true, .joins = true};
const struct command cmd_commit = {.run = transact_commit};
const struct command cmd_rollback = {.run = transact_rollback};
