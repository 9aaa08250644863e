#include "pksk/cmd/command.h"

#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/cmd/export-csv.h"
#include "pksk/cmd/export-s3.h"
#include "pksk/cmd/read-announce.h"
#include "pksk/cmd/read.h"
#include "pksk/out/progress.h"
#include "pksk/out/text.h"
#include "pksk/plan/plan.h"
#include "pksk/run/export.h"
#include "pksk/session/output.h"

struct exporting {
    struct progress line;
    struct buf what;

    /* into a file: a printer whose text is taken from here after each page */
    struct printer *printer;
    struct buf text;

    struct output out; /* else: the session's own output */
};

static void show_progress(void *ctx, const struct export_progress *p)
{
    struct exporting *x = ctx;

    x->line.total = p->items_total;
    progress_update(&x->line, buf_cstr(&x->what), p->items, p->bytes);
}

static int print_to_file(void *ctx, const struct value *items, struct buf *out, struct err *e)
{
    struct exporting *x = ctx;
    int r = items ? printer_page(x->printer, items, e) : printer_end(x->printer, e);

    if (r == 0)
        buf_str_add(out, buf_str(&x->text));
    buf_reset(&x->text);
    return r;
}

static int print_to_output(void *ctx, const struct value *items, unused_arg struct buf *out,
                           struct err *e)
{
    struct exporting *x = ctx;

    if (!items)
        return 0;
    progress_end(&x->line); /* both may be on the same terminal */
    return output_items(&x->out, items, e);
}

static int write_nothing(unused_arg void *ctx, unused_arg struct str bytes,
                         unused_arg struct err *e)
{
    return 0;
}

static void report(struct session *s, const struct export_totals *t, const char *checkpoint, int r)
{
    _cleanup_(buf_free) struct buf line = {0};

    text_count(&line, t->items);
    buf_addf(&line, " item%s", t->items == 1 ? "" : "s");
    if (t->resumed)
        buf_addf(&line, " (%zu of them before)", (size_t)t->resumed);
    if (t->bytes) {
        buf_lit(&line, "  ");
        text_bytes(&line, t->bytes);
    }
    buf_addf(&line, "  %u segment%s  ", t->segments, t->segments == 1 ? "" : "s");
    text_units(&line, t->capacity.tenths, "RCU");
    buf_lit(&line, "  ");
    text_duration(&line, t->took_us);
    if (r < 0)
        session_say(s, "%s", buf_cstr(&line));
    else
        session_note(s, "%s", buf_cstr(&line));
    if (t->checkpoint_unfit)
        session_warn(s, "%s was of another table or format, so the export began anew", checkpoint);
    if (t->checkpoint_stays)
        session_warn(s, "%s cannot be removed: it is of no use any more", checkpoint);
}

/* Formats in which a file can be cut between two items and gone on with. */
static bool resumable(enum format f)
{
    return f == FORMAT_JSONL || f == FORMAT_DDB_JSON || f == FORMAT_PKSK;
}

static bool has_header(enum format f)
{
    return f == FORMAT_CSV || f == FORMAT_TSV;
}

/* The items are all there: nothing that fails now costs reading them again. */
static int make_csv(const char *items, const char *path, enum format f, const struct plan *p,
                    struct err *e)
{
    int r = export_csv(items, path, f, p->key_names, p->key_count, e);

    if (r < 0)
        err_hint(e, "all items are in %s, in DynamoDB JSON", items);
    else
        unlink(items);
    return r;
}

static int run_export(struct session *s, struct exporting *x, struct export_options *o,
                      struct err *e)
{
    struct export_totals totals;

    buf_addf(&x->what, "exporting %.*s", STR_ARG(o->table->name));
    progress_begin(&x->line, s->clock, o->table->item_count);
    o->progress = show_progress;
    o->ctx = x;
    int r = export_run(s->dynamo, o, &totals, e);

    progress_end(&x->line);
    report(s, &totals, o->checkpoint_path, r);
    return r;
}

static int into_file(struct session *s, const struct statement *st, const struct plan *p,
                     struct exporting *x, struct export_options *o, struct err *e)
{
    _cleanup_(buf_free) struct buf checkpoint = {0}, items = {0};
    char *path = file_expand(st->target->text);
    enum format format = FORMAT_DDB_JSON;
    struct print_options options = {.keys = p->key_names, .key_count = p->key_count};
    struct sink *sink = sink_buffer(&x->text);
    struct err ignored;

    format_from_path(str_of(path), &format);
    x->text.max = 2 * BUF_MAX;
    x->printer = printer_new(has_header(format) ? FORMAT_DDB_JSON : format, &options, sink);
    o->print = print_to_file;
    buf_addf(&items, "%s.items", path);
    o->path = has_header(format) ? buf_cstr(&items) : path;
    o->format = str_of(format_name(format));
    buf_addf(&checkpoint, "%s.checkpoint", path);
    o->checkpoint_path = resumable(format) || has_header(format) ? buf_cstr(&checkpoint) : NULL;
    int r = run_export(s, x, o, e);

    if (r == 0 && has_header(format))
        r = make_csv(buf_cstr(&items), path, format, p, e);
    if (r < 0 && e->at.from == UINT32_MAX)
        e->at = st->target->at;
    printer_free(x->printer);
    int closed = sink_close(sink, false, &ignored);

    buf_free(&x->text);
    free(path);
    return r < 0 ? r : closed;
}

static int to_output(struct session *s, const struct statement *st, const struct plan *p,
                     struct exporting *x, struct export_options *o, struct err *e)
{
    struct err why;
    int r = output_open(&x->out, s, st, p, e);

    if (r < 0)
        return r;
    o->print = print_to_output;
    o->write = write_nothing;
    r = run_export(s, x, o, e);
    bool left = r < 0 && output_reader_gone(&x->out) &&
                (x->out.to_terminal || st->redirect == REDIRECT_PIPE);
    int closed = output_close(&x->out, r < 0, &why);

    if (left) /* whoever reads had enough, which is no failure */
        r = 0;
    if (r == 0 && closed < 0) {
        *e = why;
        r = closed;
    }
    return r;
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    if (st->s3)
        return export_s3(s, st, e);

    _cleanup_(arena_free) struct arena a = {0};
    const struct statement scan = {
        .verb = VERB_SCAN, .table = st->table, .consistent = st->consistent};
    struct export_options o = {.segments = (unsigned)MIN(st->segments, EXPORT_SEGMENTS_MAX),
                               .consistent = st->consistent,
                               .clock = s->clock};
    struct exporting x = {0};
    struct plan p;
    int r = read_plan(s, &a, &scan, &p, e);

    if (r == 0)
        r = read_announce_plan(s, &scan, &p, e);
    if (r == 0)
        r = session_table(s, st->table, &o.table, e);
    if (r == 0)
        r = st->redirect == REDIRECT_FILE ? into_file(s, st, &p, &x, &o, e)
                                          : to_output(s, st, &p, &x, &o, e);
    buf_free(&x.what);
    return r;
}

static bool may_change(const struct statement *st)
{
    return st->s3; /* objects are written, and billed */
}

const struct command cmd_export = {.run = run, .may_change = may_change};
