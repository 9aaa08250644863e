/* How many requests may be in flight, and when what came back is sent again.
 *
 * The number shrinks by a quarter when a table refuses most of a request, once for all requests
 * that were under way together, and grows by one after a window's worth of whole successes; never
 * below a few, since the client has paused before it gave a throttled request up. All pause when a
 * second round brings nothing. Nothing is owned; times are clock_mono_us().
 */
#ifndef PKSK_RUN_PACE_H
#define PKSK_RUN_PACE_H

#include "pksk/run/backoff.h"

struct pace {
    unsigned most, window; /* in flight: ever, now */
    unsigned clean;        /* whole successes since the window changed */
    unsigned round;        /* goes up once for all that was in flight together */
    struct backoff backoff;
    int64_t again_us, pause_until_us; /* for what the last round refused; for all */
};

/* Of a request of this round, left of count came back: when to send those again. A small part is
 * how a table at its limit answers; most of a request means that it is beyond. */
int64_t pace_refused(struct pace *p, unsigned round, size_t left, size_t count, int64_t now_us);

void pace_succeeded(struct pace *p);  /* most of a request was taken */
void pace_progressed(struct pace *p); /* some of it was: the pauses begin anew */

#endif
