#include "pksk/run/import.h"

#include <errno.h>

#include "pksk/base/log.h"
#include "pksk/run/checkpoint.h"
#include "pksk/run/rejects.h"

#define PROGRESS_EVERY_US 100000

struct import {
    const struct import_options *o;
    struct import_totals *totals;
    struct items_file file;
    struct arena arena, checkpoint_arena;
    struct bulk *bulk;
    struct rejects rejects;
    struct checkpoint base, now; /* where this run began, and what is written next */
    bool resumable;
    int64_t began_us, progress_us, checkpoint_us;
};

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
    return r->late || im->o->refused ? 0
                                     : items_file_name_place(&im->file, r->place.line, r->err, e);
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
        .table = im->o->file.table->name,
        .format = str_of(import_format_name(im->file.shape.format)),
    };
    checkpoint_identify(&im->now, items_file_identity(&im->file));
}

static int resume(struct import *im, struct import_totals *ret, struct err *e)
{
    describe(im);
    im->resumable = im->o->checkpoint_path && items_file_can_resume(&im->file);
    if (!im->resumable || !checkpoint_read(im->o->checkpoint_path, &im->now, &im->checkpoint_arena,
                                           &im->base, &ret->checkpoint_unfit))
        return 0;
    return items_file_seek(&im->file, (struct bulk_place){im->base.line, im->base.offset}, e);
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
    struct import_progress p = {
        .items = im->base.written + im->base.rejected + t->written + t->rejected,
    };

    items_file_progress(&im->file, &p.bytes_done, &p.bytes_total);
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

static int put_all(struct import *im, struct err *e)
{
    struct file_item item;
    int r;

    while (arena_reset(&im->arena), (r = items_file_next(&im->file, &im->arena, &item, e)) > 0) {
        if (cancel_flag)
            return err_set(e, ERR_CANCELLED, "interrupted");
        if (!item.item)
            r = bulk_refuse(im->bulk, item.text, item.place, &item.why, e);
        else if (item.deletes)
            r = bulk_delete(im->bulk, item.item, item.place, e);
        else
            r = bulk_put(im->bulk, item.item, item.json, item.place, e);
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
    int r = items_file_open(&im->file, &im->o->file, e);

    if (r == 0)
        r = resume(im, ret, e);
    if (r == 0)
        r = rejects_open(&im->rejects, im->o->reject_path, im->base.reject_bytes, e);
    ret->format = im->file.shape.format;
    return r;
}

static int carry_out(struct import *im, struct dynamo *d, struct err *e)
{
    struct bulk_options options = {
        .table = im->o->file.table,
        .clock = im->o->clock,
        .in_flight = im->o->in_flight,
        .on_reject = on_reject,
        .ctx = im,
        .wire = im->o->wire,
    };
    struct err rest = {0};
    int r, end;

    im->bulk = bulk_new(d, &options);
    im->file.records.wait = on_wait;
    im->file.records.ctx = im;
    im->checkpoint_us = im->began_us + CHECKPOINT_EVERY_US;
    r = put_all(im, e);
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
    struct import im = {
        .o = o, .totals = ret, .file = {.records = {.fd = -1}}, .rejects = {.fd = -1}};
    int r;

    *ret = (struct import_totals){0};
    im.began_us = clock_mono_us(o->clock);
    r = prepare(&im, ret, e);
    if (r == 0)
        r = carry_out(&im, d, e);
    conclude(&im, r, ret, e);
    bulk_free(im.bulk);
    rejects_close(&im.rejects);
    items_file_close(&im.file);
    arena_free(&im.arena);
    arena_free(&im.checkpoint_arena);
    return r;
}
