#include "pksk/cmd/command.h"

static int run(unused_arg struct session *s, const struct statement *st, struct err *e)
{
    return err_at(e, ERR_FAILED, st->at, "import is being built");
}

const struct command cmd_import = {.run = run, .changes = true};
