#include "pksk/net/fetch.h"

#include "pksk/base/log.h"

#define HEADERS_MAX 16
#define ROUND_MS 60000

struct fetching {
    struct aws_http_reply *reply;
    bool ended;
};

static int take_body(void *ctx, unused_arg struct transfer *t, struct str bytes,
                     unused_arg struct err *e)
{
    struct fetching *f = ctx;

    buf_str_add(&f->reply->body, bytes);
    return 0;
}

static void take_end(void *ctx, unused_arg struct transfer *t)
{
    struct fetching *f = ctx;

    f->ended = true;
}

static void cleanup_transfer(struct transfer **t)
{
    transfer_free(*t);
}

static int wait_for(struct net *n, const struct fetching *f, struct err *e)
{
    bool readable;

    while (!f->ended) {
        if (net_poll(n, ROUND_MS, -1, &readable) < 0)
            return err_set(e, ERR_CANCELLED, "interrupted");
    }
    return 0;
}

static int conclude(const struct transfer *t, struct aws_http_reply *ret, struct err *e)
{
    const struct net_result *r = transfer_result(t);
    struct str id = transfer_header(t, "x-amzn-requestid");

    if (r->failure != NET_OK) {
        ret->timed_out = r->timed_out;
        ret->connected = r->sendings > 0;
        if (e) { /* who presses TAB is told nothing */
            *e = r->err;
            e->code = ERR_CONNECT;
        }
        return ERR_CONNECT;
    }
    if (!clock_parse_http(transfer_header(t, "date"), &ret->date_ms))
        ret->date_ms = 0;
    snprintf(ret->request_id, sizeof(ret->request_id), "%.*s", (int)MIN(id.len, (size_t)79),
             id.s ? id.s : "");
    ret->status = r->status;
    return 0;
}

static int run(struct fetch *f, const struct aws_http_request *request, const char *url,
               const char *const *headers, struct aws_http_reply *ret, struct err *e)
{
    _cleanup_(cleanup_transfer) struct transfer *t = NULL;
    struct fetching state = {.reply = ret};
    struct net_request r = {
        .method = request->method,
        .url = url,
        .headers = headers,
        .header_count = request->header_count,
        .body = request->body,
        .body_max = request->max_body,
        .connect_ms = request->timeout_ms,
        .stall_ms = request->timeout_ms,
        .no_proxy = request->no_proxy,
        .on_body = take_body,
        .on_end = take_end,
        .ctx = &state,
    };

    if (f->ca_bundle && str_starts_ci(request->url, STR("https:")))
        r.ca_bundle = f->ca_bundle(f->ctx);
    int code = net_start(f->net, &r, &t, e);

    if (code < 0)
        return code;
    code = wait_for(f->net, &state, e);
    return code < 0 ? code : conclude(t, ret, e);
}

static int send_request(void *ctx, const struct aws_http_request *request,
                        struct aws_http_reply *ret, struct err *e)
{
    struct buf lines[HEADERS_MAX] = {0};
    const char *headers[HEADERS_MAX];
    _cleanup_(cleanup_free) char *url = mem_dup(request->url.s, request->url.len);

    *ret = (struct aws_http_reply){0};
    if (request->header_count > HEADERS_MAX)
        return err_set(e, ERR_CONNECT, "more than %d headers in a request", HEADERS_MAX);
    for (size_t i = 0; i < request->header_count; i++) {
        const struct sign_header *h = &request->headers[i];

        buf_addf(&lines[i], "%.*s: %.*s", STR_ARG(h->name), STR_ARG(h->value));
        headers[i] = buf_cstr(&lines[i]);
    }
    struct fetch *f = ctx;
    struct err why = {0};
    int64_t began_us = clock_mono_us(f->clock);

    log_debug("%s %s", request->method, url);
    int code = run(f, request, url, headers, ret, &why);
    double took_ms = (double)(clock_mono_us(f->clock) - began_us) / 1000;

    for (size_t i = 0; i < request->header_count; i++)
        buf_wipe(&lines[i]);
    if (code < 0) {
        bool timed_out = ret->timed_out, connected = ret->connected;

        aws_http_reply_free(ret);
        ret->timed_out = timed_out;
        ret->connected = connected;
        log_debug("%s %s: %s (%.1f ms)", request->method, url, why.text, took_ms);
        if (e)
            *e = why;
    } else {
        log_debug("%s %s: HTTP %d, %zu bytes (%.1f ms)", request->method, url, ret->status,
                  ret->body.len, took_ms);
    }
    return code;
}

/* The other transfers go on meanwhile. */
static void wait_a_little(void *ctx, int ms)
{
    struct fetch *f = ctx;
    int64_t until_us = clock_mono_us(f->clock) + ms * (int64_t)1000, left_us;
    bool readable;

    while ((left_us = until_us - clock_mono_us(f->clock)) > 0) {
        if (net_poll(f->net, (int)((left_us + 999) / 1000), -1, &readable) < 0)
            return;
    }
}

void fetch_as_aws_http(struct fetch *f, struct aws_http *ret)
{
    *ret = (struct aws_http){send_request, wait_a_little, f};
}
