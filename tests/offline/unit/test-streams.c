#include "test.h"

#include "pksk/dynamo/streams.h"

static struct arena arena;
static struct err err;

static int page(const char *text, struct stream_page *ret)
{
    struct json *tree;

    err = (struct err){0};
    arena_reset(&arena);
    *ret = (struct stream_page){0};
    if (json_parse(&arena, str_of(text), 128, &tree, &err) < 0)
        return -100;
    return streams_decode_page(&arena, tree, ret, &err);
}

static int shards(const char *text, struct stream_shards *ret)
{
    struct json *tree;

    err = (struct err){0};
    arena_reset(&arena);
    if (json_parse(&arena, str_of(text), 128, &tree, &err) < 0)
        return -100;
    return streams_decode_shards(&arena, tree, ret, &err);
}

/* A page with one record, made of its parts. */
static int record(const char *event, const char *change, const char *more,
                  struct stream_record *ret)
{
    struct stream_page p;
    struct buf b = {0};

    buf_addf(&b, "{\"Records\":[{\"eventName\":\"%s\",\"dynamodb\":{%s}%s}]}", event, change, more);
    int r = page(buf_cstr(&b), &p);

    buf_free(&b);
    *ret = p.records ? *p.records : (struct stream_record){0};
    return r;
}

#define KEY "\"Keys\":{\"pk\":{\"S\":\"a\"}},\"SequenceNumber\":\"123\""

TEST(a_page_of_records)
{
    struct stream_page p;

    CHECK(page("{\"NextShardIterator\":\"next\",\"Records\":["
               "{\"eventID\":\"1\",\"eventName\":\"MODIFY\",\"eventVersion\":\"1.1\","
               "\"dynamodb\":{\"ApproximateCreationDateTime\":1767322445,"
               "\"Keys\":{\"pk\":{\"S\":\"a\"}},\"NewImage\":{\"pk\":{\"S\":\"a\"},\"n\":{\"N\":"
               "\"2\"}},"
               "\"OldImage\":{\"pk\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"}},"
               "\"SequenceNumber\":\"111100000000000000000000000000000000042\",\"SizeBytes\":12,"
               "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}},"
               "{\"eventName\":\"INSERT\",\"dynamodb\":{" KEY "}}]}",
               &p) == 0);
    CHECK(p.count == 2 && p.records->next == p.last && !p.last->next);
    CHECK_STR(p.next_iterator, "next");
    CHECK(p.records->event == STREAM_MODIFY && p.records->time_ms == 1767322445000);
    CHECK_STR(p.records->sequence, "111100000000000000000000000000000000042");
    CHECK_STR(p.records->view, "NEW_AND_OLD_IMAGES");
    CHECK(p.records->size_bytes == 12 && !p.records->ttl);
    CHECK_STR(value_text(value_member(p.records->new_image, STR("n"))), "2");
    CHECK_STR(value_text(value_member(p.records->old_image, STR("n"))), "1");
    CHECK(p.last->event == STREAM_INSERT && !p.last->new_image && !p.last->old_image);
}

TEST(a_page_without_records)
{
    struct stream_page p;

    CHECK(page("{\"Records\":[],\"NextShardIterator\":\"x\"}", &p) == 0 && !p.count && !p.records);
    CHECK(page("{\"Records\":[]}", &p) == 0 && !p.next_iterator.len);
    CHECK(page("{\"NextShardIterator\":null}", &p) == 0 && !p.next_iterator.len);
    CHECK(page("[]", &p) < 0 && err.text[0]);
}

TEST(times_of_every_form)
{
    static const struct {
        const char *text;
        int64_t ms;
    } times[] = {{"0", 0},
                 {"1767322445", 1767322445000},
                 {"1767322445.0", 1767322445000},
                 {"1.767322445E9", 1767322445000},
                 {"1767322445.257", 1767322445257},
                 {"1767322445.2", 1767322445200},
                 {"\"1767322445\"", 1767322445000}};
    static const char *const bad[] = {"-1", "1e30", "\"yesterday\"", "99999999999999999999"};
    struct stream_record r;
    char text[200];

    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        snprintf(text, sizeof(text), KEY ",\"ApproximateCreationDateTime\":%s", times[i].text);
        CHECK(record("INSERT", text, "", &r) == 0 && r.time_ms == times[i].ms);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        snprintf(text, sizeof(text), KEY ",\"ApproximateCreationDateTime\":%s", bad[i]);
        CHECK(record("INSERT", text, "", &r) < 0);
    }
}

