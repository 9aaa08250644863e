/* What libcurl's codes mean to a person: within the net layer only.
 *
 * A pure function; the text is copied into the result.
 */
#ifndef PKSK_NET_FAILURE_H
#define PKSK_NET_FAILURE_H

#include "pksk/net/transport.h"

struct failure {
    int code;              /* CURLcode */
    long os_errno;         /* of connect(), or 0 */
    long proxy_status;     /* the proxy's answer to CONNECT, or 0 */
    bool sent;             /* some of the request went out */
    const char *detail;    /* libcurl's own words, or "" */
    const char *host;      /* "host:port" */
    const char *ca_bundle; /* or NULL */
    bool loopback;
    bool reused; /* the connection has served another request before */
    int connect_ms;
};

enum net_failure failure_explain(const struct failure *f, struct err *e);

#endif
