#include "pksk/run/export.h"

#include "pksk/base/circle.h"
#include "pksk/item/ddbjson.h"
#include "pksk/json/writer.h"
#include "pksk/run/backoff.h"
#include "pksk/run/checkpoint.h"
#include "pksk/run/export-file.h"

#define PROGRESS_EVERY_US 100000
#define PENDING_MAX ((size_t)256 << 10)
#define SEGMENT_BYTES ((uint64_t)32 << 20) /* a segment for each so many, when nobody says */
#define SEGMENTS_UNASKED 8
#define UNANSWERED_ROUNDS 2
#define SEGMENT_DONE "-" /* in a checkpoint */

/* One segment of the scan. */
struct lane {
    void *call;
    struct buf next;    /* ExclusiveStartKey of the request in flight, or of the next */
    struct buf settled; /* the same for the first page that is not in the result yet */
    bool begun, ended;  /* begun: some page is in the result */
    bool last;          /* the page in flight or taken is the last one */
    struct circle circle;
    struct backoff backoff;
    int64_t not_before_us;
};

struct export
{
    const struct export_options *o;
    struct wire wire;
    struct export_file file;
    struct lane lanes[EXPORT_SEGMENTS_MAX];
    unsigned lane_count, turn;
    struct buf body;
    struct checkpoint base;
    struct arena arena;
    struct export_totals *totals;
    bool answered, checkpoint_there;
    int64_t began_us, progress_us, checkpoint_us;
};

static unsigned choose_segments(const struct export_options *o)
{
    if (o->segments)
        return MIN(o->segments, EXPORT_SEGMENTS_MAX);
    return (unsigned)MIN(o->table->size_bytes / SEGMENT_BYTES + 1, SEGMENTS_UNASKED);
}

/* ---- checkpoints and progress */

static struct checkpoint describe(const struct export *x)
{
    return (struct checkpoint){
        .kind = "export", .table = x->o->table->name, .format = x->o->format};
}

static void read_checkpoint(struct export *x)
{
    struct checkpoint like = describe(x), found;
    bool *unfit = &x->totals->checkpoint_unfit;

    x->lane_count = choose_segments(x->o);
    if (!x->o->checkpoint_path || !x->o->path ||
        !checkpoint_read(x->o->checkpoint_path, &like, &x->arena, &found, unfit))
        return;
    if (!found.lane_count || found.lane_count > EXPORT_SEGMENTS_MAX ||
        !export_file_has(x->o, found.offset)) {
        *unfit = true;
        return;
    }
    x->base = found;
    x->checkpoint_there = true;
    x->lane_count = (unsigned)found.lane_count;
    for (unsigned i = 0; i < x->lane_count; i++) {
        struct lane *lane = &x->lanes[i];

        lane->begun = found.lanes[i].len > 0;
        lane->ended = str_is(found.lanes[i], SEGMENT_DONE);
        if (lane->ended || !lane->begun)
            continue;
        buf_str_add(&lane->next, found.lanes[i]);
        buf_str_add(&lane->settled, found.lanes[i]);
    }
}

static int write_checkpoint(struct export *x, struct err *e)
{
    struct checkpoint c = describe(x);
    struct str lanes[EXPORT_SEGMENTS_MAX];
    int r = export_file_sync(&x->file, e);

    if (r < 0)
        return r;
    for (unsigned i = 0; i < x->lane_count; i++) {
        const struct lane *lane = &x->lanes[i];

        lanes[i] = lane->ended ? STR(SEGMENT_DONE) : buf_str(&lane->settled);
    }
    c.lanes = lanes;
    c.lane_count = x->lane_count;
    c.offset = x->file.bytes;
    c.written = x->totals->items;
    r = checkpoint_write(x->o->checkpoint_path, &c, e);
    x->checkpoint_there |= r == 0;
    return r;
}

static void tell_progress(struct export *x)
{
    struct export_progress p = {
        .items = x->totals->items,
        .items_total = x->o->table->item_count,
        .bytes = x->file.bytes + x->file.pending.len,
    };

    if (x->o->progress)
        x->o->progress(x->o->ctx, &p);
}

