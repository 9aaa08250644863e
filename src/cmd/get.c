#include "pksk/cmd/command.h"

#include "pksk/shell/reading.h"

static int run(struct session *s, const struct statement *st, struct err *e)
{
    return reading_run(s, st, e);
}

const struct command cmd_get = {.run = run, .joins = true};
