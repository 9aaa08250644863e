/* Exact sums of DynamoDB's numbers, however many and however far apart, and their quotients. Never
 * a double.
 *
 * A number is at most 9.99…E+125, and its 38 digits end at 1E-167: a sum is kept as one number of
 * fixed point over all of that, with room for 10^27 of the largest. Pure functions; {0} is zero.
 * Source of the limits: developer guide, "Number".
 */
#ifndef PKSK_ITEM_DECIMAL_H
#define PKSK_ITEM_DECIMAL_H

#include "pksk/base/buf.h"

#define DECIMAL_LIMBS 36 /* of nine digits each */
#define DECIMAL_DIGITS 38

struct decimal {
    int64_t limb[DECIMAL_LIMBS]; /* the lowest first; not carried over, see `added` */
    uint32_t added;              /* since they were */
};

/* False, and nothing is added, when the text is no number or one that DynamoDB does not keep. */
bool decimal_add(struct decimal *d, struct str number) must_check;

void decimal_write(const struct decimal *d, struct buf *ret); /* all its digits, no exponent */

/* The sum divided by count (over 0), to 38 significant digits, half to even. */
void decimal_write_mean(const struct decimal *d, uint64_t count, struct buf *ret);

#endif
