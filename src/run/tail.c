#include "pksk/run/tail.h"

#include "pksk/json/writer.h"
#include "pksk/run/shards.h"

#define IN_FLIGHT_MAX 16
#define IDLE_US 1000000  /* between two looks at a shard that had nothing */
#define LIVELY_US 200000 /* … at one that had: five a second is what the service takes */
#define HURRY_US 1000000 /* between two descriptions after a shard has ended, then twice that … */
#define SETTLED_US 30000000 /* … up to this */
#define PAGE_US 100000      /* between pages of one: ten a second is what the service takes */

struct tail {
    struct wire wire;
    const struct clock *clock;
    char *arn;
    bool from_start;
    struct shards shards;
    size_t turn; /* which shard is first in the next round */
    unsigned in_flight;
    bool answered; /* the endpoint has, once */

    /* the description under way */
    void *describing;
    struct buf last_shard;
    int64_t describe_us, interval_us; /* when the next one is due */
    struct backoff describe_backoff;
    bool described, disabled;
    struct buf view;

    void *page; /* the call whose records were handed out */
    struct arena arena;
    struct tail_totals totals;
    int64_t began_us;
};

struct tail *tail_new(struct dynamo *d, const struct tail_options *o)
{
    struct tail *t = mem_resize(NULL, 1, sizeof(*t));

    *t = (struct tail){
        .wire = o->wire ? *o->wire : wire_client(d),
        .clock = o->clock,
        .arn = mem_dup(o->stream_arn.s, o->stream_arn.len),
        .from_start = o->from_start,
        .interval_us = SETTLED_US,
        .began_us = clock_mono_us(o->clock),
    };
    return t;
}

static void drop_page(struct tail *t)
{
    if (t->page)
        t->wire.free(t->wire.ctx, t->page);
    t->page = NULL;
    arena_reset(&t->arena);
}

void tail_free(struct tail *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->shards.count; i++) {
        if (t->shards.all[i]->call)
            t->wire.free(t->wire.ctx, t->shards.all[i]->call);
    }
    shards_free(&t->shards);
    if (t->describing)
        t->wire.free(t->wire.ctx, t->describing);
    drop_page(t);
    arena_free(&t->arena);
    buf_free(&t->last_shard);
    buf_free(&t->view);
    free(t->arn);
    free(t);
}

/* ---- requests */

static void set_text(struct buf *b, struct str text)
{
    buf_reset(b);
    buf_str_add(b, text);
}

static int send(struct tail *t, const char *operation, struct buf *body, void **call, struct err *e)
{
    int r;

    buf_char(body, '}');
    r = t->wire.send(t->wire.ctx, operation, buf_str(body), call, e);
    if (r < 0)
        return r;
    t->totals.requests++;
    t->in_flight++;
    return 0;
}

static void add_member(struct buf *b, const char *name, struct str text)
{
    buf_addf(b, "%c\"%s\":", b->len ? ',' : '{', name);
    json_add_string(b, text);
}

static int ask_description(struct tail *t, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};

    add_member(&body, "StreamArn", str_of(t->arn));
    if (t->last_shard.len)
        add_member(&body, "ExclusiveStartShardId", buf_str(&t->last_shard));
    return send(t, "DescribeStream", &body, &t->describing, e);
}

static int ask_iterator(struct tail *t, struct shard *s, struct err *e)
{
    static const char *const types[] = {
        [FROM_LATEST] = "LATEST",
        [FROM_OLDEST] = "TRIM_HORIZON",
        [BEHIND_LAST] = "AFTER_SEQUENCE_NUMBER",
    };
    _cleanup_(buf_free) struct buf body = {0};

    add_member(&body, "StreamArn", str_of(t->arn));
    add_member(&body, "ShardId", str_of(s->id));
    add_member(&body, "ShardIteratorType", str_of(types[s->start]));
    if (s->start == BEHIND_LAST)
        add_member(&body, "SequenceNumber", buf_str(&s->sequence));
    return send(t, "GetShardIterator", &body, &s->call, e);
}

static int ask_records(struct tail *t, struct shard *s, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};

    add_member(&body, "ShardIterator", buf_str(&s->iterator));
    return send(t, "GetRecords", &body, &s->call, e);
}

/* Everything that is due, as far as requests may be in flight; each shard has its turn. */
static int ask_all(struct tail *t, struct err *e)
{
    int64_t now = clock_mono_us(t->clock);
    int r = 0;

    if (!t->describing && now >= t->describe_us)
        r = ask_description(t, e);
    for (size_t i = 0; i < t->shards.count && r == 0 && t->in_flight < IN_FLIGHT_MAX; i++) {
        struct shard *s = t->shards.all[(t->turn + i) % t->shards.count];

        if (s->call || !shard_is_active(s) || now < s->due_us)
            continue;
        r = s->state == SHARD_BEGINS ? ask_iterator(t, s, e) : ask_records(t, s, e);
    }
    return r;
}

