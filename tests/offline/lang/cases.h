/* A text file of cases, for the programs of tests/offline/lang and tests/offline/plan; TAP.
 *
 * A case is one or more lines that begin with "> " (joined with newlines), and below them what is
 * expected, up to the next case. Lines before the first case, and those that begin with "## ", are
 * titles. With -u the program writes the file anew, with what it got: to be read with care before
 * it is committed.
 */
#ifndef PKSK_TEST_CASES_H
#define PKSK_TEST_CASES_H

#include "pksk/base/buf.h"
#include "pksk/base/clock.h"

struct cases {
    /* Runs the text of a case of the file with that name; got is empty. */
    void (*run)(void *ctx, const char *name, struct str text, struct buf *got);
    /* What a text that is written in some other way in the file means; NULL: what it says. */
    void (*read)(const char *name, struct str text, struct buf *ret);
    void *ctx;
};

int cases_main(const struct cases *c, int argc, char **argv); /* main()'s return */

extern const struct clock cases_clock; /* stands at 2026-01-02T12:04:05Z */

#endif
