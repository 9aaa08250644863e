/* Many writes: BatchWriteItem requests of 25, several in flight, until every item is written or
 * refused.
 *
 * The writer copies what it needs of its options; an item given to it is encoded at once and need
 * not live on. Writes to one key happen in the order in which they were given. Its memory is a
 * fixed number of writes, however many pass through. One thread; nothing happens but in these
 * calls. Source of the limits: API reference, BatchWriteItem.
 */
#ifndef PKSK_RUN_BULK_H
#define PKSK_RUN_BULK_H

#include "pksk/dynamo/schema.h"
#include "pksk/run/wire.h"

#define BULK_BATCH_MAX 25
#define BULK_BODY_MAX ((size_t)16 << 20)
#define BULK_IN_FLIGHT 16
#define BULK_IN_FLIGHT_MAX 64

struct bulk;

/* Where an item stands in the input: the writer only hands it back. */
struct bulk_place {
    uint64_t line; /* of its beginning, from 1 */
    uint64_t end;  /* offset of the byte behind it */
};

struct bulk_reject {
    struct str json; /* the item, or the key of a delete, in DynamoDB JSON; or the text refused */
    bool readable;   /* false: the text is no item at all */
    bool deletes;    /* a delete */
    bool unfinished; /* not refused: the writer stopped before it was done */
    bool late;       /* after a failure, beyond bulk_mark() */
    struct bulk_place place;
    const struct err *err;
};

struct bulk_options {
    const struct table *table;
    const struct clock *clock; /* lives as long as the writer */
    unsigned in_flight;        /* requests at most; 0: BULK_IN_FLIGHT */

    /* Called in the order of the input, once everything before is settled. NULL: the writer stops
     * at the first refusal with its error. A negative return stops it, too. */
    int (*on_reject)(void *ctx, const struct bulk_reject *r, struct err *e);
    /* Called as the answer to a bulk_call() comes in, in no order; NULL is fine. */
    int (*on_written)(void *ctx, struct bulk_place place, const struct reply *reply, struct err *e);
    void *ctx;
    const struct wire *wire; /* copied; NULL: the client's */
};

struct bulk_totals {
    uint64_t written, rejected;
    uint64_t requests, retried; /* retried: items sent again */
    uint64_t uncertain;         /* updates that may have been applied twice */
    struct capacity capacity;
    uint64_t bytes; /* of request bodies */
};

/* The settled beginning of the input: all of it is written or refused, and each refusal reported.
 */
struct bulk_mark {
    struct bulk_place place;
    uint64_t written, rejected;
};

struct bulk *bulk_new(struct dynamo *d, const struct bulk_options *o);
void bulk_free(struct bulk *b); /* cancels what is in flight; NULL is fine */

/* Each may wait for answers. A failure is final: the writer has then awaited what was in flight
 * (for some seconds, or until a second Ctrl-C) and every further call fails in the same way.
 * ERR_CANCELLED after Ctrl-C. A key attribute that is missing or of the wrong type is a refusal. */
/* json: the item in DynamoDB JSON on one line where the input had it so; empty: it is written. */
int bulk_put(struct bulk *b, const struct value *item, struct str json, struct bulk_place place,
             struct err *e) must_check;
int bulk_delete(struct bulk *b, const struct value *key, struct bulk_place place,
                struct err *e) must_check; /* an item serves: its key is taken */

/* One operation of its own for the item with this key, e.g. UpdateItem, with its whole body. */
int bulk_call(struct bulk *b, const char *operation, struct str body, const struct value *key,
              struct bulk_place place, struct err *e) must_check;

/* A piece of the input that is no item: it is reported in its turn. */
int bulk_refuse(struct bulk *b, struct str text, struct bulk_place place, const struct err *why,
                struct err *e) must_check;

/* Lets requests go on until the descriptor is readable: for input that comes slowly. */
int bulk_wait_readable(struct bulk *b, int fd, struct err *e) must_check;

/* Sends what is left and waits for everything. After a failure: reports what was refused or is
 * unfinished through on_reject (marks no longer move), and returns that failure. */
int bulk_finish(struct bulk *b, struct err *e) must_check;

/* Would a writer of that table take this item, or for a delete this key? Nothing is asked. */
bool bulk_would_take(const struct table *t, const struct value *item, bool deletes,
                     struct err *why);

const struct bulk_totals *bulk_totals(const struct bulk *b);
struct bulk_mark bulk_mark(const struct bulk *b);

#endif
