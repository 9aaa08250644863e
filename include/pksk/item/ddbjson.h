/* DynamoDB JSON ({"S":"x"}, {"N":"1"} …) both ways.
 *
 * Decoding streams from reader events into an arena; encoding appends to a buffer. Unknown types,
 * wrong shapes, bad base64 and sets with mixed types are errors that name the attribute.
 */
#ifndef PKSK_ITEM_DDBJSON_H
#define PKSK_ITEM_DDBJSON_H

#include "pksk/item/value.h"
#include "pksk/json/tree.h"

/* How deep an item may nest as JSON: two brackets a level of DynamoDB's, with a little to spare. */
#define DDB_JSON_DEPTH_MAX (2 * VALUE_DEPTH_MAX + 8)

/* Decodes one item (an object of attribute values) from events. Give it every event from the item's
 * JSON_OBJECT_BEGIN; when `done` is true, `item` is whole. ddb_decoder_begin() starts the next one.
 * Owns a small stack until ddb_decoder_free(). Members keep the order of the text. */
struct ddb_decoder {
    struct arena *arena;
    struct value *item;
    bool done;
    bool bare_maps; /* {} is an empty map */
    struct ddb_frame *frames;
    unsigned depth, cap;
    struct str name;
};
void ddb_decoder_begin(struct ddb_decoder *d, struct arena *a);
int ddb_decoder_event(struct ddb_decoder *d, enum json_event event, struct str text,
                      struct err *e) must_check;
void ddb_decoder_free(struct ddb_decoder *d);

int ddb_from_json(struct arena *a, const struct json *tree, struct value **item,
                  struct err *e) must_check; /* an item */
/* The same, where {} stands for {"M":{}}: DynamoDB Local leaves that out in the records of streams.
 */
int ddb_from_stream(struct arena *a, const struct json *tree, struct value **item,
                    struct err *e) must_check;
int ddb_parse_item(struct arena *a, struct str text, struct value **item, struct err *e) must_check;

void ddb_add_value(struct buf *b, const struct value *v); /* {"S":"x"} */
void ddb_add_item(
    struct buf *b,
    const struct value *item); /* {"pk":{"S":"x"},…}: also right for ExclusiveStartKey */

#endif
