/* How fast requests may be sent in the adaptive retry mode: a token bucket whose rate follows what
 * the service bears.
 *
 * The struct is its owner's and holds no pointers. It does nothing until the first throttled
 * answer; from then on a throttled answer cuts the rate, and each good one lets it grow again along
 * a cubic curve, to twice the measured rate at most. Times are microseconds of any steady clock.
 * Source: the SDKs' adaptive mode, as in botocore.
 */
#ifndef PKSK_NET_RATE_H
#define PKSK_NET_RATE_H

#include "pksk/base/util.h"

struct rate {
    bool on;
    double peak, reach_s, failed_s;          /* the curve: the rate it comes back to, when, since */
    double fill, capacity, tokens, filled_s; /* the bucket; fill: tokens a second */
    double measured, period_s;               /* answers a second, up to the begin of this period */
    unsigned count;                          /* in this period */
};

void rate_init(struct rate *r, int64_t now_us);
void rate_note(struct rate *r, bool throttled, int64_t now_us); /* after each answer */
/* Takes a token: 0 when there was one, else how many microseconds until there may be. */
int64_t rate_take(struct rate *r, int64_t now_us);

#endif
