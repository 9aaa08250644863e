#include "pksk/cmd/command.h"

#include "pksk/shell/undo.h"

static int run(struct session *s, const struct statement *st, struct err *e)
{
    return undo_run(s, st, e);
}

const struct command cmd_undo = {.run = run, .changes = true};
