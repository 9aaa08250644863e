#include "pksk/net/failure.h"

#include <curl/curl.h>
#include <errno.h>

/* libcurl says to whom it could not connect: another name than the endpoint's is a proxy's. 8.22
 * names both, "Failed to connect to H:443 over proxy P". */
static bool was_proxy(const struct failure *f)
{
    struct str host = str_of(f->host);
    size_t at;

    if (str_find_char(host, ':', &at))
        host = str_slice(host, 0, at);
    return !f->loopback &&
           (!str_find(str_of(f->detail), host, &at) || strstr(f->detail, " over proxy "));
}

/* Of what a proxy says, only its own troubles may pass. */
static enum net_failure barred(const struct failure *f, struct err *e)
{
    if (f->proxy_status == 407) {
        err_set(e, ERR_CONNECT, "the proxy wants a name and a password (HTTP 407)");
        err_hint(e, "put them into the proxy's URL in the environment");
    } else {
        err_set(e, ERR_CONNECT, "the proxy does not connect to %s (HTTP %ld)", f->host,
                f->proxy_status);
        err_hint(e, "check HTTPS_PROXY, and NO_PROXY for hosts that need none");
    }
    return f->proxy_status >= 500 ? NET_UNREACHABLE : NET_BARRED;
}

/* libcurl quotes a proxy's URL that it cannot use, and a password may stand in it. */
static const char *proxy_detail(const struct failure *f)
{
    return strchr(f->detail, '@') ? "its URL cannot be used" : f->detail;
}

static enum net_failure no_connection(const struct failure *f, struct err *e)
{
    if (was_proxy(f)) {
        err_set(e, ERR_CONNECT, "no connection to the proxy: %s", proxy_detail(f));
        err_hint(e, "check HTTPS_PROXY and HTTP_PROXY");
    } else if (f->os_errno == ECONNREFUSED) {
        err_set(e, ERR_CONNECT, "nothing listens at %s (connection refused)", f->host);
        if (f->loopback)
            err_hint(e, "is the local server running?");
        else
            err_hint(e, "check the endpoint URL");
    } else {
        err_set(e, ERR_CONNECT, "no connection to %s: %s", f->host,
                f->os_errno ? strerror((int)f->os_errno) : f->detail);
        err_hint(e, "check the network, the region and any proxy");
    }
    return NET_UNREACHABLE;
}

/* No file of certificates helps against a wrong name or a wrong date. The words are those of
 * libcurl and OpenSSL. */
static void hint_certificate(struct str detail, struct err *e)
{
    if (str_find(detail, STR("match"), NULL))
        err_hint(e, "check the endpoint URL: another server than the one it names has answered");
    else if (str_find(detail, STR("expired"), NULL) || str_find(detail, STR("not yet valid"), NULL))
        err_hint(e, "its owner has to renew it, unless this machine's clock is wrong");
    else
        err_hint(e, "where a proxy or a test server signs its own, name its CA file in "
                    "AWS_CA_BUNDLE");
}

static enum net_failure no_tls(const struct failure *f, struct err *e)
{
    err_set(e, ERR_CONNECT, "no TLS connection to %s: %s", f->host, f->detail);
    err_hint(e, str_find(str_of(f->detail), STR("protocol version"), NULL)
                    ? "pksk wants TLS 1.2 or later"
                    : "is that an https port?");
    return NET_UNREACHABLE;
}

/* What OpenSSL says is wrong, without what libcurl puts around it: "SSL certificate problem: …", in
 * 8.22 "SSL certificate OpenSSL verify result: … (10)". */
static struct str verify_detail(const char *detail)
{
    static const char *const openings[] = {"SSL certificate problem: ", "OpenSSL verify result: "};
    struct str said = str_of(detail);

    for (size_t i = 0; i < ARRAY_LEN(openings); i++) {
        const char *found = strstr(detail, openings[i]);
        size_t end;

        if (!found)
            continue;
        said = str_of(found + strlen(openings[i]));
        if (str_find(said, STR(" ("), &end) && said.s[said.len - 1] == ')')
            said = str_slice(said, 0, end);
    }
    return said;
}

static enum net_failure not_trusted(const struct failure *f, struct err *e)
{
    if (f->code == CURLE_SSL_CACERT_BADFILE) {
        err_set(e, ERR_CONNECT, "the file of trusted certificates %s cannot be read",
                f->ca_bundle ? f->ca_bundle : "of this system");
        err_hint(e, "check AWS_CA_BUNDLE, or ca_bundle in the profile");
    } else {
        err_set(e, ERR_CONNECT, "the certificate of %s does not verify: %.*s", f->host,
                STR_ARG(verify_detail(f->detail)));
        hint_certificate(str_of(f->detail), e);
    }
    return NET_UNTRUSTED;
}

static enum net_failure timed_out(const struct failure *f, struct err *e)
{
    if (f->sent) {
        err_set(e, ERR_CONNECT, "%s did not answer in time", f->host);
        return NET_STALLED;
    }
    err_set(e, ERR_CONNECT, "no connection to %s within %g s", f->host, f->connect_ms / 1000.0);
    err_hint(e, "check the network, the region and any proxy");
    return NET_UNREACHABLE;
}

static enum net_failure broken(const struct failure *f, struct err *e)
{
    if (f->code == CURLE_PARTIAL_FILE)
        err_set(e, ERR_CONNECT, "the answer of %s was cut short", f->host);
    else if (f->code == CURLE_GOT_NOTHING)
        err_set(e, ERR_CONNECT, "%s closed the connection without an answer", f->host);
    else
        err_set(e, ERR_CONNECT, "the connection to %s broke: %s", f->host, f->detail);
    return f->sent ? NET_BROKEN : NET_UNREACHABLE;
}

/* On a connection that was kept, it may be what an earlier answer left behind: the next attempt has
 * a new one. */
static enum net_failure not_http(const struct failure *f, struct err *e)
{
    if (f->reused) {
        err_set(e, ERR_CONNECT, "the connection to %s broke: what came is no answer", f->host);
        return NET_BROKEN;
    }
    if (f->code == CURLE_WEIRD_SERVER_REPLY || f->sent) {
        err_set(e, ERR_CONNECT, "%s did not answer in HTTP", f->host);
        err_hint(e, "check the endpoint URL: is that the right port?");
    } else {
        err_set(e, ERR_CONNECT, "not an http or https URL: %s", f->host);
    }
    return NET_INVALID;
}

enum net_failure failure_explain(const struct failure *f, struct err *e)
{
    if (f->proxy_status >= 300)
        return barred(f, e);
    switch (f->code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        err_set(e, ERR_CONNECT, "there is no host %s", f->host);
        err_hint(e, "check the region, the endpoint URL and the network");
        return NET_UNREACHABLE;
    case CURLE_COULDNT_RESOLVE_PROXY:
        err_set(e, ERR_CONNECT, "the proxy cannot be found: %s", proxy_detail(f));
        err_hint(e, "check HTTPS_PROXY and HTTP_PROXY");
        return NET_UNREACHABLE;
    case CURLE_COULDNT_CONNECT:
        return no_connection(f, e);
    case CURLE_OPERATION_TIMEDOUT:
        return timed_out(f, e);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return not_trusted(f, e);
    case CURLE_SSL_CONNECT_ERROR:
        return no_tls(f, e);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return not_http(f, e);
    default:
        return broken(f, e);
    }
}
