/* JSON in: events as the bytes arrive, on yajl, with ceilings and with numbers as text.
 *
 * The reader owns its state; the text of an event lives until the handler returns. Strings are
 * valid UTF-8 without lone surrogates (yajl alone lets some through), numbers are exactly as
 * written, nesting deeper than max_depth, anything after the value and a text that ends early are
 * errors.
 */
#ifndef PKSK_JSON_READER_H
#define PKSK_JSON_READER_H

#include "pksk/base/err.h"

enum json_event {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER, /* text: as written */
    JSON_STRING, /* text: unescaped */
    JSON_NAME,   /* text: a member's name, unescaped */
    JSON_OBJECT_BEGIN,
    JSON_OBJECT_END,
    JSON_ARRAY_BEGIN,
    JSON_ARRAY_END,
};

/* Returns 0 or a negative code with *e set, which ends the reading. */
typedef int json_handler(void *ctx, enum json_event event, struct str text, struct err *e);

struct json_reader;

struct json_reader *json_reader_new(unsigned max_depth, json_handler *handle, void *ctx);
void json_reader_free(struct json_reader *r); /* NULL is fine */

int json_reader_feed(struct json_reader *r, struct str bytes, struct err *e) must_check;
int json_reader_finish(struct json_reader *r,
                       struct err *e) must_check; /* the text is over: was it one whole value? */
void json_reader_reset(struct json_reader *r);    /* ready for another text */
size_t json_reader_offset(const struct json_reader *r); /* bytes consumed: where an error is */

#endif
