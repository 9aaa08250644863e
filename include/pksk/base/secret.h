/* Secrets: text that is wiped before its memory goes back.
 *
 * A struct secret owns its bytes. It is printed nowhere: there is no function that formats one.
 */
#ifndef PKSK_BASE_SECRET_H
#define PKSK_BASE_SECRET_H

#include "pksk/base/str.h"

struct secret {
    char *s; /* NUL-terminated; NULL when empty */
    size_t len;
};

void secret_set(struct secret *x, struct str t); /* replaces; wipes what was there */
void secret_clear(struct secret *x);             /* wipes and frees; {0} is fine */

static inline struct str secret_str(const struct secret *x)
{
    return (struct str){x->s ? x->s : "", x->len};
}

#endif
