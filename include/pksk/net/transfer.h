/* The inside of a net and of a transfer: within the net layer only.
 *
 * A net owns its handles and lends one to each transfer while that runs; a transfer is its
 * caller's, who frees it (transfer_free()), and owns copies of the URL and the bundle's path. Times
 * are microseconds of the net's clock.
 */
#ifndef PKSK_NET_TRANSFER_H
#define PKSK_NET_TRANSFER_H

#include <curl/curl.h>

#include "pksk/base/buf.h"
#include "pksk/net/transport.h"
#include "pksk/net/trust.h"

#define STALL_BYTES 1024 /* what counts as getting on */
#define IDLE_HANDLES 16

struct net {
    CURLM *multi;
    struct clock clock;
    int connect_ms, stall_ms;
    struct transfer *running;
    CURL *idle[IDLE_HANDLES]; /* ready for the next transfer */
    size_t idle_count;
    struct trust trust;
    int64_t left_us; /* when net_poll() was left: time outside of it is nobody's stall */
};

struct transfer {
    struct net *net;
    struct transfer *next, **prev; /* among the running ones; prev NULL: it is not */
    CURL *easy;
    struct curl_slist *headers;
    struct net_request request;
    char *url, *ca_bundle;
    struct buf head; /* header lines of the last answer */
    struct net_result result;
    int64_t mark_us; /* the last time that it was seen to get on */
    size_t mark_bytes;
    curl_off_t mark_sent;
    char detail[CURL_ERROR_SIZE];
};

int transfer_make_headers(struct transfer *t, struct err *e) must_check;
void transfer_free_headers(struct transfer *t);
void transfer_set_options(CURL *easy, struct transfer *t);

/* Fills the result of a transfer that libcurl ended with that code. */
void transfer_explain(struct transfer *t, CURLcode code);

#endif
