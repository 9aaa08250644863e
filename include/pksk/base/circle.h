/* Notices when a walk from page to page goes round in a circle: a server that hands the same places
 * out again would be asked for ever.
 *
 * A struct circle is a value, all zero before the first place; nothing is owned.
 */
#ifndef PKSK_BASE_CIRCLE_H
#define PKSK_BASE_CIRCLE_H

#include "pksk/base/str.h"

struct circle {
    uint64_t mark, steps, next_mark;
};

/* The next place to go on from. True when it is one of before: at once when it is the last one, and
 * after some three rounds when the circle is longer. Source: Brent, "An improved Monte Carlo
 * factorization algorithm", BIT 20 (1980). */
bool circle_closed(struct circle *c, struct str place);

#endif
