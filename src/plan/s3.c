#include "pksk/base/clock.h"
#include "pksk/json/writer.h"
#include "pksk/plan/plan.h"

int plan_s3_place(const struct word *w, struct str *bucket, struct str *prefix, struct err *e)
{
    struct str rest = str_slice(w->text, strlen("s3://"), w->text.len);
    size_t slash;

    *prefix = STR("");
    *bucket = rest;
    if (str_find_char(rest, '/', &slash)) {
        *bucket = str_slice(rest, 0, slash);
        *prefix = str_slice(rest, slash + 1, rest.len);
    }
    if (bucket->len < 3 || bucket->len > 63)
        return err_at(e, ERR_SYNTAX, w->at, "a bucket's name has 3 to 63 characters");
    return 0;
}

/* Seconds since 1970: what timestamps are in this protocol. */
static int seconds_of(const struct word *w, int64_t *ret, struct err *e)
{
    char day[32];
    int64_t ms;

    if (w->text.len == 10 && snprintf(day, sizeof(day), "%.*sT00:00:00Z", STR_ARG(w->text)) > 0 &&
        clock_parse_iso(str_of(day), &ms)) {
        *ret = ms / 1000;
        return 0;
    }
    if (!clock_parse_iso(w->text, &ms))
        return err_at(e, ERR_SYNTAX, w->at,
                      "expected a time as 2026-11-01 or 2026-11-01T10:00:00Z (UTC)");
    *ret = ms / 1000;
    return 0;
}

static int add_time(struct json_writer *w, const char *name, const struct word *word, struct err *e)
{
    int64_t seconds;
    int r = word ? seconds_of(word, &seconds, e) : 0;

    if (r < 0 || !word)
        return r;
    json_name(w, str_of(name));
    json_uint(w, (uint64_t)MAX(seconds, (int64_t)0));
    return 0;
}

static int add_window(struct json_writer *w, const struct statement *st, struct err *e)
{
    int64_t from = 0, to = 0;
    int r = seconds_of(st->time_from, &from, e);

    if (r == 0)
        r = seconds_of(st->time_to, &to, e);
    if (r < 0)
        return r;
    if (to <= from)
        return err_at(e, ERR_SYNTAX, st->time_to->at, "this is not behind the time before");
    json_name(w, STR("IncrementalExportSpecification"));
    json_begin_object(w);
    r = add_time(w, "ExportFromTime", st->time_from, e);
    if (r == 0)
        r = add_time(w, "ExportToTime", st->time_to, e);
    json_name(w, STR("ExportViewType"));
    json_string(w, STR("NEW_AND_OLD_IMAGES")); /* what `import FOLDER revert` needs */
    json_end_object(w);
    return r;
}

int plan_export_s3(struct arena *a, const struct statement *st, struct str arn, struct str token,
                   struct plan *ret, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct json_writer w = {.out = &body};
    struct str bucket, prefix;
    int r = plan_s3_place(st->s3, &bucket, &prefix, e);

    if (r < 0)
        return r;
    json_begin_object(&w);
    json_text_member(&w, "TableArn", arn);
    json_text_member(&w, "S3Bucket", bucket);
    json_text_member(&w, "S3Prefix", prefix);
    json_text_member(&w, "ExportFormat", STR("DYNAMODB_JSON"));
    json_text_member(&w, "ExportType",
                     st->time_from ? STR("INCREMENTAL_EXPORT") : STR("FULL_EXPORT"));
    json_text_member(&w, "ClientToken", token);
    r = st->time_from ? add_window(&w, st, e) : add_time(&w, "ExportTime", st->time_at, e);
    if (r < 0)
        return r;
    *ret = (struct plan){
        .operation = "ExportTableToPointInTime",
        .body = arena_str(a, buf_str(&body)),
        .line = arena_printf(a, "ExportTableToPointInTime  to %.*s", STR_ARG(st->s3->text)),
    };
    return 0;
}
