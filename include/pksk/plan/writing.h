/* What the files that plan writes share; within the plan layer only.
 *
 * A struct writing lives on the stack of plan_write() or plan_action() and owns its buffers until
 * it returns; what goes into the plan is copied to the arena.
 */
#ifndef PKSK_PLAN_WRITING_H
#define PKSK_PLAN_WRITING_H

#include "pksk/plan/expression.h"
#include "pksk/plan/plan.h"

struct writing {
    struct arena *arena;
    const struct statement *st;
    const struct table *table;
    bool action; /* of a transaction: an element of its list, not a request of its own */
    struct expression x;
    struct buf body, line;
    struct json_writer w;
};

/* update.c: the member UpdateExpression, and the same in words for the line. */
int writing_add_update(struct writing *b, struct err *e) must_check;

#endif
