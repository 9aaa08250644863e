/* Decodes an answer while it arrives: items straight into the reply's arena, the rest as a tree.
 *
 * The decoder writes into a reply and an arena that are the caller's; it owns only its own state.
 * No copy of the body is kept. Within the dynamo layer, and for its tests.
 */
#ifndef PKSK_DYNAMO_REPLY_H
#define PKSK_DYNAMO_REPLY_H

#include "pksk/dynamo/client.h"
#include "pksk/item/ddbjson.h"

struct reply_decoder;

struct reply_decoder *reply_decoder_new(void);
void reply_decoder_free(struct reply_decoder *d); /* NULL is fine */

/* Begins an answer of the operation; what was begun before is forgotten. plain: items are no items,
 * all of the answer goes into `rest`. */
void reply_decoder_begin(struct reply_decoder *d, struct str operation, bool plain, struct arena *a,
                         struct reply *ret);
int reply_decoder_feed(struct reply_decoder *d, struct str bytes, struct err *e) must_check;
int reply_decoder_finish(struct reply_decoder *d, struct err *e) must_check;

/* The body of an error: rest, attributes (the item of a failed condition). A body that is decoded
 * already is rest. *code and *message are slices of the tree; empty when the body is not such JSON.
 */
void reply_decode_error(struct arena *a, struct str body, struct reply *ret, struct str *code,
                        struct str *message);

/* "0.5" → 5; what is finer than tenths is rounded to the nearest. False when it is no number. */
bool reply_capacity(struct str text, struct capacity *ret);

#endif
