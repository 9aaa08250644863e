/* The writes that a bulk writer has taken and not settled: their order, and the keys they hold.
 *
 * The queue owns every op; an op lives until it is retired. Only one op at a time holds a key;
 * later ones for the same key wait behind it. Ops retire in the order of arrival, so that what lies
 * before the oldest is settled without exception.
 */
#ifndef PKSK_RUN_BULK_QUEUE_H
#define PKSK_RUN_BULK_QUEUE_H

#include "pksk/base/buf.h"
#include "pksk/run/bulk.h"

enum op_state { OP_WAITING, OP_READY, OP_DELAYED, OP_SENT, OP_WRITTEN, OP_REJECTED };

struct op {
    struct op *newer; /* in order of arrival */
    struct op *link;  /* the next in a list, or in the pool */
    struct op *chain; /* the next in its hash bucket */
    struct op *first_waiter, *last_waiter;
    struct buf text; /* the key's bytes, then the request's JSON */
    size_t key_len;
    uint64_t hash;
    struct bulk_place place;
    int64_t not_before_us;
    const char *operation; /* NULL: a part of a BatchWriteItem */
    struct err *err;       /* why it was rejected */
    enum op_state state;
    bool deletes, unreadable, reported;
};

struct op_list {
    struct op *first, *last;
    size_t count, bytes;
};

#define OP_BUCKETS 4096
struct op_queue {
    struct op *oldest, *newest, *pool;
    struct op_list ready, delayed;
    struct op **buckets;
    size_t count; /* not retired */
    size_t bytes; /* of their text */
};

void op_list_add(struct op_list *l, struct op *op);
void op_list_prepend(struct op_list *l, struct op *op);
struct op *op_list_take(struct op_list *l); /* NULL when empty */

void op_queue_init(struct op_queue *q);
void op_queue_deinit(struct op_queue *q);

/* A new op at the end, in no list, with empty text for the caller to fill: the key first. */
struct op *op_new(struct op_queue *q, struct bulk_place place);

static inline struct str op_key(const struct op *op)
{
    return str_slice(buf_str(&op->text), 0, op->key_len);
}

static inline struct str op_json(const struct op *op)
{
    return str_slice(buf_str(&op->text), op->key_len, op->text.len);
}

/* Its text is complete: it becomes ready, or waits for the op that holds its key. */
void op_enter(struct op_queue *q, struct op *op);

/* Instead: it is refused before it was sent. */
void op_refuse(struct op_queue *q, struct op *op, const struct err *why);

/* Settled; the next op with its key becomes ready. why: NULL when it is written. */
void op_settle(struct op_queue *q, struct op *op, const struct err *why);

void op_delay(struct op_queue *q, struct op *op, int64_t not_before_us);
int64_t op_wake(struct op_queue *q,
                int64_t now_us); /* when the next is due; INT64_MAX: none waits */

/* The oldest op when it is settled, else NULL; and its end. */
struct op *op_retirable(const struct op_queue *q);
void op_retire(struct op_queue *q, struct op *op);

/* The key of an item as bytes: equal for equal keys. False with *why when an attribute is missing,
 * empty or of another type. */
bool op_key_bytes(const struct key_schema *schema, const struct value *item, struct buf *ret,
                  struct err *why);

#endif
