/* A stream followed, against a made-up one: shards that end and have children, answers that fail,
 * all in any order of events. */
#include "pksk/run/tail.h"

#include "fake-service.h"
#include "test.h"

#define SHARDS_MAX 200
#define RECORDS_MAX 4000
#define A_PAGE 3

/* Its records are those numbered from `from` up to `to`; `latest` is what LATEST means. */
struct shard_made {
    char id[16], parent[16];
    unsigned from, to, latest, trimmed;
    bool closed, hidden;
    bool goes_on; /* records come though it is described as closed */
};

static struct fake service;
static struct shard_made made[SHARDS_MAX];
static unsigned made_count, disable_after, expire;
static bool disabled;
static const char *gone; /* a shard that the service does not know any more */

static unsigned seen[RECORDS_MAX], order[RECORDS_MAX], seen_count, gaps;
static struct err err;

static struct shard_made *add(const char *id, const char *parent, unsigned from, unsigned to)
{
    struct shard_made *s = &made[made_count++];

    *s = (struct shard_made){.from = from, .to = to, .latest = to, .trimmed = from, .closed = true};
    snprintf(s->id, sizeof(s->id), "%s", id);
    snprintf(s->parent, sizeof(s->parent), "%s", parent);
    return s;
}

static struct shard_made *find(struct str id)
{
    for (unsigned i = 0; i < made_count; i++) {
        if (str_is(id, made[i].id))
            return &made[i];
    }
    return NULL;
}

static void reply_with(struct fake_call *c, struct buf *text)
{
    struct err e;

    if (json_parse(&c->arena, buf_str(text), 64, &c->reply.rest, &e) < 0)
        service.wrong = "the made-up answer is not JSON";
    buf_free(text);
}

/* Two a page, the youngest first, so that children come before their parents. */
static void describe(struct fake_call *c, const struct json *body)
{
    struct str after = json_text(body, "ExclusiveStartShardId");
    unsigned i = made_count, count = 0;
    struct buf b = {0};

    if (after.len)
        i = (unsigned)(find(after) - made);
    buf_addf(&b, "{\"StreamDescription\":{\"StreamStatus\":\"%s\",\"Shards\":[",
             disabled ? "DISABLED" : "ENABLED");
    while (i > 0 && count < 2) {
        const struct shard_made *s = &made[--i];

        if (s->hidden)
            continue;
        buf_addf(&b, "%s{\"ShardId\":\"%s\",", count++ ? "," : "", s->id);
        if (s->parent[0])
            buf_addf(&b, "\"ParentShardId\":\"%s\",", s->parent);
        buf_addf(&b, "\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"%u\"%s}}", s->from,
                 s->closed ? ",\"EndingSequenceNumber\":\"9\"" : "");
    }
    buf_lit(&b, "]");
    if (i > 0)
        buf_addf(&b, ",\"LastEvaluatedShardId\":\"%s\"", made[i].id);
    buf_lit(&b, "}}");
    reply_with(c, &b);
}

static void iterator(struct fake_call *c, const struct json *body)
{
    const struct shard_made *s = find(json_text(body, "ShardId"));
    struct str type = json_text(body, "ShardIteratorType");
    struct buf b = {0};
    uint64_t at = 0;

    if (!s || (gone && !strcmp(gone, s->id))) {
        refuse_with(c, 400, ERR_FAILED, "ResourceNotFoundException");
        return;
    }
    if (str_is(type, "LATEST"))
        at = s->latest;
    else if (str_is(type, "TRIM_HORIZON"))
        at = s->trimmed;
    else if (str_is(type, "AFTER_SEQUENCE_NUMBER") &&
             str_to_u64(json_text(body, "SequenceNumber"), &at))
        at++;
    else
        service.wrong = "an iterator of no kind";
    buf_addf(&b, "{\"ShardIterator\":\"%s:%u\"}", s->id, (unsigned)at);
    reply_with(c, &b);
}

static void records(struct fake_call *c, const struct json *body)
{
    struct str text = json_text(body, "ShardIterator"), id = text;
    struct buf b = {0};
    uint64_t at = 0;
    size_t colon = 0;

    if (!str_find_char(text, ':', &colon) || !str_to_u64(str_slice(text, colon + 1, text.len), &at))
        service.wrong = "an iterator that was never given";
    id = str_slice(text, 0, colon);
    const struct shard_made *s = find(id);

    if (dice(&service, 100) < expire) {
        refuse_with(c, 400, ERR_FAILED, "ExpiredIteratorException");
        return;
    }
    if (at < s->trimmed) {
        refuse_with(c, 400, ERR_FAILED, "TrimmedDataAccessException");
        return;
    }
    unsigned count = dice(&service, 3) ? A_PAGE : 0; /* empty pages are normal */

    buf_lit(&b, "{\"Records\":[");
    for (unsigned i = 0; i < count && at < s->to; i++, at++)
        buf_addf(&b,
                 "%s{\"eventName\":\"INSERT\",\"dynamodb\":{\"Keys\":{\"pk\":{\"S\":\"%u\"}},"
                 "\"SequenceNumber\":\"%021u\"}}",
                 i ? "," : "", (unsigned)at, (unsigned)at);
    buf_lit(&b, "]");
    if (!s->closed || s->goes_on || at < s->to)
        buf_addf(&b, ",\"NextShardIterator\":\"%s:%u\"", s->id, (unsigned)at);
    buf_lit(&b, "}");
    reply_with(c, &b);
}

