#include "pksk/net/transfer.h"

#include "pksk/base/port.h"
#include "pksk/net/failure.h"

/* An answer is read in pieces of this size: large enough that system calls cost nothing beside
 * decoding, small enough to stay in the cache between checksum and decoder. */
#define RECEIVE_SIZE (64L << 10)

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

static int count_sending(void *ctx, unused_arg char *theirs, unused_arg char *ours,
                         unused_arg int their_port, unused_arg int our_port)
{
    struct transfer *t = ctx;

    t->result.sendings++;
    return CURL_PREREQFUNC_OK;
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
        char host[300];

        net_host_of(t->url, host, sizeof(host));
        r->failure = NET_TOO_LARGE;
        err_set(&r->err, ERR_FAILED, "the answer of %s is larger than the %zu KB that pksk takes",
                host, t->request.body_max >> 10);
        return 0;
    }
    if (t->request.on_body && t->request.on_body(t->request.ctx, t, piece, &r->err) < 0) {
        r->failure = NET_REJECTED;
        return 0;
    }
    return piece.len;
}

/* As botocore has it: the scheme's own variable, in lower case first. libcurl would go by ALL_PROXY
 * as well, and not by HTTP_PROXY for fear of CGI. Empty: none. */
static const char *proxy_for(const char *url)
{
    bool https = str_starts_ci(str_of(url), STR("https:"));
    const char *lower = getenv(https ? "https_proxy" : "http_proxy");
    const char *upper = getenv(https ? "HTTPS_PROXY" : "HTTP_PROXY");

    if (lower)
        return lower;
    return upper && (https || !getenv("REQUEST_METHOD")) ? upper : "";
}

/* Does an entry of NO_PROXY name host and port? libcurl knows those without a port. */
static bool is_excepted(const char *url)
{
    const char *lower = getenv("no_proxy");
    struct str rest = str_of(lower ? lower : getenv("NO_PROXY")), name, host;
    char text[300];
    size_t at;

    net_host_of(url, text, sizeof(text));
    host = str_of(text);
    while (str_split(&rest, ',', &name)) {
        name = str_trim(name);
        while (name.len && name.s[0] == '.')
            name = str_slice(name, 1, name.len);
        if (!str_find_char(name, ':', &at) || host.len < name.len)
            continue;
        at = host.len - name.len;
        if (str_eq_ci(str_slice(host, at, host.len), name) && (at == 0 || host.s[at - 1] == '.'))
            return true;
    }
    return false;
}

static void set_proxy(CURL *easy, const struct transfer *t)
{
    bool direct = t->request.no_proxy || net_is_loopback(t->url) || is_excepted(t->url);

    curl_easy_setopt(easy, CURLOPT_PROXY, direct ? "" : proxy_for(t->url));
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
    if (str_starts_ci(str_of(t->url), STR("https:")))
        trust_set(&t->net->trust, easy, t->ca_bundle);
    set_proxy(easy, t);
}

void transfer_set_options(CURL *easy, struct transfer *t)
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
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, count_sending);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
}

/* What libcurl would add by itself is blanked; a header with an end of line within is refused. */
int transfer_make_headers(struct transfer *t, struct err *e)
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

/* Some headers are secrets. */
void transfer_free_headers(struct transfer *t)
{
    for (struct curl_slist *h = t->headers; h; h = h->next)
        port_wipe(h->data, strlen(h->data));
    curl_slist_free_all(t->headers);
    t->headers = NULL;
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

void transfer_explain(struct transfer *t, CURLcode code)
{
    char host[300];
    long proxy_status = 0, os_errno = 0;

    curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os_errno);
    net_host_of(t->url, host, sizeof(host));
    t->result.failure = failure_explain(
        &(struct failure){
            .code = (int)code,
            .os_errno = os_errno,
            .proxy_status = proxy_status,
            .sent = t->result.sendings > 0,
            .detail = t->detail[0] ? t->detail : curl_easy_strerror(code),
            .host = host,
            .ca_bundle = t->ca_bundle,
            .loopback = net_is_loopback(t->url),
            .reused = t->result.reused,
            .connect_ms = t->request.connect_ms,
        },
        &t->result.err);
}
