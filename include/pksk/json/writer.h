/* JSON out: appended to a buffer, compact, commas by itself.
 *
 * The writer owns nothing. Text must be UTF-8; control characters, the quote and the backslash are
 * escaped, and invalid bytes become U+FFFD (so that what is written is always JSON).
 */
#ifndef PKSK_JSON_WRITER_H
#define PKSK_JSON_WRITER_H

#include "pksk/base/buf.h"

void json_add_string(struct buf *b, struct str text); /* with its quotes */

struct json_writer {
    struct buf *out;
    bool need_comma;
};

void json_begin_object(struct json_writer *w);
void json_end_object(struct json_writer *w);
void json_begin_array(struct json_writer *w);
void json_end_array(struct json_writer *w);
void json_name(struct json_writer *w, struct str name);
void json_string(struct json_writer *w, struct str text);
void json_raw(struct json_writer *w,
              struct str json); /* a value that is JSON already, or a number's text */
void json_uint(struct json_writer *w, uint64_t n);
void json_bool(struct json_writer *w, bool value);
void json_null(struct json_writer *w);
/* A member with that text; nothing when it is empty. */
void json_text_member(struct json_writer *w, const char *name, struct str text);

#endif
