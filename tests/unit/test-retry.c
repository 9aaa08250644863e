#include "test.h"

#include "pksk/net/retry.h"

#define ALMOST_ONE UINT32_MAX
#define HALF 0x80000000u

static struct retry_decision decide(enum retry_kind kind, unsigned attempt, uint32_t random)
{
    struct retry_failure f = {.kind = kind, .attempt = attempt, .retry_after_ms = -1};

    return retry_decide(&retry_dynamodb, &f, RETRY_TOKENS_MAX, random);
}

TEST(retry_kinds_of_answers)
{
    static const int transient[] = {0, 500, 502, 503, 504}, never[] = {400, 403, 404, 413, 501};

    for (size_t i = 0; i < ARRAY_LEN(transient); i++)
        CHECK(retry_kind(transient[i], STR("")) == RETRY_TRANSIENT);
    for (size_t i = 0; i < ARRAY_LEN(never); i++)
        CHECK(retry_kind(never[i], STR("")) == RETRY_NEVER);
    CHECK(retry_kind(400, STR("ProvisionedThroughputExceededException")) == RETRY_THROTTLED);
    CHECK(retry_kind(400, STR("ThrottlingException")) == RETRY_THROTTLED);
    CHECK(retry_kind(400, STR("TransactionInProgressException")) == RETRY_THROTTLED);
    CHECK(retry_kind(400, STR("RequestLimitExceeded")) == RETRY_THROTTLED);
    CHECK(retry_kind(400, STR("LimitExceededException")) == RETRY_THROTTLED);
    CHECK(retry_kind(503, STR("SlowDown")) == RETRY_THROTTLED);
    CHECK(retry_kind(400, STR("RequestTimeout")) == RETRY_TRANSIENT);
    CHECK(retry_kind(400, STR("ReplicatedWriteConflictException")) == RETRY_TRANSIENT);
    CHECK(retry_kind(500, STR("InternalServerError")) == RETRY_TRANSIENT);
    CHECK(retry_kind(400, STR("ConditionalCheckFailedException")) == RETRY_NEVER);
    CHECK(retry_kind(400, STR("TransactionCanceledException")) == RETRY_NEVER);
    CHECK(retry_kind(400, STR("TransactionConflictException")) == RETRY_NEVER);
    CHECK(retry_kind(400, STR("ValidationException")) == RETRY_NEVER);
    CHECK(retry_kind(400, STR("AccessDeniedException")) == RETRY_NEVER);
}

TEST(retry_four_attempts_for_dynamodb_three_for_others)
{
    CHECK(decide(RETRY_TRANSIENT, 3, 0).again);
    struct retry_decision last = decide(RETRY_TRANSIENT, 4, 0);

    CHECK(!last.again && last.exhausted);
    struct retry_failure f = {RETRY_TRANSIENT, 2, false, -1};

    CHECK(retry_decide(&retry_other, &f, RETRY_TOKENS_MAX, 0).again);
    f.attempt = 3;
    CHECK(!retry_decide(&retry_other, &f, RETRY_TOKENS_MAX, 0).again);
    struct retry_decision never = decide(RETRY_NEVER, 1, 0);

    CHECK(!never.again && !never.exhausted && never.cost == 0);
}

TEST(retry_pauses_double_and_jitter)
{
    CHECK(decide(RETRY_TRANSIENT, 1, 0).pause_us == 0);
    CHECK(decide(RETRY_TRANSIENT, 1, HALF).pause_us == 12500);
    CHECK(decide(RETRY_TRANSIENT, 2, HALF).pause_us == 25000);
    CHECK(decide(RETRY_TRANSIENT, 3, HALF).pause_us == 50000);
    CHECK(decide(RETRY_THROTTLED, 1, HALF).pause_us == 500000);
    CHECK(decide(RETRY_THROTTLED, 3, HALF).pause_us == 2000000);
    CHECK(decide(RETRY_THROTTLED, 1, ALMOST_ONE).pause_us == 999999);
}

TEST(retry_pauses_end_at_twenty_seconds)
{
    struct retry_policy many = retry_dynamodb;
    struct retry_failure f = {RETRY_THROTTLED, 6, false, -1};

    many.max_attempts = 1000;
    CHECK(retry_decide(&many, &f, RETRY_TOKENS_MAX, HALF).pause_us == 10000000);
    f.attempt = 999;
    CHECK(retry_decide(&many, &f, RETRY_TOKENS_MAX, ALMOST_ONE).pause_us == 19999999);
    f.kind = RETRY_TRANSIENT;
    CHECK(retry_decide(&many, &f, RETRY_TOKENS_MAX, HALF).pause_us == 10000000);
}

TEST(retry_after_lengthens_by_five_seconds_at_most)
{
    struct retry_failure f = {RETRY_TRANSIENT, 1, false, 2000};

    CHECK(retry_decide(&retry_dynamodb, &f, RETRY_TOKENS_MAX, HALF).pause_us == 2000000);
    f.retry_after_ms = 3; /* shorter than the pause */
    CHECK(retry_decide(&retry_dynamodb, &f, RETRY_TOKENS_MAX, HALF).pause_us == 12500);
    f.retry_after_ms = 3600000;
    CHECK(retry_decide(&retry_dynamodb, &f, RETRY_TOKENS_MAX, HALF).pause_us == 5012500);
    f.retry_after_ms = INT64_MAX;
    CHECK(retry_decide(&retry_dynamodb, &f, RETRY_TOKENS_MAX, HALF).pause_us == 5012500);
}

TEST(retry_costs_and_the_bucket)
{
    struct retry_failure f = {RETRY_TRANSIENT, 1, false, -1};

    CHECK(retry_decide(&retry_dynamodb, &f, 14, 0).cost == 14);
    struct retry_decision poor = retry_decide(&retry_dynamodb, &f, 13, 0);

    CHECK(!poor.again && poor.exhausted);
    f.kind = RETRY_THROTTLED;
    CHECK(retry_decide(&retry_dynamodb, &f, 5, 0).again);
    CHECK(retry_decide(&retry_dynamodb, &f, 5, 0).cost == 5);
    CHECK(!retry_decide(&retry_dynamodb, &f, 4, 0).again);
    CHECK(retry_refund(100, 14) == 114 && retry_refund(100, 5) == 105);
    CHECK(retry_refund(100, 0) == 101);
    CHECK(retry_refund(499, 14) == RETRY_TOKENS_MAX && retry_refund(500, 0) == RETRY_TOKENS_MAX);
}

TEST(retry_with_the_services_clock_once)
{
    struct retry_failure f = {RETRY_CLOCK, 1, false, -1};

    CHECK(retry_decide(&retry_dynamodb, &f, RETRY_TOKENS_MAX, 0).again);
    f.clock_corrected = true;
    f.attempt = 2;
    CHECK(!retry_decide(&retry_dynamodb, &f, RETRY_TOKENS_MAX, 0).again);
    CHECK(retry_clock_surely(STR("RequestTimeTooSkewed")));
    CHECK(!retry_clock_surely(STR("InvalidSignatureException")));
    CHECK(retry_clock_maybe(STR("InvalidSignatureException")));
    CHECK(retry_clock_maybe(STR("RequestExpired")) && !retry_clock_maybe(STR("Throttling")));
}

TEST_MAIN()