/* ---- what fails */

/* The client has tried again by itself; here the follower waits longer, for a stream is followed
 * for hours. 0, or the failure when it is none that passes, or does not for minutes. */
static int wait_longer(struct tail *t, const struct reply *reply, struct backoff *b,
                       int64_t *due_us, struct err *e)
{
    bool passes = wire_failure_passes(reply, t->answered) ||
                  str_is(str_of(reply->err.service), "LimitExceededException");

    *e = reply->err;
    if (!passes || b->rounds >= BACKOFF_ROUNDS_MAX)
        return e->code;
    *due_us = clock_mono_us(t->clock) + backoff_next_ms(b, false) * (int64_t)1000;
    *e = (struct err){.at = SPAN_NONE};
    return 0;
}

static void end_shard(struct tail *t, struct shard *s)
{
    s->state = SHARD_ENDED;
    buf_free(&s->iterator);
    buf_free(&s->sequence);
    t->interval_us = HURRY_US; /* for its children */
    t->describe_us = MIN(t->describe_us, clock_mono_us(t->clock) + LIVELY_US);
}

/* Without an iterator that is good, it goes on where its records ended. Where there were none, what
 * came since the first iterator cannot be told from what was there before. */
static void begin_again(struct shard *s)
{
    s->state = SHARD_BEGINS;
    s->gap |= !s->sequence.len && s->start == FROM_LATEST;
    if (s->sequence.len)
        s->start = BEHIND_LAST;
    s->due_us = 0;
}

static int shard_failed(struct tail *t, struct shard *s, const struct reply *reply, struct err *e)
{
    struct str code = str_of(reply->err.service);

    if (str_is(code, "ExpiredIteratorException")) {
        begin_again(s);
        return 0;
    }
    if (str_is(code, "TrimmedDataAccessException")) {
        buf_reset(&s->sequence);
        s->state = SHARD_BEGINS;
        s->start = FROM_OLDEST;
        s->gap = true;
        s->due_us = 0;
        return 0;
    }
    if (str_is(code, "ResourceNotFoundException")) { /* too old by now */
        s->gap = s->seen;
        end_shard(t, s);
        return 0;
    }
    return wait_longer(t, reply, &s->backoff, &s->due_us, e);
}

/* ---- the description */

static void end_description(struct tail *t, struct str status)
{
    shards_listed(&t->shards, t->from_start);
    t->described = true;
    t->disabled = str_is(status, "DISABLED");
    buf_reset(&t->last_shard);
    t->describe_us = clock_mono_us(t->clock) + t->interval_us;
    t->interval_us = MIN(t->interval_us * 2, (int64_t)SETTLED_US);
}

static int take_description(struct tail *t, struct err *e)
{
    const struct reply *reply = t->wire.reply(t->wire.ctx, t->describing);
    _cleanup_(arena_free) struct arena a = {0};
    struct stream_shards page;
    int r;

    if (reply->err.code < 0)
        return wait_longer(t, reply, &t->describe_backoff, &t->describe_us, e);
    t->describe_backoff = (struct backoff){0};
    r = streams_decode_shards(&a, reply->rest, &page, e);
    if (r == 0)
        r = shards_take(&t->shards, &page, !t->described, e);
    if (r < 0)
        return r;
    set_text(&t->view, page.view);
    if (!page.last_shard.len) {
        end_description(t, page.status);
        return 0;
    }
    if (str_eq(page.last_shard, buf_str(&t->last_shard)))
        return err_set(e, ERR_FAILED, "the description of the stream goes on where it began");
    set_text(&t->last_shard, page.last_shard);
    t->describe_us = clock_mono_us(t->clock) + PAGE_US;
    return 0;
}

/* ---- answers */

static int take_iterator(struct shard *s, const struct reply *reply, struct err *e)
{
    struct str iterator = json_text(reply->rest, "ShardIterator");

    if (!iterator.len)
        return err_set(e, ERR_FAILED, "the stream's answer cannot be used: it has no iterator");
    set_text(&s->iterator, iterator);
    s->state = SHARD_READS;
    s->due_us = 0;
    return 0;
}

/* A page of records: 1. */
static int take_records(struct tail *t, struct shard *s, const struct reply *reply,
                        struct tail_batch *ret, struct err *e)
{
    struct stream_page page;
    int r = streams_decode_page(&t->arena, reply->rest, &page, e);