TEST(time_to_live_is_told_from_a_request)
{
    struct stream_record r;

    CHECK(record(
              "REMOVE", KEY,
              ",\"userIdentity\":{\"Type\":\"Service\",\"PrincipalId\":\"dynamodb.amazonaws.com\"}",
              &r) == 0 &&
          r.ttl);
    CHECK(record(
              "REMOVE", KEY,
              ",\"userIdentity\":{\"type\":\"Service\",\"principalId\":\"dynamodb.amazonaws.com\"}",
              &r) == 0 &&
          r.ttl);
    CHECK(record("REMOVE", KEY,
                 ",\"userIdentity\":{\"Type\":\"Service\",\"PrincipalId\":\"replication.dynamodb."
                 "amazonaws.com\"}",
                 &r) == 0 &&
          !r.ttl);
    CHECK(record("REMOVE", KEY, "", &r) == 0 && !r.ttl);
    CHECK(record(
              "INSERT", KEY,
              ",\"userIdentity\":{\"Type\":\"Service\",\"PrincipalId\":\"dynamodb.amazonaws.com\"}",
              &r) == 0 &&
          !r.ttl);
}

TEST(what_happened_is_told_by_the_images_where_its_name_is_not_known)
{
    struct stream_record r;

    CHECK(record("UNKNOWN_TO_SDK_VERSION", KEY ",\"OldImage\":{\"pk\":{\"S\":\"a\"}}", "", &r) ==
              0 &&
          r.event == STREAM_REMOVE);
    CHECK(record("NEW", KEY ",\"NewImage\":{\"pk\":{\"S\":\"a\"}}", "", &r) == 0 &&
          r.event == STREAM_INSERT);
    CHECK(record("NEW", KEY ",\"NewImage\":{},\"OldImage\":{}", "", &r) == 0 &&
          r.event == STREAM_MODIFY);
    CHECK(record("NEW", KEY, "", &r) == 0 && r.event == STREAM_REMOVE);
}

TEST(an_empty_map_that_lost_its_type_is_one)
{
    struct stream_record r;

    CHECK(record("INSERT", KEY ",\"NewImage\":{\"m\":{},\"l\":{\"L\":[{},{\"M\":{\"x\":{}}}]}}", "",
                 &r) == 0);
    const struct value *m = value_member(r.new_image, STR("m")),
                       *l = value_member(r.new_image, STR("l"));

    CHECK(m && m->type == ATTR_M && !m->len);
    CHECK(l && l->len == 2 && l->first->type == ATTR_M && !l->first->len);
    CHECK(value_member(l->first->next, STR("x"))->type == ATTR_M);
}

TEST(records_that_are_none)
{
    static const struct {
        const char *event, *change;
    } bad[] = {
        {"", KEY},
        {"INSERT", "\"SequenceNumber\":\"1\""},
        {"INSERT", "\"Keys\":{},\"SequenceNumber\":\"1\""},
        {"INSERT", "\"Keys\":[],\"SequenceNumber\":\"1\""},
        {"INSERT", "\"Keys\":{\"pk\":{\"S\":\"a\"}}"},
        {"INSERT", "\"Keys\":{\"pk\":{\"S\":\"a\"}},\"SequenceNumber\":\"12x\""},
        {"INSERT", KEY ",\"NewImage\":\"no\""},
        {"INSERT", KEY ",\"NewImage\":{\"a\":{\"S\":1}}"},
    };
    struct stream_record r;
    struct stream_page p;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        CHECK(record(bad[i].event, bad[i].change, "", &r) == ERR_FAILED && err.text[0]);
    CHECK(page("{\"Records\":[{\"eventName\":\"INSERT\"}]}", &p) < 0);
    CHECK(page("{\"Records\":[7]}", &p) < 0);
}

TEST(shards_of_a_stream)
{
    struct stream_shards s;

    CHECK(
        shards(
            "{\"StreamDescription\":{\"StreamStatus\":\"ENABLED\",\"StreamViewType\":\"KEYS_ONLY\","
            "\"LastEvaluatedShardId\":\"s2\",\"Shards\":["
            "{\"ShardId\":\"s1\",\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"1\","
            "\"EndingSequenceNumber\":\"9\"}},"
            "{\"ShardId\":\"s2\",\"ParentShardId\":\"s1\",\"SequenceNumberRange\":"
            "{\"StartingSequenceNumber\":\"10\"}}]}}",
            &s) == 0);
    CHECK(s.count == 2 && s.first->closed && !s.first->next->closed);
    CHECK_STR(s.first->id, "s1");
    CHECK(!s.first->parent.len);
    CHECK_STR(s.first->next->parent, "s1");
    CHECK_STR(s.status, "ENABLED");
    CHECK_STR(s.view, "KEYS_ONLY");
    CHECK_STR(s.last_shard, "s2");
    CHECK(shards("{\"StreamDescription\":{\"Shards\":[]}}", &s) == 0 && !s.count && !s.status.len);
    CHECK(shards("{}", &s) < 0);
    CHECK(shards("{\"StreamDescription\":{\"Shards\":[{\"ParentShardId\":\"s1\"}]}}", &s) < 0);
    arena_free(&arena);
}

TEST_MAIN()
