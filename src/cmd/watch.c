#include "pksk/cmd/command.h"

#include "pksk/base/log.h"

static int pause_until(struct session *s, int64_t until)
{
    for (;;) {
        int64_t left = until - clock_mono_us(s->clock);

        if (left <= 0)
            return 0;
        if (dynamo_poll(s->dynamo, (int)MIN(left / 1000 + 1, (int64_t)INT32_MAX), -1) ==
            ERR_CANCELLED)
            return ERR_CANCELLED;
    }
}

static int show(struct session *s, const struct statement *st, bool again, struct err *e)
{
    struct statement inner = *st->inner;

    char now[CLOCK_ISO_LEN];

    clock_format_iso(clock_wall_ms(s->clock), now);
    if (s->out_terminal) {
        fputs("\033[H\033[2J", stdout);
        fflush(stdout);
    }
    session_note(s, "every %zu.%zu s until Ctrl-C  %s", (size_t)st->interval_ms / 1000,
                 (size_t)st->interval_ms % 1000 / 100, now);
    inner.overwrite |= again; /* the file of the time before */
    return command_run(s, &inner, e);
}

/* Ctrl-C is how a watch ends at a terminal, so there it is no failure. */
static int run(struct session *s, const struct statement *st, struct err *e)
{
    bool again = false;
    int r;

    if (command_changes(st->inner)) {
        err_at(e, ERR_SYNTAX, st->inner->verb_at, "%s changes something: it is not for watch",
               verb_name(st->inner->verb));
        err_expected(e, "expected get, query, scan or another statement that reads");
        return ERR_SYNTAX;
    }
    do {
        int64_t next = clock_mono_us(s->clock) + (int64_t)st->interval_ms * 1000;

        r = show(s, st, again, e);
        again = true;
        if (r == 0 && pause_until(s, next) < 0)
            r = err_set(e, ERR_CANCELLED, "interrupted");
    } while (r == 0);
    if (r != ERR_CANCELLED || !s->interactive)
        return r;
    cancel_clear();
    fputc('\n', stderr); /* the terminal has echoed ^C */
    return 0;
}

const struct command cmd_watch = {.run = run};
