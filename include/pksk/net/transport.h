/* HTTP/1.1 on one curl multi handle: many transfers, one loop, connections kept.
 *
 * A net owns its connections; a transfer belongs to who started it, until transfer_free(). The
 * request's body must live as long as the transfer; all else is copied. Answers come through two
 * callbacks: the body as it arrives (within net_poll() and net_start()), then the end (within
 * net_poll()). At the end transfer_free() and net_start() may be called, from the body's callback
 * not. No redirect is followed, nothing is decompressed, no cookie or .netrc is read. One thread.
 */
#ifndef PKSK_NET_TRANSPORT_H
#define PKSK_NET_TRANSPORT_H

#include "pksk/base/clock.h"
#include "pksk/base/err.h"

struct net;
struct transfer;

struct net_options {
    const struct clock *clock; /* NULL: the machine's */
    int connect_ms;            /* 0: NET_CONNECT_MS */
    int stall_ms;              /* 0: NET_STALL_MS */
};
#define NET_CONNECT_MS 10000
#define NET_STALL_MS 60000 /* botocore's read timeout */

struct net_request {
    const char *method, *url;
    const char *const *headers; /* "Name: value" each */
    size_t header_count;
    struct str body;
    size_t body_max;       /* bytes of the answer's body that are taken; 0: NET_BODY_MAX */
    int connect_ms;        /* 0: the net's */
    int stall_ms;          /* less than 1 KB in that time ends it; 0: the net's */
    const char *ca_bundle; /* a PEM file; NULL: the system's */
    bool no_proxy;         /* loopback and link-local hosts never go through one */
    int (*on_body)(void *ctx, struct transfer *t, struct str bytes, struct err *e);
    void (*on_end)(void *ctx, struct transfer *t);
    void *ctx;
};
#define NET_BODY_MAX ((size_t)64 << 20)
#define NET_HEAD_MAX ((size_t)64 << 10)

enum net_failure {
    NET_OK,
    NET_UNREACHABLE, /* no connection, so nothing was sent */
    NET_BARRED,      /* the proxy does not let it through, so nothing was sent */
    NET_UNTRUSTED,   /* TLS does not verify, or its CA file cannot be read */
    NET_BROKEN,      /* sent at least in part, and no whole answer */
    NET_STALLED,     /* the same, and the time was up */
    NET_TOO_LARGE,   /* the answer passed a ceiling */
    NET_INVALID,     /* not HTTP, or not a URL */
    NET_REJECTED,    /* on_body returned an error, which is in err */
};

struct net_result {
    enum net_failure failure;
    struct err err;                          /* when not NET_OK; ERR_CONNECT, or what on_body set */
    bool timed_out;                          /* connecting can, too */
    int status;                              /* HTTP, 0 when none came */
    size_t bytes;                            /* of the body */
    int64_t began_us, answered_us, ended_us; /* clock_mono_us; answered_us: first byte, or 0 */
    bool reused;                             /* the connection was open already */
    unsigned sendings; /* more than one: a kept connection ended under the request, and libcurl sent
                          it again by itself */
};

struct net *net_new(const struct net_options *o);
void net_free(struct net *n); /* its transfers must be gone */

/* Fails only for what is wrong with the request itself. */
int net_start(struct net *n, const struct net_request *r, struct transfer **ret,
              struct err *e) must_check;
void transfer_free(struct transfer *t); /* cancels what is under way; NULL is fine */

const struct net_result *transfer_result(const struct transfer *t);
int transfer_status(const struct transfer *t); /* good from the first byte of the body on */
/* The last header of that name, trimmed; s NULL when there is none. Lives as long as the transfer.
 */
struct str transfer_header(const struct transfer *t, const char *name);

/* One round: moves transfers on for up to timeout_ms, until one ends, fd (-1: none) is readable, or
 * Ctrl-C. Returns 0, or ERR_CANCELLED when the cancel flag is set. */
int net_poll(struct net *n, int timeout_ms, int fd, bool *readable);

/* Wakes net_poll(). Safe in a signal handler, which should increment cancel_flag first. */
void net_interrupt(void);

/* "host:port" as messages have it, without user info, path or a port that is the scheme's own. */
void net_host_of(const char *url, char *ret, size_t size);
bool net_is_loopback(const char *url);

#endif
