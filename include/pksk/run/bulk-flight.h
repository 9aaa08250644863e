/* The inside of a bulk writer: its state, and the requests in flight. Within its three files.
 *
 * bulk-put.c takes the writes, bulk.c settles them in their order and waits, bulk-flight.c makes
 * requests of them and takes the answers.
 */
#ifndef PKSK_RUN_BULK_FLIGHT_H
#define PKSK_RUN_BULK_FLIGHT_H

#include "pksk/run/bulk-queue.h"
#include "pksk/run/pace.h"

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

/* The first failure stays; returns its code. */
int flight_fail(struct bulk *b, const struct err *why);

/* Sends what may be sent now. all: also a batch that is not full. */
int flight_launch(struct bulk *b, bool all, int64_t now) must_check;
int flight_collect(struct bulk *b) must_check; /* takes every answer that is there */
void flight_free(struct bulk *b);              /* cancels the requests */

/* Of bulk.c, after each write: lets requests go on when there is something to do. */
int bulk_pump(struct bulk *b, struct err *e) must_check;
int bulk_stopped(const struct bulk *b, struct err *e) must_check; /* the failure again */

#endif
