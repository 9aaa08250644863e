/* What went wrong with an operation, in words: the service's errors and answers that are no
 * answers.
 *
 * Pure functions that fill a struct err. The service's own text is data: it is kept as it came, and
 * who prints it escapes it.
 */
#ifndef PKSK_DYNAMO_REFUSAL_H
#define PKSK_DYNAMO_REFUSAL_H

#include "pksk/base/err.h"

struct refusal {
    int status;               /* HTTP */
    struct str code, message; /* the service's, or empty */
    const char *operation, *host;
    struct str location; /* of a redirect, or empty */
    unsigned attempts;
    bool throttled;              /* given up after these attempts */
    struct str reason, resource; /* the first of ThrottlingReasons: which limit, and its ARN */
};

/* Returns the code that it set. */
int refusal_explain(const struct refusal *r, struct err *e);

/* A body that is no answer: content_type may be empty. e holds what the decoder said of it. */
void refusal_not_json(const char *host, struct str content_type, struct str content_encoding,
                      struct err *e);
bool refusal_is_json(struct str content_type);

void refusal_checksum(const char *host, uint32_t got, struct str said, struct err *e);

bool refusal_expired_token(struct str code);

#endif