static void stream(struct fake *f, struct fake_call *c)
{
    struct json *body;
    struct err e;

    if (json_parse(&c->arena, buf_str(&c->body), 16, &body, &e) < 0) {
        f->wrong = "a body is not JSON";
        return;
    }
    if (disable_after && f->requests >= disable_after) {
        disabled = true;
        for (unsigned i = 0; i < made_count; i++) {
            made[i].closed = true;
            made[i].goes_on = false;
            made[i].hidden = false;
        }
    }
    if (!strcmp(c->operation, "DescribeStream"))
        describe(c, body);
    else if (!strcmp(c->operation, "GetShardIterator"))
        iterator(c, body);
    else if (!strcmp(c->operation, "GetRecords"))
        records(c, body);
    else
        f->wrong = "an operation that is none of the stream's";
}

static void reset(uint64_t seed)
{
    fake_free_all(&service);
    service = (struct fake){.seed = seed * 7919 + 1, .other = stream};
    fake_begin(&service);
    memset(seen, 0, sizeof(seen));
    made_count = disable_after = expire = seen_count = gaps = 0;
    disabled = false;
    gone = NULL;
}

/* Two generations that are over, and a third that is open: 0–9, 10–19 and 20–29, 30–39 and 40–49.
 */
static void three_generations(void)
{
    add("s0", "trimmed", 0, 10);
    add("s1", "s0", 10, 20);
    add("s2", "s0", 20, 30);
    add("s3", "s1", 30, 40)->closed = false;
    add("s4", "s2", 40, 50)->closed = false;
    find(STR("s3"))->latest = 35;
    find(STR("s4"))->latest = 45;
}

static void take(const struct tail_batch *b)
{
    uint64_t n = 0;

    gaps += b->gap;
    for (const struct stream_record *r = b->records; r; r = r->next) {
        if (!str_to_u64(value_text(value_member(r->keys, STR("pk"))), &n) || n >= RECORDS_MAX)
            service.wrong = "a record of no number";
        order[n] = seen_count++;
        seen[n]++;
    }
}

/* Until the end, a failure, or so many batches. */
static int follow_with(struct tail *t, unsigned batches)
{
    struct tail_batch b;
    int r = 1;

    while (r == 1 && batches-- > 0) {
        r = tail_next(t, &b, &err);
        if (r == 1)
            take(&b);
    }
    return r;
}

static struct tail *begin(bool from_start)
{
    struct tail_options o = {STR("arn"), from_start, &clock_fake, &wire_fake};

    err = (struct err){0};
    return tail_new(NULL, &o);
}

static int follow(bool from_start)
{
    struct tail *t = begin(from_start);
    int r = follow_with(t, 5000);

    tail_free(t);
    return r;
}

static bool once(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        if (seen[i] != 1)
            return false;
    }
    return true;
}

static bool none(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        if (seen[i])
            return false;
    }
    return true;
}

/* Each in its order, and the first of b behind the last of a. */
static bool behind(unsigned a_to, unsigned b_from)
{
    return order[a_to - 1] < order[b_from];
}

static bool in_order(unsigned from, unsigned to)
{
    for (unsigned i = from + 1; i < to; i++) {
        if (order[i - 1] > order[i])
            return false;
    }
    return true;
}

TEST(from_the_start_everything_comes_once_and_parents_before_children)
{
    for (unsigned seed = 1; seed <= 100; seed++) {
        reset(seed);
        three_generations();
        disable_after = 80;
        CHECK(follow(true) == 0);
        CHECK(once(0, 50) && seen_count == 50 && !gaps && !service.wrong);
        CHECK(behind(10, 10) && behind(10, 20) && behind(20, 30) && behind(30, 40));
        CHECK(in_order(0, 10) && in_order(10, 20) && in_order(20, 30) && in_order(40, 50));
    }
}

TEST(from_now_only_what_comes_in_open_shards_and_their_children)
{
    for (unsigned seed = 1; seed <= 100; seed++) {
        reset(seed);
        three_generations();
        add("s5", "s3", 50, 60)->hidden = true; /* shows itself when the stream is switched off */
        disable_after = 60;
        CHECK(follow(false) == 0);
        CHECK(none(0, 35) && once(35, 40) && none(40, 45) && once(45, 50) && once(50, 60));
        CHECK(behind(40, 50) && !gaps && !service.wrong);
    }
}

