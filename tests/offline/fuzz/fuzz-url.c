/* URLs, ARNs and times as configuration and services write them: refused, or in parts that make the
 * same again. The text's first line is the region of an endpoint. */
#include "pksk/aws/url.h"

#include "pksk/aws/endpoint.h"
#include "pksk/base/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_url(struct str text)
{
    _cleanup_(buf_free) struct buf whole = {0};
    struct url u, again;
    struct err e = {0};

    if (url_parse(text, "it", &u, &e) < 0) {
        require(e.code == ERR_SYNTAX && e.text[0]);
        return;
    }
    require(u.host.len && u.path.len && (u.path.s[0] == '/'));
    for (size_t i = 0; i < u.port.len; i++)
        require(u.port.s[i] >= '0' && u.port.s[i] <= '9');
    buf_addf(&whole, "%s://%.*s", u.https ? "https" : "http", STR_ARG(u.host));
    if (u.port.len)
        buf_addf(&whole, ":%.*s", STR_ARG(u.port));
    buf_str_add(&whole, u.path);
    if (u.query.len)
        buf_addf(&whole, "?%.*s", STR_ARG(u.query));
    require(url_parse(buf_str(&whole), "it", &again, &e) == 0);
    require(u.https == again.https && str_eq(u.host, again.host) && str_eq(u.port, again.port));
    require(str_eq(u.path, again.path) && str_eq(u.query, again.query));
}

static void check_arn(struct str text)
{
    _cleanup_(buf_free) struct buf whole = {0};
    struct aws_arn arn;

    if (!aws_arn_parse(text, &arn))
        return;
    const struct str parts[] = {STR("arn"), arn.partition, arn.service,
                                arn.region, arn.account,   arn.resource};

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (i)
            buf_char(&whole, ':');
        buf_str_add(&whole, parts[i]);
    }
    require(str_eq(buf_str(&whole), text));
}

static void check_times(struct str text)
{
    char iso[CLOCK_ISO_LEN];
    int64_t ms, again;

    if (clock_parse_iso(text, &ms)) {
        clock_format_iso(ms, iso);
        require(clock_parse_iso(str_of(iso), &again));
        require(again <= ms || again == 0);
        require(ms - again < 1000 || again == 0); /* 1970: a year that is none of ours */
    }
    if (clock_parse_http(text, &ms)) {
        clock_format_iso(ms, iso);
        require(clock_parse_iso(str_of(iso), &again));
        require(again == ms || again == 0);
    }
}

static void check_encoded(struct str text)
{
    _cleanup_(buf_free) struct buf b = {0};

    url_encode(&b, text);
    for (size_t i = 0; i < b.len; i++)
        require((unsigned char)b.s[i] > ' ' && (unsigned char)b.s[i] < 0x7f && b.s[i] != '&');
}

/* Whatever the region and the endpoint, what goes into a header is fit for one. */
static void check_endpoint(struct str region, struct str custom, unsigned flags)
{
    struct aws_endpoint_params p = {.service = flags % (AWS_SIGNIN + 1),
                                    .region = region,
                                    .custom = custom,
                                    .fips = flags & 16,
                                    .dualstack = flags & 32,
                                    .arn = flags & 64 ? custom : STR("")};
    struct aws_endpoint it;
    struct err e = {0};

    if (p.arn.len)
        p.custom = STR("");
    if (aws_endpoint_resolve(&p, &it, &e) < 0) {
        require(e.text[0]);
        return;
    }
    require(it.host[0] && it.path[0] == '/' && it.signing_name);
    for (const char *c = it.url; *c; c++)
        require(*c > ' ' && *c < 0x7f);
    for (const char *c = it.region; *c; c++)
        require(*c > ' ' && *c < 0x7f && *c != '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size}, rest = text, region;

    check_url(text);
    check_arn(text);
    check_times(text);
    check_encoded(text);
    if (str_split(&rest, '\n', &region)) {
        check_url(rest);
        check_endpoint(region, rest, size ? data[size - 1] : 0);
    }
    return 0;
}
