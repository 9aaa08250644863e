/* The text of one item, as JSON files have it, to the item.
 *
 * An item is typed DynamoDB JSON, {"pk":{"S":"x"}}, or plain JSON, {"pk":"x"}, each also inside
 * {"Item":…} as exports to S3 and reject files have it. MongoDB's extended JSON is plain
 * (item/mongo.h). The two are told apart by the table's partition key, which is never a map: where
 * its value is an object, the item is typed. The item lives in the arena given. Pure functions.
 */
#ifndef PKSK_RUN_DECODE_H
#define PKSK_RUN_DECODE_H

#include "pksk/dynamo/schema.h"

enum decode_form { DECODE_EITHER, DECODE_TYPED, DECODE_PLAIN };

/* Plain JSON has binary key attributes in base64: they become what the table's schema says.
 * *json: the part of the text that is the item in DynamoDB JSON on one line, and may be sent as it
 * stands; empty when the item has to be written. */
int decode_item(struct arena *a, struct str text, enum decode_form form, const struct table *t,
                struct value **ret, struct str *json, struct err *e) must_check;

#endif
