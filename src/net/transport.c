#include "pksk/net/transport.h"

#include <curl/curl.h>
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pksk/base/buf.h"
#include "pksk/base/log.h"
#include "pksk/net/failure.h"

/* An answer is read in pieces of this size: large enough that system calls cost nothing beside
 * decoding, small enough to stay in the cache between checksum and decoder. */
#define RECEIVE_SIZE (64L << 10)
#define STALL_BYTES 1024
#define IDLE_HANDLES 16

/* The descriptor that a signal handler writes to. A handler gets no context, so this one is the
 * process's; it is made by the first net and never closed. */
static volatile int interrupt_fd = -1;

struct net {
    CURLM *multi;
    struct clock clock;
    int connect_ms, stall_ms;
    struct transfer *running;
    CURL *idle[IDLE_HANDLES]; /* ready for the next transfer */
    size_t idle_count;
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

struct net *net_new(const struct net_options *o)
{
    struct net *n = mem_resize(NULL, 1, sizeof(*n));

    curl_global_init(CURL_GLOBAL_DEFAULT);
    *n = (struct net){.clock = o->clock ? *o->clock : clock_real,
                      .connect_ms = o->connect_ms ? o->connect_ms : NET_CONNECT_MS,
                      .stall_ms = o->stall_ms ? o->stall_ms : NET_STALL_MS};
    n->multi = curl_multi_init();
    curl_multi_setopt(n->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    curl_multi_setopt(n->multi, CURLMOPT_MAXCONNECTS, 64L);
    if (interrupt_fd < 0)
        interrupt_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    n->left_us = clock_mono_us(&n->clock);
    return n;
}

void net_free(struct net *n)
{
    if (!n)
        return;
    while (n->running)
        transfer_free(n->running);
    while (n->idle_count)
        curl_easy_cleanup(n->idle[--n->idle_count]);
    curl_multi_cleanup(n->multi);
    free(n);
}

void net_interrupt(void)
{
    int number = errno;
    uint64_t one = 1;

    if (interrupt_fd >= 0 && write(interrupt_fd, &one, sizeof(one)) < 0)
        (void)0; /* full: then it is readable, which is what was wanted */
    errno = number;
}

static size_t receive_head(char *bytes, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    struct str line = {bytes, size * count};

    /* A status line begins the head anew: after "100 Continue" comes another. */
    if (str_starts_ci(line, STR("HTTP/")))
        buf_reset(&t->head);
    buf_str_add(&t->head, line);
    if (!t->head.over)
        return line.len;
    t->result.failure = NET_TOO_LARGE;
    err_set(&t->result.err, ERR_CONNECT, "the answer's headers are longer than %zu KB",
            NET_HEAD_MAX >> 10);
    return 0;
}

static void got_on(struct transfer *t, size_t bytes)
{
    t->mark_bytes += bytes;
    if (t->mark_bytes < STALL_BYTES)
        return;
    t->mark_bytes = 0;
    t->mark_us = clock_mono_us(&t->net->clock);
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    struct net_result *r = &t->result;
    struct str piece = {bytes, size * count};

    if (!r->answered_us) {
        long status = 0;

        r->answered_us = clock_mono_us(&t->net->clock);
        curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
        r->status = (int)status;
    }
    r->bytes += piece.len;
    got_on(t, piece.len);
    if (r->bytes > t->request.body_max) {
        r->failure = NET_TOO_LARGE;
        err_set(&r->err, ERR_FAILED, "the answer is larger than the %zu KB that pksk takes",
                t->request.body_max >> 10);
        return 0;
    }
    if (t->request.on_body && t->request.on_body(t->request.ctx, t, piece, &r->err) < 0) {
        r->failure = NET_REJECTED;
        return 0;
    }
    return piece.len;
}

/* libcurl reads http_proxy in lower case only, for fear of CGI; botocore reads HTTP_PROXY too. */
static void set_proxy(CURL *easy, const struct transfer *t)
{
    const char *upper = getenv("HTTP_PROXY"), *lower = getenv("http_proxy");

    if (t->request.no_proxy || net_is_loopback(t->url))
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
    else if (str_starts_ci(str_of(t->url), STR("http:")) && upper && *upper && !lower &&
             !getenv("REQUEST_METHOD"))
        curl_easy_setopt(easy, CURLOPT_PROXY, upper);
}

static void set_method(CURL *easy, const struct net_request *r)
{
    bool get = strcmp(r->method, "GET") == 0;

    if (!get || r->body.len) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body.len ? r->body.s : "");
    }
    if (!get && strcmp(r->method, "POST") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
}

static void set_safety(CURL *easy, const struct transfer *t)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (t->ca_bundle)
        curl_easy_setopt(easy, CURLOPT_CAINFO, t->ca_bundle);
    set_proxy(easy, t);
}

