/* explain STATEMENT as bulk: the command of the Bulk Executor for Amazon DynamoDB (awslabs,
 * amazon-dynamodb-tools) that does the same by a Glue job, where a table outgrows this machine.
 *
 * Nothing is kept.
 */
#ifndef PKSK_CMD_EXPLAIN_BULK_H
#define PKSK_CMD_EXPLAIN_BULK_H

#include "pksk/session/session.h"

/* Appends the command as a line. ERR_SYNTAX says why there is none. */
int explain_bulk(struct session *s, const struct statement *st, struct buf *ret,
                 struct err *e) must_check;

#endif
