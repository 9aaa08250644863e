/* The shards of a stream that is followed: which there are, whose child each is, and which may be
 * read. Within tail.c and its tests.
 */
#ifndef PKSK_RUN_SHARDS_H
#define PKSK_RUN_SHARDS_H

#include "pksk/base/map.h"
#include "pksk/dynamo/streams.h"
#include "pksk/run/backoff.h"

enum shard_state {
    SHARD_WAITS,  /* for its parent to be read to the end */
    SHARD_BEGINS, /* needs an iterator */
    SHARD_READS,
    SHARD_ENDED, /* read to its end, or of no interest */
};

enum shard_start { FROM_LATEST, FROM_OLDEST, BEHIND_LAST };

struct shard {
    char *id, *parent; /* parent: NULL when it has none */
    enum shard_state state;
    enum shard_start start; /* what the next iterator is asked for */
    bool closed, listed;    /* listed: in the last description */
    bool seen;              /* has given a page */
    bool first;             /* was there when the following began */
    bool lasting;           /* said to be closed, and followed until an answer says so, too */
    bool parental;          /* another one has it as its parent */
    bool gap;               /* something was lost before its next records */
    struct buf iterator, sequence;
    void *call;
    int64_t due_us;
    struct backoff backoff;
};

struct shards {
    struct map by_id;
    struct shard **all; /* owned, in the order in which they were listed first */
    size_t count, cap;
    size_t begun; /* how many were ever to be read */
};

void shards_free(struct shards *x); /* not their calls */

static inline bool shard_is_active(const struct shard *s)
{
    return s->state == SHARD_BEGINS || s->state == SHARD_READS;
}

/* A page of the description. first: of the first description. */
int shards_take(struct shards *x, const struct stream_shards *page, bool first,
                struct err *e) must_check;

/* The description is complete: what is read and no longer in it is forgotten. from_start: those of
 * the first description are read from their oldest record on. */
void shards_listed(struct shards *x, bool from_start);

/* Begins each shard that may be read now. */
void shards_settle(struct shards *x, bool from_start);

#endif
