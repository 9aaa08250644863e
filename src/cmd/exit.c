#include "pksk/cmd/command.h"

static int run(struct session *s, const struct statement *st, struct err *e)
{
    uint64_t status = 0;

    if (st->args && (!str_to_u64(st->args->text, &status) || status > 255)) {
        err_at(e, ERR_SYNTAX, st->args->at, "%.*s is no exit status", STR_ARG(st->args->text));
        err_expected(e, "expected a number from 0 to 255");
        return ERR_SYNTAX;
    }
    s->leaving = true;
    s->leave_status = st->args ? (int)status : -1;
    return 0;
}

const struct command cmd_exit = {.run = run};
