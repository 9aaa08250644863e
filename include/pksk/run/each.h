/* `then`: finds items, keeps them aside, and makes one write for each.
 *
 * The items, or their keys, are all found before the first write, so that no write changes what is
 * found. An each owns its plan and what it found until each_free(); after a failure or Ctrl-C it
 * knows what is left, and each_write() goes on with that. One thread.
 */
#ifndef PKSK_RUN_EACH_H
#define PKSK_RUN_EACH_H

#include "pksk/plan/then.h"
#include "pksk/run/bulk.h"
#include "pksk/run/cursor.h"

struct each;

struct each_totals {
    uint64_t found;
    uint64_t units;   /* of whole items: what writing them takes; keys: 0 */
    uint64_t written; /* in all calls of each_write(), and so on below */
    uint64_t gone;    /* the item was not there any more */
    uint64_t skipped; /* the condition was false */
    uint64_t refused; /* each reported to on_refused */
    uint64_t left;    /* not tried yet, or without an answer */
    uint64_t uncertain;
    struct capacity capacity; /* of the writes */
    int64_t took_us;          /* of the writes */
};

struct each_options {
    const struct then_plan *plan; /* copied */
    const struct clock *clock;
    uint64_t budget_tenths; /* of each call of each_find() and each_write(); 0: none */
    void (*progress)(void *ctx, const struct each_totals *t);              /* often */
    void (*on_refused)(void *ctx, struct str json, const struct err *why); /* item, or its key */
    /* The answer to one write of its own; json: the item put, else empty. A negative return stops
     * the writing. */
    int (*on_written)(void *ctx, struct str json, const struct reply *reply, struct err *e);
    void *ctx;
};

struct each *each_new(struct dynamo *d, const struct each_options *o);
void each_free(struct each *x); /* NULL is fine */

/* Reads it all. The cursor's totals go to *ret either way. */
int each_find(struct each *x, const struct plan *reading, struct cursor_totals *ret,
              struct err *e) must_check;

/* Writes what is left. table: the one that is written to. */
int each_write(struct each *x, const struct table *table, struct err *e) must_check;

/* Before the first each_write(): the same writes by other requests. */
void each_plan_anew(struct each *x, const struct then_plan *plan);

/* The nth item found, or its key, in DynamoDB JSON; *offset begins as 0. As spool_read(). */
int each_found(struct each *x, uint64_t *offset, struct str *json, struct err *e) must_check;

const struct each_totals *each_totals(const struct each *x);
const struct then_plan *each_plan(const struct each *x);

#endif
