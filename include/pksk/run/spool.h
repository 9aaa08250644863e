/* Lines in a file without a name: what was found, until it is written.
 *
 * The file is 0600, in $TMPDIR or /tmp, and goes with its descriptor. The spool owns both and its
 * window until spool_close(). A line handed out lives until the next call.
 */
#ifndef PKSK_RUN_SPOOL_H
#define PKSK_RUN_SPOOL_H

#include "pksk/base/buf.h"
#include "pksk/base/err.h"

struct spool {
    int fd;
    uint64_t count, bytes; /* of lines; what is pending included */
    uint64_t flushed;
    struct buf pending;
    struct buf window;
    uint64_t window_at; /* of the window's beginning */
};

int spool_open(struct spool *s, struct err *e) must_check;
void spool_close(struct spool *s); /* {.fd = -1} is fine */

int spool_add(struct spool *s, struct str line, struct err *e) must_check; /* without a newline */

/* The line at *offset, which moves behind it: 1, or 0 at the end, or a negative code. */
int spool_read(struct spool *s, uint64_t *offset, struct str *ret, struct err *e) must_check;

#endif
