/* A word of advice when a filter let nothing through: a value was written as another type, or no
 * item has the attribute.
 *
 * Nothing is kept. Asks the service for a few of the items that the filter saw.
 */
#ifndef PKSK_CMD_ADVICE_H
#define PKSK_CMD_ADVICE_H

#include "pksk/session/session.h"

/* `year is a string in the items read: write year = "2024"`. `none of the 20 items
 * looked at has stauts: did you mean status?` Says nothing when there is nothing to say. */
void advice_on_types(struct session *s, const struct statement *st, const struct table *t);

#endif
