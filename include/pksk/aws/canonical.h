/* The canonical request of Signature Version 4: what is signed of a request, byte for byte. Within
 * sign.c and its tests.
 */
#ifndef PKSK_AWS_CANONICAL_H
#define PKSK_AWS_CANONICAL_H

#include "pksk/aws/sign.h"

/* The headers that are signed, in their order. The strings are the request's. */
struct header_list {
    struct sign_header *headers;
    size_t count;
};

/* Fills an empty list; the caller frees its headers. */
void canonical_list(const struct sign_request *q, struct str token, struct str date,
                    struct header_list *l);
bool canonical_find(const struct sign_request *q, const char *name, struct str *value);

void canonical_add(const struct sign_request *q, const struct header_list *l, struct buf *b);
void canonical_add_names(const struct header_list *l, struct buf *b); /* a;b;c */

#endif
