/* The HTTP seam of the credential providers (aws/http.h), on this layer's transport.
 *
 * *ret refers to the net, which must outlive it. A fetch blocks, but lets the net's other transfers
 * go on, and ends with ERR_CANCELLED on Ctrl-C.
 */
#ifndef PKSK_NET_FETCH_H
#define PKSK_NET_FETCH_H

#include "pksk/aws/http.h"
#include "pksk/net/transport.h"

struct fetch {
    struct net *net;
    const struct clock *clock;
    /* The CA file to use for https, or NULL for the system's; asked at each such request. */
    const char *(*ca_bundle)(void *ctx);
    void *ctx;
};

void fetch_as_aws_http(struct fetch *f, struct aws_http *ret);

#endif
