#include "pksk/cmd/command.h"

#include "pksk/base/file.h"
#include "pksk/shell/script.h"

#define SOURCE_DEPTH_MAX 16

/* The statements run as they would from -f: in full words, and stopping at the first failure. */
static int run(struct session *s, const struct statement *st, struct err *e)
{
    bool interactive = s->interactive;

    if (s->depth == SOURCE_DEPTH_MAX)
        return err_at(e, ERR_FAILED, st->args->at,
                      "files that source one another go %d deep at most", SOURCE_DEPTH_MAX);
    char *path = file_expand(st->args->text);

    s->depth++;
    s->interactive = false;
    int r = script_run_file(s, path, false);

    s->interactive = interactive;
    s->depth--;
    if (r < 0)
        *e = (struct err){.code = r,
                          .at = SPAN_NONE}; /* it has been reported, with its place in that file */
    free(path);
    return r;
}

const struct command cmd_source = {.run = run};
