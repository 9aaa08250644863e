/* What commit sends, and what it says of the answer. */
#include "pksk/base/utf8.h"
#include "pksk/cmd/transact-undo.h"
#include "pksk/cmd/transaction.h"
#include "pksk/cmd/undo.h"
#include "pksk/cmd/write.h"
#include "pksk/item/ddbjson.h"
#include "pksk/out/text.h"
#include "pksk/session/output.h"

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
    struct str text = transaction_of(s)->texts[i];
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
    struct transaction *t = transaction_of(s);
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
        if (item && write_show(s, st, &t->actions[i], item, e) < 0)
            return e->code;
    }
    return 0;
}

static int refused(struct session *s, const struct statement *st, const struct reply *reply,
                   struct err *e)
{
    struct reasons reasons;
    struct err why;
    size_t count = transaction_of(s)->count;

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
        transaction_drop(s);
    return ERR_REFUSED;
}

static int committed(struct session *s, const struct statement *st, const struct plan *p,
                     struct transact_undo *undo, const struct reply *reply, struct err *e)
{
    _cleanup_(buf_free) struct buf took = {0};
    bool reads = transaction_kind(&transaction_of(s)->actions[0]) == TRANSACTION_READS ||
                 str_starts_ci(transaction_of(s)->actions[0].line, STR("select"));
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
        transaction_drop(s);
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
    const struct transaction *t = transaction_of(s);

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
    const struct transaction *t = transaction_of(s);
    struct call *call;
    struct plan p;
    int r = transact_plan(s, &a, &p, e);

    if (r < 0)
        return r;
    plan_first_body(&body, &p, false);
    session_note(s, "%.*s", STR_ARG(p.line));
    if (transaction_kind(&t->actions[0]) == TRANSACTION_WRITES)
        undo = transact_undo_read(s, t->actions, t->updates, t->count);
    r = dynamo_send(s->dynamo, p.operation, buf_str(&body), &call, e);
    if (r < 0)
        return r;
    r = dynamo_wait(s->dynamo, call, e);
    if (r == 0) {
        r = committed(s, st, &p, undo, call_reply(call), e);
        transaction_drop(s);
    } else if (r == ERR_REFUSED) {
        r = refused(s, st, call_reply(call), e);
        if (transaction_of(s) && !s->interactive)
            transaction_drop(s);
    } else {
        r = failed(s, r, call_reply(call)->uncertain, e);
    }
    call_free(call);
    return r;
}

int transact_commit(struct session *s, const struct statement *st, struct err *e)
{
    int r = transaction_need(s, st, e);

    if (r < 0)
        return r;
    if (transaction_of(s)->broken) {
        transaction_drop(s);
        err_at(e, ERR_FAILED, st->verb_at,
               "one of the transaction's statements had failed, so nothing was sent");
        return ERR_FAILED;
    }
    if (!transaction_of(s)->count) {
        session_note(s, "the transaction was empty");
        transaction_drop(s);
        return 0;
    }
    if (s->settings.read_only &&
        transaction_kind(&transaction_of(s)->actions[0]) != TRANSACTION_READS &&
        !str_starts_ci(transaction_of(s)->actions[0].line, STR("select")))
        return err_at(e, ERR_FAILED, st->verb_at,
                      "the session is read-only, and this transaction changes something");
    return send(s, st, e);
}
