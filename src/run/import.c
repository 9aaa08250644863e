#include "pksk/run/import.h"

#include <errno.h>

#include "pksk/base/log.h"
#include "pksk/item/ddbjson.h"
#include "pksk/model/workbench.h"
#include "pksk/run/checkpoint.h"
#include "pksk/run/csv.h"
#include "pksk/run/import-shape.h"
#include "pksk/run/rejects.h"

#define PROGRESS_EVERY_US 100000
#define MODEL_MAX ((size_t)64 << 20)

struct import {
    const struct import_options *o;
    struct import_totals *totals;
    struct records records;
    struct import_shape shape;
    struct csv *csv;
    const struct json *model; /* the next item of a Workbench model */
    struct arena model_arena, arena, checkpoint_arena;
    struct bulk *bulk;
    struct rejects rejects;
    struct checkpoint base, now; /* where this run began, and what is written next */
    bool resumable;
    int64_t began_us, progress_us, checkpoint_us;
};

/* "FILE:LINE: why" */
static int name_place(const struct import *im, uint64_t line, const struct err *why, struct err *e)
{
    struct err named = *why;

    err_set(&named, why->code < 0 ? why->code : ERR_FAILED, "%s:%zu: %s", im->records.path,
            (size_t)line, why->text);
    if (why->hint[0])
        err_hint(&named, "%s", why->hint);
    memcpy(named.service, why->service, sizeof(named.service));
    *e = named;
    return e->code;
}

static int on_reject(void *ctx, const struct bulk_reject *r, struct err *e)
{
    struct import *im = ctx;

    if (r->unfinished)
        return 0; /* the checkpoint lies before it */
    if (!im->totals->first_refused) {
        im->totals->first_refusal = *r->err;
        im->totals->first_refused = r->place.line;
    }
    if (im->o->refused)
        im->o->refused(im->o->ctx, r->place.line, r->err);
    if (im->rejects.path)
        return rejects_add(&im->rejects, r, e);
    return r->late || im->o->refused ? 0 : name_place(im, r->place.line, r->err, e);
}

static int on_wait(void *ctx, int fd, struct err *e)
{
    struct import *im = ctx;

    return im->bulk ? bulk_wait_readable(im->bulk, fd, e) : 0;
}

/* ---- checkpoints and progress */

static void describe(struct import *im)
{
    im->now = (struct checkpoint){
        .kind = "import",
        .table = im->o->table->name,
        .format = str_of(import_format_name(im->shape.format)),
    };
    checkpoint_identify(&im->now, &im->records.identity);
}

static int resume(struct import *im, struct import_totals *ret, struct err *e)
{
    describe(im);
    im->resumable = im->o->checkpoint_path && im->records.seekable;
    if (!im->resumable || !checkpoint_read(im->o->checkpoint_path, &im->now, &im->checkpoint_arena,
                                           &im->base, &ret->checkpoint_unfit))
        return 0;
    if (im->shape.framing == FRAMING_MODEL)
        return 0; /* its place is a number of items, see next_of_model() */
    return records_seek(&im->records, im->base.offset, im->base.line, e);
}

/* Only what is settled counts: what comes behind is read and written again. */
static int write_checkpoint(struct import *im, struct err *e)
{
    struct bulk_mark mark = bulk_mark(im->bulk);
    int r = rejects_sync(&im->rejects, e);

    if (r < 0 || !mark.place.end)
        return r;
    im->now.offset = mark.place.end;
    im->now.line = mark.place.line;
    im->now.written = im->base.written + mark.written;
    im->now.rejected = im->base.rejected + mark.rejected;
    im->now.reject_bytes = im->rejects.bytes;
    return checkpoint_write(im->o->checkpoint_path, &im->now, e);
}

static void tell_progress(struct import *im)
{
    const struct bulk_totals *t = bulk_totals(im->bulk);
    bool bytes = im->shape.framing != FRAMING_MODEL;
    struct import_progress p = {
        .items = im->base.written + im->base.rejected + t->written + t->rejected,
        .bytes_done = bytes ? records_offset(&im->records) : 0,
        .bytes_total = bytes && im->records.seekable ? (uint64_t)im->records.identity.st_size : 0,
    };

    if (im->o->progress)
        im->o->progress(im->o->ctx, &p);
}

