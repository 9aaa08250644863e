#include "pksk/run/wire.h"

static int client_send(void *ctx, const char *operation, struct str body, void **call,
                       struct err *e)
{
    struct call *c = NULL;
    int r = dynamo_send(ctx, operation, body, &c, e);

    *call = c;
    return r;
}

static bool client_done(unused_arg void *ctx, const void *call)
{
    return call_done(call);
}

static struct reply *client_reply(unused_arg void *ctx, void *call)
{
    return call_reply(call);
}

static void client_free(unused_arg void *ctx, void *call)
{
    call_free(call);
}

static int client_poll(void *ctx, int timeout_ms, int fd)
{
    return dynamo_poll(ctx, timeout_ms, fd);
}

struct wire wire_client(struct dynamo *d)
{
    return (struct wire){client_send, client_done, client_reply, client_free, client_poll, d};
}

bool wire_failure_passes(const struct reply *r, bool answered)
{
    static const char *const codes[] = {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "TransactionInProgressException",
        "TransactionConflictException",
        "ReplicatedWriteConflictException",
    };

    if (r->err.code == ERR_CANCELLED)
        return false;
    if (r->status == 0)
        return answered;
    if (r->status >= 500 || r->status < 400)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (strcmp(r->err.service, codes[i]) == 0)
            return true;
    }
    return false;
}
