#include "pksk/aws/config-internal.h"
#include "pksk/aws/words.h"

/* Endpoints, retries and the like: the options, then the environment, then the profile. */

/* ---- endpoints ---- */

static const struct {
    const char *env, *key; /* of AWS_ENDPOINT_URL_…, and in a services section */
} service_names[] = {
    [AWS_DYNAMODB] = {"AWS_ENDPOINT_URL_DYNAMODB", "dynamodb"},
    [AWS_DYNAMODB_SEARCH] = {"AWS_ENDPOINT_URL_DYNAMODB", "dynamodb"},
    [AWS_DYNAMODB_STREAMS] = {"AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "dynamodb_streams"},
    [AWS_STS] = {"AWS_ENDPOINT_URL_STS", "sts"},
    [AWS_SSO] = {"AWS_ENDPOINT_URL_SSO", "sso"},
    [AWS_SSO_OIDC] = {"AWS_ENDPOINT_URL_SSO_OIDC", "sso_oidc"},
    [AWS_SIGNIN] = {"AWS_ENDPOINT_URL_SIGNIN", "signin"},
};

/* The option is about DynamoDB; credentials come from where they always do. */
static bool option_applies(const struct aws_config *c, enum aws_service service)
{
    return service <= AWS_DYNAMODB_STREAMS && c->options.endpoint_url.len > 0;
}

/* endpoint_url of the service in the [services NAME] that the profile names. */
static int services_url(struct aws_config *c, enum aws_service service, struct str *ret,
                        struct err *e)
{
    struct str name, block;
    bool exists;
    int r = aws_config_value(c, STR(""), "services", &name, e);

    if (r < 0 || !name.len)
        return r;
    r = aws_config_section_value(c, "services", name, service_names[service].key, &exists, &block,
                                 e);
    if (r < 0)
        return r;
    if (exists) {
        ini_nested(block, STR("endpoint_url"), ret);
        return 0;
    }
    r = err_set(e, ERR_CONNECT,
                "the profile \"%.*s\" names services = %.*s, but %.*s has no such "
                "section",
                STR_ARG(c->profile), STR_ARG(name), STR_ARG(c->paths[AWS_FILE_CONFIG]));
    err_hint(e, "add [services %.*s] there, or take the line out", STR_ARG(name));
    return r;
}

static int configured_url(struct aws_config *c, enum aws_service service, struct str *ret,
                          struct err *e)
{
    struct str found = env_get(service_names[service].env), ignore;
    int r = config_setting(c, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                           "ignore_configured_endpoint_urls", &ignore, e);

    *ret = STR("");
    if (r < 0 || text_is_true(ignore))
        return r;
    if (!found.len)
        found = env_get("AWS_ENDPOINT_URL");
    if (!found.len)
        r = services_url(c, service, &found, e);
    if (r == 0 && !found.len)
        r = aws_config_value(c, STR(""), "endpoint_url", &found, e);
    if (r == 0)
        *ret = found;
    return r;
}

int aws_config_endpoint_url(struct aws_config *c, enum aws_service service, struct str *ret,
                            struct err *e)
{
    int r;

    if (!option_applies(c, service)) {
        struct str url = STR("");

        r = c->options.local ? 0 : configured_url(c, service, &url, e);
        if (r == 0)
            *ret = url;
        return r;
    }
    r = config_check_profile(c, e);
    if (r == 0)
        *ret = c->options.endpoint_url;
    return r;
}

static int account_mode(struct aws_config *c, enum aws_account_mode *ret, struct err *e)
{
    struct str mode;
    int r = config_setting(c, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "account_id_endpoint_mode", &mode, e);

    if (r < 0)
        return r;
    if (!mode.len || str_eq_ci(mode, STR("preferred")))
        *ret = AWS_ACCOUNT_PREFERRED;
    else if (str_eq_ci(mode, STR("disabled")))
        *ret = AWS_ACCOUNT_DISABLED;
    else if (str_eq_ci(mode, STR("required")))
        *ret = AWS_ACCOUNT_REQUIRED;
    else
        return err_set(e, ERR_CONNECT,
                       "account_id_endpoint_mode is \"%.*s\" and may be preferred, disabled or "
                       "required",
                       STR_ARG(mode));
    return 0;
}

/* FIPS, dual-stack and account mode. They do not concern an endpoint that is given, so for one that
 * was given as an option no file is read. */
static int endpoint_flags(struct aws_config *c, struct aws_endpoint_params *p, struct err *e)
{
    struct str fips, dualstack;
    int r;

    if (c->options.local || option_applies(c, p->service))
        return 0;
    r = config_setting(c, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", &fips, e);
    if (r == 0)
        r = config_setting(c, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", &dualstack,
                           e);
    if (r == 0)
        r = account_mode(c, &p->account_mode, e);
    if (r < 0)
        return r;
    p->fips = text_is_true(fips);
    p->dualstack = text_is_true(dualstack);
    return 0;
}

int config_endpoint_in(struct aws_config *c, enum aws_service service, struct str region,
                       struct str account, struct str arn, struct aws_endpoint *ret, struct err *e)
{
    struct aws_endpoint_params p = {
        .service = service, .region = region, .account = account, .arn = arn};
    int r = aws_config_endpoint_url(c, service, &p.custom, e);

    if (r == 0)
        r = endpoint_flags(c, &p, e);
    return r < 0 ? r : aws_endpoint_resolve(&p, ret, e);
}

int aws_config_endpoint(struct aws_config *c, enum aws_service service, const struct aws_http *http,
                        struct str account, struct str arn, struct aws_endpoint *ret, struct err *e)
{
    struct str region;
    int r = aws_config_region(c, http, &region, e);

    return r < 0 ? r : config_endpoint_in(c, service, region, account, arn, ret, e);
}

/* ---- TLS ---- */

int aws_config_ca_bundle(struct aws_config *c, struct str *ret, struct err *e)
{
    struct str path = env_get("AWS_CA_BUNDLE");
    int r = 0;

    if (!path.len && !c->options.local)
        r = aws_config_value(c, STR(""), "ca_bundle", &path, e);
    if (r < 0)
        return r;
    *ret = path.len ? path : env_get("REQUESTS_CA_BUNDLE");
    return 0;
}
