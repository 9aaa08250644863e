/* One line on standard error that says how far a long statement is; nothing when that is not a
 * terminal.
 *
 * Owns nothing but its last drawing, which progress_end() wipes.
 */
#ifndef PKSK_OUT_PROGRESS_H
#define PKSK_OUT_PROGRESS_H

#include "pksk/base/clock.h"

struct progress {
    const struct clock *clock;
    int64_t began_us, drawn_us;
    uint64_t total, total_bytes; /* 0: unknown */
    bool shown, on;
};

void progress_begin(struct progress *p, const struct clock *clock, uint64_t total);
void progress_update(struct progress *p, const char *what, uint64_t items,
                     uint64_t bytes); /* drawn ten times a second at most */
void progress_end(struct progress *p);

#endif
