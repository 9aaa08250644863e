#include "pksk/net/rate.h"

#include <math.h>

#define BETA 0.7 /* what is left of the rate after a throttled answer */
#define SCALE 0.4
#define SMOOTHING 0.8 /* the weight of the last period in the measured rate */
#define PERIODS_A_SECOND 2.0
#define RATE_MIN 0.5
#define GROWTH_MAX 2.0 /* times the measured rate */

static double seconds(int64_t us)
{
    return (double)us / 1e6;
}

void rate_init(struct rate *r, int64_t now_us)
{
    double now = seconds(now_us);

    *r = (struct rate){
        .failed_s = now, .fill = 1, .capacity = 1, .filled_s = now, .period_s = floor(now)};
}

static void refill(struct rate *r, double now)
{
    r->tokens = fmin(r->capacity, r->tokens + (now - r->filled_s) * r->fill);
    r->filled_s = now;
}

/* What came before counts at the rate of before. */
static void set_fill(struct rate *r, double value, double now)
{
    refill(r, now);
    r->fill = fmax(value, RATE_MIN);
    r->capacity = fmax(value, 1);
    r->tokens = fmin(r->tokens, r->capacity);
}

static void measure(struct rate *r, double now)
{
    double period = floor(now * PERIODS_A_SECOND) / PERIODS_A_SECOND;

    r->count++;
    if (period <= r->period_s)
        return;
    r->measured = r->count / (period - r->period_s) * SMOOTHING + r->measured * (1 - SMOOTHING);
    r->count = 0;
    r->period_s = period;
}

/* The rate to begin anew with. */
static double cut(struct rate *r, double now)
{
    r->peak = r->on ? fmin(r->measured, r->fill) : r->measured;
    r->reach_s = cbrt(r->peak * (1 - BETA) / SCALE);
    r->failed_s = now;
    r->on = true;
    return r->peak * BETA;
}

static double grown(const struct rate *r, double now)
{
    double since = now - r->failed_s - r->reach_s;

    return SCALE * since * since * since + r->peak;
}

void rate_note(struct rate *r, bool throttled, int64_t now_us)
{
    double now = seconds(now_us);

    measure(r, now);
    set_fill(r, fmin(throttled ? cut(r, now) : grown(r, now), GROWTH_MAX * r->measured), now);
}

int64_t rate_take(struct rate *r, int64_t now_us)
{
    if (!r->on)
        return 0;
    refill(r, seconds(now_us));
    if (r->tokens >= 1) {
        r->tokens -= 1;
        return 0;
    }
    return (int64_t)ceil((1 - r->tokens) / r->fill * 1e6);
}