static int keep_up(struct export *x, struct err *e)
{
    int64_t now = clock_mono_us(x->o->clock);

    if (now >= x->progress_us) {
        tell_progress(x);
        x->progress_us = now + PROGRESS_EVERY_US;
    }
    if (!x->o->checkpoint_path || !x->o->path || now < x->checkpoint_us)
        return 0;
    x->checkpoint_us = now + CHECKPOINT_EVERY_US;
    return write_checkpoint(x, e);
}

/* ---- requests and answers */

static int start(struct export *x, struct lane *lane, struct err *e)
{
    struct json_writer w = {.out = &x->body};

    buf_reset(&x->body);
    json_begin_object(&w);
    json_name(&w, STR("TableName"));
    json_string(&w, x->o->table->name);
    json_name(&w, STR("ReturnConsumedCapacity"));
    json_string(&w, STR("TOTAL"));
    if (x->o->consistent) {
        json_name(&w, STR("ConsistentRead"));
        json_bool(&w, true);
    }
    if (x->lane_count > 1) {
        json_name(&w, STR("Segment"));
        json_uint(&w, (uint64_t)(lane - x->lanes));
        json_name(&w, STR("TotalSegments"));
        json_uint(&w, x->lane_count);
    }
    if (lane->next.len) {
        json_name(&w, STR("ExclusiveStartKey"));
        json_raw(&w, buf_str(&lane->next));
    }
    json_end_object(&w);
    x->totals->requests++;
    return x->wire.send(x->wire.ctx, "Scan", buf_str(&x->body), &lane->call, e);
}

static int start_all(struct export *x, struct err *e)
{
    for (unsigned i = 0; i < x->lane_count; i++) {
        struct lane *lane = &x->lanes[i];

        if (lane->ended || lane->last || lane->call ||
            (lane->not_before_us && clock_mono_us(x->o->clock) < lane->not_before_us))
            continue;
        lane->not_before_us = 0;
        int r = start(x, lane, e);

        if (r < 0)
            return r;
    }
    return 0;
}

static int print(struct export *x, struct lane *lane, const struct reply *reply, struct err *e)
{
    size_t before = x->file.pending.len;
    int r = reply->items ? x->o->print(x->o->ctx, reply->items, &x->file.pending, e) : 0;

    if (r < 0) {
        x->file.pending.len = before; /* no part of a page */
        return r;
    }
    x->totals->items += reply->count;
    lane->begun = true;
    lane->ended = lane->last;
    buf_reset(&lane->settled);
    buf_str_add(&lane->settled, buf_str(&lane->next));
    return x->file.pending.len < PENDING_MAX ? 0 : export_file_flush(&x->file, e);
}

static int pause_lane(struct export *x, struct lane *lane, const struct reply *reply, struct err *e)
{
    if (!wire_failure_passes(reply, x->answered || lane->backoff.rounds < UNANSWERED_ROUNDS) ||
        lane->backoff.rounds >= BACKOFF_ROUNDS_MAX) {
        *e = reply->err;
        return e->code;
    }
    lane->not_before_us =
        clock_mono_us(x->o->clock) + backoff_next_ms(&lane->backoff, false) * (int64_t)1000;
    return 0;
}

static int check_circle(struct lane *lane, struct err *e)
{
    if (lane->last || !circle_closed(&lane->circle, buf_str(&lane->next)))
        return 0;
    return err_set(e, ERR_FAILED,
                   "the server says to go on where it has been before: the rest cannot be read");
}

/* The next page of the segment is asked for before this one is printed. */
static int take(struct export *x, struct lane *lane, struct err *e)
{
    void *call = lane->call;
    const struct reply *reply = x->wire.reply(x->wire.ctx, call);
    int r;

    lane->call = NULL;
    x->answered |= reply->status != 0;
    x->totals->capacity.tenths += reply->capacity.tenths;
    if (reply->err.code < 0) {
        r = pause_lane(x, lane, reply, e);
    } else {
        lane->backoff = (struct backoff){0};
        buf_reset(&lane->next);
        lane->last = !reply->last_key;
        if (reply->last_key)
            ddb_add_item(&lane->next, reply->last_key);
        r = check_circle(lane, e);
        if (r == 0)
            r = start_all(x, e);
        if (r == 0)
            r = print(x, lane, reply, e);
    }
    x->wire.free(x->wire.ctx, call);
    return r;
}

