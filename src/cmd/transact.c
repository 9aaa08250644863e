#include "pksk/base/port.h"
#include "pksk/base/utf8.h"
#include "pksk/cmd/command.h"
#include "pksk/cmd/transaction.h"
#include "pksk/cmd/write.h"
#include "pksk/item/ddbjson.h"
#include "pksk/out/text.h"
#include "pksk/session/output.h"

int transact_begin(struct session *s, const struct statement *st, struct err *e)
{
    if (transaction_of(s)) {
        err_at(e, ERR_FAILED, st->verb_at, "a transaction is open already");
        err_hint(e, "`commit` sends it, `rollback` drops it");
        return ERR_FAILED;
    }
    struct transaction *t = mem_resize(NULL, 1, sizeof(*t));

    *t = (struct transaction){0};
    int r = dynamo_make_token(t->token, e);

    if (r < 0) {
        free(t);
        return r;
    }
    transaction_keep(s, t);
    return 0;
}

/* ---- adding */

static int check_kind(const struct transaction *t, const struct plan *p, const struct statement *st,
                      struct err *e)
{
    static const char *const names[] = {[TRANSACTION_READS] = "reads",
                                        [TRANSACTION_WRITES] = "writes",
                                        [TRANSACTION_STATEMENTS] = "PartiQL"};

    if (!t->count || transaction_kind(&t->actions[0]) == transaction_kind(p))
        return 0;
    err_at(e, ERR_SYNTAX, st->verb_at, "this transaction holds %s, and one holds one kind only",
           names[transaction_kind(&t->actions[0])]);
    err_expected(e, "expected %s, commit or rollback",
                 transaction_kind(&t->actions[0]) == TRANSACTION_WRITES
                     ? "put, update, delete, check"
                 : transaction_kind(&t->actions[0]) == TRANSACTION_READS ? "get"
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
        if (transaction_kind(p) == TRANSACTION_WRITES)
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
    struct transaction *t = transaction_of(s);
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
    struct transaction *t = transaction_of(s);
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
    struct transaction *t = transaction_of(s);
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
    struct transaction *t = transaction_of(s);
    int r = transaction_need(s, st, e);

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

int transact_rollback(struct session *s, const struct statement *st, struct err *e)
{
    int r = transaction_need(s, st, e);

    if (r < 0)
        return r;
    session_note(s, "%zu action%s dropped; nothing was sent", transaction_of(s)->count,
                 transaction_of(s)->count == 1 ? "" : "s");
    transaction_drop(s);
    return 0;
}

const struct command cmd_begin = {.run = transact_begin};
const struct command cmd_check = {.run = transact_add, .changes = true, .joins = true};
const struct command cmd_commit = {.run = transact_commit};
const struct command cmd_rollback = {.run = transact_rollback};
