/* What a table's stream says: the records of GetRecords and the shards of DescribeStream.
 *
 * Pure functions over an answer's tree; what they return lives in the arena given. The service is
 * held to its own shapes and to ceilings far above its limits. Source: API reference of DynamoDB
 * Streams, 2012-08-10.
 */
#ifndef PKSK_DYNAMO_STREAMS_H
#define PKSK_DYNAMO_STREAMS_H

#include "pksk/item/value.h"
#include "pksk/json/tree.h"

#define STREAM_RECORDS_MAX 10000 /* of a page; the service gives 1000 */
#define STREAM_SHARDS_MAX 10000  /* of a page; the service gives 100 */

enum stream_event { STREAM_INSERT, STREAM_MODIFY, STREAM_REMOVE };

const char *stream_event_name(enum stream_event event); /* "INSERT" … */

/* One change of one item. Records of one shard come in the order of the changes. */
struct stream_record {
    struct stream_record *next;
    enum stream_event event;
    bool ttl; /* removed by time to live, not by anybody's request */
    int64_t time_ms;
    struct value *keys;
    struct value *new_image, *old_image; /* NULL: there is none, or the stream does not keep it */
    struct str sequence;                 /* digits */
    struct str view;                     /* StreamViewType, or empty */
    uint64_t size_bytes;
};

struct stream_page {
    struct stream_record *records, *last; /* NULL: none */
    size_t count;
    struct str next_iterator; /* empty: the shard is closed and has been read */
};

/* answer: of GetRecords. */
int streams_decode_page(struct arena *a, const struct json *answer, struct stream_page *ret,
                        struct err *e) must_check;

struct stream_shard {
    struct stream_shard *next;
    struct str id, parent; /* parent: empty when it has none */
    bool closed;           /* nothing is written to it any more */
};

struct stream_shards {
    struct stream_shard *first;
    size_t count;
    struct str status;     /* ENABLED, ENABLING, DISABLING, DISABLED */
    struct str view;       /* StreamViewType */
    struct str last_shard; /* LastEvaluatedShardId: go on behind it; empty: that was all */
};

/* answer: of DescribeStream. */
int streams_decode_shards(struct arena *a, const struct json *answer, struct stream_shards *ret,
                          struct err *e) must_check;

#endif
