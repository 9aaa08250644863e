#include "pksk/dynamo/streams.h"

#include "pksk/item/ddbjson.h"
#include "pksk/item/number.h"

#define ITERATOR_MAX 8192 /* the API says 2048 */
#define SHARD_ID_MAX 256  /* the API says 65 */
#define SEQUENCE_MAX 80   /* digits; the API says 40 */
#define SECONDS_MAX ((int64_t)1 << 40)

static const char *const event_names[] = {
    [STREAM_INSERT] = "INSERT",
    [STREAM_MODIFY] = "MODIFY",
    [STREAM_REMOVE] = "REMOVE",
};

const char *stream_event_name(enum stream_event event)
{
    return event_names[event];
}

static int wrong(struct err *e, const char *what)
{
    return err_set(e, ERR_FAILED, "the stream's answer cannot be used: %s", what);
}

static const struct json *list_of(const struct json *object, const char *name)
{
    const struct json *list = json_get(object, name);

    return list && list->kind == JSON_IS_ARRAY ? list : NULL;
}

/* ---- records */

static bool event_from(struct str name, enum stream_event *ret)
{
    for (unsigned i = 0; i < ARRAY_LEN(event_names); i++) {
        if (str_is(name, event_names[i])) {
            *ret = (enum stream_event)i;
            return true;
        }
    }
    return false;
}

/* What happened, where the name is of a kind that is not known. DynamoDB Local has such a one for
 * what time to live removed. */
static enum stream_event event_by_images(const struct stream_record *r)
{
    if (!r->new_image)
        return STREAM_REMOVE;
    return r->old_image ? STREAM_MODIFY : STREAM_INSERT;
}

static bool is_sequence(struct str t)
{
    for (size_t i = 0; i < t.len; i++) {
        if (t.s[i] < '0' || t.s[i] > '9')
            return false;
    }
    return t.len > 0 && t.len <= SEQUENCE_MAX;
}

/* Seconds since 1970 as a number of JSON's: 1767322445, 1767322445.25, 1.767322445E9. */
static bool time_from(struct str text, int64_t *ret_ms)
{
    _cleanup_(buf_free) struct buf plain = {0};
    struct str whole, fraction = STR("");
    int64_t seconds, ms = 0;
    size_t dot;

    if (number_normalise(text, &plain, NULL) < 0)
        return false;
    whole = buf_str(&plain);
    if (str_find_char(whole, '.', &dot)) {
        fraction = str_slice(whole, dot + 1, whole.len);
        whole = str_slice(whole, 0, dot);
    }
    if (!str_to_i64(whole, &seconds) || seconds < 0 || seconds > SECONDS_MAX)
        return false;
    for (size_t i = 0; i < 3; i++)
        ms = ms * 10 + (i < fraction.len ? fraction.s[i] - '0' : 0);
    *ret_ms = seconds * 1000 + ms;
    return true;
}

/* An item of the record; *ret stays NULL when it has none of that name. */
static int decode_item(struct arena *a, const struct json *change, const char *name,
                       struct value **ret, struct err *e)
{
    const struct json *tree = json_get(change, name);

    *ret = NULL;
    if (!tree || tree->kind == JSON_IS_NULL)
        return 0;
    if (tree->kind != JSON_IS_OBJECT)
        return wrong(e, "an item is not an object");
    return ddb_from_stream(a, tree, ret, e);
}

/* The service itself, in the name of time to live. The names of the members differ between the API
 * and what other readers of streams are given. */
static bool is_ttl(const struct json *record)
{
    const struct json *who = json_get(record, "userIdentity");
    struct str type = json_text(who, "Type"), id = json_text(who, "PrincipalId");

    if (!type.len)
        type = json_text(who, "type");
    if (!id.len)
        id = json_text(who, "principalId");
    return str_is(type, "Service") && str_is(id, "dynamodb.amazonaws.com");
}

static int decode_record(struct arena *a, const struct json *tree, struct stream_record *ret,
                         struct err *e)
{
    const struct json *change = json_get(tree, "dynamodb");
    struct str time = json_text(change, "ApproximateCreationDateTime");
    struct str sequence = json_text(change, "SequenceNumber"), name = json_text(tree, "eventName");
    int r;

