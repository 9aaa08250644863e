#include "pksk/cmd/command.h"

#include "pksk/shell/partiql.h"

static int run(struct session *s, const struct statement *st, struct err *e)
{
    return partiql_run(s, st, e);
}

const struct command cmd_partiql = {.run = run, .may_change = partiql_changes, .joins = true};
