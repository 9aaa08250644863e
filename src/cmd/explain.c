#include "pksk/cmd/command.h"

#include "pksk/cmd/create.h"
#include "pksk/cmd/explain-bulk.h"
#include "pksk/cmd/export-s3.h"
#include "pksk/cmd/patterns.h"
#include "pksk/cmd/read.h"
#include "pksk/cmd/then.h"
#include "pksk/cmd/transact.h"
#include "pksk/cmd/undo.h"
#include "pksk/cmd/write.h"
#include "pksk/out/text.h"
#include "pksk/plan/plan.h"
#include "pksk/plan/transact.h"
#include "pksk/session/output.h"

static int make_plan(struct session *s, struct arena *a, const struct statement *inner,
                     struct plan *p, struct err *e)
{
    switch (inner->verb) {
    case VERB_GET:
    case VERB_QUERY:
    case VERB_SCAN:
        return read_plan(s, a, inner, p, e);
    case VERB_PUT:
    case VERB_UPDATE:
    case VERB_DELETE:
        return write_plan(s, a, inner, p, e);
    case VERB_COMMIT:
        return transact_plan(s, a, p, e);
    case VERB_PARTIQL:
        return plan_partiql(a, inner, p, e);
    case VERB_UNDO:
        return undo_plan(s, a, p, e);
    case VERB_CREATE:
        return create_plan(s, a, inner, p, e);
    case VERB_EXPORT:
        if (inner->s3)
            return export_s3_plan(s, a, inner, p, e);
        break;
    case VERB_CALL:
        return plan_call(a, inner, p, e);
    default:
        break;
    }
    err_at(e, ERR_SYNTAX, inner->verb_at, "%s sends no request of its own that could be explained",
           verb_name(inner->verb));
    err_expected(e, "expected a statement that reads or writes items, create table or call");
    return ERR_SYNTAX;
}

static int render(struct session *s, const struct statement *st, const struct plan *p,
                  struct buf *text, struct err *e)
{
    struct explain_where where = {
        .profile = str_of(s->profile),
        .region = str_of(s->region),
        .endpoint_url = str_of(s->endpoint_url),
    };

    if (st->as && str_is(str_of(st->as), "aws-cli"))
        return plan_explain(text, p, EXPLAIN_AWS_CLI, &where, e);
    if (st->as && str_is(str_of(st->as), "boto3"))
        return plan_explain(text, p, EXPLAIN_BOTO3, &where, e);
    if (st->as)
        return plan_explain(text, p, EXPLAIN_JSON, &where, e);
    text_escape(text, p->line); /* names in backquotes, which may hold anything */
    buf_addf(text, "\n%s: %s\n", p->operation, plan_reach(p, st->inner));
    return plan_explain(text, p, EXPLAIN_JSON, &where, e);
}

/* There is no one request that could stand for it elsewhere. */
static int explain_then(struct session *s, const struct statement *st, struct buf *text,
                        struct err *e)
{
    if (st->as && !str_is(str_of(st->as), "json"))
        return err_at(e, ERR_SYNTAX, st->inner->then->at,
                      "%s cannot say what comes behind `then`: it is one request for each item",
                      st->as);
    return then_explain(s, st->inner, text, e);
}

static int explain(struct session *s, struct arena *a, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0}, safe = {0};
    struct plan p;
    int r;

    if (st->as && str_is(str_of(st->as), "bulk")) {
        r = explain_bulk(s, st->inner, &text, e);
    } else if (st->inner->then) {
        r = explain_then(s, st, &text, e);
    } else {
        r = make_plan(s, a, st->inner, &p, e);
        if (r == 0)
            r = render(s, st, &p, &text, e);
    }
    if (r < 0)
        return r;
    text_escape_json(&safe, buf_str(&text)); /* all data there is in JSON's or Python's strings */
    return output_print(s, st, buf_str(&safe), e);
}

/* A pattern is explained as the statement that it stands for. */
static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct statement outer = *st;
    int r = 0;

    if (st->inner->verb == VERB_PERFORM)
        r = patterns_expand(s, &a, st->inner, &outer.inner, e);
    return r < 0 ? r : explain(s, &a, &outer, e);
}

const struct command cmd_explain = {.run = run};
