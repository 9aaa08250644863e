#include "test.h"

#include "pksk/dynamo/refusal.h"
#include "pksk/dynamo/reply.h"

struct world {
    struct arena arena;
    struct reply reply;
    struct err err;
};

static void forget(struct world *w)
{
    arena_free(&w->arena);
}

/* Feeds the answer in pieces of that many bytes. */
static int decode_as(struct world *w, const char *operation, bool plain, const char *text,
                     size_t piece)
{
    struct reply_decoder *d = reply_decoder_new();
    struct str rest = str_of(text);
    int r = 0;

    arena_reset(&w->arena);
    w->reply = (struct reply){0};
    reply_decoder_begin(d, str_of(operation), plain, &w->arena, &w->reply);
    while (r == 0 && rest.len) {
        size_t n = MIN(piece, rest.len);

        r = reply_decoder_feed(d, str_slice(rest, 0, n), &w->err);
        rest = str_slice(rest, n, rest.len);
    }
    if (r == 0)
        r = reply_decoder_finish(d, &w->err);
    reply_decoder_free(d);
    return r;
}

static int decode(struct world *w, const char *operation, const char *text, size_t piece)
{
    return decode_as(w, operation, false, text, piece);
}

static const char page[] =
    "{\"Count\":2,\"Items\":[{\"pk\":{\"S\":\"gr\\u00fcn\"},\"n\":{\"N\":\"1.50\"}},"
    "{\"pk\":{\"S\":\"b\"},\"m\":{\"M\":{\"l\":{\"L\":[{\"BOOL\":true},{\"NULL\":true}]}}}}],"
    "\"ScannedCount\":7,\"LastEvaluatedKey\":{\"pk\":{\"S\":\"b\"}},"
    "\"ConsumedCapacity\":{\"TableName\":\"t\",\"CapacityUnits\":128.5}}";

TEST(reply_page_in_pieces_of_every_size)
{
    _cleanup_(forget) struct world w = {0};

    for (size_t piece = 1; piece <= sizeof(page); piece++) {
        CHECK(decode(&w, "Query", page, piece) == 0);
        CHECK(w.reply.count == 2 && w.reply.scanned == 7);
        const struct value *a = w.reply.items, *b = a->next;

        CHECK(a && b && !b->next && a->type == ATTR_M);
        CHECK_STR(value_text(value_member(a, STR("pk"))), "grün");
        CHECK_STR(value_text(value_member(a, STR("n"))), "1.50");
        CHECK(value_member(b, STR("m"))->first->len == 2);
        CHECK_STR(value_text(value_member(w.reply.last_key, STR("pk"))), "b");
        CHECK(w.reply.capacity.tenths == 1285);
        CHECK_STR(json_text(json_get(w.reply.rest, "ConsumedCapacity"), "TableName"), "t");
        CHECK(!json_get(w.reply.rest, "Items"));
    }
}

/* Some items are read apart from the JSON around them, others are not: both come, in their order.
 */
TEST(reply_usual_and_unusual_items)
{
    static const char text[] =
        "{\"Items\":[ {\"pk\":{\"S\":\"a\"}} ,{\"pk\":{\"S\":\"\\ud83d\\ude00]}\"}},"
        "{\"pk\":{\"S\":\"c\\\\\"}},\n{\"pk\":{\"L\":[{\"L\":[{\"L\":[{\"L\":[{\"L\":[{\"L\":[{"
        "\"L\":["
        "{\"L\":[{\"L\":[{\"L\":[{\"L\":[{\"L\":[{\"L\":[]}]}]}]}]}]}]}]}]}]}]}]}]}},"
        "{\"pk\":{\"S\":\"e\"}}],\"Count\":5}";
    static const char *const expected[] = {"a", "\xf0\x9f\x98\x80]}", "c\\", NULL, "e"};
    _cleanup_(forget) struct world w = {0};

    for (size_t piece = 1; piece <= sizeof(text); piece++) {
        CHECK(decode(&w, "Query", text, piece) == 0);
        const struct value *item = w.reply.items;

        for (size_t i = 0; i < ARRAY_LEN(expected); i++, item = item->next) {
            CHECK(item && item->len == 1);
            if (expected[i])
                CHECK_STR(value_text(item->first), expected[i]);
            else
                CHECK(item->first->type == ATTR_L);
        }
        CHECK(!item && w.reply.count == 5);
    }
}

