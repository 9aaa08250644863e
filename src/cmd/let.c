#include "pksk/cmd/command.h"

#include "pksk/out/text.h"
#include "pksk/session/output.h"

static int list(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf lines = {0};
    struct str name;
    void *value;
    for (size_t i = 0; map_next(&s->variables, &i, &name, &value);) {
        text_escape(&lines, name);
        buf_lit(&lines, " = ");
        text_escape(&lines, str_of(value));
        buf_char(&lines, '\n');
    }
    return output_print(s, st, buf_str(&lines), e);
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    const struct word *name = st->args, *value = name ? name->next : NULL;

    if (!name)
        return list(s, st, e);
    if (!value)
        return err_at(e, ERR_SYNTAX, name->at, "the value of %.*s is missing", STR_ARG(name->text));
    free(map_put(&s->variables, name->text, mem_dup(value->text.s, value->text.len)));
    return 0;
}

const struct command cmd_let = {.run = run};
