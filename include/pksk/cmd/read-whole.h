/* query INDEX … then get: the whole items behind an index that does not hold them.
 *
 * Nothing is kept but the rows for references.
 */
#ifndef PKSK_CMD_READ_WHOLE_H
#define PKSK_CMD_READ_WHOLE_H

#include "pksk/session/session.h"

int read_whole(struct session *s, const struct statement *st, const struct table *t,
               struct err *e) must_check;

#endif
