#include "pksk/cmd/command.h"

#include "pksk/shell/transaction.h"

static int run(struct session *s, const struct statement *st, struct err *e)
{
    return transaction_begin(s, st, e);
}

const struct command cmd_begin = {.run = run};
