/* Another table's definition: what `create table … like` makes of its description.
 *
 * Pure; text lives in the arena or in the trees given.
 */
#ifndef PKSK_PLAN_LIKE_H
#define PKSK_PLAN_LIKE_H

#include "pksk/dynamo/schema.h"
#include "pksk/lang/ast.h"

/* table, ttl, backups: what DescribeTable (its Table), DescribeTimeToLive and
 * DescribeContinuousBackups answered; the last two may be NULL. t is the same table, decoded. *left
 * says what no CreateTable can carry. */
void like_definition(struct arena *a, const struct table *t, const struct json *table,
                     const struct json *ttl, const struct json *backups, struct table_def *ret,
                     struct str *left);

#endif
