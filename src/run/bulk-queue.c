#include "pksk/run/bulk-queue.h"

#include "pksk/item/number.h"

#define TEXT_KEPT ((size_t)16 << 10) /* memory that an op in the pool may hold on to */

/* ---- lists */

void op_list_add(struct op_list *l, struct op *op)
{
    op->link = NULL;
    if (l->last)
        l->last->link = op;
    else
        l->first = op;
    l->last = op;
    l->count++;
    l->bytes += op->text.len;
}

void op_list_prepend(struct op_list *l, struct op *op)
{
    op->link = l->first;
    l->first = op;
    if (!l->last)
        l->last = op;
    l->count++;
    l->bytes += op->text.len;
}

struct op *op_list_take(struct op_list *l)
{
    struct op *op = l->first;

    if (!op)
        return NULL;
    l->first = op->link;
    if (!l->first)
        l->last = NULL;
    op->link = NULL;
    l->count--;
    l->bytes -= op->text.len;
    return op;
}

/* ---- the queue */

void op_queue_init(struct op_queue *q)
{
    *q = (struct op_queue){.buckets = mem_resize(NULL, OP_BUCKETS, sizeof(*q->buckets))};
    memset(q->buckets, 0, OP_BUCKETS * sizeof(*q->buckets));
}

static void destroy(struct op *op)
{
    buf_free(&op->text);
    free(op->err);
    free(op);
}

void op_queue_deinit(struct op_queue *q)
{
    for (struct op *op = q->oldest, *next; op; op = next) {
        next = op->newer;
        destroy(op);
    }
    for (struct op *op = q->pool, *next; op; op = next) {
        next = op->link;
        destroy(op);
    }
    free(q->buckets);
    *q = (struct op_queue){0};
}

struct op *op_new(struct op_queue *q, struct bulk_place place)
{
    struct op *op = q->pool;
    struct buf text = {0};

    if (op) {
        q->pool = op->link;
        text = op->text;
    } else {
        op = mem_resize(NULL, 1, sizeof(*op));
    }
    *op = (struct op){.text = text, .place = place};
    if (q->newest)
        q->newest->newer = op;
    else
        q->oldest = op;
    q->newest = op;
    q->count++;
    return op;
}

static struct op **bucket(struct op_queue *q, const struct op *op)
{
    return &q->buckets[op->hash % OP_BUCKETS];
}

static void become_ready(struct op_queue *q, struct op *op)
{
    op->state = OP_READY;
    op_list_add(&q->ready, op);
}

void op_enter(struct op_queue *q, struct op *op)
{
    q->bytes += op->text.len;
    op->hash = str_hash(op_key(op));
    for (struct op *holder = *bucket(q, op); holder; holder = holder->chain) {
        if (holder->hash != op->hash || !str_eq(op_key(holder), op_key(op)))
            continue;
        if (holder->last_waiter)
            holder->last_waiter->link = op;
        else
            holder->first_waiter = op;
        holder->last_waiter = op;
        op->state = OP_WAITING;
        return;
    }
    op->chain = *bucket(q, op);
    *bucket(q, op) = op;
    become_ready(q, op);
}

/* Hands the key to the first that waits for it, with those behind. */
static void release_key(struct op_queue *q, struct op *op)
{
    struct op **place = bucket(q, op), *heir = op->first_waiter;

    while (*place && *place != op)
        place = &(*place)->chain;
    if (!*place)
        return; /* it never had one */
    if (!heir) {
        *place = op->chain;
        return;
    }
    heir->first_waiter = heir->link;
    heir->last_waiter = heir->link ? op->last_waiter : NULL;
    heir->chain = op->chain;
    *place = heir;
    op->first_waiter = op->last_waiter = NULL;
    become_ready(q, heir);
}

static void drop_text(struct op_queue *q, struct op *op)
{
    q->bytes -= op->text.len;
    buf_reset(&op->text);
    if (op->text.cap > TEXT_KEPT)
        buf_free(&op->text);
}

static void reject(struct op *op, const struct err *why)
{
    op->state = OP_REJECTED;
    op->err = mem_resize(NULL, 1, sizeof(*op->err));
    *op->err = *why;
}

void op_refuse(struct op_queue *q, struct op *op, const struct err *why)
{
    q->bytes += op->text.len;
    reject(op, why);
}

void op_settle(struct op_queue *q, struct op *op, const struct err *why)
{
    release_key(q, op);
    if (why) {
        reject(op, why);
        return;
    }
    op->state = OP_WRITTEN;
    drop_text(q, op);
    op->key_len = 0;
}

void op_delay(struct op_queue *q, struct op *op, int64_t not_before_us)
{
    op->state = OP_DELAYED;
    op->not_before_us = not_before_us;
    op_list_add(&q->delayed, op);
}

int64_t op_wake(struct op_queue *q, int64_t now_us)
{
    int64_t soonest = INT64_MAX;

    for (size_t left = q->delayed.count; left; left--) {
        struct op *op = op_list_take(&q->delayed);

        if (op->not_before_us > now_us) {
            soonest = MIN(soonest, op->not_before_us);
            op_list_add(&q->delayed, op);
        } else {
            op->state = OP_READY;
            op_list_prepend(&q->ready, op);
        }
    }
    return soonest;
}

struct op *op_retirable(const struct op_queue *q)
{
    return q->oldest && q->oldest->state >= OP_WRITTEN ? q->oldest : NULL;
}

void op_retire(struct op_queue *q, struct op *op)
{
    q->oldest = op->newer;
    if (!q->oldest)
        q->newest = NULL;
    q->count--;
    drop_text(q, op);
    free(op->err);
    op->err = NULL;
    op->link = q->pool;
    q->pool = op;
}

/* ---- keys */

#define PARTITION_KEY_MAX 2048
#define SORT_KEY_MAX 1024

static bool add_part(const struct key_part *part, size_t max, const struct value *item,
                     struct buf *ret, struct err *why)
{
    const struct value *v = value_member(item, part->name);
    size_t before;

    if (!v) {
        err_set(why, ERR_FAILED, "the key attribute %.*s is missing", STR_ARG(part->name));
        return false;
    }
    if (v->type != part->type) {
        err_set(why, ERR_FAILED, "the key attribute %.*s is of type %s, the table's key is %s",
                STR_ARG(part->name), attr_type_name(v->type), attr_type_name(part->type));
        return false;
    }
    if (!v->len) {
        err_set(why, ERR_FAILED, "the key attribute %.*s is empty", STR_ARG(part->name));
        return false;
    }
    if (v->type != ATTR_N && v->len > max) {
        err_set(why, ERR_FAILED, "the key attribute %.*s has %u bytes, %zu are allowed",
                STR_ARG(part->name), v->len, max);
        return false;
    }
    buf_add(ret, &v->len, sizeof(v->len)); /* so that two parts cannot run into each other */
    before = ret->len;
    if (v->type != ATTR_N)
        buf_str_add(ret, value_text(v));
    else if (number_normalise(value_text(v), ret, why) < 0)
        return false;
    uint32_t len = (uint32_t)(ret->len - before);

    memcpy(ret->s + before - sizeof(len), &len, sizeof(len));
    return true;
}

bool op_key_bytes(const struct key_schema *schema, const struct value *item, struct buf *ret,
                  struct err *why)
{
    for (unsigned i = 0; i < key_part_count(schema); i++) {
        size_t max = i < schema->partition_count ? PARTITION_KEY_MAX : SORT_KEY_MAX;

        if (!add_part(key_part(schema, i), max, item, ret, why))
            return false;
    }
    return true;
}
