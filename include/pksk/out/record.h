/* A record of a stream as text: a block for eyes, typed JSON, a statement that does the same, or an
 * item for the formats that print items.
 *
 * Appends to a buffer; keeps nothing. What is printed for eyes is escaped, JSON and statements are
 * exact unless the options say that they go to a terminal.
 */
#ifndef PKSK_OUT_RECORD_H
#define PKSK_OUT_RECORD_H

#include "pksk/dynamo/streams.h"
#include "pksk/out/printer.h"

/* The members of record_as_item(), in order. */
extern const struct str record_columns[];
#define RECORD_COLUMNS 7

/* event, time, keys, new, old, ttl, sequence: those that the record has. Shares the record's
 * values. */
struct value *record_as_item(struct arena *a, const struct stream_record *r);

/* Is this format written by record_add()? Others print record_as_item(). */
bool record_has_format(enum format f);

/* o->keys are the table's key attributes, which must be there. ERR_FAILED when the record has not
 * what the format needs. */
int record_add(struct buf *b, enum format f, const struct print_options *o,
               const struct stream_record *r, struct err *e) must_check;

#endif
