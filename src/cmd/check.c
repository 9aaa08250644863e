#include "pksk/cmd/command.h"

#include "pksk/shell/transaction.h"

static int run(struct session *s, const struct statement *st, struct err *e)
{
    return transaction_add(s, st, e);
}

const struct command cmd_check = {.run = run, .changes = true, .joins = true};
