#include "pksk/cmd/command.h"

/* The table is asked for at once: a name that is wrong is better known now than at the next
 * statement. */
static int run(struct session *s, const struct statement *st, struct err *e)
{
    const struct table *t;
    int r = schema_get(s->schemas, st->table->text, &t, e);

    if (r < 0) {
        e->at = st->table->at;
        return r;
    }
    session_use(s, st->table->text);
    return 0;
}

const struct command cmd_use = {.run = run};