    if (r < 0)
        return r;
    if (page.last)
        set_text(&s->sequence, page.last->sequence);
    s->seen = true;
    if (page.next_iterator.len) {
        /* a closed shard is read on: what is left of it may lie behind empty pages */
        bool lively = page.count || (s->closed && !s->lasting);

        set_text(&s->iterator, page.next_iterator);
        s->due_us = clock_mono_us(t->clock) + (lively ? LIVELY_US : IDLE_US);
    } else {
        end_shard(t, s);
        shards_settle(&t->shards, t->from_start);
    }
    *ret = (struct tail_batch){page.records, page.count, s->gap};
    t->totals.records += page.count;
    t->totals.gaps += s->gap;
    s->gap = false;
    return 1;
}

static int take_shard(struct tail *t, struct shard *s, struct tail_batch *ret, struct err *e)
{
    bool asked_iterator = s->state == SHARD_BEGINS;
    const struct reply *reply;
    int r;

    drop_page(t);
    t->page = s->call;
    s->call = NULL;
    reply = t->wire.reply(t->wire.ctx, t->page);
    if (reply->err.code < 0) {
        r = shard_failed(t, s, reply, e);
        shards_settle(&t->shards, t->from_start);
        if (r < 0 || s->state != SHARD_ENDED || !s->gap)
            return r;
        *ret = (struct tail_batch){.gap = true};
        t->totals.gaps++;
        return 1;
    }
    s->backoff = (struct backoff){0};
    return asked_iterator ? take_iterator(s, reply, e) : take_records(t, s, reply, ret, e);
}

/* One answer, whichever is there: 1 with a batch; 0 and *taken, or none was there. */
static int take_one(struct tail *t, struct tail_batch *ret, bool *taken, struct err *e)
{
    *taken = true;
    if (t->describing && t->wire.done(t->wire.ctx, t->describing)) {
        t->in_flight--;
        int r = take_description(t, e);

        t->wire.free(t->wire.ctx, t->describing);
        t->describing = NULL;
        t->answered |= r == 0;
        return r;
    }
    for (size_t i = 0; i < t->shards.count; i++) {
        size_t at = (t->turn + i) % t->shards.count;
        struct shard *s = t->shards.all[at];

        if (!s->call || !t->wire.done(t->wire.ctx, s->call))
            continue;
        t->in_flight--;
        t->turn = at + 1;
        return take_shard(t, s, ret, e);
    }
    *taken = false;
    return 0;
}

/* ---- following */

static bool is_over(const struct tail *t)
{
    if (!t->described || !t->disabled || t->last_shard.len)
        return false;
    for (size_t i = 0; i < t->shards.count; i++) {
        if (t->shards.all[i]->state != SHARD_ENDED)
            return false;
    }
    return true;
}

/* Until the next request is due, at most a second. */
static int wait_ms(const struct tail *t)
{
    int64_t now = clock_mono_us(t->clock), soonest = now + IDLE_US;

    if (!t->describing)
        soonest = MIN(soonest, t->describe_us);
    for (size_t i = 0; i < t->shards.count; i++) {
        const struct shard *s = t->shards.all[i];

        if (!s->call && shard_is_active(s) && t->in_flight < IN_FLIGHT_MAX)
            soonest = MIN(soonest, s->due_us);
    }
    return (int)((MAX(soonest - now, (int64_t)0) + 999) / 1000);
}

int tail_next(struct tail *t, struct tail_batch *ret, struct err *e)
{
    int64_t until = clock_mono_us(t->clock) + IDLE_US;

    drop_page(t);
    for (;;) {
        bool taken;
        int r = ask_all(t, e);

        if (r == 0)
            r = take_one(t, ret, &taken, e);
        if (r != 0)
            return r;
        if (taken)
            continue;
        if (is_over(t))
            return 0;
        if (t->wire.poll(t->wire.ctx, wait_ms(t), -1) == ERR_CANCELLED)
            return err_set(e, ERR_CANCELLED, "interrupted");
        if (clock_mono_us(t->clock) >= until) {
            *ret = (struct tail_batch){0};
            return 1;
        }
    }
}

bool tail_follows(const struct tail *t)
{
    if (!t->described)
        return false;
    for (size_t i = 0; i < t->shards.count; i++) {
        const struct shard *s = t->shards.all[i];

        if (s->first && shard_is_active(s) && !s->seen)
            return false;
    }
    return true;
}

struct str tail_view(const struct tail *t)
{
    return buf_str(&t->view);
}

struct tail_totals tail_totals(const struct tail *t)
{
    struct tail_totals totals = t->totals;

    totals.shards = t->shards.begun;
    totals.took_us = clock_mono_us(t->clock) - t->began_us;
    return totals;
}
