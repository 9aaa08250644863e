#include "test.h"

#include "pksk/net/rate.h"
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

TEST(retry_legacy_doubles_without_jitter_or_bucket)
{
    const struct retry_policy *p = &retry_dynamodb_legacy;
    struct retry_failure f = {RETRY_TRANSIENT, 1, false, 2000};
    int64_t sum_us = 0;

    for (; f.attempt < 10; f.attempt++) {
        struct retry_decision d = retry_decide(p, &f, 0, HALF);

        CHECK(d.again && d.cost == 0 && d.pause_us == 50000ll << (f.attempt - 1));
        sum_us += d.pause_us;
    }
    CHECK(sum_us == 25550000);
    CHECK(retry_decide(p, &f, 0, HALF).exhausted);
    f = (struct retry_failure){RETRY_THROTTLED, 2, false, -1};
    CHECK(retry_decide(p, &f, 0, HALF).pause_us == 100000);
}

TEST(retry_statuses_of_the_legacy_mode)
{
    struct retry_failure f = {retry_kind(429, STR("")), 1, false, -1};

    CHECK(f.kind == RETRY_LEGACY && retry_kind(509, STR("")) == RETRY_LEGACY);
    CHECK(retry_decide(&retry_dynamodb_legacy, &f, 0, 0).again);
    struct retry_decision now = retry_decide(&retry_dynamodb, &f, RETRY_TOKENS_MAX, 0);

    CHECK(!now.again && !now.exhausted);
}

/* What botocore's adaptive limiter makes of the same answers at the same times. took: -1 where it
 * was not asked yet. */
static const struct {
    int64_t at_us;
    bool throttled;
    double measured, fill;
    int took;
} answers[] = {
    {100350000, false, 0.000000000, 0.500000000, -1},
    {101050000, false, 1.600000000, 0.500000000, -1},
    {101750000, false, 1.920000000, 1.219450000, -1},
    {101800000, false, 1.920000000, 1.350000000, -1},
    {101850000, false, 1.920000000, 1.489550000, -1},
    {102550000, false, 2.784000000, 4.556250000, -1},
    {102750000, false, 2.784000000, 5.568000000, -1},
    {103450000, false, 3.756800000, 7.513600000, -1},
    {103460000, false, 3.756800000, 7.513600000, -1},
    {104160000, true, 2.351360000, 1.645952000, 1},
    {104170000, true, 2.351360000, 1.152166400, 0},
    {104370000, false, 2.351360000, 1.380058026, 0},
    {104420000, false, 2.351360000, 1.423189894, 0},
    {105120000, false, 3.670272000, 1.645212438, 1},
    {105170000, false, 3.670272000, 1.645798076, 0},
    {105220000, false, 3.670272000, 1.645947299, 0},
    {105420000, false, 3.670272000, 1.648180037, 0},
    {106120000, false, 3.934054400, 1.916006291, 1},
    {106820000, false, 2.386810880, 3.215495140, 1},
    {107020000, false, 2.077362176, 3.891466717, 1},
    {107220000, false, 2.077362176, 4.154724352, 1},
    {107270000, false, 2.077362176, 4.154724352, 0},
    {107320000, false, 2.077362176, 4.154724352, 0},
    {107370000, false, 2.077362176, 4.154724352, 0},
    {108070000, false, 4.415472435, 8.830944870, 1},
    {108270000, true, 4.415472435, 3.090830705, 1},
    {108280000, true, 4.415472435, 2.163581493, 1},
    {108290000, false, 4.415472435, 2.184441764, 1},
    {108340000, false, 4.415472435, 2.284062646, 0},
    {109040000, false, 4.883094487, 3.019272619, 1},
    {109050000, false, 4.883094487, 3.023015305, 0},
    {109100000, false, 4.883094487, 3.039784262, 1},
    {109110000, false, 4.883094487, 3.042765960, 0},
    {109160000, false, 4.883094487, 3.055945976, 0},
    {109360000, false, 4.883094487, 3.085058194, 0},
    {110060000, false, 5.776618897, 3.128892111, 1},
    {110260000, false, 5.776618897, 3.204027845, 1},
    {110460000, false, 5.776618897, 3.342191027, 1},
    {110660000, false, 5.955323779, 3.562581656, 1},
    {111360000, false, 2.791064756, 5.258690011, 1},
    {111560000, true, 2.158212951, 1.510749066, 1},
    {111610000, false, 2.158212951, 1.589992422, 0},
    {111660000, false, 2.158212951, 1.662490959, 0},
    {111670000, false, 2.158212951, 1.676207689, 0},
    {111680000, false, 2.158212951, 1.689669026, 0},
    {111730000, false, 2.158212951, 1.753228818, 0},
    {111930000, false, 2.158212951, 1.950219811, 1},
    {111980000, false, 2.158212951, 1.986655515, 0},
    {112030000, false, 13.231642590, 2.018566400, 0},
    {112230000, false, 13.231642590, 2.106961764, 0},
    {112280000, false, 13.231642590, 2.120748560, 0},
    {112480000, false, 13.231642590, 2.151647567, 1},
    {113180000, false, 5.846328518, 2.193667038, 1},
    {113380000, false, 5.846328518, 2.265979158, 1},
    {114080000, false, 2.769265704, 3.133344527, 1},
    {114130000, false, 2.769265704, 3.246113062, 0},
    {114830000, false, 3.753853141, 5.840766678, 1},
    {115530000, false, 1.550770628, 3.101541256, 1},
    {115730000, false, 1.550770628, 3.101541256, 1},
    {116430000, false, 3.510154126, 7.020308251, 1},
};

static bool same(double a, double b)
{
    return a - b < 1e-6 && b - a < 1e-6;
}

TEST(rate_as_botocore_has_it)
{
    struct rate r;

    rate_init(&r, 100300000);
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        rate_note(&r, answers[i].throttled, answers[i].at_us);
        CHECK(same(r.measured, answers[i].measured) && same(r.fill, answers[i].fill));
        int64_t wait_us = rate_take(&r, answers[i].at_us);

        CHECK(answers[i].took == -1 ? !r.on && !wait_us : (wait_us == 0) == (answers[i].took == 1));
        CHECK(wait_us >= 0 && wait_us <= 2000000);
    }
}

TEST_MAIN()
