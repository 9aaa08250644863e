#include "pksk/cmd/export-s3.h"

#include "pksk/out/text.h"
#include "pksk/session/output.h"
#include "pksk/session/waiting.h"

int export_s3_plan(struct session *s, struct arena *a, const struct statement *st, struct plan *ret,
                   struct err *e)
{
    char token[DYNAMO_TOKEN_LEN];
    const struct table *t;
    int r = session_table(s, st->table, &t, e);

    if (r == 0)
        r = dynamo_make_token(token, e);
    return r < 0 ? r : plan_export_s3(a, st, t->arn, str_of(token), ret, e);
}

/* The table of this schema has to have point-in-time recovery, and the user may not know that. */
static int start(struct session *s, struct arena *a, const struct plan *p, struct str *arn,
                 struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct call *c = NULL;

    plan_first_body(&body, p, false);
    session_note(s, "%.*s", STR_ARG(p->line));
    int r = dynamo_call(s->dynamo, p->operation, buf_str(&body), &c, e);

    if (r == 0)
        *arn = arena_str(
            a, json_text(json_get(call_reply(c)->rest, "ExportDescription"), "ExportArn"));
    call_free(c);
    if (r < 0 && str_is(str_of(e->service), "PointInTimeRecoveryUnavailableException"))
        err_hint(e,
                 "`call UpdateContinuousBackups {TableName: …, PointInTimeRecoverySpecification: "
                 "{PointInTimeRecoveryEnabled: true}}` switches it on");
    if (r == 0 && !arn->len)
        r = err_set(e, ERR_FAILED, "the answer has no ExportArn");
    return r;
}

static int print_line(struct session *s, const struct statement *st, struct str text, struct err *e)
{
    _cleanup_(buf_free) struct buf line = {0};

    text_escape(&line, text);
    buf_char(&line, '\n');
    return output_print(s, st, buf_str(&line), e);
}

static void note_end(struct session *s, const struct json *about)
{
    _cleanup_(buf_free) struct buf line = {0};
    uint64_t n;

    buf_lit(&line, "COMPLETED");
    if (json_get_u64(about, "ItemCount", &n)) {
        buf_lit(&line, "  ");
        text_plural(&line, n, "item", "items");
    }
    if (json_get_u64(about, "BilledSizeBytes", &n)) {
        buf_lit(&line, "  ");
        text_bytes(&line, n);
        buf_lit(&line, " billed");
    }
    session_note(s, "%s", buf_cstr(&line));
}

int export_s3(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0}, description = {0};
    struct json *about = NULL;
    struct str arn = STR("");
    struct plan p;
    int r = export_s3_plan(s, &a, st, &p, e);

    if (r == 0)
        r = start(s, &a, &p, &arn, e);
    if (r < 0)
        return r;
    if (st->nowait)
        return print_line(s, st, arn, e);
    session_note(s, "%.*s", STR_ARG(arn));
    r = waiting_for_job(s, arn, &description, &about, e);
    if (r < 0)
        return r;
    note_end(s, about);
    return print_line(s, st,
                      arena_printf(&a, "s3://%.*s/%.*s", STR_ARG(json_text(about, "S3Bucket")),
                                   STR_ARG(json_text(about, "ExportManifest"))),
                      e);
}