static void set_options(CURL *easy, struct transfer *t)
{
    set_safety(easy, t);
    set_method(easy, &t->request);
    curl_easy_setopt(easy, CURLOPT_URL, t->url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)t->request.connect_ms);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_SIZE);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->detail);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
}

/* What libcurl would add by itself is blanked; a header with an end of line within is refused. */
static int make_headers(struct transfer *t, struct err *e)
{
    static const char *const blank[] = {"Expect:", "Accept:"};
    struct curl_slist *list = NULL;

    for (size_t i = 0; i < ARRAY_LEN(blank); i++) {
        const char *name = blank[i];
        bool given = false;

        for (size_t k = 0; k < t->request.header_count; k++)
            given |= str_starts_ci(str_of(t->request.headers[k]), str_of(name));
        if (!given)
            list = curl_slist_append(list, name);
    }
    for (size_t i = 0; i < t->request.header_count; i++) {
        if (strpbrk(t->request.headers[i], "\r\n")) {
            curl_slist_free_all(list);
            return err_set(e, ERR_CONNECT, "a header would hold an end of line");
        }
        list = curl_slist_append(list, t->request.headers[i]);
    }
    t->headers = list;
    return 0;
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

/* Some headers are secrets. */
static void free_headers(struct transfer *t)
{
    for (struct curl_slist *h = t->headers; h; h = h->next)
        explicit_bzero(h->data, strlen(h->data));
    curl_slist_free_all(t->headers);
    t->headers = NULL;
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
    free_headers(t);
}

void transfer_free(struct transfer *t)
{
    if (!t)
        return;
    release_handle(t);
    free_headers(t);
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
    int code = make_headers(t, e);

    if (code < 0) {
        transfer_free(t);
        return code;
    }
    t->request.headers = NULL;
    t->easy = n->idle_count ? n->idle[--n->idle_count] : curl_easy_init();
    set_options(t->easy, t);
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

const struct net_result *transfer_result(const struct transfer *t)
{
    return &t->result;
}

int transfer_status(const struct transfer *t)
{
    return t->result.status;
}

struct str transfer_header(const struct transfer *t, const char *name)
{
    struct str rest = buf_str(&t->head), line, found = {0}, key = str_of(name);

    while (str_split(&rest, '\n', &line)) {
        if (line.len > key.len && line.s[key.len] == ':' &&
            str_eq_ci(str_slice(line, 0, key.len), key))
            found = str_trim(str_slice(line, key.len + 1, line.len));
    }
    return found;
}

static void explain(struct transfer *t, CURLcode code)
{
    char host[300];
    long request_size = 0, os_errno = 0;

    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request_size);
    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os_errno);
    net_host_of(t->url, host, sizeof(host));
    t->result.failure = failure_explain(
        &(struct failure){
            .code = (int)code,
            .os_errno = os_errno,
            .sent = request_size > 0,
            .detail = t->detail[0] ? t->detail : curl_easy_strerror(code),
            .host = host,
            .ca_bundle = t->ca_bundle,
            .loopback = net_is_loopback(t->url),
            .connect_ms = t->request.connect_ms,
        },
        &t->result.err);
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
        explain(t, code);
    release_handle(t);
    if (t->request.on_end)
        t->request.on_end(t->request.ctx, t);
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
        end((struct transfer *)(void *)private, code);
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
    long sent = 0;

    net_host_of(t->url, host, sizeof(host));
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
    t->result.failure = sent ? NET_STALLED : NET_UNREACHABLE;
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

int net_poll(struct net *n, int timeout_ms, int fd, bool *readable)
{
    struct curl_waitfd extra[2] = {{interrupt_fd, CURL_WAIT_POLLIN, 0}, {fd, CURL_WAIT_POLLIN, 0}};
    uint64_t count;

    *readable = false;
    if (cancel_flag)
        return ERR_CANCELLED;
    came_back(n);
    bool ended = n->running && advance(n);

    curl_multi_poll(n->multi, extra, fd >= 0 ? 2 : 1, ended ? 0 : until_stall_ms(n, timeout_ms),
                    NULL);
    if (extra[0].revents && read(interrupt_fd, &count, sizeof(count)) < 0)
        (void)0; /* another net of this process was faster */
    *readable = fd >= 0 && extra[1].revents;
    if (n->running && !ended)
        advance(n);
    n->left_us = clock_mono_us(&n->clock);
    return cancel_flag ? ERR_CANCELLED : 0;
}
