/* A sample of a table for its model: what `model learn`, `model check` and `ls` look at.
 *
 * The sample owns its items until sample_items_free().
 */
#ifndef PKSK_CMD_MODEL_H
#define PKSK_CMD_MODEL_H

#include "pksk/run/sample.h"
#include "pksk/session/session.h"

#define MODEL_SAMPLE_ITEMS 2000
#define MODEL_SAMPLE_UNITS 100
#define MODEL_ALL_ITEMS 200000 /* `all` keeps no more of a table for learning; 256 MB of them */
#define MODEL_ALL_BYTES ((size_t)256 << 20)

struct sample_items {
    struct arena arena;
    const struct value **items;
    size_t *segments; /* where each item comes from: 0 …, in the order in which they were read */
    size_t count, cap;
    struct sample_totals totals;
};

/* Reads the sample that the statement asks for (`all`, `sample N`, or the usual one). */
int sample_items_read(struct session *s, const struct statement *st, const struct table *t,
                      struct sample_items *ret, struct err *e) must_check;
void sample_items_free(struct sample_items *x); /* {0} is fine */

/* `entity` and `pattern` lines, `model …`. */
int model_run(struct session *s, const struct statement *st, struct err *e) must_check;

#endif
