/* One side of a diff: a table, a reading of one, here or in another place, or a file.
 *
 * The side owns its client, cursor or file, and its pages; a page lives until the next one. What it
 * points to of the statement outlives it.
 */
#ifndef PKSK_CMD_DIFF_SIDE_H
#define PKSK_CMD_DIFF_SIDE_H

#include "pksk/plan/plan.h"
#include "pksk/run/cursor.h"
#include "pksk/run/items-file.h"
#include "pksk/session/session.h"

struct diff_reader {
    struct session *s;
    const struct statement *st; /* the diff */
    const struct diff_side *side;
    struct arena arena;
    struct str name;              /* for messages: the table, or the file */
    const struct table *table;    /* of a file: whose keys it has */
    const struct statement *read; /* query or scan; NULL: a file */

    bool elsewhere;
    struct session_client client; /* then */
    struct plan plan;
    struct cursor *cursor; /* of a reading */

    struct items_file file;
    struct arena page;
    const struct expr *filter; /* of a file: is looked at here */
    uint64_t items, bytes;     /* taken so far */
};

/* Makes all that can be known without reading items. other: the first side, for the second one. The
 * keys are made of `by`, or asked of the session's table, where neither side has one. */
int diff_reader_open(struct diff_reader *r, struct session *s, const struct statement *st,
                     unsigned side, const struct diff_reader *other, struct err *e) must_check;
void diff_reader_close(struct diff_reader *r); /* zeros with .file.records.fd = -1 are fine */

int diff_reader_next(struct diff_reader *r, const struct value **items, struct err *e) must_check;

#endif
