#include "pksk/run/bulk.h"

#include "pksk/base/log.h"
#include "pksk/run/bulk-flight.h"

#define UNSETTLED_MAX(b) ((size_t)BULK_BATCH_MAX * (b)->pace.most * 4)
#define UNSETTLED_BYTES_MAX ((size_t)48 << 20)
#define DRAIN_MS 10000 /* after Ctrl-C or a failure, for the answers to what is in flight */

/* ---- life */

static void copy_key(struct arena *a, struct key_schema *key)
{
    for (unsigned i = 0; i < key->partition_count; i++)
        key->partition[i].name = arena_str(a, key->partition[i].name);
    for (unsigned i = 0; i < key->sort_count; i++)
        key->sort[i].name = arena_str(a, key->sort[i].name);
}

struct bulk *bulk_new(struct dynamo *d, const struct bulk_options *o)
{
    struct bulk *b = mem_resize(NULL, 1, sizeof(*b));
    unsigned in_flight = o->in_flight ? MIN(o->in_flight, BULK_IN_FLIGHT_MAX) : BULK_IN_FLIGHT;

    *b = (struct bulk){
        .wire = o->wire ? *o->wire : wire_client(d),
        .clock = o->clock,
        .on_reject = o->on_reject,
        .on_written = o->on_written,
        .ctx = o->ctx,
        .key_schema = o->table->key,
        .index_count = o->table->index_count,
        .pace = {.most = in_flight, .window = in_flight},
    };
    b->table = arena_str(&b->arena, o->table->name);
    copy_key(&b->arena, &b->key_schema);
    b->indexes = arena_alloc(&b->arena, b->index_count, sizeof(*b->indexes));
    for (size_t i = 0; i < b->index_count; i++) {
        b->indexes[i].name = arena_str(&b->arena, o->table->indexes[i].name);
        b->indexes[i].key = o->table->indexes[i].key;
        copy_key(&b->arena, &b->indexes[i].key);
    }
    op_queue_init(&b->queue);
    return b;
}

void bulk_free(struct bulk *b)
{
    if (!b)
        return;
    flight_free(b);
    op_queue_deinit(&b->queue);
    buf_free(&b->body);
    buf_free(&b->key);
    arena_free(&b->scratch);
    arena_free(&b->arena);
    free(b);
}

const struct bulk_totals *bulk_totals(const struct bulk *b)
{
    return &b->totals;
}

struct bulk_mark bulk_mark(const struct bulk *b)
{
    return b->mark;
}

/* ---- retiring */

static int report(struct bulk *b, struct op *op, bool late, struct err *e)
{
    const struct bulk_reject reject = {
        .json = op_json(op),
        .readable = !op->unreadable,
        .deletes = op->deletes,
        .unfinished = op->state != OP_REJECTED,
        .late = late,
        .place = op->place,
        .err = op->err ? op->err : &b->failure,
    };

    if (b->on_reject)
        return b->on_reject(b->ctx, &reject, e);
    *e = *reject.err;
    return e->code < 0 ? e->code : ERR_FAILED;
}

static int retire(struct bulk *b)
{
    struct err e = {0};

    for (struct op *op; (op = op_retirable(&b->queue));) {
        if (op->state == OP_REJECTED) {
            if (op->reported)
                return b->failure.code;
            op->reported = true;
            if (report(b, op, false, &e) < 0)
                return flight_fail(b, &e);
        }
        if (op->state == OP_REJECTED)
            b->mark.rejected++;
        else
            b->mark.written++;
        b->mark.place = op->place;
        op_retire(&b->queue, op);
    }
    return 0;
}

/* ---- the loop */

/* After a failure: what is in flight may yet succeed, and the totals should say so. A second Ctrl-C
 * ends the waiting. */
