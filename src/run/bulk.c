#include "pksk/run/bulk.h"

#include "pksk/base/log.h"
#include "pksk/item/ddbjson.h"
#include "pksk/json/writer.h"
#include "pksk/run/bulk-queue.h"
#include "pksk/run/pace.h"

#define UNSETTLED_MAX(b) ((size_t)BULK_BATCH_MAX * (b)->pace.most * 4)
#define UNSETTLED_BYTES_MAX ((size_t)48 << 20)
#define FLIGHT_BYTES_MAX ((size_t)24 << 20)
#define UNANSWERED_ROUNDS 2 /* without any answer ever, each of the client's several attempts */
#define DRAIN_MS 10000      /* after Ctrl-C or a failure, for the answers to what is in flight */

/* One request: its ops are in flight, or, cut out of a refused one, about to be. */
struct batch {
    struct batch *next;
    struct op *ops[BULK_BATCH_MAX];
    size_t count, bytes;
    void *call;
    unsigned round; /* of the writer when it was sent */
};

struct bulk {
    struct wire wire;
    const struct clock *clock;
    int (*on_reject)(void *ctx, const struct bulk_reject *r, struct err *e);
    int (*on_written)(void *ctx, struct bulk_place place, const struct reply *reply, struct err *e);
    void *ctx;

    struct arena arena; /* of the schema below */
    struct str table;
    struct key_schema key_schema;
    struct index *indexes;
    size_t index_count;

    struct op_queue queue;
    struct batch *flying, *split, *spare;
    size_t flying_count, flying_bytes;
    struct pace pace;
    bool answered; /* some request got an answer: the endpoint is there */

    struct buf body, key;
    struct arena scratch;
    struct bulk_totals totals;
    struct bulk_mark mark;
    struct err failure; /* code 0: none so far */
};

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

static void free_batches(struct bulk *b, struct batch *list)
{
    for (struct batch *next; list; list = next) {
        next = list->next;
        if (list->call)
            b->wire.free(b->wire.ctx, list->call);
        free(list);
    }
}

