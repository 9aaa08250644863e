#include "pksk/run/bulk-flight.h"

#include "pksk/item/ddbjson.h"
#include "pksk/json/writer.h"

#define FLIGHT_BYTES_MAX ((size_t)24 << 20)
#define UNANSWERED_ROUNDS 2 /* without any answer ever, each of the client's several attempts */

int flight_fail(struct bulk *b, const struct err *why)
{
    if (!b->failure.code)
        b->failure = *why;
    return b->failure.code;
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
        return flight_fail(b, &e);
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

int flight_launch(struct bulk *b, bool all, int64_t now)
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
                return flight_fail(b, &e);
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
    return flight_fail(b, &e);
}

/* It is written, whatever comes of telling so. */
static int tell_written(struct bulk *b, const struct batch *batch, const struct reply *reply)
{
    struct err e = {0};

    if (!b->on_written || !batch->ops[0]->operation)
        return 0;
    return b->on_written(b->ctx, batch->ops[0]->place, reply, &e) < 0 ? flight_fail(b, &e) : 0;
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
        return flight_fail(b, &reply->err);
    }
    if (r == 0 && b->pace.backoff.rounds > BACKOFF_ROUNDS_MAX)
        r = give_up(b, reply);
    return r;
}

int flight_collect(struct bulk *b)
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

/* ---- */

static void free_batches(struct bulk *b, struct batch *list)
{
    for (struct batch *next; list; list = next) {
        next = list->next;
        if (list->call)
            b->wire.free(b->wire.ctx, list->call);
        free(list);
    }
}

void flight_free(struct bulk *b)
{
    free_batches(b, b->flying);
    free_batches(b, b->split);
    free_batches(b, b->spare);
}
