/* create table: the definition that a statement means, be it in its words, in a file or in another
 * table.
 *
 * All lives in the arena given and in the statement.
 */
#ifndef PKSK_CMD_CREATE_H
#define PKSK_CMD_CREATE_H

#include "pksk/plan/plan.h"
#include "pksk/session/session.h"

struct creation {
    struct str name; /* of the new table */
    const struct table_def *def;
    struct str file;  /* where the definition stood, or empty */
    struct str left;  /* what of it is not taken over, or empty */
    uint64_t samples; /* items in the file that `import` would write */
};

/* Reads the file or asks for the description; changes nothing. */
int create_prepare(struct session *s, struct arena *a, const struct statement *st,
                   struct creation *ret, struct err *e) must_check;

/* One line of what is not taken over, when there is such. */
void create_say_left(struct session *s, const struct creation *c);

/* Plans without sending: for `explain`. */
int create_plan(struct session *s, struct arena *a, const struct statement *st, struct plan *ret,
                struct err *e) must_check;

#endif
