/* How requests travel: the client's functions, or a test's.
 *
 * A struct wire is functions and their context; nothing is owned. A call is whoever made it's.
 */
#ifndef PKSK_RUN_WIRE_H
#define PKSK_RUN_WIRE_H

#include "pksk/dynamo/client.h"

struct wire {
    int (*send)(void *ctx, const char *operation, struct str body, void **call, struct err *e);
    bool (*done)(void *ctx, const void *call);
    struct reply *(*reply)(void *ctx, void *call);
    void (*free)(void *ctx, void *call);            /* cancels when it is still under way */
    int (*poll)(void *ctx, int timeout_ms, int fd); /* as dynamo_poll() */
    void *ctx;
};

struct wire wire_client(struct dynamo *d);

/* Does this failure pass, so that the same request may be sent again after a pause? The client has
 * tried several times already. answered: the endpoint has answered something before. */
bool wire_failure_passes(const struct reply *r, bool answered);

#endif
