#include "pksk/aws/imds.h"

#include "pksk/aws/config-internal.h"
#include "pksk/aws/provider.h"
#include "pksk/aws/url.h"

#define IMDS_V4 "http://169.254.169.254"
#define IMDS_V6 "http://[fd00:ec2::254]"

static int number(struct aws_config *c, const char *env, const char *key, uint64_t otherwise,
                  uint64_t max, uint64_t *ret, struct err *e)
{
    struct str text;
    uint64_t n = otherwise;
    int r = config_setting(c, env, key, &text, e);

    if (r < 0)
        return r;
    if (text.len && (!str_to_u64(text, &n) || n < 1 || n > max))
        return err_set(e, ERR_CONNECT, "%s is \"%.*s\" and may be 1 to %llu", key, STR_ARG(text),
                       (unsigned long long)max);
    *ret = n;
    return 0;
}

static int choose_base(struct imds *m, struct err *e)
{
    struct str mode, ipv6;
    struct url ignored;
    int r = config_setting(m->config, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                           "ec2_metadata_service_endpoint", &m->base, e);

    if (r == 0 && m->base.len) {
        r = url_parse(m->base, "the endpoint of the instance metadata service", &ignored, e);
        return r < 0 ? err_recode(e, ERR_CONNECT) : 0;
    }
    if (r == 0)
        r = config_setting(m->config, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                           "ec2_metadata_service_endpoint_mode", &mode, e);
    if (r == 0 && !mode.len) { /* the older way to say so */
        r = config_setting(m->config, "AWS_IMDS_USE_IPV6", "imds_use_ipv6", &ipv6, e);
        if (r == 0 && text_is_true(ipv6))
            mode = STR("ipv6");
    }
    if (r == 0)
        m->base = str_eq_ci(mode, STR("ipv6")) ? STR(IMDS_V6) : STR(IMDS_V4);
    return r;
}

static int read_settings(struct imds *m, struct err *e)
{
    struct str no_v1;
    uint64_t seconds = 1, attempts = 1;
    int r = choose_base(m, e);

    if (r == 0)
        r = number(m->config, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", 1, 3600,
                   &seconds, e);
    if (r == 0)
        r = number(m->config, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts",
                   1, 100, &attempts, e);
    if (r == 0)
        r = config_setting(m->config, "AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled",
                           &no_v1, e);
    if (r < 0)
        return r;
    m->timeout_ms = (int)seconds * 1000;
    m->attempts = (unsigned)attempts;
    m->no_v1 = text_is_true(no_v1);
    return 0;
}

static int send(struct imds *m, const char *method, const char *path, struct str rest,
                const struct sign_header *header, struct aws_http_reply *reply, struct err *e)
{
    struct provider_retry retry = {.attempts = m->attempts};
    struct buf url = {0};

    buf_str_add(&url, m->base);
    if (!str_ends(m->base, STR("/")))
        buf_char(&url, '/');
    buf_str_add(&url, str_of(path));
    buf_str_add(&url, rest);
    struct aws_http_request q = {.method = method,
                                 .url = buf_str(&url),
                                 .headers = header,
                                 .header_count = header ? 1 : 0,
                                 .timeout_ms = m->timeout_ms,
                                 .max_body = PROVIDER_ANSWER_MAX,
                                 .no_proxy = true};
    int r = provider_send(m->http, &q, &retry, reply, e);

    buf_free(&url);
    return r;
}

/* Of a role or a token: one line that can stand in a URL or a header. */
static bool is_plain(struct str t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.s[i] <= ' ' || (unsigned char)t.s[i] >= 0x7f)
            return false;
    return t.len > 0;
}

/* A session token, or version 1 for an instance that knows no tokens; *ret false: nobody there. */
static int get_token(struct imds *m, bool *ret, struct err *e)
{
    struct sign_header ttl = {STR("x-aws-ec2-metadata-token-ttl-seconds"), STR("21600")};
    struct aws_http_reply reply = {0};
    struct err ignored = {0};
    int r = send(m, "PUT", "latest/api/token", STR(""), &ttl, &reply, &ignored);
    bool old = reply.status == 403 || reply.status == 404 || reply.status == 405;

    *ret = false;
    if (r == ERR_CANCELLED) {
        if (e)
            *e = ignored;
    } else if (r == 0 && reply.status == 200 && is_plain(buf_str(&reply.body))) {
        buf_str_add(&m->token, buf_str(&reply.body));
        *ret = true;
    } else if (!m->no_v1) {
        /* Behind a router too many the answer with a token is lost on its way. */
        *ret = old || (r < 0 && reply.timed_out && reply.connected);
    }
    aws_http_reply_free(&reply);
    return r == ERR_CANCELLED ? r : 0;
}

int imds_open(struct imds *m, struct aws_config *c, const struct aws_http *http, bool *ret,
              struct err *e)
{
    int r;

    *m = (struct imds){.config = c, .http = http};
    *ret = false;
    if (!http || text_is_true(env_get("AWS_EC2_METADATA_DISABLED")))
        return 0;
    r = read_settings(m, e);
    return r < 0 ? r : get_token(m, ret, e);
}

int imds_get(struct imds *m, const char *path, struct str rest, struct buf *ret, bool *found,
             struct err *e)
{
    struct sign_header token = {STR("x-aws-ec2-metadata-token"), buf_str(&m->token)};
    struct aws_http_reply reply = {0};
    struct err ignored = {0};
    int r = send(m, "GET", path, rest, m->token.len ? &token : NULL, &reply, &ignored);

    *found = r == 0 && reply.status == 200 && reply.body.len > 0;
    if (*found)
        buf_str_add(ret, buf_str(&reply.body));
    aws_http_reply_free(&reply);
    if (r == ERR_CANCELLED && e)
        *e = ignored;
    return r == ERR_CANCELLED ? r : 0;
}

void imds_close(struct imds *m)
{
    buf_wipe(&m->token);
}

int imds_region(struct aws_config *c, const struct aws_http *http, struct str *ret, struct err *e)
{
    struct imds m;
    struct buf zone = {0};
    bool there, found = false;
    int r = imds_open(&m, c, http, &there, e);

    if (r == 0 && there)
        r = imds_get(&m, "latest/meta-data/placement/availability-zone/", STR(""), &zone, &found,
                     e);
    struct str name = str_trim(buf_str(&zone));

    *ret = STR("");
    if (r == 0 && found && name.len > 1 && name.len < 64 && is_plain(name))
        *ret =
            arena_str(&c->arena, str_slice(name, 0, name.len - 1)); /* without the zone's letter */
    buf_free(&zone);
    imds_close(&m);
    return r;
}
