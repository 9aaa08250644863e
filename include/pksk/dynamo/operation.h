/* The operations of DynamoDB (2012-08-10) and of its streams: where each is sent, and whether it
 * changes anything.
 *
 * Constant, owned by the program. Source: the service model of 4 August 2026. An operation that is
 * not listed is newer than this list: it is sent to DynamoDB's own host, and taken for one that
 * changes something.
 */
#ifndef PKSK_DYNAMO_OPERATION_H
#define PKSK_DYNAMO_OPERATION_H

#include "pksk/aws/endpoint.h"

#define OPERATION_NAME_MAX 64 /* bytes, with its end */

enum operation_kind {
    OPERATION_READS,
    OPERATION_CHANGES,
    OPERATION_DESTROYS, /* a whole table or backup, for good */
};

struct operation {
    const char *name;
    enum operation_kind kind;
    enum aws_service service;
};

const struct operation *operation_find(struct str name); /* NULL: not listed */
const struct operation *operation_at(size_t i); /* in the alphabet's order; NULL after the last */
struct str operation_nearest(struct str name);  /* what was probably meant; empty: nothing near */

enum operation_kind operation_kind(struct str name);
enum aws_service operation_service(struct str name);

#endif
