/* A stream followed: every shard's records in the order in which they were written, parents before
 * their children, for as long as one likes.
 *
 * Shards are kept by name, a few hundred bytes each; of records only the batch handed out. New
 * shards are looked for now and then, and at once when one ends. Nothing is asked of the service
 * but in tail_next(); the reading can be stopped at any moment. One thread.
 *
 * Source: developer guide, "Change data capture for DynamoDB Streams". The order holds within a
 * shard and its children, that is, for each item.
 */
#ifndef PKSK_RUN_TAIL_H
#define PKSK_RUN_TAIL_H

#include "pksk/dynamo/streams.h"
#include "pksk/run/wire.h"

struct tail;

struct tail_options {
    struct str stream_arn;
    bool from_start; /* what the stream still has of the last day, too */
    const struct clock *clock;
    const struct wire *wire; /* how requests travel; NULL: by the client given */
};

/* What is copied of the options: everything but the clock. */
struct tail *tail_new(struct dynamo *d, const struct tail_options *o);
void tail_free(struct tail *t); /* cancels what is in flight; NULL is fine */

struct tail_batch {
    const struct stream_record *records; /* chained, of one shard; NULL: none this time */
    size_t count;
    bool gap; /* changes before these may be missing: the service no longer had them */
};

/* 1 and *ret, which lives until the next call: at least once in a second or so, with or without
 * records, so that the caller can see whether anyone still reads. 0: the stream was switched off,
 * and all of it has been read. Or a negative code. */
int tail_next(struct tail *t, struct tail_batch *ret, struct err *e) must_check;

/* Is every shard that was there at first being read? What is written from then on is seen. */
bool tail_follows(const struct tail *t);

struct str tail_view(const struct tail *t); /* StreamViewType; empty until it is known */

struct tail_totals {
    uint64_t records, requests, gaps;
    size_t shards; /* that were read */
    int64_t took_us;
};
struct tail_totals tail_totals(const struct tail *t);

#endif
