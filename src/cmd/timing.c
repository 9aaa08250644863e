#include "pksk/cmd/command.h"

static int run(struct session *s, const struct statement *st, struct err *e)
{
    if (st->args)
        return settings_set(&s->settings, STR("timing"), st->args->text, e);
    s->settings.timing = !s->settings.timing;
    session_say(s, "timing is %s", s->settings.timing ? "on" : "off");
    return 0;
}

const struct command cmd_timing = {.run = run};
