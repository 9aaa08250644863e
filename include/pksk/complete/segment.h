/* Where keys are cut into what TAB offers one after the other.
 *
 * Behind '#', '|', '/', ':', '~' and '^' (several in a row count as one), and inside what is known
 * by its form: dates by year, month and day, moments by hour as well, times by hour, ulids by their
 * first characters (twelve days, then nine hours). uuids, e-mail addresses and addresses stay
 * whole. Pure; slices point into what is given.
 */
#ifndef PKSK_COMPLETE_SEGMENT_H
#define PKSK_COMPLETE_SEGMENT_H

#include "pksk/base/arena.h"

/* The next segment of text behind prefix_len characters, with all that is before it; *goes_on: the
 * text is longer. */
struct str segment_next(struct str text, size_t prefix_len, bool *goes_on);

/* Could a segment end here? Then the text says which family is meant, not only how it begins. */
bool segment_is_whole(struct str text);

/* The first string behind all that begin with the prefix; empty when there is none (DynamoDB orders
 * strings by their bytes, which in UTF-8 is the order of characters). */
struct str segment_behind(struct arena *a, struct str prefix);

/* A string about that far (of 100) from `from` to `to` (empty: the end is not known), between both,
 * as keys are written: letters lie between letters, digits between digits. False: there is none. */
bool segment_between(struct arena *a, struct str from, struct str to, unsigned hundredths,
                     struct str *ret);

#endif