static void drain(struct bulk *b)
{
    int64_t deadline = clock_mono_us(b->clock) + DRAIN_MS * (int64_t)1000;
    sig_atomic_t seen = cancel_flag;

    cancel_flag = 0;
    while (b->flying_count && clock_mono_us(b->clock) < deadline) {
        if (flight_collect(b) < 0 && !b->flying)
            break;
        if (b->flying_count && b->wire.poll(b->wire.ctx, 100, -1) == ERR_CANCELLED)
            break;
    }
    cancel_flag += seen;
    retire(b);
}

int bulk_stopped(const struct bulk *b, struct err *e)
{
    *e = b->failure;
    return b->failure.code;
}

static int stop(struct bulk *b, struct err *e)
{
    drain(b);
    return bulk_stopped(b, e);
}

/* One round: answers, then requests. *wake: when something will be due without an answer. */
static int turn(struct bulk *b, bool all, int64_t *wake)
{
    int64_t now = clock_mono_us(b->clock);

    if (flight_collect(b) < 0 || retire(b) < 0)
        return b->failure.code;
    *wake = op_wake(&b->queue, now);
    if (flight_launch(b, all, now) < 0)
        return b->failure.code;
    if (b->pace.pause_until_us > now)
        *wake = MIN(*wake, b->pace.pause_until_us);
    return 0;
}

static int wait_ms(const struct bulk *b, int64_t wake)
{
    int64_t us = wake == INT64_MAX ? 1000000 : wake - clock_mono_us(b->clock);

    return us <= 0 ? 0 : (int)MIN(us / 1000 + 1, (int64_t)1000);
}

static int poll_wire(struct bulk *b, int timeout_ms, int fd)
{
    int r = b->wire.poll(b->wire.ctx, timeout_ms, fd);
    struct err e = {0};

    if (r >= 0)
        return r;
    err_set(&e, r, "interrupted");
    return flight_fail(b, &e);
}

static bool crowded(const struct bulk *b)
{
    return b->queue.count >= UNSETTLED_MAX(b) || b->queue.bytes >= UNSETTLED_BYTES_MAX;
}

/* Most often there is nothing to do yet. */
int bulk_pump(struct bulk *b, struct err *e)
{
    int64_t wake;

    retire(b);
    if (b->failure.code)
        return stop(b, e);
    if (b->queue.ready.count < BULK_BATCH_MAX && !crowded(b))
        return 0;
    if (turn(b, crowded(b), &wake) < 0)
        return stop(b, e);
    while (b->queue.ready.count >= BULK_BATCH_MAX || crowded(b)) {
        if (poll_wire(b, wait_ms(b, wake), -1) < 0 || turn(b, crowded(b), &wake) < 0)
            return stop(b, e);
    }
    return poll_wire(b, 0, -1) < 0 ? stop(b, e) : 0;
}

int bulk_wait_readable(struct bulk *b, int fd, struct err *e)
{
    int64_t wake;

    if (b->failure.code)
        return bulk_stopped(b, e);
    for (;;) {
        if (turn(b, true, &wake) < 0)
            return stop(b, e);
        int r = poll_wire(b, wait_ms(b, wake), fd);

        if (r < 0)
            return stop(b, e);
        if (r > 0)
            return 0;
    }
}

static void report_rest(struct bulk *b)
{
    struct err ignored;

    for (struct op *op = b->queue.oldest; op && b->on_reject; op = op->newer) {
        if (op->state == OP_WRITTEN || op->reported)
            continue;
        op->reported = true;
        if (report(b, op, true, &ignored) < 0)
            return;
    }
}

int bulk_finish(struct bulk *b, struct err *e)
{
    int64_t wake;

    while (!b->failure.code) {
        if (turn(b, true, &wake) < 0 || !b->queue.count)
            break;
        if (poll_wire(b, wait_ms(b, wake), -1) < 0)
            break;
    }
    if (!b->failure.code)
        return 0;
    drain(b);
    report_rest(b);
    return bulk_stopped(b, e);
}
