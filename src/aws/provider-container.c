#include <arpa/inet.h>

#include "pksk/aws/config-internal.h"
#include "pksk/aws/provider.h"
#include "pksk/aws/url.h"
#include "pksk/base/file.h"

/* Credentials that the container's host hands out (ECS, EKS Pod Identity). The URL comes from the
 * environment, so it is held to the hosts that may be asked without TLS. */

#define CONTAINER_HOST "http://169.254.170.2"
#define TOKEN_MAX 65536

static const struct provider_retry container_retry = {.attempts = 3, .pause_ms = 1000};

static bool is_allowed_v4(struct str host)
{
    char text[INET_ADDRSTRLEN];
    struct in_addr address;

    snprintf(text, sizeof(text), "%.*s", STR_ARG(host));
    if (host.len >= sizeof(text) || inet_pton(AF_INET, text, &address) != 1)
        return false;
    return ntohl(address.s_addr) >> 24 == 127 || str_is(host, "169.254.170.2") ||
           str_is(host, "169.254.170.23");
}

static bool is_allowed_v6(struct str host)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address, eks;

    if (host.len < 2 || host.s[0] != '[' || host.len - 2 >= sizeof(text))
        return false;
    snprintf(text, sizeof(text), "%.*s", (int)host.len - 2, host.s + 1);
    return inet_pton(AF_INET6, text, &address) == 1 &&
           inet_pton(AF_INET6, "fd00:ec2::23", &eks) == 1 &&
           (IN6_IS_ADDR_LOOPBACK(&address) || memcmp(&address, &eks, sizeof(eks)) == 0);
}

static int check_full_url(struct str text, struct err *e)
{
    struct url url;
    int r = url_parse(text, "AWS_CONTAINER_CREDENTIALS_FULL_URI", &url, e);

    if (r < 0)
        return err_recode(e, ERR_CONNECT);
    if (url.https || str_eq_ci(url.host, STR("localhost")) || is_allowed_v4(url.host) ||
        is_allowed_v6(url.host))
        return 0;
    r = err_set(e, ERR_CONNECT,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is http to the host %.*s, which may be any "
                "server",
                STR_ARG(url.host));
    err_hint(e, "https, or one of localhost, loopback addresses, 169.254.170.2, 169.254.170.23 "
                "and fd00:ec2::23");
    return r;
}

/* Where to ask, or PROVIDER_NONE. */
static int find_url(struct buf *ret, struct err *e)
{
    struct str relative = env_get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    struct str full = env_get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    struct url ignored;
    int r;

    if (!relative.len && !full.len)
        return PROVIDER_NONE;
    if (!relative.len) {
        r = check_full_url(full, e);
        if (r == 0)
            buf_str_add(ret, full);
        return r;
    }
    if (relative.s[0] != '/')
        return err_set(e, ERR_CONNECT,
                       "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a slash");
    buf_lit(ret, CONTAINER_HOST);
    buf_str_add(ret, relative);
    r = url_parse(buf_str(ret), "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", &ignored, e);
    return r < 0 ? err_recode(e, ERR_CONNECT) : 0;
}

/* The file is read each time, since what stands in it changes. */
static int find_token(struct buf *ret, struct err *e)
{
    const char *file = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    struct err why = {0};
    struct str token;

    if (file && *file && file_read(file, TOKEN_MAX, ret, &why) < 0)
        return err_set(e, ERR_CONNECT, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: %s", why.text);
    if (!file || !*file)
        buf_str_add(ret, env_get("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
    token = buf_str(ret);
    for (size_t i = 0; i < token.len; i++)
        if ((unsigned char)token.s[i] < ' ' || (unsigned char)token.s[i] >= 0x7f)
            return err_set(e, ERR_CONNECT,
                           "the container's authorization token holds a line end or another "
                           "character that a header cannot have");
    return 0;
}

static int take(const struct aws_http_reply *reply, struct aws_credentials *ret, struct err *e)
{
    static const struct credential_names names = {"AccessKeyId", "SecretAccessKey", "Token",
                                                  "AccountId", "Expiration"};
    static const char what[] = "the answer of the container's credential service";
    struct arena a = {0};
    struct json *root = NULL;
    int r;

    if (reply->status != 200)
        return err_set(e, ERR_CONNECT,
                       "the container's credential service answered with HTTP status %d",
                       reply->status);
    r = provider_json(&a, buf_str(&reply->body), what, &root, e);
    if (r == 0)
        r = credentials_from_json(root, &names, what, ret, e);
    provider_json_wipe(root);
    arena_free(&a);
    return r;
}

static int ask(struct provider_world *w, struct str url, struct str token,
               struct aws_credentials *ret, struct err *e)
{
    struct sign_header headers[] = {{STR("Accept"), STR("application/json")},
                                    {STR("Authorization"), token}};
    struct aws_http_request q = {.method = "GET",
                                 .url = url,
                                 .headers = headers,
                                 .header_count = token.len ? 2 : 1,
                                 .timeout_ms = 2000,
                                 .max_body = PROVIDER_ANSWER_MAX,
                                 .no_proxy = true};
    struct aws_http_reply reply = {0};
    int r = provider_send(w->http, &q, &container_retry, &reply, e);

    if (r == 0)
        r = take(&reply, ret, e);
    aws_http_reply_free(&reply);
    return r;
}

static int load(struct provider_world *w, unused_arg struct str profile,
                struct aws_credentials *ret, struct err *e)
{
    struct buf url = {0}, token = {.max = TOKEN_MAX + 1};
    int r = find_url(&url, e);

    if (r == 0)
        r = find_token(&token, e);
    if (r == 0)
        r = ask(w, buf_str(&url), buf_str(&token), ret, e);
    buf_free(&url);
    buf_wipe(&token);
    return r;
}

const struct provider provider_container = {.name = "container", .load = load, .again = true};
