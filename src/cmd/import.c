#include "pksk/cmd/command.h"

#include "pksk/base/file.h"
#include "pksk/cmd/undo.h"
#include "pksk/out/progress.h"
#include "pksk/out/text.h"
#include "pksk/run/import.h"

#define REFUSED_SHOWN 20 /* of standard input, which has no file beside it */

struct importing {
    struct session *s;
    uint64_t refused_shown;
    struct progress line;
    struct buf what;
};

static void show_progress(void *ctx, const struct import_progress *p)
{
    struct importing *i = ctx;

    i->line.total_bytes = p->bytes_total;
    progress_update(&i->line, buf_cstr(&i->what), p->items, p->bytes_done);
}

static void show_refused(void *ctx, uint64_t line, const struct err *why)
{
    struct importing *i = ctx;

    if (i->refused_shown++ >= REFUSED_SHOWN)
        return;
    progress_end(&i->line);
    session_warn(i->s, "line %zu refused: %s", (size_t)line, why->text);
}

/* At the prompt that is a question: strings in place of numbers are found out too late. */
static int tell_untyped(void *ctx, struct str columns, struct err *e)
{
    struct importing *i = ctx;

    progress_end(&i->line);
    session_warn(i->s,
                 "these columns look like numbers or true and false, and become strings; the "
                 "header %.*s makes them what they are",
                 STR_ARG(columns));
    return i->s->interactive && !i->s->yes ? session_confirm(i->s, e, "Import them as strings") : 0;
}

/* Beside the file: what was refused, and how far an import came that was stopped. */
static void side_paths(struct import_options *o, struct buf *rejects, struct buf *checkpoint)
{
    if (str_is(str_of(o->file.path), "-"))
        return;
    buf_addf(rejects, "%s.rejected.jsonl", o->file.path);
    buf_addf(checkpoint, "%s.%.*s.checkpoint", o->file.path, STR_ARG(o->file.table->name));
    o->reject_path = buf_cstr(rejects);
    o->checkpoint_path = buf_cstr(checkpoint);
}

static void report(struct session *s, const struct import_options *o, const struct import_totals *t)
{
    _cleanup_(buf_free) struct buf line = {0};

    text_count(&line, t->written);
    buf_addf(&line, " item%s written", t->written == 1 ? "" : "s");
    if (t->resumed)
        buf_addf(&line, " (%zu of them before)", (size_t)t->resumed);
    if (t->rejected)
        buf_addf(&line, ", %zu refused", (size_t)t->rejected);
    if (t->rejected && o->reject_path)
        buf_addf(&line, ": see %s", o->reject_path);
    buf_lit(&line, "  ");
    text_units(&line, t->bulk.capacity.tenths, "WCU");
    buf_lit(&line, "  ");
    text_duration(&line, t->took_us);
    if (t->rejected || !t->whole)
        session_say(s, "%s", buf_cstr(&line));
    else
        session_note(s, "%s", buf_cstr(&line));
    if (t->checkpoint_unfit)
        session_warn(s, "%s was of another file or table, so the import began anew",
                     o->checkpoint_path);
    if (t->checkpoint_stays)
        session_warn(s,
                     "%s cannot be removed: as long as it is there, the same import writes nothing",
                     o->checkpoint_path);
}

static int fail_of_refusals(const struct import_options *o, const struct import_totals *t,
                            struct err *e)
{
    _cleanup_(buf_free) struct buf first = {0};

    if (t->first_refused)
        buf_addf(&first, "; the first, line %zu: %s", (size_t)t->first_refused,
                 t->first_refusal.text);
    err_set(e, ERR_FAILED, "%zu item%s refused%s", (size_t)t->rejected,
            t->rejected == 1 ? " was" : "s were", buf_cstr(&first));
    if (o->reject_path)
        err_hint(e, "%s has each with its reason, and import takes it again", o->reject_path);
    else if (t->first_refusal.hint[0])
        err_hint(e, "%s", t->first_refusal.hint);
    return ERR_FAILED;
}

static int import(struct session *s, struct import_options *o, struct err *e)
{
    _cleanup_(buf_free) struct buf rejects = {0}, checkpoint = {0};
    struct importing i = {.s = s};
    struct import_totals totals;

    side_paths(o, &rejects, &checkpoint);
    buf_addf(&i.what, "importing %s", o->file.path);
    progress_begin(&i.line, s->clock, 0);
    o->progress = show_progress;
    o->ctx = o->file.ctx = &i;
    o->file.untyped = tell_untyped;
    o->refused = o->reject_path ? NULL : show_refused;
    int r = import_run(s->dynamo, o, &totals, e);

    progress_end(&i.line);
    buf_free(&i.what);
    if (r == 0 || totals.bulk.requests)
        report(s, o, &totals);
    if (r < 0 && totals.checkpoint)
        err_hint(e, "the same import goes on from there");
    return r == 0 && totals.rejected ? fail_of_refusals(o, &totals, e) : r;
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    struct import_options o = {.clock = s->clock};
    const struct table *t;
    int r = session_table(s, st->table, &t, e);

    if (r < 0)
        return r;
    char *path = file_expand(st->args->text);

    o.file.path = path;
    o.file.table = t;
    session_note(s, "BatchWriteItem %.*s  from %s", STR_ARG(t->name), path);
    r = import(s, &o, e);
    undo_block(s, "it was an import");
    if (r < 0 && e->at.from == UINT32_MAX)
        e->at = st->args->at;
    free(path);
    return r;
}

const struct command cmd_import = {.run = run, .changes = true};
