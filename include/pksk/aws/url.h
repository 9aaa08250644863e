/* The few URLs that configuration brings: endpoints and where a container keeps its credentials.
 *
 * Parts are slices of the text.
 */
#ifndef PKSK_AWS_URL_H
#define PKSK_AWS_URL_H

#include "pksk/base/buf.h"
#include "pksk/base/err.h"

struct url {
    bool https;
    struct str host;  /* an IPv6 address keeps its brackets */
    struct str port;  /* digits, or empty */
    struct str path;  /* "/" at least */
    struct str query; /* without '?' */
};

/* http and https only; user info, fragments, blanks and bytes that a URL cannot hold are refused.
 * what: how messages name it, e.g. "the endpoint". ERR_SYNTAX. */
int url_parse(struct str text, const char *what, struct url *ret, struct err *e) must_check;

/* Everything but letters, digits and "-_.~" as %XX: for forms and query strings. */
void url_encode(struct buf *b, struct str text);

#endif
