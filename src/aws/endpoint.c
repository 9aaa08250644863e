#include "pksk/aws/endpoint.h"

#include "pksk/aws/url.h"
#include "pksk/base/buf.h"

/* ---- partitions ---- */

/* A region is PREFIX-WORD-DIGITS; the prefix tells the partition. */
static const struct {
    const char *prefix;
    struct aws_partition partition;
} partitions[] = {
    {"us eu ap sa ca me af il mx", {"aws", "amazonaws.com", "api.aws"}},
    {"cn", {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"}},
    {"us-gov", {"aws-us-gov", "amazonaws.com", "api.aws"}},
    {"eusc-de", {"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"}},
    {"us-iso", {"aws-iso", "c2s.ic.gov", "api.aws.ic.gov"}},
    {"us-isob", {"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"}},
    {"eu-isoe", {"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"}},
    {"us-isof", {"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"}},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Cuts the last part off, at the last '-'. */
static bool cut_part(struct str *t, struct str *part)
{
    for (size_t i = t->len; i > 0; i--)
        if (t->s[i - 1] == '-') {
            *part = str_slice(*t, i, t->len);
            *t = str_slice(*t, 0, i - 1);
            return part->len > 0;
        }
    return false;
}

/* What stands before -WORD-DIGITS, or false when the region has another form. */
static bool region_prefix(struct str region, struct str *ret)
{
    struct str number, word;

    if (!cut_part(&region, &number) || !cut_part(&region, &word))
        return false;
    for (size_t i = 0; i < number.len; i++)
        if (!is_digit(number.s[i]))
            return false;
    for (size_t i = 0; i < word.len; i++)
        if (!is_alnum(word.s[i]) && word.s[i] != '_')
            return false;
    *ret = region;
    return true;
}

const struct aws_partition *aws_partition_of(struct str region)
{
    struct str prefix, rest, one;

    if (!region_prefix(region, &prefix))
        return &partitions[0].partition;
    for (size_t i = 0; i < ARRAY_LEN(partitions); i++) {
        rest = str_of(partitions[i].prefix);
        while (str_split(&rest, ' ', &one))
            if (str_eq(one, prefix))
                return &partitions[i].partition;
    }
    return &partitions[0].partition;
}

/* ---- ARNs ---- */

bool aws_arn_parse(struct str text, struct aws_arn *ret)
{
    struct str parts[5], rest = text;

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (!str_split(&rest, ':', &parts[i]))
            return false;
    if (!rest.s || !rest.len || !str_is(parts[0], "arn") || !parts[1].len || !parts[2].len)
        return false;
    *ret = (struct aws_arn){parts[1], parts[2], parts[3], parts[4], rest};
    return true;
}

/* ---- checks ---- */

static bool is_host_label(struct str t)
{
    if (!t.len || t.len > 63 || !is_alnum(t.s[0]))
        return false;
    for (size_t i = 0; i < t.len; i++)
        if (!is_alnum(t.s[i]) && t.s[i] != '-')
            return false;
    return true;
}

static int check_region(struct str region, struct err *e)
{
    int r;

    if (!region.len) {
        r = err_set(e, ERR_SYNTAX, "no region is given");
    } else if (!is_host_label(region)) {
        r = err_set(e, ERR_SYNTAX, "\"%.*s\" cannot be a region", STR_ARG(region));
    } else {
        return 0;
    }
    err_hint(e, "a region is a name like eu-west-1");
    return r;
}

/* The region of a local server has no such endpoints. */
static int check_local(const struct aws_endpoint_params *p, struct err *e)
{
    if (!p->fips && !p->dualstack)
        return 0;
    int r = err_set(e, ERR_SYNTAX, "the region \"local\" and %s endpoints exclude each other",
                    p->fips ? "FIPS" : "dual-stack");

    err_hint(e, "name another region, or set %s to false",
             p->fips ? "use_fips_endpoint (AWS_USE_FIPS_ENDPOINT)"
                     : "use_dualstack_endpoint (AWS_USE_DUALSTACK_ENDPOINT)");
    return r;
}

/* ---- writing the result ---- */

static const char *signing_name(enum aws_service service)
{
    switch (service) {
    case AWS_DYNAMODB:
    case AWS_DYNAMODB_SEARCH:
    case AWS_DYNAMODB_STREAMS:
        return "dynamodb";
    case AWS_STS:
        return "sts";
    case AWS_SSO:
        return "awsssoportal";
    case AWS_SSO_OIDC:
        return "sso-oauth";
    case AWS_SIGNIN:
        return "signin";
    }
    return "dynamodb";
}

static int finish(const struct aws_endpoint_params *p, bool https, struct str host, struct str path,
                  struct str region, struct aws_endpoint *ret, struct err *e)
{
    struct aws_endpoint result = {.https = https, .signing_name = signing_name(p->service)};

    if (host.len >= sizeof(result.host) || path.len >= sizeof(result.path) ||
        region.len >= sizeof(result.region))
        return err_set(e, ERR_SYNTAX, "the endpoint's URL is too long");
    snprintf(result.host, sizeof(result.host), "%.*s", STR_ARG(host));
    snprintf(result.path, sizeof(result.path), "%.*s", STR_ARG(path));
    snprintf(result.region, sizeof(result.region), "%.*s", STR_ARG(region));
    for (char *c = result.host; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 'a' - 'A') : *c;
    snprintf(result.url, sizeof(result.url), "http%s://%s%s", https ? "s" : "", result.host,
             result.path);
    *ret = result;
    return 0;
}

static int finish_host(const struct aws_endpoint_params *p, struct str region, struct err *e,
                       struct aws_endpoint *ret, const char *format, ...) printf_like(5, 6);

static int finish_host(const struct aws_endpoint_params *p, struct str region, struct err *e,
                       struct aws_endpoint *ret, const char *format, ...)
{
    struct buf host = {0};
    va_list args;

    va_start(args, format);
    buf_vaddf(&host, format, args);
    va_end(args);
    int r = finish(p, true, buf_str(&host), STR("/"), region, ret, e);

    buf_free(&host);
    return r;
}

/* ---- a custom endpoint ---- */

static int resolve_custom(const struct aws_endpoint_params *p, struct aws_endpoint *ret,
                          struct err *e)
{
    const struct aws_partition *partition = aws_partition_of(p->region);
    struct buf host = {0}, dualstack = {0};
    struct url u;
    int r = url_parse(p->custom, "the endpoint", &u, e);

    if (r < 0)
        return r;
    if (u.query.len)
        return err_set(e, ERR_SYNTAX, "the endpoint \"%.*s\" has a query", STR_ARG(p->custom));
    buf_str_add(&host, u.host);
    if (u.port.len && !str_is(u.port, u.https ? "443" : "80"))
        buf_addf(&host, ":%.*s", STR_ARG(u.port));
    buf_addf(&dualstack, "dynamodb.%.*s.%s", STR_ARG(p->region), partition->dualstack);
    if (p->service <= AWS_DYNAMODB_SEARCH && u.https &&
        str_eq_ci(buf_str(&dualstack), buf_str(&host))) {
        r = err_set(e, ERR_SYNTAX, "the dual-stack endpoint cannot be given as an endpoint URL");
        err_hint(e, "set use_dualstack_endpoint = true (AWS_USE_DUALSTACK_ENDPOINT) instead");
    } else {
        r = finish(p, u.https, buf_str(&host), u.path, p->region, ret, e);
    }
    buf_free(&host);
    buf_free(&dualstack);
    return r;
}

/* ---- DynamoDB ---- */

static int need_account(struct err *e, const char *why)
{
    int r = err_set(e, ERR_SYNTAX, "account_id_endpoint_mode is \"required\", but %s", why);

    err_hint(e, "set account_id_endpoint_mode (AWS_ACCOUNT_ID_ENDPOINT_MODE) to preferred");
    return r;
}

/* The account whose own host serves the request, or empty. */
static int find_account(const struct aws_endpoint_params *p, const struct aws_partition *partition,
                        struct str *ret, struct err *e)
{
    bool required = p->account_mode == AWS_ACCOUNT_REQUIRED;
    struct aws_arn arn;

    *ret = STR("");
    if (p->fips && required)
        return need_account(e, "there are no FIPS endpoints of accounts");
    if (p->fips || p->account_mode == AWS_ACCOUNT_DISABLED)
        return 0;
    if (strcmp(partition->id, "aws") != 0)
        return required ? need_account(e, "this partition has no endpoints of accounts") : 0;
    if (aws_arn_parse(p->arn, &arn) && str_is(arn.service, "dynamodb") &&
        str_eq(arn.region, p->region) && is_host_label(arn.account)) {
        *ret = arn.account;
        return 0;
    }
    if (p->account.len && !is_host_label(p->account))
        return err_set(e, ERR_SYNTAX, "the credentials' account id \"%.*s\" cannot be one",
                       STR_ARG(p->account));
    if (!p->account.len && required)
        return need_account(e, "the credentials bring no account id");
    *ret = p->account;
    return 0;
}

static int resolve_dynamodb(const struct aws_endpoint_params *p, struct aws_endpoint *ret,
                            struct err *e)
{
    const struct aws_partition *partition = aws_partition_of(p->region);
    const char *search = p->service == AWS_DYNAMODB_SEARCH ? "search-" : "";
    const char *suffix = p->dualstack ? partition->dualstack : partition->dns;
    bool fips_name = p->fips && (p->dualstack || strcmp(partition->id, "aws-us-gov") != 0);
    struct str account;
    int r = find_account(p, partition, &account, e);

    if (r < 0)
        return r;
    if (account.len)
        return finish_host(p, p->region, e, ret, "%.*s.%sddb.%.*s.%s", STR_ARG(account), search,
                           STR_ARG(p->region), suffix);
    return finish_host(p, p->region, e, ret, "%sdynamodb%s.%.*s.%s", search,
                       fips_name ? "-fips" : "", STR_ARG(p->region), suffix);
}

static int resolve_streams(const struct aws_endpoint_params *p, struct aws_endpoint *ret,
                           struct err *e)
{
    const struct aws_partition *partition = aws_partition_of(p->region);
    bool gov = strcmp(partition->id, "aws-us-gov") == 0;
    bool new_names =
        gov || strcmp(partition->id, "aws") == 0 || strcmp(partition->id, "aws-cn") == 0;
    const char *fips = p->fips && (p->dualstack || !gov) ? "-fips" : "";

    return finish_host(p, p->region, e, ret, "streams%cdynamodb%s.%.*s.%s",
                       p->dualstack && new_names ? '-' : '.', fips, STR_ARG(p->region),
                       p->dualstack ? partition->dualstack : partition->dns);
}

/* ---- the services that credentials come from ---- */

static int resolve_signin(const struct aws_endpoint_params *p, struct aws_endpoint *ret,
                          struct err *e)
{
    const struct aws_partition *partition = aws_partition_of(p->region);
    const char *suffix = strcmp(partition->id, "aws") == 0          ? "signin.aws.amazon.com"
                         : strcmp(partition->id, "aws-cn") == 0     ? "signin.amazonaws.cn"
                         : strcmp(partition->id, "aws-us-gov") == 0 ? "signin.amazonaws-us-gov.com"
                                                                    : NULL;

    if (suffix && !p->fips && !p->dualstack)
        return finish_host(p, p->region, e, ret, "%.*s.%s", STR_ARG(p->region), suffix);
    return finish_host(p, p->region, e, ret, "signin%s.%.*s.%s", p->fips ? "-fips" : "",
                       STR_ARG(p->region), p->dualstack ? partition->dualstack : partition->dns);
}

static int resolve_other(const struct aws_endpoint_params *p, const char *name,
                         struct aws_endpoint *ret, struct err *e)
{
    const struct aws_partition *partition = aws_partition_of(p->region);
    bool gov = strcmp(partition->id, "aws-us-gov") == 0;

    return finish_host(p, p->region, e, ret, "%s%s.%.*s.%s", name,
                       p->fips && (p->dualstack || !gov) ? "-fips" : "", STR_ARG(p->region),
                       p->dualstack ? partition->dualstack : partition->dns);
}

/* Cuts each `what` out of the text. */
static void cut_out(struct buf *text, struct str what)
{
    size_t at;

    while (str_find(buf_str(text), what, &at)) {
        memmove(text->s + at, text->s + at + what.len, text->len - at - what.len);
        text->len -= what.len;
    }
}

static int resolve(const struct aws_endpoint_params *p, struct aws_endpoint *ret, struct err *e)
{
    int r = check_region(p->region, e);

    if (r < 0)
        return r;
    if (p->custom.len)
        return resolve_custom(p, ret, e);
    if (str_is(p->region, "local") && p->service <= AWS_DYNAMODB_STREAMS) {
        r = check_local(p, e);
        return r < 0 ? r
                     : finish(p, false, STR("localhost:8000"), STR("/"), STR("us-east-1"), ret, e);
    }
    switch (p->service) {
    case AWS_DYNAMODB:
    case AWS_DYNAMODB_SEARCH:
        return resolve_dynamodb(p, ret, e);
    case AWS_DYNAMODB_STREAMS:
        return resolve_streams(p, ret, e);
    case AWS_STS:
        return resolve_other(p, "sts", ret, e);
    case AWS_SSO:
        return resolve_other(p, "portal.sso", ret, e);
    case AWS_SSO_OIDC:
        return resolve_other(p, "oidc", ret, e);
    case AWS_SIGNIN:
        return resolve_signin(p, ret, e);
    }
    return err_set(e, ERR_SYNTAX, "no such service");
}

/* Regions like fips-us-gov-west-1 and us-east-1-fips are how FIPS was asked for before there was a
 * setting; the SDKs still know them. An endpoint that is given stands over all of that, as for the
 * AWS CLI: whoever names a host knows what it is. */
int aws_endpoint_resolve(const struct aws_endpoint_params *p, struct aws_endpoint *ret,
                         struct err *e)
{
    _cleanup_(buf_free) struct buf region = {0};
    struct aws_endpoint_params meant = *p;

    buf_str_add(&region, p->region);
    cut_out(&region, STR("fips-"));
    cut_out(&region, STR("-fips"));
    meant.fips = !p->custom.len && (p->fips || region.len < p->region.len);
    meant.dualstack = !p->custom.len && p->dualstack;
    meant.region = buf_str(&region);
    return resolve(&meant, ret, e);
}