TEST(reply_commas_between_items)
{
#define ONE "{\"pk\":{\"S\":\"a\"}}"
#define ODD "{\"pk\":{\"S\":\"\\ud83d\\ude00\"}}"
    static const char *const wrong[] = {
        ONE ONE, ODD ONE,  ONE ODD, ONE "," ONE ",", ONE ",," ONE,    ODD ",," ODD, "," ONE,
        ODD ",", ONE ",7", ONE "7", ONE "}",         ONE ",{\"pk\"}", "{]",
    };
    _cleanup_(forget) struct world w = {0};

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char text[200];

        snprintf(text, sizeof(text), "{\"Items\":[%s]}", wrong[i]);
        for (size_t piece = 1; piece <= strlen(text); piece++)
            CHECK(decode(&w, "Query", text, piece) < 0);
    }
}

TEST(reply_last_page_and_counts)
{
    _cleanup_(forget) struct world w = {0};

    CHECK(decode(&w, "Query", "{\"Items\":[],\"Count\":0,\"ScannedCount\":3}", 5) == 0);
    CHECK(!w.reply.items && !w.reply.last_key && w.reply.count == 0 && w.reply.scanned == 3);
    CHECK(decode(&w, "Query", "{\"Count\":41}", 100) == 0);
    CHECK(w.reply.count == 41 && w.reply.scanned == 41);
    CHECK(decode(&w, "Query", "{\"LastEvaluatedKey\":{}}", 100) == 0 && !w.reply.last_key);
    CHECK(decode(&w, "Query", "{\"LastEvaluatedKey\":null,\"Items\":null}", 100) == 0);
}

TEST(reply_one_item_or_none)
{
    _cleanup_(forget) struct world w = {0};

    CHECK(decode(&w, "GetItem", "{\"Item\":{\"a\":{\"S\":\"x\"}}}", 3) == 0);
    CHECK(w.reply.count == 1 && w.reply.items && !w.reply.items->next);
    CHECK(decode(&w, "GetItem", "{}", 3) == 0 && !w.reply.items && w.reply.count == 0);
    CHECK(decode(&w, "PutItem", "{\"Attributes\":{\"a\":{\"N\":\"1\"}}}", 4) == 0);
    CHECK(!w.reply.items && value_member(w.reply.attributes, STR("a")));
}

TEST(reply_of_batches_and_transactions)
{
    _cleanup_(forget) struct world w = {0};

    CHECK(decode(&w, "BatchGetItem",
                 "{\"Responses\":{\"T\":[{\"a\":{\"N\":\"1\"}},{\"a\":{\"N\":\"2\"}}],\"U\":[],"
                 "\"V\":[{\"a\":{\"N\":\"3\"}}]},"
                 "\"UnprocessedKeys\":{\"T\":{\"Keys\":[{\"a\":{\"N\":\"9\"}}]}},"
                 "\"ConsumedCapacity\":[{\"TableName\":\"T\",\"CapacityUnits\":0.5},"
                 "{\"TableName\":\"V\",\"CapacityUnits\":2.0}]}",
                 7) == 0);
    CHECK(w.reply.count == 3 && w.reply.capacity.tenths == 25);
    CHECK_STR(value_text(value_member(w.reply.items->next->next, STR("a"))), "3");
    CHECK(json_get(json_get(json_get(w.reply.rest, "UnprocessedKeys"), "T"), "Keys")->count == 1);

    CHECK(decode(&w, "TransactGetItems",
                 "{\"Responses\":[{\"Item\":{\"a\":{\"N\":\"1\"}}},{},{\"Other\":[{\"Item\":{}}],"
                 "\"Item\":{\"a\":{\"N\":\"2\"}}}]}",
                 2) == 0);
    CHECK(w.reply.count == 2);
    CHECK_STR(value_text(value_member(w.reply.items->next, STR("a"))), "2");

    /* Each result says itself whether it failed, so the list stays whole. */
    CHECK(decode(&w, "BatchExecuteStatement",
                 "{\"Responses\":[{\"Error\":{\"Code\":\"ValidationError\"}},{\"Item\":{\"a\":"
                 "{\"N\":\"1\"}}}]}",
                 9) == 0);
    CHECK(!w.reply.items && json_get(w.reply.rest, "Responses")->count == 2);
}

TEST(reply_of_other_operations_is_a_tree)
{
    _cleanup_(forget) struct world w = {0};

    CHECK(decode(&w, "ListTables", "{\"TableNames\":[\"a\",\"b\"]}", 1) == 0);
    CHECK(json_get(w.reply.rest, "TableNames")->count == 2);
    CHECK(decode(&w, "DescribeTable", "{\"Table\":{\"KeySchema\":[{}],\"Items\":1}}", 3) == 0);
    CHECK(json_get(json_get(w.reply.rest, "Table"), "Items"));
}