TEST(failures_that_pass_lose_and_repeat_nothing)
{
    for (unsigned seed = 1; seed <= 100; seed++) {
        reset(seed);
        three_generations();
        disable_after = 150;
        expire = 15;
        service.throttle = 15;
        service.fail = 10;
        CHECK(follow(true) == 0);
        CHECK(once(0, 50) && seen_count == 50 && !service.wrong);
        CHECK(behind(20, 30) && in_order(30, 40));
    }
}

TEST(an_iterator_that_expired_before_any_record_is_a_gap)
{
    reset(1);
    add("s0", "", 0, 10)->closed = false;
    find(STR("s0"))->latest = 5;
    expire = 60;
    disable_after = 60;
    CHECK(follow(false) == 0);
    CHECK(once(5, 10) && gaps > 0);
}

TEST(one_shard_that_is_only_said_to_be_closed_is_followed)
{
    struct tail *t;

    reset(1);
    add("s0", "", 0, 10)->goes_on = true;
    find(STR("s0"))->latest = 5;
    t = begin(false);
    while (seen_count < 5)
        CHECK(follow_with(t, 1) == 1);
    find(STR("s0"))->to = 20;
    while (seen_count < 15)
        CHECK(follow_with(t, 1) == 1);
    disable_after = 1;
    CHECK(follow_with(t, 1000) == 0);
    CHECK(once(5, 20) && none(0, 5) && !gaps && !service.wrong);
    tail_free(t);
}

TEST(what_was_trimmed_is_said)
{
    struct tail *t;

    reset(1);
    add("s0", "", 0, 30)->closed = false;
    t = begin(true);
    while (seen_count < 3)
        CHECK(follow_with(t, 1) == 1);
    CHECK(!gaps);
    find(STR("s0"))->trimmed = 20;
    disable_after = 1;
    CHECK(follow_with(t, 1000) == 0);
    CHECK(gaps == 1 && once(20, 30) && none(6, 20) && tail_totals(t).gaps == 1);
    tail_free(t);
}

TEST(a_shard_that_is_gone_makes_room_for_its_children)
{
    reset(1);
    three_generations();
    gone = "s1";
    disable_after = 60;
    CHECK(follow(true) == 0);
    CHECK(once(0, 10) && none(10, 20) && once(20, 50) && !service.wrong);
}

TEST(ctrl_c_loses_nothing)
{
    struct tail *t;
    int r;

    reset(3);
    three_generations();
    disable_after = 100;
    t = begin(true);
    for (unsigned i = 2; (r = follow_with(t, 1000)) != 0; i += 7) {
        CHECK(r == 1 || r == ERR_CANCELLED);
        cancel_flag = 0;
        service.cancel_after = service.requests + i;
    }
    CHECK(once(0, 50) && seen_count == 50);
    tail_free(t);
    for (unsigned after = 1; after < 40; after++) {
        reset(after);
        three_generations();
        service.cancel_after = after;
        CHECK(follow(true) == ERR_CANCELLED && err.code == ERR_CANCELLED);
        CHECK(!service.in_flight && !service.wrong);
    }
}

TEST(what_does_not_pass_ends_it)
{
    reset(1);
    three_generations();
    service.throttle_all = true;
    CHECK(follow(true) == ERR_FAILED);
    CHECK_STR(str_of(err.service), "ProvisionedThroughputExceededException");
    CHECK(service.requests > 5 && service.requests < 40 && service.now_us > 10 * 1000000);
    reset(1);
    service.dead = true; /* from the beginning: there is nobody there */
    CHECK(follow(true) == ERR_CONNECT && service.requests == 1);
}

TEST(it_follows_when_every_shard_is_being_read)
{
    struct tail *t;

    reset(1);
    three_generations();
    t = begin(false);
    CHECK(!tail_follows(t));
    CHECK(follow_with(t, 1) == 1);
    CHECK(!tail_follows(t)); /* one of two */
    CHECK(follow_with(t, 8) == 1);
    CHECK(tail_follows(t));
    CHECK(tail_totals(t).shards == 2);
    tail_free(t);
}

TEST(many_shards_few_requests_at_once)
{
    struct tail *t;

    reset(1);
    for (unsigned i = 0; i < 150; i++) {
        char id[16];

        snprintf(id, sizeof(id), "s%u", i);
        add(id, "", i * 10, i * 10 + 10)->closed = false;
    }
    t = begin(true);
    for (unsigned i = 0; i < 4000 && seen_count < 1500; i++)
        CHECK(follow_with(t, 1) == 1);
    CHECK(once(0, 1500) && service.most_in_flight <= 17 && !service.wrong);
    tail_free(t);
}

TEST(an_idle_stream_is_asked_once_a_second)
{
    struct tail *t;
    unsigned before;

    reset(1);
    add("s0", "", 0, 0)->closed = false;
    t = begin(false);
    CHECK(follow_with(t, 5) == 1);
    before = service.requests;
    int64_t began = service.now_us;

    CHECK(follow_with(t, 300) == 1);
    int64_t seconds = (service.now_us - began) / 1000000;

    CHECK(seconds > 100 && service.requests - before < 2 * seconds);
    tail_free(t);
    fake_free_all(&service);
}

TEST_MAIN()
