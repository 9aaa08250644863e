/* MongoDB's extended JSON: what mongoexport writes for types that JSON has not.
 *
 * {"$oid": "…"}, {"$numberLong": "1"} (Int, Double, Decimal), {"$date": …}, {"$uuid": "…"},
 * {"$symbol": "…"} and {"$binary": …} become the string or number that they hold; a date is ISO
 * 8601, binary stays base64. What is no such object is left. Source: the specification of MongoDB
 * Extended JSON v2, and the older form of $date and $binary.
 */
#ifndef PKSK_ITEM_MONGO_H
#define PKSK_ITEM_MONGO_H

#include "pksk/json/tree.h"

/* May there be any? Text without a name that begins with $ has none. */
bool mongo_is_likely(struct str text);

/* Changes the tree's own nodes; new text lives in the arena. True when there was any. */
bool mongo_simplify(struct arena *a, struct json *tree);

#endif
