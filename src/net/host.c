#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include "pksk/net/transport.h"

static void cleanup_url(CURLU **u)
{
    curl_url_cleanup(*u);
}

static void cleanup_part(char **part)
{
    curl_free(*part);
}

void net_host_of(const char *url, char *ret, size_t size)
{
    _cleanup_(cleanup_url) CURLU *u = curl_url();
    _cleanup_(cleanup_part) char *host = NULL, *port = NULL;

    if (!u || curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) ||
        curl_url_get(u, CURLUPART_HOST, &host, 0)) {
        snprintf(ret, size, "the endpoint");
        return;
    }
    if (curl_url_get(u, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT))
        port = NULL;
    snprintf(ret, size, "%s%s%s", host, port ? ":" : "", port ? port : "");
}

bool net_is_loopback(const char *url)
{
    _cleanup_(cleanup_url) CURLU *u = curl_url();
    _cleanup_(cleanup_part) char *host = NULL;
    struct in_addr v4;
    struct in6_addr v6;

    if (!u || curl_url_set(u, CURLUPART_URL, url, 0) || curl_url_get(u, CURLUPART_HOST, &host, 0))
        return false;
    struct str h = str_of(host);

    if (str_eq_ci(h, STR("localhost")) || str_ends(h, STR(".localhost")))
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127 || ntohl(v4.s_addr) >> 16 == 0xa9fe;
    if (h.len < 2 || host[0] != '[')
        return false;
    host[h.len - 1] = '\0';
    return inet_pton(AF_INET6, host + 1, &v6) == 1 &&
           (IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_LINKLOCAL(&v6));
}
