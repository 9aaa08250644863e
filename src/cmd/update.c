#include "pksk/cmd/command.h"

#include "pksk/shell/writing.h"

static int run(struct session *s, const struct statement *st, struct err *e)
{
    return writing_run(s, st, e);
}

const struct command cmd_update = {.run = run, .changes = true, .joins = true};
