#include "pksk/base/secret.h"

#include "pksk/base/port.h"

void secret_set(struct secret *x, struct str t)
{
    char *copy = t.len ? mem_dup(t.s, t.len) : NULL;

    secret_clear(x);
    *x = (struct secret){copy, t.len};
}

void secret_clear(struct secret *x)
{
    if (x->s)
        port_wipe(x->s, x->len);
    free(x->s);
    *x = (struct secret){0};
}
