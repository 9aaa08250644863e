/* Pauses between rounds of a batch whose rest came back unprocessed: exponential, with full jitter,
 * as the API asks for.
 *
 * Nothing is owned. The transport's own retries are another matter (net/retry.h).
 */
#ifndef PKSK_RUN_BACKOFF_H
#define PKSK_RUN_BACKOFF_H

#include "pksk/base/clock.h"

struct backoff {
    unsigned rounds; /* without progress */
};

#define BACKOFF_ROUNDS_MAX 12 /* without progress, then the caller gives up: about two minutes */

/* How long to wait before the next round, in milliseconds. Progress starts the series again. */
int backoff_next_ms(struct backoff *b, bool progress);

#endif
