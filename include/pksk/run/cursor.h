/* A reading under way: follows LastEvaluatedKey, keeps the next page in flight, several segments at
 * once, batches.
 *
 * The cursor owns copies of all it needs and the pages it hands out; a page lives until the next
 * call on the cursor. It outlives its statement, so that `more` can go on with it. One thread.
 */
#ifndef PKSK_RUN_CURSOR_H
#define PKSK_RUN_CURSOR_H

#include "pksk/dynamo/client.h"
#include "pksk/plan/plan.h"

struct cursor;

enum cursor_state {
    CURSOR_MORE,   /* pages are left */
    CURSOR_LIMIT,  /* the statement's limit is reached; more may be there */
    CURSOR_BUDGET, /* the budget is spent */
    CURSOR_END,
};

struct cursor_totals {
    uint64_t items, scanned, pages, requests;
    uint64_t keys_given; /* for BatchGetItem */
    struct capacity capacity;
    int64_t began_us, took_us;
};

/* The plan is copied. budget: capacity units × 10 after which no further page is asked for; 0:
 * none. */
struct cursor *cursor_new(struct dynamo *d, const struct plan *p, const struct clock *clock,
                          uint64_t budget_tenths);
void cursor_free(struct cursor *c); /* cancels what is in flight; NULL is fine */

/* The next page: 1 and *items (chained by next, perhaps none), or 0 when cursor_state() says why
 * there is none now, or a negative code; after ERR_CANCELLED the cursor can still go on. */
int cursor_next(struct cursor *c, const struct value **items, struct err *e) must_check;

enum cursor_state cursor_state(const struct cursor *c);
void cursor_continue(
    struct cursor *c,
    uint64_t limit); /* after a limit or budget: so many items more, totals from zero */
const struct cursor_totals *cursor_totals(const struct cursor *c);
const struct plan *cursor_plan(const struct cursor *c);

#endif
