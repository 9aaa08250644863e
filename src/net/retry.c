#include "pksk/net/retry.h"

#define COST_TRANSIENT 14
#define COST_THROTTLED 5
#define RETRY_AFTER_EXTRA_MS 5000 /* what a service may add to the pause at most */

const struct retry_policy retry_dynamodb = {4, 25, 1000, 20000, false};
const struct retry_policy retry_dynamodb_legacy = {10, 50, 50, 20000, true};
const struct retry_policy retry_other = {3, 50, 1000, 20000, false};

static bool is_one_of(struct str code, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_is(code, list[i]))
            return true;
    }
    return false;
}

static const char *const throttling[] = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
};

/* The last is DynamoDB's own, the one before it the token service's. */
static const char *const transient[] = {
    "RequestTimeout",
    "RequestTimeoutException",
    "IDPCommunicationError",
    "ReplicatedWriteConflictException",
};

enum retry_kind retry_kind(int status, struct str code)
{
    if (is_one_of(code, throttling, ARRAY_LEN(throttling)))
        return RETRY_THROTTLED;
    if (is_one_of(code, transient, ARRAY_LEN(transient)))
        return RETRY_TRANSIENT;
    switch (status) {
    case 0:
    case 500:
    case 502:
    case 503:
    case 504:
        return RETRY_TRANSIENT;
    case 429:
    case 509:
        return RETRY_LEGACY;
    default:
        return RETRY_NEVER;
    }
}

bool retry_clock_surely(struct str code)
{
    static const char *const codes[] = {"RequestTimeTooSkewed", "RequestExpired",
                                        "RequestInTheFuture"};

    return is_one_of(code, codes, ARRAY_LEN(codes));
}

bool retry_clock_maybe(struct str code)
{
    static const char *const codes[] = {"InvalidSignatureException", "SignatureDoesNotMatch",
                                        "AuthFailure"};

    return retry_clock_surely(code) || is_one_of(code, codes, ARRAY_LEN(codes));
}

/* min(base × 2^retries, cap), in microseconds */
static uint64_t ceiling_us(unsigned base_ms, unsigned cap_ms, unsigned retries)
{
    uint64_t us = (uint64_t)base_ms * 1000, cap_us = (uint64_t)cap_ms * 1000;

    for (unsigned i = 0; i < retries && us < cap_us; i++)
        us *= 2;
    return MIN(us, cap_us);
}

struct retry_decision retry_decide(const struct retry_policy *p, const struct retry_failure *f,
                                   unsigned tokens, uint32_t random)
{
    bool throttled = f->kind == RETRY_THROTTLED;
    struct retry_decision d = {.cost = p->legacy ? 0 : throttled ? COST_THROTTLED : COST_TRANSIENT};

    if (f->kind == RETRY_NEVER || (f->kind == RETRY_CLOCK && f->clock_corrected) ||
        (f->kind == RETRY_LEGACY && !p->legacy))
        return (struct retry_decision){0};
    if (f->attempt >= p->max_attempts || tokens < d.cost)
        return (struct retry_decision){.exhausted = true};

    d.again = true;
    uint64_t most =
        ceiling_us(throttled ? p->throttled_base_ms : p->base_ms, p->cap_ms, f->attempt - 1);

    d.pause_us = (int64_t)(p->legacy ? most : (most * random) >> 32);
    if (f->retry_after_ms >= 0 && !p->legacy) {
        int64_t most_us = d.pause_us + RETRY_AFTER_EXTRA_MS * 1000;
        int64_t asked_us = f->retry_after_ms < most_us / 1000 ? f->retry_after_ms * 1000 : most_us;

        d.pause_us = MAX(d.pause_us, asked_us);
    }
    return d;
}

unsigned retry_refund(unsigned tokens, unsigned cost)
{
    return MIN(tokens + (cost ? cost : 1), RETRY_TOKENS_MAX);
}
