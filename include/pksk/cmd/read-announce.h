/* What is said before something is read: the plan, and what a scan will cost.
 *
 * Nothing is kept.
 */
#ifndef PKSK_CMD_READ_ANNOUNCE_H
#define PKSK_CMD_READ_ANNOUNCE_H

#include "pksk/session/session.h"

/* What the service says that a table, or its index, holds; zeros where it has not counted yet. */
struct read_size {
    uint64_t items, bytes;
};
struct read_size read_size(const struct table *t, struct str index);

/* Capacity units of reading so much. */
uint64_t read_units(uint64_t bytes, bool consistent);

/* Says that a whole table or index is about to be read, and what that costs; asks on a terminal
 * when it is more than scan-confirm. */
int read_announce(struct session *s, struct str what, const char *reach, struct read_size size,
                  uint64_t units, struct err *e) must_check;
/* The question alone. */
int read_confirm(struct session *s, uint64_t units, struct err *e) must_check;

/* The same for any statement that reads, by its plan. */
int read_announce_plan(struct session *s, const struct statement *st, const struct plan *p,
                       struct err *e) must_check;

/* The same for a scan of a table whose schema is at hand. */
int read_announce_scan(struct session *s, const struct statement *st, const struct table *t,
                       const struct plan *p, struct err *e) must_check;

#endif
