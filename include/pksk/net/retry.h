/* Whether a failed attempt is made again, and after which pause: AWS's standard retry mode as it is
 * since November 2026, and the legacy mode of before. (The adaptive mode is the standard one with
 * net/rate.h.)
 *
 * Pure functions: the token bucket's fill and the random number come in, the decision goes out.
 * Source: the announcement of 10 November 2026 and botocore with AWS_NEW_RETRIES_2026; DynamoDB and
 * Streams make 4 attempts from a base of 25 ms, other services 3 from 50 ms.
 */
#ifndef PKSK_NET_RETRY_H
#define PKSK_NET_RETRY_H

#include "pksk/base/str.h"

#define RETRY_TOKENS_MAX 500 /* a client's bucket, full at first */

struct retry_policy {
    unsigned max_attempts;
    unsigned base_ms, throttled_base_ms, cap_ms;
    bool legacy; /* no jitter, no bucket, no x-amz-retry-after; HTTP 429 and 509 are tried again */
};
extern const struct retry_policy retry_dynamodb, retry_dynamodb_legacy, retry_other;

enum retry_kind {
    RETRY_NEVER,     /* the answer would be the same */
    RETRY_TRANSIENT, /* no answer, a broken one, or the service's own trouble */
    RETRY_THROTTLED, /* too fast: the longer pause, the smaller cost */
    RETRY_LEGACY,    /* only the legacy mode tries again */
    RETRY_CLOCK,     /* refused for the time it was signed with: again with the service's time */
};

/* Of an answer that is an error. status 0: there was none. */
enum retry_kind retry_kind(int status, struct str code);

/* Says the code that the signing time was wrong for sure, or may it be so (a wrong secret has the
 * same code)? */
bool retry_clock_surely(struct str code);
bool retry_clock_maybe(struct str code);

struct retry_failure {
    enum retry_kind kind;
    unsigned attempt;       /* which one failed; the first is 1 */
    bool clock_corrected;   /* RETRY_CLOCK has been granted before */
    int64_t retry_after_ms; /* x-amz-retry-after, or negative */
};

struct retry_decision {
    bool again;
    bool exhausted; /* it would have been made again, but for the count of attempts or the bucket */
    unsigned cost;  /* tokens to take from the bucket */
    int64_t pause_us;
};

/* random: uniform over the whole range. */
struct retry_decision retry_decide(const struct retry_policy *p, const struct retry_failure *f,
                                   unsigned tokens, uint32_t random);

/* The bucket after a success whose last retry cost `cost` (0: there was no retry). */
unsigned retry_refund(unsigned tokens, unsigned cost);

#endif
