/* Readings that print no items as they come: summaries, and items in an order of their own.
 *
 * A gather owns what it keeps of the items. The statement and the table's model outlive it.
 */
#ifndef PKSK_CMD_GATHER_H
#define PKSK_CMD_GATHER_H

#include "pksk/plan/plan.h"
#include "pksk/session/session.h"

struct gather;

#define GATHER_BAR STR(" ") /* the attribute that is a bar, on a terminal only */

bool gather_wanted(const struct statement *st);

/* ERR_FAILED when a group needs a model that the table has not. */
int gather_new(struct session *s, const struct statement *st, const struct table *t,
               struct gather **ret, struct err *e) must_check;
void gather_free(struct gather *g); /* NULL is fine */

int gather_add(struct gather *g, const struct value *items, struct err *e) must_check;

/* The plan's columns become those of what is printed; they live as long as the gather. bars:
 * with one for GATHER_BAR. */
void gather_columns(struct gather *g, bool bars, struct plan *p);

/* ---- of a sample */

void gather_end_segment(struct gather *g); /* what was added since the last one was a segment */
/* Before gather_columns(): its figures are estimates for so many segments. */
void gather_estimate(struct gather *g, uint64_t of);

struct value *gather_items(struct gather *g, bool bars); /* chained; once, at the end */

/* What could not be added up, in a sentence each. */
void gather_remarks(struct session *s, const struct gather *g);

#endif
