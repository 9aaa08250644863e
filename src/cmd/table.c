#include "pksk/cmd/command.h"

#include "pksk/base/log.h"
#include "pksk/out/text.h"

static const struct command *const commands[VERB_COUNT] = {
#define V(upper, lower) [VERB_##upper] = &cmd_##lower,
    LANG_VERBS(V)
#undef V
};

const struct command *command_of(enum verb v)
{
    return commands[v];
}

/* A new statement begins with no Ctrl-C pending, but one that a script's earlier statement was
 * ended with stays. */
int command_run(struct session *s, const struct statement *st, struct err *e)
{
    int64_t began = clock_mono_us(s->clock);
    const struct command *command = commands[st->verb];

    if (command->changes && s->settings.read_only) {
        err_at(e, ERR_FAILED, st->verb_at, "the session is read-only, and %s changes something",
               verb_name(st->verb));
        err_hint(e, "`set read-only off` lets it");
        return ERR_FAILED;
    }
    int r = command->run(s, st, e);

    if (s->settings.timing) {
        _cleanup_(buf_free) struct buf line = {0};

        text_duration(&line, clock_mono_us(s->clock) - began);
        session_say(s, "%s", buf_cstr(&line));
    }
    return r;
}
