/* The seam through which credential providers speak HTTP: one blocking request.
 *
 * The layer above injects it, so that this one opens no connection. The caller owns request and
 * reply; a reply is freed with aws_http_reply_free(), which wipes it, since most carry secrets.
 */
#ifndef PKSK_AWS_HTTP_H
#define PKSK_AWS_HTTP_H

#include "pksk/aws/sign.h"
#include "pksk/base/err.h"

struct aws_http_request {
    const char *method; /* "GET", "PUT", "POST" */
    struct str url;     /* http or https, without user info */
    const struct sign_header *headers;
    size_t header_count;
    struct str body;
    int timeout_ms;  /* for connecting, and again for the answer */
    size_t max_body; /* a longer answer is an error */
    bool no_proxy;   /* link-local and loopback addresses: never through a proxy */
};

struct aws_http_reply {
    int status; /* 0: there was no answer */
    bool timed_out;
    bool connected; /* somebody is there: with timed_out, only the answer was late */
    struct buf body;
    int64_t date_ms;     /* of the Date header; 0 when absent */
    char request_id[80]; /* x-amzn-RequestId, or empty */
};
void aws_http_reply_free(struct aws_http_reply *r); /* {0} is fine; {0} afterwards */

struct aws_http {
    /* 0 when there was an answer, whatever its status. No redirects are followed, no retries made,
     * and TLS is verified. Nothing of the request or answer is logged but method, URL and status.
     * On failure ERR_CONNECT (or ERR_CANCELLED), status 0, timed_out when time ran out. */
    int (*send)(void *ctx, const struct aws_http_request *request, struct aws_http_reply *ret,
                struct err *e);
    /* Waits before another attempt; NULL: a plain wait. */
    void (*pause)(void *ctx, int ms);
    void *ctx;
};

#endif
