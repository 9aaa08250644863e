#include "pksk/cmd/command.h"

#include "pksk/dynamo/operation.h"
#include "pksk/out/text.h"
#include "pksk/plan/plan.h"
#include "pksk/session/output.h"

static bool may_change(const struct statement *st)
{
    return operation_kind(st->args->text) != OPERATION_READS;
}

static int confirm(struct session *s, const struct plan *p, struct err *e)
{
    if (operation_kind(str_of(p->operation)) != OPERATION_DESTROYS)
        return 0;
    return session_confirm(s, e, "%s cannot be taken back. Send it", p->operation);
}

/* What was remembered of the table may be wrong now. */
static void forget(struct session *s, const struct statement *st)
{
    const struct value *table = st->item ? value_member(st->item, STR("TableName")) : NULL;

    schema_forget(s->schemas, STR(""));
    if (table && table->type == ATTR_S)
        schema_forget(s->schemas, value_text(table));
}

static int print(struct session *s, const struct statement *st, const struct json *answer,
                 struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0}, safe = {0};

    json_write(&text, answer, true);
    buf_char(&text, '\n');
    text_escape_json(&safe, buf_str(&text));
    return output_print(s, st, buf_str(&safe), e);
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    _cleanup_(buf_free) struct buf body = {0}, took = {0};
    struct call *call;
    struct plan p;
    int r = plan_call(&a, st, &p, e);

    if (r == 0)
        r = confirm(s, &p, e);
    if (r < 0)
        return r;
    plan_first_body(&body, &p, false);
    session_note(s, "%.*s", STR_ARG(p.line));
    r = dynamo_call_plain(s->dynamo, p.operation, buf_str(&body), &call, e);
    if (may_change(st))
        forget(s, st);
    if (r == 0)
        r = print(s, st, call_reply(call)->rest, e);
    if (r == 0) {
        text_duration(&took, call_reply(call)->took_us);
        session_note(s, "done  %s", buf_cstr(&took));
    }
    call_free(call);
    return r;
}

const struct command cmd_call = {.run = run, .may_change = may_change};
