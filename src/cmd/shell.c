#include "pksk/cmd/command.h"

#include <sys/wait.h>

#include "pksk/out/process.h"

static int run(unused_arg struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(cleanup_free) char *line = mem_dup(st->rest.s, st->rest.len);

    fflush(stdout);
    int status, r = process_run(line, &status, e);

    if (r < 0)
        return r;
    if (WIFSIGNALED(status))
        return err_at(e, WTERMSIG(status) == SIGINT ? ERR_CANCELLED : ERR_FAILED, st->at,
                      "the command was ended by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status))
        return err_at(e, ERR_FAILED, st->at, "the command ended with status %d",
                      WEXITSTATUS(status));
    return 0;
}

const struct command cmd_shell = {.run = run};
