#include "pksk/cmd/command.h"

#include "pksk/item/notation.h"
#include "pksk/shell/creating.h"
#include "pksk/shell/waiting.h"

static int call(struct session *s, const char *operation, struct str body, struct err *e)
{
    struct call *c = NULL;
    int r = dynamo_call(s->dynamo, operation, body, &c, e);

    call_free(c);
    return r;
}

/* What follows the creation: operations of their own, which need the table to be ACTIVE. All are
 * tried. A failure leaves the table in place, and the message says so. */
static int finish(struct session *s, const struct creation *c, const struct table_step *steps,
                  size_t count, struct err *e)
{
    _cleanup_(buf_free) struct buf failed = {0};
    int code = waiting_until_active(s, c->name, e);

    if (code < 0)
        return code;
    for (size_t i = 0; i < count; i++) {
        struct err why;
        int r = call(s, steps[i].operation, steps[i].body, &why);

        if (r == ERR_CANCELLED)
            return err_set(e, r, "interrupted: the table is there, but its %s is not set",
                           steps[i].what);
        if (r == 0)
            continue;
        buf_addf(&failed, "%s%s could not be set: %s", failed.len ? "; " : "", steps[i].what,
                 why.text);
        code = code ? code : r;
    }
    if (code < 0)
        return err_set(e, code, "the table is there, but %s", buf_cstr(&failed));
    session_note(s, "%.*s is ACTIVE", STR_ARG(c->name));
    return 0;
}

static void say_samples(struct session *s, const struct creation *c)
{
    struct value file = {.type = ATTR_S,
                         .bytes = c->file.s,
                         .len = (uint32_t)c->file.len}; /* as a word that can be typed */
    _cleanup_(buf_free) struct buf word = {0};

    if (!c->samples)
        return;
    notation_add_key(&word, &file);
    session_say(s, "the model has %zu item%s for it: `import %s into %.*s` writes %s",
                (size_t)c->samples, c->samples == 1 ? "" : "s", buf_cstr(&word), STR_ARG(c->name),
                c->samples == 1 ? "it" : "them");
}

static int create(struct session *s, const struct statement *st, struct arena *a,
                  const struct creation *c, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct table_step steps[TABLE_STEPS_MAX];
    size_t count = plan_table_steps(a, c->name, c->def, steps);
    struct plan p;
    int r = plan_create_table(a, c->name, c->def, &p, e);

    if (r < 0)
        return r;
    if (c->def->nowait && count) {
        err_at(e, ERR_SYNTAX, st->at,
               "ttl and pitr can be set only when the table is ACTIVE, which nowait does not wait "
               "for");
        return ERR_SYNTAX;
    }
    plan_first_body(&body, &p, false);
    session_note(s, "%.*s", STR_ARG(p.line));
    r = call(s, p.operation, buf_str(&body), e);
    schema_forget(s->schemas, STR(""));
    schema_forget(s->schemas, c->name);
    if (r < 0)
        return r;
    creating_say_left(s, c);
    say_samples(s, c);
    return c->def->nowait ? 0 : finish(s, c, steps, count, e);
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct creation c;
    int r = creating_prepare(s, &a, st, &c, e);

    return r < 0 ? r : create(s, st, &a, &c, e);
}

const struct command cmd_create = {.run = run, .changes = true};
