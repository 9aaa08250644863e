#include "pksk/shell/writing.h"

#include "pksk/out/text.h"
#include "pksk/plan/plan.h"
#include "pksk/shell/output.h"

static void note_done(struct session *s, const struct reply *reply)
{
    _cleanup_(buf_free) struct buf took = {0};

    text_duration(&took, reply->took_us);
    session_note(s, "done  %zu.%zu WCU  %s", (size_t)reply->capacity.tenths / 10,
                 (size_t)reply->capacity.tenths % 10, buf_cstr(&took));
    if (reply->uncertain)
        session_warn(s, "an earlier attempt got no answer: the write may have been applied twice");
}

static int print_item(struct session *s, const struct statement *st, const struct plan *p,
                      const struct value *item, struct err *e)
{
    struct output out;
    struct err why;
    int r = output_open(&out, s, st, p, e);

    if (r < 0)
        return r;
    r = output_items(&out, item, e);
    int closed = output_close(&out, r < 0, &why);

    if (r == 0 && closed < 0) {
        *e = why;
        r = closed;
    }
    return r;
}

/* The service sent the item along with its refusal: show it, since it is the reason. */
static int refused(struct session *s, const struct statement *st, const struct plan *p,
                   const struct reply *reply, struct err *e)
{
    struct err why;

    if (!str_is(str_of(e->service), "ConditionalCheckFailedException"))
        return e->code;
    *e = (struct err){.code = ERR_REFUSED, .at = st->condition ? st->condition->at : st->verb_at};
    err_at(e, ERR_REFUSED, e->at,
           reply->attributes ? "the condition is false; the item stands as it was"
                             : "the condition is false: there is no such item");
    if (reply->attributes && print_item(s, st, p, reply->attributes, &why) < 0)
        return err_set(e, why.code, "%s", why.text);
    return ERR_REFUSED;
}

static int send(struct session *s, const struct statement *st, const struct plan *p, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct call *call = NULL;

    plan_first_body(&body, p, false);
    session_note(s, "%.*s", STR_ARG(p->line));
    int r = dynamo_call(s->dynamo, p->operation, buf_str(&body), &call, e);

    if (r == ERR_REFUSED && call)
        r = refused(s, st, p, call_reply(call), e);
    if (r == 0 && call_reply(call)->attributes)
        r = print_item(s, st, p, call_reply(call)->attributes, e);
    if (r == 0)
        note_done(s, call_reply(call));
    call_free(call);
    return r;
}

int writing_run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    const struct table *t;
    struct plan p;
    int r = session_table(s, st->table, &t, e);

    if (r == 0)
        r = plan_write(&a, st, t, &p, e);
    return r < 0 ? r : send(s, st, &p, e);
}
