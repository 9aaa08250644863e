/* scan sample: some segments of a table, each one whole, and what the table has by them.
 *
 * Nothing is kept but the rows for references.
 */
#ifndef PKSK_CMD_READ_SAMPLE_H
#define PKSK_CMD_READ_SAMPLE_H

#include "pksk/session/session.h"

int read_sample(struct session *s, const struct statement *st, const struct table *t,
                struct err *e) must_check;

#endif