    if (!change || change->kind != JSON_IS_OBJECT)
        return wrong(e, "a record says nothing of an item");
    if (!name.len)
        return wrong(e, "a record does not say what happened");
    if (!is_sequence(sequence))
        return wrong(e, "a record has no sequence number");
    if (time.len && !time_from(time, &ret->time_ms))
        return wrong(e, "a record's time is none");
    if (!json_get_u64(change, "SizeBytes", &ret->size_bytes))
        ret->size_bytes = 0;
    ret->sequence = arena_str(a, sequence);
    ret->view = arena_str(a, json_text(change, "StreamViewType"));
    r = decode_item(a, change, "Keys", &ret->keys, e);
    if (r == 0 && (!ret->keys || !ret->keys->first))
        return wrong(e, "a record has no key");
    if (r == 0)
        r = decode_item(a, change, "NewImage", &ret->new_image, e);
    if (r == 0)
        r = decode_item(a, change, "OldImage", &ret->old_image, e);
    if (!event_from(name, &ret->event))
        ret->event = event_by_images(ret);
    ret->ttl = ret->event == STREAM_REMOVE && is_ttl(tree);
    return r;
}

int streams_decode_page(struct arena *a, const struct json *answer, struct stream_page *ret,
                        struct err *e)
{
    struct stream_page page = {.next_iterator = STR("")};
    const struct json *list = list_of(answer, "Records");
    struct str next = json_text(answer, "NextShardIterator");

    if (!answer || answer->kind != JSON_IS_OBJECT)
        return wrong(e, "it is no object");
    if (next.len > ITERATOR_MAX)
        return wrong(e, "an iterator is too long");
    if (list && list->count > STREAM_RECORDS_MAX)
        return wrong(e, "there are too many records");
    for (const struct json *tree = list ? list->first : NULL; tree; tree = tree->next) {
        struct stream_record *record = arena_new(a, struct stream_record);
        int r = decode_record(a, tree, record, e);

        if (r < 0)
            return r;
        if (page.last)
            page.last->next = record;
        else
            page.records = record;
        page.last = record;
        page.count++;
    }
    page.next_iterator = arena_str(a, next);
    *ret = page;
    return 0;
}

/* ---- shards */

int streams_decode_shards(struct arena *a, const struct json *answer, struct stream_shards *ret,
                          struct err *e)
{
    const struct json *stream = json_get(answer, "StreamDescription");
    const struct json *list = list_of(stream, "Shards");
    struct stream_shards all = {.count = 0};
    struct stream_shard **last = &all.first;

    if (!stream || stream->kind != JSON_IS_OBJECT)
        return wrong(e, "it describes no stream");
    if (list && list->count > STREAM_SHARDS_MAX)
        return wrong(e, "there are too many shards");
    for (const struct json *tree = list ? list->first : NULL; tree; tree = tree->next) {
        const struct json *range = json_get(tree, "SequenceNumberRange");
        struct str id = json_text(tree, "ShardId"), parent = json_text(tree, "ParentShardId");
        struct stream_shard *shard = arena_new(a, struct stream_shard);

        if (!id.len || id.len > SHARD_ID_MAX || parent.len > SHARD_ID_MAX)
            return wrong(e, "a shard has no name, or one that cannot be its");
        *shard = (struct stream_shard){
            .id = arena_str(a, id),
            .parent = arena_str(a, parent),
            .closed = json_text(range, "EndingSequenceNumber").len > 0,
        };
        *last = shard;
        last = &shard->next;
        all.count++;
    }
    all.status = arena_str(a, json_text(stream, "StreamStatus"));
    all.view = arena_str(a, json_text(stream, "StreamViewType"));
    all.last_shard = arena_str(a, json_text(stream, "LastEvaluatedShardId"));
    if (all.last_shard.len > SHARD_ID_MAX)
        return wrong(e, "a shard's name is too long");
    *ret = all;
    return 0;
}
