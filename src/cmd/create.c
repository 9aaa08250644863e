#include "pksk/cmd/command.h"

#include "pksk/json/writer.h"
#include "pksk/plan/plan.h"
#include "pksk/shell/waiting.h"

static int call(struct session *s, const char *operation, struct str body, struct err *e)
{
    struct call *c = NULL;
    int r = dynamo_call(s->dynamo, operation, body, &c, e);

    call_free(c);
    return r;
}

/* Time to live and point-in-time recovery are operations of their own, which need the table to be
 * ACTIVE. */
static int set_ttl(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct json_writer w = {.out = &body};

    json_begin_object(&w);
    json_name(&w, STR("TableName"));
    json_string(&w, st->table->text);
    json_name(&w, STR("TimeToLiveSpecification"));
    json_begin_object(&w);
    json_name(&w, STR("AttributeName"));
    json_string(&w, st->create->ttl->text);
    json_name(&w, STR("Enabled"));
    json_bool(&w, true);
    json_end_object(&w);
    json_end_object(&w);
    return call(s, "UpdateTimeToLive", buf_str(&body), e);
}

static int set_pitr(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};

    buf_lit(&body, "{\"TableName\":");
    json_add_string(&body, st->table->text);
    buf_lit(&body, ",\"PointInTimeRecoverySpecification\":{\"PointInTimeRecoveryEnabled\":true}}");
    return call(s, "UpdateContinuousBackups", buf_str(&body), e);
}

/* What follows the creation. Its failure leaves the table in place, and the message says so. */
static int finish(struct session *s, const struct statement *st, struct err *e)
{
    const char *what = "time to live";
    struct err why;
    int r = waiting_until_active(s, st->table->text, e);

    if (r < 0)
        return r;
    if (st->create->ttl)
        r = set_ttl(s, st, &why);
    if (r == 0 && st->create->pitr) {
        what = "point-in-time recovery";
        r = set_pitr(s, st, &why);
    }
    if (r < 0)
        return err_set(e, r, "the table is there, but %s could not be set: %s", what, why.text);
    session_note(s, "%.*s is ACTIVE", STR_ARG(st->table->text));
    return 0;
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    _cleanup_(buf_free) struct buf body = {0};
    struct plan p;
    int r = plan_create_table(&a, st, &p, e);

    if (r < 0)
        return r;
    if (st->create->nowait && (st->create->ttl || st->create->pitr)) {
        err_at(e, ERR_SYNTAX, st->at,
               "ttl and pitr can be set only when the table is ACTIVE, which nowait does not wait "
               "for");
        return ERR_SYNTAX;
    }
    plan_first_body(&body, &p, false);
    session_note(s, "%.*s", STR_ARG(p.line));
    r = call(s, p.operation, buf_str(&body), e);
    schema_forget(s->schemas, STR(""));
    schema_forget(s->schemas, st->table->text);
    if (r < 0 || st->create->nowait)
        return r;
    return finish(s, st, e);
}

const struct command cmd_create = {.run = run, .changes = true};
