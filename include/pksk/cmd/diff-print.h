/* How differences are shown: lines for eyes, statements that take them away, or items.
 *
 * The printer owns its output and counts; it keeps nothing of the items.
 */
#ifndef PKSK_CMD_DIFF_PRINT_H
#define PKSK_CMD_DIFF_PRINT_H

#include "pksk/cmd/diff-side.h"
#include "pksk/out/progress.h"
#include "pksk/run/difference.h"
#include "pksk/session/output.h"

struct diff_counts {
    uint64_t same, different, only[2];
};

struct diff_printer {
    struct session *s;
    const struct statement *st;
    struct str names[2], target; /* target: the table that statements write to */
    const struct str *keys;
    size_t key_count;
    struct difference_options compare;
    struct diff_counts counts;
    struct progress *line; /* is wiped before anything is printed */

    struct output out;
    struct plan plan; /* of the output: its columns */
    struct str columns[4];
    bool lines, statements, colour; /* one of the first two, or items */
    struct arena arena;             /* of one difference */
    struct buf text;
};

int diff_printer_open(struct diff_printer *p, struct err *e) must_check; /* the rest is set */

/* Two items of one key, or one alone. */
int diff_printer_add(struct diff_printer *p, const struct value *first, const struct value *second,
                     struct err *e) must_check;

/* What `count` prints, and the end of it all. */
int diff_printer_end(struct diff_printer *p, bool failed, struct err *e) must_check;

void diff_counts_add(struct buf *b, const struct diff_printer *p); /* in words */

#endif