/* Between items. */
static int keep_up(struct import *im, struct err *e)
{
    int64_t now = clock_mono_us(im->o->clock);

    if (now >= im->progress_us) {
        tell_progress(im);
        im->progress_us = now + PROGRESS_EVERY_US;
    }
    if (!im->resumable || now < im->checkpoint_us)
        return 0;
    im->checkpoint_us = now + CHECKPOINT_EVERY_US;
    return write_checkpoint(im, e);
}

/* ---- NoSQL Workbench models */

static int read_model(struct import *im, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {.max = MODEL_MAX};
    struct str asked = im->o->model_table;
    struct json *tree, *table = NULL;
    uint64_t count;
    int r = records_all(&im->records, &text, e);

    if (r == 0)
        r = json_parse(&im->model_arena, buf_str(&text), 128, &tree, e);
    if (r == 0)
        r = workbench_find(str_of(im->records.path), tree, asked.len ? asked : im->o->table->name,
                           asked.len > 0, &table, e);
    if (r < 0)
        return r;
    im->model = workbench_samples(table, &count);
    for (uint64_t n = 0; n < im->base.offset && im->model; n++)
        im->model = im->model->next;
    return 0;
}

/* An item's place in a model is its number. */
static int put_model(struct import *im, struct err *e)
{
    uint64_t number = im->base.offset;

    for (; im->model; im->model = im->model->next) {
        struct value *item;
        struct err why = {0};
        int r;

        number++;
        struct bulk_place place = {number, number};

        arena_reset(&im->arena);
        if (ddb_from_json(&im->arena, im->model, &item, &why) < 0) {
            _cleanup_(buf_free) struct buf text = {0};

            json_write(&text, im->model, false);
            r = bulk_refuse(im->bulk, buf_str(&text), place, &why, e);
        } else {
            r = bulk_put(im->bulk, item, STR(""), place, e);
        }
        if (r == 0)
            r = keep_up(im, e);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- all other files */

static int check_columns(struct import *im, uint64_t line, struct err *e)
{
    const struct key_schema *key = &im->o->table->key;
    struct err why;

    for (unsigned i = 0; i < key_part_count(key); i++) {
        const struct key_part *part = key_part(key, i);

        if (csv_has_column(im->csv, part->name))
            continue;
        err_set(&why, ERR_FAILED, "the header has no column %.*s, a key of the table",
                STR_ARG(part->name));
        return name_place(im, line, &why, e);
    }
    return 0;
}

/* head: the file's beginning, header and all. */
static int tell_untyped(struct import *im, struct str head, struct err *e)
{
    _cleanup_(buf_free) struct buf columns = {0};
    size_t end;

    if (!im->o->untyped || !str_find_char(head, '\n', &end))
        return 0;
    csv_untyped(im->csv, str_slice(head, end + 1, head.len), &columns);
    return columns.len ? im->o->untyped(im->o->ctx, buf_str(&columns), e) : 0;
}

static int read_header(struct import *im, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct record header;
    struct str head;
    struct err why;
    char separator = '\t';
    int r = records_head(&im->records, &head, e);

    if (r == 0 && im->shape.format == IMPORT_CSV)
        separator = csv_separator(head);
    if (r == 0)
        head = arena_str(&a, head); /* the window moves */
    if (r == 0)
        r = records_row(&im->records, separator, &header, e);
    if (r == 0)
        return err_set(e, ERR_FAILED, "%s is empty: it has no header", im->records.path);
    if (r < 0)
        return r;
    if (csv_new(header.text, separator, im->o->table, &im->csv, &why) < 0)
        return name_place(im, header.line, &why, e);
    r = check_columns(im, header.line, e);
    return r < 0 ? r : tell_untyped(im, head, e);
}

static int next_record(struct import *im, struct record *ret, struct err *e)
{
    switch (im->shape.framing) {
    case FRAMING_LINES:
        return records_line(&im->records, ret, e);
    case FRAMING_ELEMENTS:
        return records_element(&im->records, im->shape.in_array, ret, e);
    case FRAMING_ROWS:
        return records_row(&im->records, csv_separator_used(im->csv), ret, e);
    case FRAMING_MODEL:
        break;
    }
    return 0;
}

static int put_record(struct import *im, const struct record *record, struct err *e)
{
    struct bulk_place place = {record->line, record->end};
    struct value *item;
    struct str json = STR("");
    struct err why = {0};
    int r;

    arena_reset(&im->arena);
    if (record->too_long)
        r = err_set(&why, ERR_FAILED, "a line of more than %zu bytes", RECORD_MAX);
    else if (im->csv)
        r = csv_item(im->csv, record->text, &im->arena, &item, &why);
    else
        r = decode_item(&im->arena, record->text, im->shape.form, im->o->table, &item, &json, &why);
    if (r == 0)
        return bulk_put(im->bulk, item, json, place, e);
    return bulk_refuse(im->bulk, record->text, place, &why, e);
}

static int put_all(struct import *im, struct err *e)
{
    struct record record;
    int r;

    while ((r = next_record(im, &record, e)) > 0) {
        if (cancel_flag)
            return err_set(e, ERR_CANCELLED, "interrupted");
        r = put_record(im, &record, e);
        if (r == 0)
            r = keep_up(im, e);
        if (r < 0)
            return r;
    }
    return r;
}

/* ---- the whole */

static int prepare(struct import *im, struct import_totals *ret, struct err *e)
{
    int r = records_open(&im->records, im->o->path, e);

    if (r == 0)
        r = import_shape(&im->records, im->o, &im->shape, e);
    if (r == 0 && im->shape.framing != FRAMING_MODEL)
        r = records_seek(&im->records, im->shape.begins, 1, e);
    if (r == 0 && im->shape.framing == FRAMING_ROWS)
        r = read_header(im, e);
    if (r == 0)
        r = resume(im, ret, e);
    if (r == 0 && im->shape.framing == FRAMING_MODEL)
        r = read_model(im, e);
    if (r == 0)
        r = rejects_open(&im->rejects, im->o->reject_path, im->base.reject_bytes, e);
    ret->format = im->shape.format;
    return r;
}

static int carry_out(struct import *im, struct dynamo *d, struct err *e)
{
    struct bulk_options options = {
        .table = im->o->table,
        .clock = im->o->clock,
        .in_flight = im->o->in_flight,
        .on_reject = on_reject,
        .ctx = im,
        .wire = im->o->wire,
    };
    struct err rest = {0};
    int r, end;

    im->bulk = bulk_new(d, &options);
    im->records.wait = on_wait;
    im->records.ctx = im;
    im->checkpoint_us = im->began_us + CHECKPOINT_EVERY_US;
    r = im->shape.framing == FRAMING_MODEL ? put_model(im, e) : put_all(im, e);
    /* What is wrong with the file is no reason to leave undone what came before. */
    end = bulk_finish(im->bulk, r < 0 ? &rest : e);
    return r < 0 ? r : end;
}

static void conclude(struct import *im, int r, struct import_totals *ret, struct err *e)
{
    struct err ignored;

    if (im->bulk) {
        ret->bulk = *bulk_totals(im->bulk);
        tell_progress(im);
    }
    ret->resumed = im->base.written + im->base.rejected;
    ret->written = im->base.written + ret->bulk.written;
    ret->rejected = im->base.rejected + ret->bulk.rejected;
    ret->whole = r == 0;
    ret->took_us = clock_mono_us(im->o->clock) - im->began_us;
    if (!im->resumable || !im->bulk)
        return;
    if (r == 0) {
        ret->checkpoint_stays = !checkpoint_remove(im->o->checkpoint_path);
        return;
    }
    ret->checkpoint = write_checkpoint(im, &ignored) == 0 && im->now.offset + im->base.offset > 0;
    if (ret->checkpoint && !e->hint[0])
        err_hint(e, "the same import goes on from there");
}

int import_run(struct dynamo *d, const struct import_options *o, struct import_totals *ret,
               struct err *e)
{
    struct import im = {.o = o, .totals = ret, .records = {.fd = -1}, .rejects = {.fd = -1}};
    int r;

    *ret = (struct import_totals){0};
    im.began_us = clock_mono_us(o->clock);
    r = prepare(&im, ret, e);
    if (r == 0)
        r = carry_out(&im, d, e);
    conclude(&im, r, ret, e);
    bulk_free(im.bulk);
    csv_free(im.csv);
    rejects_close(&im.rejects);
    records_close(&im.records);
    arena_free(&im.arena);
    arena_free(&im.model_arena);
    arena_free(&im.checkpoint_arena);
    return r;
}
