#include "pksk/cmd/command.h"

#include "pksk/base/log.h"
#include "pksk/cmd/entity-words.h"
#include "pksk/cmd/transact.h"
#include "pksk/out/text.h"
#include "pksk/session/output.h"

static const struct command *const commands[VERB_COUNT] = {
#define V(upper, lower) [VERB_##upper] = &cmd_##lower,
    LANG_VERBS(V)
#undef V
};

const struct command *command_of(enum verb v)
{
    return commands[v];
}

bool command_changes(const struct statement *st)
{
    const struct command *command = commands[st->verb];

    return command->changes || st->then || (command->may_change && command->may_change(st));
}

/* What changes something by itself would not wait for the commit. */
static int run_within(struct session *s, const struct statement *st, struct err *e)
{
    const struct command *command = commands[st->verb];

    if (command->joins && !st->then)
        return transact_add(s, st, e);
    if (!command_changes(st) && st->verb != VERB_CONNECT)
        return command->run(s, st, e);
    err_at(e, ERR_FAILED, st->verb_at, "%s is no part of a transaction", verb_name(st->verb));
    err_hint(e, "`commit` sends the open one, `rollback` drops it");
    return ERR_FAILED;
}

/* A new statement begins with no Ctrl-C pending, but one that a script's earlier statement was
 * ended with stays. */
int command_run(struct session *s, const struct statement *written, struct err *e)
{
    int64_t began = clock_mono_us(s->clock);
    _cleanup_(arena_free) struct arena a = {0};
    const struct statement *st = written;

    if (command_changes(st) && s->settings.read_only) {
        const struct statement *changing = st->then ? st->then : st;

        err_at(e, ERR_FAILED, changing->verb_at,
               "the session is read-only, and %s changes something", verb_name(changing->verb));
        err_hint(e, "`set read-only off` lets it");
        return ERR_FAILED;
    }
    bool outer = s->running; /* source, watch and edit run others */

    s->began_ms = clock_wall_ms(s->clock);
    s->running = true;
    int r = output_check(s, written, e);

    if (r == 0)
        r = entity_words(s, &a, written, &st, e);
    if (r == 0)
        entity_remarks(s, st);
    if (r == 0)
        r = transact_open(s) ? run_within(s, st, e) : commands[st->verb]->run(s, st, e);

    s->running = outer;
    s->changes += command_changes(st);
    session_warn_of_files(s);
    if (s->settings.timing) {
        _cleanup_(buf_free) struct buf line = {0};

        text_duration(&line, clock_mono_us(s->clock) - began);
        session_say(s, "%s", buf_cstr(&line));
    }
    return r;
}
