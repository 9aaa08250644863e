#include "pksk/cmd/transaction.h"

#include "pksk/session/slot.h"

static void transaction_free(void *kept)
{
    struct transaction *t = kept;

    arena_free(&t->arena);
    free(t);
}

static const struct slot_kind slot = {.free = transaction_free, .of_client = true};

struct transaction *transaction_of(const struct session *s)
{
    return slot_get(s, &slot);
}

void transaction_drop(struct session *s)
{
    slot_put(s, &slot, NULL);
}

bool transact_open(const struct session *s)
{
    return transaction_of(s) != NULL;
}

size_t transact_count(const struct session *s)
{
    return transaction_of(s) ? transaction_of(s)->count : 0;
}

void transact_break(struct session *s)
{
    if (transaction_of(s))
        transaction_of(s)->broken = true;
}

void transaction_keep(struct session *s, struct transaction *t)
{
    slot_put(s, &slot, t);
}

int transaction_need(const struct session *s, const struct statement *st, struct err *e)
{
    if (transaction_of(s))
        return 0;
    err_at(e, ERR_FAILED, st->verb_at, "no transaction is open");
    err_hint(e, "`begin` opens one");
    return ERR_FAILED;
}

enum transaction_kind transaction_kind(const struct plan *action)
{
    if (strcmp(action->operation, "Get") == 0)
        return TRANSACTION_READS;
    return strcmp(action->operation, "Statement") == 0 ? TRANSACTION_STATEMENTS
                                                       : TRANSACTION_WRITES;
}

int transact_end(struct session *s, struct err *e)
{
    if (!transaction_of(s))
        return 0;
    size_t count = transaction_of(s)->count;

    transaction_drop(s);
    err_set(e, ERR_FAILED,
            "the transaction was not committed: nothing was sent of its %zu action%s", count,
            count == 1 ? "" : "s");
    err_hint(e, "`commit` sends it, `rollback` drops it");
    return ERR_FAILED;
}
