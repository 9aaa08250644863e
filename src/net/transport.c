#include "pksk/net/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "pksk/base/log.h"
#include "pksk/base/port.h"
#include "pksk/net/transfer.h"

/* The pipe that a signal handler writes to. A handler gets no context, so this one is the
 * process's; it is made by the first net and never closed. */
static volatile int interrupt_fd = -1, interrupt_end = -1;

#define CONNECTIONS_KEPT 64L

static void open_interrupt(void)
{
    int ends[2];

    if (port_pipe(ends) < 0)
        return;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    interrupt_end = ends[1];
    interrupt_fd = ends[0];
}

struct net *net_new(const struct net_options *o)
{
    struct net *n = mem_resize(NULL, 1, sizeof(*n));

    *n = (struct net){.clock = o->clock ? *o->clock : clock_real,
                      .connect_ms = o->connect_ms ? o->connect_ms : NET_CONNECT_MS,
                      .stall_ms = o->stall_ms ? o->stall_ms : NET_STALL_MS};
    if (interrupt_fd < 0)
        open_interrupt();
    n->left_us = clock_mono_us(&n->clock);
    return n;
}

/* Not before the first transfer: libcurl starts OpenSSL, and a shell that only prints its help need
 * not wait for that. */
static int set_up(struct net *n, struct err *e)
{
    if (n->multi)
        return 0;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    n->multi = curl_multi_init();
    if (!n->multi) /* it wakes itself by a descriptor, and there is none left */
        return err_set(e, ERR_CONNECT, "connections cannot be made: libcurl does not start");
    curl_multi_setopt(n->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    curl_multi_setopt(n->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_KEPT);
    return 0;
}

void net_free(struct net *n)
{
    if (!n)
        return;
    while (n->running)
        transfer_free(n->running);
    while (n->idle_count)
        curl_easy_cleanup(n->idle[--n->idle_count]);
    if (n->multi)
        curl_multi_cleanup(n->multi);
    free(n);
}

void net_interrupt(void)
{
    int number = errno;

    if (interrupt_end >= 0 && write(interrupt_end, "", 1) < 0)
        (void)0; /* full: then it is readable, which is what was wanted */
    errno = number;
}

static void unlink_running(struct transfer *t)
{
    if (!t->prev)
        return;
    *t->prev = t->next;
    if (t->next)
        t->next->prev = t->prev;
    t->prev = NULL;
}

/* Gives the handle back; closes the connection when the transfer was not through with it. */
static void release_handle(struct transfer *t)
{
    struct net *n = t->net;

    if (!t->easy)
        return;
    curl_multi_remove_handle(n->multi, t->easy);
    unlink_running(t);
    if (n->idle_count < IDLE_HANDLES) {
        curl_easy_reset(t->easy);
        n->idle[n->idle_count++] = t->easy;
    } else {
        curl_easy_cleanup(t->easy);
    }
    t->easy = NULL;
    transfer_free_headers(t);
}

void transfer_free(struct transfer *t)
{
    if (!t)
        return;
    release_handle(t);
    transfer_free_headers(t);
    buf_free(&t->head);
    free(t->url);
    free(t->ca_bundle);
    free(t);
}

int net_start(struct net *n, const struct net_request *r, struct transfer **ret, struct err *e)
{
    struct transfer *t = mem_resize(NULL, 1, sizeof(*t));
    int running;

    *t = (struct transfer){.net = n, .request = *r, .head = {.max = NET_HEAD_MAX}};
    t->url = mem_dup(r->url, strlen(r->url));
    t->ca_bundle = r->ca_bundle ? mem_dup(r->ca_bundle, strlen(r->ca_bundle)) : NULL;
    t->request.body_max = r->body_max ? r->body_max : NET_BODY_MAX;
    t->request.connect_ms = r->connect_ms ? r->connect_ms : n->connect_ms;
    t->request.stall_ms = r->stall_ms ? r->stall_ms : n->stall_ms;
    int code = transfer_make_headers(t, e);

    if (code == 0)
        code = set_up(n, e);
    if (code < 0) {
        transfer_free(t);
        return code;
    }
    t->request.headers = NULL;
    t->easy = n->idle_count ? n->idle[--n->idle_count] : curl_easy_init();
    transfer_set_options(t->easy, t);
    t->result.began_us = t->mark_us = clock_mono_us(&n->clock);
    t->next = n->running;
    t->prev = &n->running;
    if (t->next)
        t->next->prev = &t->next;
    n->running = t;
    curl_multi_add_handle(n->multi, t->easy);
    *ret = t;
    curl_multi_perform(n->multi, &running); /* on an open connection the request is out now */
    return 0;
}

static void end(struct transfer *t, CURLcode code)
{
    long status = 0, connections = 0;

    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connections);
    t->result.status = (int)status;
    t->result.reused = connections == 0;
    t->result.timed_out = code == CURLE_OPERATION_TIMEDOUT;
    t->result.ended_us = clock_mono_us(&t->net->clock);
    if (code != CURLE_OK && t->result.failure == NET_OK)
        transfer_explain(t, code);
    release_handle(t);
    if (t->request.on_end)
        t->request.on_end(t->request.ctx, t);
}