TEST(reply_that_is_none)
{
    _cleanup_(forget) struct world w = {0};
    static const char *const bad[] = {
        "",
        "<html>",
        "[]",
        "7",
        "{\"Items\":[{\"pk\":{\"S\":\"x\"}}",
        "{\"Items\":{}}",
        "{\"Items\":[1]}",
        "{\"Item\":[]}",
        "{\"Count\":\"1\"}",
        "{\"Count\":-1}",
        "{\"Responses\":7}",
        "{\"Responses\":[7]}",
        "{\"Responses\":{\"T\":7}}",
        "{\"Item\":{\"a\":{\"Q\":\"x\"}}}",
        "{} {}",
    };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        w.err = (struct err){0};
        CHECK(decode(&w, "TransactGetItems", bad[i], 3) < 0);
        CHECK(w.err.code < 0 && w.err.text[0]);
    }
}

TEST(reply_capacity_is_exact)
{
    static const struct {
        const char *text;
        uint64_t tenths;
    } good[] = {
        {"0.5", 5},     {"2.0", 20},          {"0", 0},           {"128.5", 1285},
        {"1e3", 10000}, {"1.0E7", 100000000}, {"0.25", 3},        {"0.04", 0},
        {"5E-1", 5},    {"12", 120},          {"1.50000000", 15},
    };
    static const char *const bad[] = {"", "x", "1.2.3", "-1", "e5", "1e", "1e999"};
    struct capacity c;

    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        CHECK(reply_capacity(str_of(good[i].text), &c));
        CHECK(c.tenths == good[i].tenths);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        CHECK(!reply_capacity(str_of(bad[i]), &c));
}

static int explain(struct world *w, int status, const char *body)
{
    struct refusal r = {.status = status, .host = "h:1", .operation = "PutItem", .attempts = 1};

    w->reply = (struct reply){0};
    arena_reset(&w->arena);
    reply_decode_error(&w->arena, str_of(body), &w->reply, &r.code, &r.message);
    r.throttled = str_is(r.code, "ThrottlingException");
    return refusal_explain(&r, &w->err);
}

TEST(reply_kept_as_it_is)
{
    _cleanup_(forget) struct world w = {0};
    struct buf b = {0};

    for (size_t piece = 1; piece <= sizeof(page); piece += 7) {
        CHECK(decode_as(&w, "Query", true, page, piece) == 0);
        CHECK(!w.reply.items && !w.reply.last_key);
        buf_reset(&b);
        json_write(&b, w.reply.rest, false);
        CHECK_STR(json_text(json_get(w.reply.rest, "LastEvaluatedKey"), "pk"), "");
        CHECK(str_starts(buf_str(&b), STR("{\"Count\":2,\"Items\":[{\"pk\":{\"S\":\"grün\"},"
                                          "\"n\":{\"N\":\"1.50\"}}")));
    }
    buf_free(&b);
}

TEST(a_nul_does_not_end_a_refusal)
{
    _cleanup_(forget) struct world w = {0};

    CHECK(explain(&w, 400, "{\"__type\":\"\\u0000Odd\",\"message\":\"a\\u0000b\"}") == ERR_FAILED);
    CHECK_STR(str_of(w.err.text), "\xef\xbf\xbdOdd: a\xef\xbf\xbd"
                                  "b");
}

TEST(refusals_in_words)
{
    _cleanup_(forget) struct world w = {0};

    CHECK(explain(&w, 400,
                  "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException:"
                  "http://x#y/\",\"message\":\"The conditional request failed\","
                  "\"Item\":{\"pk\":{\"S\":\"a\"}}}") == ERR_REFUSED);
    CHECK_STR(str_of(w.err.service), "ConditionalCheckFailedException");
    CHECK_STR(str_of(w.err.text),
              "ConditionalCheckFailedException: The conditional request failed");
    CHECK_STR(value_text(value_member(w.reply.attributes, STR("pk"))), "a");

    CHECK(explain(&w, 400,
                  "{\"__type\":\"x#TransactionCanceledException\",\"Message\":\"cancelled\","
                  "\"CancellationReasons\":[{\"Code\":\"None\"}]}") == ERR_REFUSED);
    CHECK_STR(str_of(w.err.text), "TransactionCanceledException: cancelled");
    CHECK(json_get(w.reply.rest, "CancellationReasons")->count == 1);

    CHECK(explain(&w, 400, "{\"__type\":\"UnrecognizedClientException\"}") == ERR_CONNECT);
    CHECK(w.err.hint[0]);
    CHECK(explain(&w, 400, "{\"__type\":\"ExpiredTokenException\"}") == ERR_CONNECT);
    CHECK(explain(&w, 400, "{\"__type\":\"ThrottlingException\"}") == ERR_FAILED);
    CHECK(str_starts(str_of(w.err.hint), STR("1 attempts were throttled")));
    CHECK(explain(&w, 500, "<html>oh</html>") == ERR_FAILED);
    CHECK_STR(str_of(w.err.text), "h:1 answered HTTP 500 and did not say why");
    CHECK(explain(&w, 407, "") == ERR_CONNECT);
}

TEST_MAIN()
