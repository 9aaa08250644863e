#include "pksk/cmd/command.h"

#include <unistd.h>

#include "pksk/session/waiting.h"

/* A table is gone for good: on a terminal its name is typed once more. */
static int confirm(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf answer = {.max = 1000};
    struct str name = st->table->text;
    const struct table *t;
    int r = schema_refresh(s->schemas, name, &t, e);

    if (r < 0 || s->yes)
        return r;
    session_warn(s, "drop table deletes %.*s and its %zu items for good", STR_ARG(t->name),
                 (size_t)t->item_count);
    r = session_ask(s, &answer, e, "Type the table's name to go on: ");
    if (r < 0)
        return r;
    if (!str_eq(str_trim(buf_str(&answer)), name))
        return err_set(e, ERR_FAILED, "not done: that is not its name");
    return 0;
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    struct call *call = NULL;
    int r = confirm(s, st, e);

    if (r < 0)
        return r;
    r = dynamo_call_table(s->dynamo, "DeleteTable", st->table->text, &call, e);
    call_free(call);
    if (r == 0)
        r = waiting_until_gone(s, st->table->text, e);
    schema_forget(s->schemas, STR(""));
    schema_forget(s->schemas, st->table->text);
    if (r == 0 && s->table && str_is(st->table->text, s->table)) {
        free(s->table);
        s->table = NULL;
    }
    return r;
}

const struct command cmd_drop = {.run = run, .changes = true};
