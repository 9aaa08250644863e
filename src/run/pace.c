#include "pksk/run/pace.h"

#define WINDOW_MIN 8u

int64_t pace_refused(struct pace *p, unsigned round, size_t left, size_t count, int64_t now_us)
{
    bool first = round == p->round, most = left * 2 > count;

    if (most)
        p->clean = 0;
    if (first && most) {
        p->window = MAX(p->window - p->window / 4, MIN(p->window, WINDOW_MIN));
        p->round++;
    }
    if (left < count) {
        struct backoff short_one = {0};

        return now_us + backoff_next_ms(&short_one, true) * (int64_t)1000;
    }
    if (first) {
        p->again_us = now_us + backoff_next_ms(&p->backoff, false) * (int64_t)1000;
        p->pause_until_us = p->backoff.rounds > 1 ? p->again_us : 0;
    }
    return p->again_us;
}

void pace_succeeded(struct pace *p)
{
    if (p->window >= p->most || ++p->clean < p->window)
        return;
    p->window++;
    p->clean = 0;
}

void pace_progressed(struct pace *p)
{
    p->backoff = (struct backoff){0};
}
