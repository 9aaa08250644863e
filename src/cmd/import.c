#include "pksk/cmd/command.h"

#include "pksk/base/file.h"
#include "pksk/cmd/import-dry.h"
#include "pksk/cmd/import-types.h"
#include "pksk/cmd/undo.h"
#include "pksk/out/progress.h"
#include "pksk/out/text.h"
#include "pksk/run/import.h"
#include "pksk/run/requests.h"

#define REFUSED_SHOWN 20 /* of standard input, which has no file beside it */

struct importing {
    struct session *s;
    const struct statement *st;
    struct import_types types;
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

static bool know_type(void *ctx, struct str name, enum attr_type *ret)
{
    struct importing *i = ctx;

    return import_types_know(&i->types, name, ret);
}

static void tell_remark(void *ctx, const char *text)
{
    struct importing *i = ctx;

    progress_end(&i->line);
    session_say(i->s, "%s", text);
}

/* At the prompt that is a question: strings in place of numbers are found out too late. */
static int tell_untyped(void *ctx, struct str columns, struct err *e)
{
    struct importing *i = ctx;

    progress_end(&i->line);
    session_warn(i->s,
                 "these columns look like numbers, true and false or JSON, and become strings; the "
                 "header %.*s makes them what they are",
                 STR_ARG(columns));
    return i->s->interactive && !i->s->yes && !i->st->dry
               ? session_confirm(i->s, e, "Import them as strings")
               : 0;
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

static void listen(struct importing *i, struct items_file_options *file)
{
    i->types = (struct import_types){.s = i->s, .table = file->table};
    file->ctx = i;
    file->untyped = tell_untyped;
    file->known_type = know_type;
    file->remark = tell_remark;
}

static int import(struct importing *i, struct import_options *o, struct err *e)
{
    _cleanup_(buf_free) struct buf rejects = {0}, checkpoint = {0};
    struct import_totals totals;

    side_paths(o, &rejects, &checkpoint);
    buf_addf(&i->what, "importing %s", o->file.path);
    progress_begin(&i->line, i->s->clock, 0);
    o->progress = show_progress;
    o->ctx = i;
    o->refused = o->reject_path ? NULL : show_refused;
    int r = import_run(i->s->dynamo, o, &totals, e);

    progress_end(&i->line);
    buf_free(&i->what);
    if (r == 0 || totals.bulk.requests)
        report(i->s, o, &totals);
    if (r < 0 && totals.checkpoint)
        err_hint(e, "the same import goes on from there");
    return r == 0 && totals.rejected ? fail_of_refusals(o, &totals, e) : r;
}

static int into_table(struct session *s, const struct statement *st, const struct word *name,
                      const char *path, struct err *e)
{
    struct import_options o = {.clock = s->clock, .file = {.path = path, .revert = st->revert}};
    struct importing i = {.s = s, .st = st};
    int r = session_table(s, name, &o.file.table, e);

    if (r < 0)
        return r;
    listen(&i, &o.file);
    if (st->dry) {
        r = import_dry(s, st, &o.file, e);
    } else {
        session_note(s, "BatchWriteItem %.*s  from %s", STR_ARG(o.file.table->name), path);
        r = import(&i, &o, e);
        undo_block(s, "it was an import");
    }
    if (i.types.followed.len)
        session_say(s, "as in the items already there: %s", buf_cstr(&i.types.followed));
    import_types_free(&i.types);
    return r;
}

/* The requests of batch-write-item say themselves which tables they are for. */
static int into_tables(struct session *s, const struct statement *st, const char *path,
                       struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct str *names;
    size_t count = 0;
    int r = st->table ? 0 : requests_tables(&a, path, &names, &count, e);

    if (r < 0 || count == 0)
        return r < 0 ? r : into_table(s, st, st->table, path, e);
    for (size_t i = 0; i < count && r == 0; i++) {
        const struct word name = {.text = names[i], .at = st->args->at};

        r = into_table(s, st, &name, path, e);
    }
    return r;
}

static int refuse_s3(const struct statement *st, struct err *e)
{
    err_at(e, ERR_FAILED, st->args->at, "import reads what is on this machine");
    err_hint(e,
             "`aws s3 cp --recursive` brings an export here; `create table … from s3://…` makes a "
             "table of it; `explain import … as bulk` loads it by a Glue job");
    return ERR_FAILED;
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    if (str_starts(st->args->text, STR("s3://")))
        return refuse_s3(st, e);
    char *path = file_expand(st->args->text);
    size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/') /* files beside a folder have its name */
        path[--len] = '\0';
    int r = into_tables(s, st, path, e);

    if (r < 0 && e->at.from == UINT32_MAX)
        e->at = st->args->at;
    free(path);
    return r;
}

static bool may_change(const struct statement *st)
{
    return !st->dry;
}

const struct command cmd_import = {.run = run, .may_change = may_change};
