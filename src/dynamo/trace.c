#include "pksk/base/log.h"
#include "pksk/base/utf8.h"
#include "pksk/dynamo/call.h"

#define BODY_SHOWN 4000
#define BODY_KEPT (4 * BODY_SHOWN) /* so that no secret is cut in two where it ends */

void trace_request(const struct call *c, struct str canonical)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct str body = utf8_cut(buf_str(&c->body), BODY_SHOWN), rest, line;

    if (!log_on())
        return;
    log_debug("%s attempt %u → POST %s (%zu bytes)", c->operation, c->reply.attempts,
              c->endpoint.url, c->body.len);
    sign_redact(canonical, &text);
    for (rest = buf_str(&text); str_split(&rest, '\n', &line);)
        log_debug("  canonical: %.*s", STR_ARG(line));
    log_debug("  body: %.*s%s", STR_ARG(body), body.len < c->body.len ? "…" : "");
}

void trace_body(struct call *c, struct str bytes)
{
    size_t room = log_on() && c->traced.len < BODY_KEPT ? BODY_KEPT - c->traced.len : 0;

    buf_str_add(&c->traced, str_slice(bytes, 0, MIN(bytes.len, room)));
}

static void log_body(const struct call *c)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct str body;

    aws_chain_redact(c->d->chain, buf_str(&c->traced), &text);
    body = utf8_cut(buf_str(&text), BODY_SHOWN);
    if (!utf8_valid(body))
        log_debug("  answer: not text");
    else if (body.len)
        log_debug("  answer: %.*s%s", STR_ARG(body), body.len < text.len ? "…" : "");
}

void trace_answer(const struct call *c, const struct transfer *t)
{
    const struct net_result *r = transfer_result(t);

    if (!log_on())
        return;
    if (r->failure != NET_OK && r->failure != NET_REJECTED) {
        log_debug("%s attempt %u ← %s (%.1f ms)", c->operation, c->reply.attempts, r->err.text,
                  (double)(r->ended_us - r->began_us) / 1000);
        return;
    }
    log_debug("%s attempt %u ← HTTP %d, %zu bytes, first after %.1f ms, all after %.1f ms, %s "
              "connection, clock %+.1f s, request id %.*s%s%s",
              c->operation, c->reply.attempts, r->status, r->bytes,
              (double)(r->answered_us ? r->answered_us - r->began_us : 0) / 1000,
              (double)(r->ended_us - r->began_us) / 1000, r->reused ? "kept" : "new",
              (double)c->d->skew_ms / 1000, STR_ARG(c->reply.request_id),
              c->reply.err.code ? ": " : "", c->reply.err.text);
    log_body(c);
}

void trace_retry(const struct call *c, const struct err *why, int64_t pause_us)
{
    log_debug("%s attempt %u is made again after %.0f ms: %s", c->operation, c->reply.attempts,
              (double)pause_us / 1000, why->text);
}
