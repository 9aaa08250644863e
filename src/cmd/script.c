#include "pksk/cmd/script.h"

#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/cmd/command.h"
#include "pksk/cmd/transact.h"

#define SOURCE_DEPTH_MAX 16

int script_run(struct session *s, const struct script *script)
{
    struct lang_env env = session_lang(s, true);
    struct arena a = {0};
    int first = 0;

    for (size_t pos = 0; !s->leaving && !end_signal;) {
        struct statement *st = NULL;
        struct err e = {0};

        arena_reset(&a);
        int r = lang_parse(&a, script->text, &pos, &env, &st, &e);

        if (r == 0 && !st)
            break;
        if (r == 0)
            r = command_run(s, st, &e);
        if (r < 0 || cancel_flag) {
            if (r == 0)
                r = err_set(&e, ERR_CANCELLED, "interrupted");
            session_complain(s, script->source, script->text, &e);
            transact_break(s);
        }
        if (first == 0)
            first = r;
        if (r == ERR_MORE || r == ERR_CANCELLED || (r < 0 && !script->keep_going))
            break;
    }
    arena_free(&a);
    return first == ERR_MORE ? ERR_SYNTAX : first;
}

int script_run_file(struct session *s, const char *path, bool keep_going)
{
    _cleanup_(buf_free) struct buf text = {0};
    bool input = str_is(str_of(path), "-"), restricted = s->restricted;
    struct err e;
    int r =
        input ? file_read_standard(SCRIPT_MAX, &text, &e) : file_read(path, SCRIPT_MAX, &text, &e);

    if (r < 0) {
        session_complain(s, STR(""), STR(""), &e);
        return r;
    }
    s->restricted |= input;
    r = script_run(s, &(struct script){input ? STR("standard input") : str_of(path), buf_str(&text),
                                       keep_going});
    s->restricted = restricted;
    return r;
}

/* The statements run as they would from -f: in full words, and stopping at the first failure. */
static int source(struct session *s, const struct statement *st, struct err *e)
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

const struct command cmd_source = {.run = source};
