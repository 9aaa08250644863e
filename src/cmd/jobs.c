#include "pksk/cmd/command.h"

#include "pksk/base/circle.h"
#include "pksk/item/value.h"
#include "pksk/json/writer.h"
#include "pksk/out/text.h"
#include "pksk/plan/plan.h"
#include "pksk/session/output.h"
#include "pksk/session/waiting.h"

#define JOBS_MAX 10000

/* What lists the jobs of a kind, and where their members stand. */
static const struct kind {
    const char *name, *operation, *list, *arn, *status, *begun, *token, *token_of;
} kinds[] = {
    {"export", "ListExports", "ExportSummaries", "ExportArn", "ExportStatus", NULL, "NextToken",
     "NextToken"},
    {"import", "ListImports", "ImportSummaryList", "ImportArn", "ImportStatus", "StartTime",
     "NextToken", "NextToken"},
    {"backup", "ListBackups", "BackupSummaries", "BackupArn", "BackupStatus",
     "BackupCreationDateTime", "LastEvaluatedBackupArn", "ExclusiveStartBackupArn"},
};

struct listing {
    struct arena arena;
    struct value *first, **last;
    size_t count;
    unsigned unknown; /* kinds that the server has never heard of */
};

static void add(struct listing *l, struct value *row, struct value **last, const char *name,
                struct str text)
{
    struct value *v = value_new_text(&l->arena, ATTR_S, text);

    value_set_name(v, str_of(name));
    value_append(row, last, v);
}

/* arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/KIND/ID */
static struct str table_of(struct str arn)
{
    size_t at, end;

    if (!str_find(arn, STR(":table/"), &at))
        return STR("");
    arn = str_slice(arn, at + strlen(":table/"), arn.len);
    return str_find_char(arn, '/', &end) ? str_slice(arn, 0, end) : arn;
}

/* In seconds since 1970, with a fraction; an export's begins its id, in milliseconds. */
static struct str begun_of(struct listing *l, const struct kind *k, const struct json *job,
                           struct str arn)
{
    char number[32], iso[CLOCK_ISO_LEN];
    struct str text = k->begun ? json_text(job, k->begun) : arn;
    size_t at = text.len;

    while (!k->begun && at && text.s[at - 1] != '/')
        at--;
    if (!k->begun)
        text = str_slice(text, at, text.len);
    if (!text.len || text.len >= sizeof(number))
        return STR("");
    snprintf(number, sizeof(number), "%.*s", STR_ARG(text));
    clock_format_iso((int64_t)(strtod(number, NULL) * (k->begun ? 1000 : 1)), iso);
    return arena_str(&l->arena, str_of(iso));
}

static void add_job(struct listing *l, const struct kind *k, const struct json *job)
{
    struct value *row = value_new(&l->arena, ATTR_M), *last = NULL;
    struct str arn = json_text(job, k->arn);

    add(l, row, &last, "kind", str_of(k->name));
    add(l, row, &last, "state", json_text(job, k->status));
    add(l, row, &last, "table", table_of(arn));
    add(l, row, &last, "begun", begun_of(l, k, job, arn));
    add(l, row, &last, "arn", arn);
    *l->last = row;
    l->last = &row->next;
    l->count++;
}

static void page_body(struct buf *b, const struct kind *k, struct str token)
{
    struct json_writer w = {.out = b};

    buf_reset(b);
    json_begin_object(&w);
    if (str_is(str_of(k->name), "backup")) {
        json_name(&w, STR("BackupType"));
        json_string(&w, STR("ALL"));
    }
    if (token.len) {
        json_name(&w, str_of(k->token_of));
        json_string(&w, token);
    }
    json_end_object(&w);
}

static int list_kind(struct session *s, struct listing *l, const struct kind *k, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct str token = STR("");
    struct circle circle = {0};

    do {
        struct call *c = NULL;

        page_body(&body, k, token);
        int r = dynamo_call(s->dynamo, k->operation, buf_str(&body), &c, e);

        if (r < 0 && str_is(str_of(e->service), "UnknownOperationException")) {
            l->unknown++;
            return 0;
        }
        if (r < 0)
            return r;
        const struct json *list = json_get(call_reply(c)->rest, k->list);

        for (const struct json *job = list ? list->first : NULL; job; job = job->next)
            add_job(l, k, job);
        token = arena_str(&l->arena, json_text(call_reply(c)->rest, k->token));
        call_free(c);
        if (token.len && circle_closed(&circle, token))
            return err_set(e, ERR_FAILED, "the pages of %s go round in a circle", k->operation);
    } while (token.len && l->count < JOBS_MAX);
    return 0;
}

