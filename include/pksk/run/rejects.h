/* The file of items that were refused: JSON lines that import takes again.
 *
 * The file is made, 0600, with the first of them; or, going on after a stop, cut back to the length
 * that the checkpoint knows. It is owned from rejects_open() to rejects_close().
 */
#ifndef PKSK_RUN_REJECTS_H
#define PKSK_RUN_REJECTS_H

#include "pksk/run/bulk.h"

struct rejects {
    const char *path; /* NULL: there is none */
    int fd;           /* -1 until the first */
    uint64_t bytes;
    struct buf line;
};

/* bytes: what is to be kept of a file that is there. */
int rejects_open(struct rejects *x, const char *path, uint64_t bytes, struct err *e) must_check;
int rejects_add(struct rejects *x, const struct bulk_reject *r, struct err *e) must_check;
int rejects_sync(struct rejects *x, struct err *e) must_check; /* to the disk */
void rejects_close(struct rejects *x);

#endif