static struct lane *answered_lane(struct export *x)
{
    for (unsigned i = 0; i < x->lane_count; i++) {
        struct lane *lane = &x->lanes[(x->turn + i) % x->lane_count];

        if (!lane->call || !x->wire.done(x->wire.ctx, lane->call))
            continue;
        x->turn = (x->turn + i + 1) % x->lane_count;
        return lane;
    }
    return NULL;
}

static bool all_ended(const struct export *x)
{
    for (unsigned i = 0; i < x->lane_count; i++) {
        if (!x->lanes[i].ended)
            return false;
    }
    return true;
}

static int wait_ms(const struct export *x)
{
    int64_t now = clock_mono_us(x->o->clock), soonest = now + 1000000;

    for (unsigned i = 0; i < x->lane_count; i++) {
        const struct lane *lane = &x->lanes[i];

        if (!lane->call && lane->not_before_us)
            soonest = MIN(soonest, lane->not_before_us);
    }
    return (int)(MAX(soonest - now, (int64_t)0) / 1000) + 1;
}

static int scan(struct export *x, struct err *e)
{
    while (!all_ended(x)) {
        struct lane *lane;
        int r = start_all(x, e);

        if (r == 0 && (lane = answered_lane(x)))
            r = take(x, lane, e);
        else if (r == 0)
            r = x->wire.poll(x->wire.ctx, wait_ms(x), -1) == ERR_CANCELLED
                    ? err_set(e, ERR_CANCELLED, "interrupted")
                    : 0;
        if (r == 0)
            r = keep_up(x, e);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- the whole */

static int finish(struct export *x, struct err *e)
{
    int r = x->o->print(x->o->ctx, NULL, &x->file.pending, e);

    return r < 0 ? r : export_file_commit(&x->file, e);
}

static void conclude(struct export *x, bool opened, int r, struct err *e)
{
    struct export_totals *t = x->totals;
    bool resumable = x->o->checkpoint_path && x->o->path;
    struct err ignored;

    tell_progress(x);
    if (r == 0 && resumable)
        t->checkpoint_stays = !checkpoint_remove(x->o->checkpoint_path);
    if (r < 0 && opened && resumable && write_checkpoint(x, &ignored) < 0)
        (void)0; /* an older one serves, if there is one */
    t->checkpoint = r < 0 && x->checkpoint_there;
    t->bytes = x->file.bytes;
    t->took_us = clock_mono_us(x->o->clock) - x->began_us;
    if (t->checkpoint && !e->hint[0])
        err_hint(e, "the same export goes on from there");
    export_file_close(&x->file, r == 0 || t->checkpoint);
}

static void release(struct export *x)
{
    for (unsigned i = 0; i < x->lane_count; i++) {
        if (x->lanes[i].call)
            x->wire.free(x->wire.ctx, x->lanes[i].call);
        buf_free(&x->lanes[i].next);
        buf_free(&x->lanes[i].settled);
    }
    buf_free(&x->body);
    arena_free(&x->arena);
}

int export_run(struct dynamo *d, const struct export_options *o, struct export_totals *ret,
               struct err *e)
{
    struct export x = {
        .o = o, .wire = o->wire ? *o->wire : wire_client(d), .file = {.fd = -1}, .totals = ret};

    *ret = (struct export_totals){0};
    x.began_us = clock_mono_us(o->clock);
    x.checkpoint_us = x.began_us + CHECKPOINT_EVERY_US;
    read_checkpoint(&x);
    ret->segments = x.lane_count;
    ret->items = ret->resumed = x.base.written;

    int r = export_file_open(&x.file, o, x.base.offset, e);
    bool opened = r == 0;

    if (r == 0)
        r = scan(&x, e);
    if (r == 0)
        r = finish(&x, e);
    conclude(&x, opened, r, e);
    release(&x);
    return r;
}