/* What the table in use was restored from. */
static int list_restore(struct session *s, struct listing *l, struct err *e)
{
    static const struct kind restore = {
        .name = "restore", .arn = "SourceBackupArn", .begun = "RestoreDateTime"};
    struct call *c = NULL;

    if (!s->table)
        return 0;
    int r = dynamo_call_table(s->dynamo, "DescribeTable", str_of(s->table), &c, e);

    if (r < 0)
        return r;
    const struct json *about = json_get(json_get(call_reply(c)->rest, "Table"), "RestoreSummary");

    if (about) {
        bool goes_on = json_get_bool(about, "RestoreInProgress", false);
        struct value *row = value_new(&l->arena, ATTR_M), *last = NULL;
        struct str from = json_text(about, restore.arn);

        add(l, row, &last, "kind", STR("restore"));
        add(l, row, &last, "state", goes_on ? STR("IN_PROGRESS") : STR("COMPLETED"));
        add(l, row, &last, "table", str_of(s->table));
        add(l, row, &last, "begun", begun_of(l, &restore, about, STR("")));
        add(l, row, &last, "arn", from.len ? from : json_text(about, "SourceTableArn"));
        *l->last = row;
        l->last = &row->next;
        l->count++;
    }
    call_free(c);
    return 0;
}

static int print(struct session *s, const struct statement *st, const struct listing *l,
                 struct err *e)
{
    struct str columns[] = {STR("kind"), STR("state"), STR("table"), STR("begun"), STR("arn")};
    const struct plan p = {.columns = columns,
                           .column_count = ARRAY_LEN(columns),
                           .key_names = columns,
                           .key_count = 1};
    struct output out;
    struct err why;
    int r = output_open(&out, s, st, &p, e);

    if (r < 0)
        return r;
    r = l->first ? output_items(&out, l->first, e) : 0;
    bool left =
        r < 0 && output_reader_gone(&out) && (out.to_terminal || st->redirect == REDIRECT_PIPE);
    int closed = output_close(&out, r < 0, &why);

    if (left)
        return 0;
    if (r == 0 && closed < 0)
        *e = why;
    return r < 0 ? r : closed;
}

static int list_all(struct session *s, const struct statement *st, struct err *e)
{
    struct listing l = {.last = &l.first};
    int r = 0;

    for (size_t i = 0; i < ARRAY_LEN(kinds) && r == 0; i++)
        r = list_kind(s, &l, &kinds[i], e);
    if (r == 0)
        r = list_restore(s, &l, e);
    if (r == 0 && l.unknown == ARRAY_LEN(kinds))
        r = err_set(e, ERR_FAILED, "this server knows no exports, imports and backups");
    if (r == 0)
        r = print(s, st, &l, e);
    if (r == 0)
        session_note(s, "%zu job%s", l.count, l.count == 1 ? "" : "s");
    arena_free(&l.arena);
    return r;
}

/* All that the service says of one. */
static int show_one(struct session *s, const struct statement *st, struct err *e)
{
    const struct waiting_job *job = waiting_job_of(st->args->text);
    _cleanup_(buf_free) struct buf body = {0}, text = {0}, safe = {0};
    struct json_writer w = {.out = &body};
    struct call *c = NULL;

    if (!job) {
        err_at(e, ERR_SYNTAX, st->args->at, "this is the ARN of no export, import or backup");
        err_hint(e, "`jobs` lists them");
        return ERR_SYNTAX;
    }
    json_begin_object(&w);
    json_name(&w, str_of(job->argument));
    json_string(&w, st->args->text);
    json_end_object(&w);
    int r = dynamo_call_plain(s->dynamo, job->operation, buf_str(&body), &c, e);

    if (r == 0) {
        json_write(&text, json_get(call_reply(c)->rest, job->member), true);
        buf_char(&text, '\n');
        text_escape_json(&safe, buf_str(&text));
        r = output_print(s, st, buf_str(&safe), e);
    }
    call_free(c);
    return r;
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    return st->args ? show_one(s, st, e) : list_all(s, st, e);
}

const struct command cmd_jobs = {.run = run};