/* Nothing of the request is out before the certificate is believed. */
static bool try_again(struct transfer *t)
{
    struct net *n = t->net;

    if (!trust_again(&n->trust, t->easy, t->ca_bundle))
        return false;
    curl_multi_remove_handle(n->multi, t->easy);
    curl_multi_add_handle(n->multi, t->easy);
    return true;
}

/* Tells the owners of what has ended; the owner may free it. */
static bool deliver(struct net *n)
{
    bool any = false;
    int left;

    for (CURLMsg *m; (m = curl_multi_info_read(n->multi, &left));) {
        char *private = NULL;
        CURLcode code = m->data.result;

        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
        struct transfer *t = (struct transfer *)(void *)private;

        if (code == CURLE_PEER_FAILED_VERIFICATION && try_again(t))
            continue;
        end(t, code);
        any = true;
    }
    return any;
}

/* An upload that moves is no stall either. */
static bool has_stalled(struct transfer *t, int64_t now_us)
{
    curl_off_t sent = 0;

    if (now_us - t->mark_us < (int64_t)t->request.stall_ms * 1000)
        return false;
    curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    if (sent < t->mark_sent + STALL_BYTES)
        return true;
    t->mark_sent = sent;
    t->mark_us = now_us;
    return false;
}

static bool end_stalled(struct net *n)
{
    int64_t now_us = clock_mono_us(&n->clock);
    struct transfer *t = n->running;

    while (t && !has_stalled(t, now_us))
        t = t->next;
    if (!t)
        return false;
    char host[300];

    net_host_of(t->url, host, sizeof(host));
    t->result.failure = t->result.sendings ? NET_STALLED : NET_UNREACHABLE;
    err_set(&t->result.err, ERR_CONNECT, "%s %s %g s", host,
            t->result.answered_us ? "stopped in the middle of its answer for"
                                  : "did not answer within",
            t->request.stall_ms / 1000.0);
    end(t, CURLE_OPERATION_TIMEDOUT);
    return true;
}

static int until_stall_ms(const struct net *n, int timeout_ms)
{
    int64_t now_us = clock_mono_us(&n->clock);

    for (const struct transfer *t = n->running; t; t = t->next) {
        int64_t left_ms = (t->mark_us - now_us) / 1000 + t->request.stall_ms + 1;

        timeout_ms = (int)MAX(0, MIN(timeout_ms, left_ms));
    }
    return timeout_ms;
}

static bool advance(struct net *n)
{
    int running;

    curl_multi_perform(n->multi, &running);
    bool ended = deliver(n);

    return end_stalled(n) || ended;
}

static void came_back(struct net *n)
{
    int64_t away_us = clock_mono_us(&n->clock) - n->left_us;

    for (struct transfer *t = n->running; t; t = t->next)
        t->mark_us = MIN(t->mark_us + away_us, n->left_us + away_us);
}

static void wait_for_events(struct net *n, int timeout_ms, int fd, bool *readable)
{
    struct curl_waitfd extra[2] = {{interrupt_fd, CURL_WAIT_POLLIN, 0}, {fd, CURL_WAIT_POLLIN, 0}};
    struct pollfd plain[2] = {{interrupt_fd, POLLIN, 0}, {fd, POLLIN, 0}};
    bool interrupted;
    char taken[64];

    if (n->multi) {
        curl_multi_poll(n->multi, extra, fd >= 0 ? 2 : 1, timeout_ms, NULL);
        interrupted = extra[0].revents;
        *readable = fd >= 0 && extra[1].revents;
    } else {
        bool any = poll(plain, fd >= 0 ? 2 : 1, timeout_ms) > 0;

        interrupted = any && plain[0].revents;
        *readable = any && fd >= 0 && plain[1].revents;
    }
    while (interrupted && read(interrupt_fd, taken, sizeof(taken)) > 0)
        continue;
}

int net_poll(struct net *n, int timeout_ms, int fd, bool *readable)
{
    *readable = false;
    if (cancel_flag)
        return ERR_CANCELLED;
    came_back(n);
    bool ended = n->running && advance(n);

    wait_for_events(n, ended ? 0 : until_stall_ms(n, timeout_ms), fd, readable);
    if (n->running && !ended)
        advance(n);
    n->left_us = clock_mono_us(&n->clock);
    return cancel_flag ? ERR_CANCELLED : 0;
}
