#include "pksk/session/waiting.h"

#include "pksk/json/writer.h"
#include "pksk/out/progress.h"

#define POLL_MS 1000
#define POLL_JOB_MAX_MS 10000 /* exports and imports take minutes, or hours */

/* Lets that time pass, and says so. */
static int pause_a_while(struct session *s, struct progress *p, const char *what, int64_t ms,
                         struct err *e)
{
    int64_t until = clock_mono_us(s->clock) + ms * 1000;

    progress_update(p, what, 0, 0);
    for (;;) {
        int64_t left = until - clock_mono_us(s->clock);

        if (left <= 0)
            return 0;
        if (dynamo_poll(s->dynamo, (int)(left / 1000) + 1, -1) == ERR_CANCELLED)
            return err_set(e, ERR_CANCELLED, "interrupted; the service goes on with it");
    }
}

/* ---- exports and imports */

static const struct waiting_job jobs[] = {
    {"export", "DescribeExport", "ExportArn", "ExportDescription", "ExportStatus"},
    {"import", "DescribeImport", "ImportArn", "ImportTableDescription", "ImportStatus"},
    {"backup", "DescribeBackup", "BackupArn", "BackupDescription", "BackupStatus"},
};

const struct waiting_job *waiting_job_of(struct str arn)
{
    for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
        char part[16];

        snprintf(part, sizeof(part), "/%s/", jobs[i].kind);
        if (str_starts(arn, STR("arn:")) && str_find(arn, str_of(part), NULL))
            return &jobs[i];
    }
    return NULL;
}

static int describe_job(struct session *s, const struct waiting_job *job, struct str arn,
                        struct arena *a, struct json **ret, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0}, text = {0};
    struct json_writer w = {.out = &body};
    struct call *c = NULL;

    json_begin_object(&w);
    json_name(&w, str_of(job->argument));
    json_string(&w, arn);
    json_end_object(&w);
    int r = dynamo_call(s->dynamo, job->operation, buf_str(&body), &c, e);

    if (r == 0)
        json_write(&text, call_reply(c)->rest, false);
    call_free(c);
    return r < 0 ? r : json_parse(a, buf_str(&text), 100, ret, e);
}

static void say_job(struct buf *b, const struct waiting_job *job, const struct json *about)
{
    uint64_t items;

    buf_reset(b);
    buf_addf(b, "the %s is %.*s", job->kind, STR_ARG(json_text(about, job->status)));
    if (json_get_u64(about, "ImportedItemCount", &items) && items)
        buf_addf(b, ", %zu items", (size_t)items);
}

static int end_of_job(const struct waiting_job *job, const struct json *about, struct err *e)
{
    struct str status = json_text(about, job->status), why = json_text(about, "FailureMessage");

    if (str_is(status, "COMPLETED"))
        return 0;
    err_set(e, ERR_FAILED, "the %s is %.*s%s%.*s", job->kind, STR_ARG(status), why.len ? ": " : "",
            STR_ARG(why));
    return ERR_FAILED;
}

int waiting_for_job(struct session *s, struct str arn, struct arena *a, struct json **ret,
                    struct err *e)
{
    const struct waiting_job *job = waiting_job_of(arn);
    _cleanup_(buf_free) struct buf what = {0};
    struct progress p;
    int64_t ms = POLL_MS;
    int r;

    if (!job)
        return err_set(e, ERR_FAILED, "no job has the ARN %.*s", STR_ARG(arn));
    progress_begin(&p, s->clock, 0);
    for (;; ms = MIN(ms + POLL_MS, POLL_JOB_MAX_MS)) {
        arena_reset(a);
        r = describe_job(s, job, arn, a, ret, e);
        if (r < 0)
            break;
        *ret = (struct json *)json_get(*ret, job->member);
        struct str status = json_text(*ret, job->status);

        if (!str_is(status, "IN_PROGRESS") && !str_is(status, "CANCELLING") &&
            !str_is(status, "CREATING")) {
            r = end_of_job(job, *ret, e);
            break;
        }
        say_job(&what, job, *ret);
        r = pause_a_while(s, &p, buf_cstr(&what), ms, e);
        if (r < 0)
            break;
    }
    progress_end(&p);
    if (r == ERR_CANCELLED) {
        err_set(e, r, "interrupted; the service goes on with it");
        err_hint(e, "`jobs %.*s` shows it", STR_ARG(arn));
    }
    return r;
}

/* ---- tables */

static bool is_active(const struct table *t)
{
    bool active = str_is(t->status, "ACTIVE");

    for (size_t i = 0; i < t->index_count; i++)
        active &= !t->indexes[i].status.len || str_is(t->indexes[i].status, "ACTIVE");
    return active;
}

/* 1: the table is as it should be; 0: not yet. */
static int active(struct session *s, struct str table, struct err *e)
{
    const struct table *t;
    int r = schema_refresh(s->schemas, table, &t, e);

    return r < 0 ? r : is_active(t);
}

static int gone(struct session *s, struct str table, struct err *e)
{
    const struct table *t;
    int r = schema_refresh(s->schemas, table, &t, e);

    if (r < 0)
        return str_is(str_of(e->service), "ResourceNotFoundException") ? 1 : r;
    return 0;
}

static int until(struct session *s, struct str table, const char *what,
                 int (*reached)(struct session *, struct str, struct err *), struct err *e)
{
    struct progress p;
    int r;

    progress_begin(&p, s->clock, 0);
    while ((r = reached(s, table, e)) == 0) {
        r = pause_a_while(s, &p, what, POLL_MS, e);
        if (r < 0)
            break;
    }
    progress_end(&p);
    return MIN(r, 0);
}

int waiting_until_active(struct session *s, struct str table, struct err *e)
{
    return until(s, table, "waiting for the table to be ACTIVE", active, e);
}

int waiting_until_gone(struct session *s, struct str table, struct err *e)
{
    int r = until(s, table, "waiting for the table to be gone", gone, e);

    schema_forget(s->schemas, table);
    return r;
}
