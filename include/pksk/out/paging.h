/* Feeds a pager: a few lines at a time, and the next ones when it has taken those, so that it is
 * known what it took.
 *
 * The pipe is made as small as the system allows (where it does not, what is in the pipe counts as
 * taken). The paging owns the piece under way until paging_free(); the descriptor is the caller's.
 * Within the out layer.
 */
#ifndef PKSK_OUT_PAGING_H
#define PKSK_OUT_PAGING_H

#include "pksk/base/buf.h"
#include "pksk/base/err.h"
#include "pksk/out/sink.h"

struct paging {
    int fd;
    bool small; /* the pipe can be written to only when it is empty */
    struct buf piece;
    struct sink_rest *rest; /* the caller's; NULL: not asked for */
};

void paging_begin(struct paging *p, int fd, struct sink_rest *rest);
void paging_free(struct paging *p);

/* 0, or a negative code and errno: EPIPE when the pager is gone, EINTR after Ctrl-C. What it has
 * not taken is in *rest then. */
int paging_write(struct paging *p, struct str bytes) must_check;

/* Waits until the last piece is taken. Ctrl-C is the pager's. */
int paging_settle(struct paging *p) must_check;

#endif