void bulk_free(struct bulk *b)
{
    if (!b)
        return;
    free_batches(b, b->flying);
    free_batches(b, b->split);
    free_batches(b, b->spare);
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

static int fail(struct bulk *b, const struct err *why)
{
    if (!b->failure.code)
        b->failure = *why;
    return b->failure.code;
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
                return fail(b, &e);
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

static void settle(struct bulk *b, struct op *op, const struct err *why)
{
    if (why)
        b->totals.rejected++;
    else
        b->totals.written++;
    op_settle(&b->queue, op, why);
}

/* ---- batches */

static struct batch *batch_new(struct bulk *b)
{
    struct batch *batch = b->spare;

    if (batch)
        b->spare = batch->next;
    else
        batch = mem_resize(NULL, 1, sizeof(*batch));
    *batch = (struct batch){0};
    return batch;
}

static void batch_add(struct batch *batch, struct op *op)
{
    batch->ops[batch->count++] = op;
    batch->bytes += op->text.len - op->key_len + 1;
}

static void batch_drop(struct bulk *b, struct batch *batch)
{
    batch->call = NULL; /* the caller has freed it */
    batch->next = b->spare;
    b->spare = batch;
}

#define FRAME_MAX ((size_t)1024) /* what stands around the items: the table's name or ARN */

/* The next request's ops, off the ready list. */
static struct batch *gather(struct bulk *b)
{
    struct op_list *ready = &b->queue.ready;
    struct batch *batch = batch_new(b);

    while (ready->first && batch->count < BULK_BATCH_MAX) {
        struct op *op = ready->first;

        if (batch->count &&
            (op->operation || batch->bytes + op->text.len + 1 > BULK_BODY_MAX - FRAME_MAX))
            break;
        batch_add(batch, op_list_take(ready));
        if (op->operation)
            break;
    }
    return batch;
}

static void write_body(struct bulk *b, const struct batch *batch)
{
    buf_reset(&b->body);
    if (batch->ops[0]->operation) {
        buf_str_add(&b->body, op_json(batch->ops[0]));
        return;
    }
    buf_lit(&b->body, "{\"ReturnConsumedCapacity\":\"TOTAL\",\"RequestItems\":{");
    json_add_string(&b->body, b->table);
    buf_lit(&b->body, ":[");
    for (size_t i = 0; i < batch->count; i++) {
        const struct op *op = batch->ops[i];

        if (i)
            buf_char(&b->body, ',');
        if (op->deletes)
            buf_lit(&b->body, "{\"DeleteRequest\":{\"Key\":");
        else
            buf_lit(&b->body, "{\"PutRequest\":{\"Item\":");
        buf_str_add(&b->body, op_json(op));
        buf_lit(&b->body, "}}");
    }
    buf_lit(&b->body, "]}}");
}

static int launch(struct bulk *b, struct batch *batch)
{
    const char *operation = batch->ops[0]->operation;
    struct err e = {0};

    write_body(b, batch);
    for (size_t i = 0; i < batch->count; i++)
        batch->ops[i]->state = OP_SENT;
    if (b->wire.send(b->wire.ctx, operation ? operation : "BatchWriteItem", buf_str(&b->body),
                     &batch->call, &e) < 0) {
        batch_drop(b, batch);
        return fail(b, &e);
    }
    batch->round = b->pace.round;
    batch->next = b->flying;
    b->flying = batch;
    b->flying_count++;
    b->flying_bytes += batch->bytes;
    b->totals.requests++;
    b->totals.bytes += b->body.len;
    return 0;
}

/* Sends what may be sent now. all: also a batch that is not full. */
static int launch_all(struct bulk *b, bool all, int64_t now)
{
    while (b->flying_count < b->pace.window && now >= b->pace.pause_until_us) {
        struct op_list *ready = &b->queue.ready;
        struct batch *batch = b->split;
        int r;

        if (b->flying_count && b->flying_bytes > FLIGHT_BYTES_MAX)
            break;
        if (batch)
            b->split = batch->next;
        else if (ready->first && (all || ready->count >= BULK_BATCH_MAX || ready->first->operation))
            batch = gather(b);
        else
            break;
        r = launch(b, batch);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- answers */

static void send_again(struct bulk *b, struct op *op, int64_t when)
{
    b->totals.retried++;
    op_delay(&b->queue, op, when);
}

/* When to send again what is left of a batch. */
static int64_t come_back(struct bulk *b, const struct batch *batch, size_t left)
{
    return pace_refused(&b->pace, batch->round, left, batch->count, clock_mono_us(b->clock));
}

static void again_all(struct bulk *b, struct batch *batch)
{
    int64_t when = come_back(b, batch, batch->count);

    for (size_t i = 0; i < batch->count; i++)
        send_again(b, batch->ops[i], when);
}

/* Which op of the batch an element of UnprocessedItems stands for; -1 when none. */
static int find_unprocessed(struct bulk *b, const struct batch *batch, const struct json *request)
{
    const struct json *put = json_get(json_get(request, "PutRequest"), "Item");
    const struct json *tree = put ? put : json_get(json_get(request, "DeleteRequest"), "Key");
    struct value *item;
    struct err ignored;

    arena_reset(&b->scratch);
    buf_reset(&b->key);
    if (!tree || ddb_from_json(&b->scratch, tree, &item, &ignored) < 0 ||
        !op_key_bytes(&b->key_schema, item, &b->key, &ignored))
        return -1;
    for (size_t i = 0; i < batch->count; i++) {
        if (str_eq(op_key(batch->ops[i]), buf_str(&b->key)))
            return (int)i;
    }
    return -1;
}

static int take_batch(struct bulk *b, struct batch *batch, const struct reply *reply)
{
    const struct json *tables = json_get(reply->rest, "UnprocessedItems");
    bool unprocessed[BULK_BATCH_MAX] = {false};
    size_t left = 0;
    struct err e;

    for (const struct json *table = tables ? tables->first : NULL; table; table = table->next) {
        for (const struct json *request = table->first; request; request = request->next) {
            int i = find_unprocessed(b, batch, request);

            if (i < 0) {
                err_set(&e, ERR_FAILED,
                        "the service returned an item as unprocessed that was not sent to it");
                return fail(b, &e);
            }
            left += !unprocessed[i];
            unprocessed[i] = true;
        }
    }
    int64_t when = left ? come_back(b, batch, left) : 0;

    for (size_t i = 0; i < batch->count; i++) {
        if (unprocessed[i])
            send_again(b, batch->ops[i], when);
        else
            settle(b, batch->ops[i], NULL);
    }
    if (left < batch->count)
        pace_progressed(&b->pace);
    if (left * 2 <= batch->count)
        pace_succeeded(&b->pace);
    return 0;
}

/* The service would have none of it, because of one item or several: halve it until they stand
 * alone. */
static void take_apart(struct bulk *b, struct batch *batch, const struct err *why)
{
    if (batch->count == 1) {
        settle(b, batch->ops[0], why);
        return;
    }
    for (size_t from = 0, half = batch->count / 2; from < batch->count; from = half) {
        struct batch *part = batch_new(b);

        for (size_t i = from; i < (from ? batch->count : half); i++)
            batch_add(part, batch->ops[i]);
        part->next = b->split;
        b->split = part;
        if (from)
            break;
    }
}

/* Refusals that are about what an item holds. */
static bool about_items(const struct reply *reply, const struct batch *batch)
{
    static const char *const codes[] = {
        "ValidationException",
        "SerializationException",
        "ItemCollectionSizeLimitExceededException",
    };
    const char *service = reply->err.service;

    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (strcmp(service, codes[i]) == 0)
            return true;
    }
    return batch->ops[0]->operation && strcmp(service, "ConditionalCheckFailedException") == 0;
}

static int give_up(struct bulk *b, const struct reply *reply)
{
    struct err e = {0};

    err_set(&e, ERR_FAILED, "the table goes on refusing writes: %s",
            reply->err.code < 0 ? reply->err.text : "it returns every item as unprocessed");
    err_hint(&e, "try again later: what is written stays written");
    return fail(b, &e);
}

/* It is written, whatever comes of telling so. */
static int tell_written(struct bulk *b, const struct batch *batch, const struct reply *reply)
{
    struct err e = {0};

    if (!b->on_written || !batch->ops[0]->operation)
        return 0;
    return b->on_written(b->ctx, batch->ops[0]->place, reply, &e) < 0 ? fail(b, &e) : 0;
}

static int take(struct bulk *b, struct batch *batch)
{
    struct reply *reply = b->wire.reply(b->wire.ctx, batch->call);
    int r = 0;

    b->totals.capacity.tenths += reply->capacity.tenths;
    b->answered |= reply->status != 0;
    if (reply->uncertain && batch->ops[0]->operation)
        b->totals.uncertain++;
    if (reply->err.code == 0) {
        r = tell_written(b, batch, reply);
        int taken = take_batch(b, batch, reply);

        r = r < 0 ? r : taken;
    } else if (about_items(reply, batch)) {
        pace_progressed(&b->pace);
        take_apart(b, batch, &reply->err);
    } else if (wire_failure_passes(reply,
                                   b->answered || b->pace.backoff.rounds < UNANSWERED_ROUNDS)) {
        again_all(b, batch);
    } else {
        return fail(b, &reply->err);
    }
    if (r == 0 && b->pace.backoff.rounds > BACKOFF_ROUNDS_MAX)
        r = give_up(b, reply);
    return r;
}

/* Takes every answer that is there. */
static int collect(struct bulk *b)
{
    int r = 0;

    for (struct batch **link = &b->flying; *link;) {
        struct batch *batch = *link;

        if (!b->wire.done(b->wire.ctx, batch->call)) {
            link = &batch->next;
            continue;
        }
        *link = batch->next;
        b->flying_count--;
        b->flying_bytes -= batch->bytes;
        int one = take(b, batch);

        r = one < 0 ? one : r;
        b->wire.free(b->wire.ctx, batch->call);
        batch->call = NULL;
        batch_drop(b, batch);
    }
    return r;
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
        if (collect(b) < 0 && !b->flying)
            break;
        if (b->flying_count && b->wire.poll(b->wire.ctx, 100, -1) == ERR_CANCELLED)
            break;
    }
    cancel_flag += seen;
    retire(b);
}

static int stopped(struct bulk *b, struct err *e)
{
    *e = b->failure;
    return b->failure.code;
}

static int stop(struct bulk *b, struct err *e)
{
    drain(b);
    return stopped(b, e);
}

/* One round: answers, then requests. *wake: when something will be due without an answer. */
static int turn(struct bulk *b, bool all, int64_t *wake)
{
    int64_t now = clock_mono_us(b->clock);

    if (collect(b) < 0 || retire(b) < 0)
        return b->failure.code;
    *wake = op_wake(&b->queue, now);
    if (launch_all(b, all, now) < 0)
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
    return fail(b, &e);
}

static bool crowded(const struct bulk *b)
{
    return b->queue.count >= UNSETTLED_MAX(b) || b->queue.bytes >= UNSETTLED_BYTES_MAX;
}

/* Called after each op: most often there is nothing to do yet. */
static int pump(struct bulk *b, struct err *e)
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
        return stopped(b, e);
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
    return stopped(b, e);
}

/* ---- what comes in */

static bool index_fits(const struct index *index, const struct value *item, struct err *why)
{
    const struct key_schema *key = &index->key;

    for (unsigned i = 0; i < key_part_count(key); i++) {
        const struct key_part *part = key_part(key, i);
        const struct value *v = value_member(item, part->name);

        if (!v || (v->type == part->type && v->len))
            continue;
        err_set(why, ERR_FAILED, "%.*s is %s%s, the key of the index %.*s takes %s",
                STR_ARG(part->name), v->type == part->type ? "an empty " : "of type ",
                attr_type_name(v->type), STR_ARG(index->name), attr_type_name(part->type));
        return false;
    }
    return true;
}

static bool fits(struct bulk *b, const struct value *item, struct err *why)
{
    size_t size = value_size(item);

    if (size > ITEM_SIZE_MAX) {
        err_set(why, ERR_FAILED, "the item has %zu bytes, %zu are allowed", size, ITEM_SIZE_MAX);
        return false;
    }
    for (size_t i = 0; i < b->index_count; i++) {
        if (!index_fits(&b->indexes[i], item, why))
            return false;
    }
    return true;
}

static int refuse(struct bulk *b, struct op *op, const struct err *why, struct err *e)
{
    b->totals.rejected++;
    op_refuse(&b->queue, op, why);
    return pump(b, e);
}

static void add_key(struct bulk *b, struct buf *out, const struct value *item)
{
    struct value key = {.type = ATTR_M}, *last = NULL;

    arena_reset(&b->scratch);
    for (unsigned i = 0; i < key_part_count(&b->key_schema); i++) {
        const struct value *v = value_member(item, key_part(&b->key_schema, i)->name);

        if (v)
            value_append(&key, &last, value_copy(&b->scratch, v));
    }
    ddb_add_item(out, &key);
}

static void add_item(struct buf *out, const struct value *item, struct str json)
{
    if (json.len)
        buf_str_add(out, json);
    else
        ddb_add_item(out, item);
}

int bulk_put(struct bulk *b, const struct value *item, struct str json, struct bulk_place place,
             struct err *e)
{
    struct op *op;
    struct err why = {0};

    if (b->failure.code)
        return stopped(b, e);
    op = op_new(&b->queue, place);
    if (!op_key_bytes(&b->key_schema, item, &op->text, &why) || !fits(b, item, &why)) {
        buf_reset(&op->text);
        add_item(&op->text, item, json);
        return refuse(b, op, &why, e);
    }
    op->key_len = op->text.len;
    add_item(&op->text, item, json);
    op_enter(&b->queue, op);
    return pump(b, e);
}

int bulk_delete(struct bulk *b, const struct value *key, struct bulk_place place, struct err *e)
{
    struct op *op;
    struct err why = {0};
    bool whole;

    if (b->failure.code)
        return stopped(b, e);
    op = op_new(&b->queue, place);
    op->deletes = true;
    whole = op_key_bytes(&b->key_schema, key, &op->text, &why);
    if (!whole)
        buf_reset(&op->text);
    op->key_len = op->text.len;
    add_key(b, &op->text, key);
    if (!whole)
        return refuse(b, op, &why, e);
    op_enter(&b->queue, op);
    return pump(b, e);
}

int bulk_call(struct bulk *b, const char *operation, struct str body, const struct value *key,
              struct bulk_place place, struct err *e)
{
    struct op *op;
    struct err why = {0};

    if (b->failure.code)
        return stopped(b, e);
    op = op_new(&b->queue, place);
    op->operation = operation;
    if (!op_key_bytes(&b->key_schema, key, &op->text, &why)) {
        buf_reset(&op->text);
        buf_str_add(&op->text, body);
        return refuse(b, op, &why, e);
    }
    op->key_len = op->text.len;
    buf_str_add(&op->text, body);
    op_enter(&b->queue, op);
    return pump(b, e);
}

int bulk_refuse(struct bulk *b, struct str text, struct bulk_place place, const struct err *why,
                struct err *e)
{
    struct op *op;

    if (b->failure.code)
        return stopped(b, e);
    op = op_new(&b->queue, place);
    op->unreadable = true;
    buf_str_add(&op->text, text);
    return refuse(b, op, why, e);
}
