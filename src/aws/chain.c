#include "pksk/aws/credentials.h"

#include "pksk/aws/provider.h"
#include "pksk/base/log.h"

#define ADVISORY_MS (15 * MINUTE_MS)
#define MANDATORY_MS (10 * MINUTE_MS)

/* ---- the chain, in the AWS CLI's order ---- */

static const struct provider *const chain_order[] = {
    &provider_environment, &provider_assume_role, &provider_web_identity, &provider_sso,
    &provider_shared_file, &provider_login,       &provider_process,      &provider_config_file,
    &provider_ec2_file,    &provider_boto,        &provider_container,    &provider_instance,
};

static int find(struct provider_world *w, struct str profile, bool profiles_only,
                struct aws_credentials *ret, const struct provider **ret_provider, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(chain_order); i++) {
        const struct provider *p = chain_order[i];

        if (profiles_only && !p->of_profile)
            continue;
        int r = p->load(w, profile, ret, e);

        if (r == PROVIDER_NONE)
            continue;
        if (r < 0)
            return r;
        ret->source = p->name;
        if (ret_provider)
            *ret_provider = p;
        return 0;
    }
    return PROVIDER_NONE;
}

struct aws_chain {
    struct aws_config *config;
    struct aws_http http;
    bool has_http;
    struct aws_ask ask;
    const struct clock *clock;

    const struct provider *provider; /* the one that claimed; NULL: not looked yet */
    struct aws_credentials credentials;
    unsigned given;      /* the number of the last ones */
    bool forced;         /* refresh whatever the clock says */
    int64_t next_try_ms; /* an advisory refresh is not tried before */
    int64_t next_renewal_ms;
};

struct aws_chain *aws_chain_new(struct aws_config *config, const struct aws_http *http,
                                const struct aws_ask *ask, const struct clock *clock)
{
    struct aws_chain *chain = mem_resize(NULL, 1, sizeof(*chain));

    *chain = (struct aws_chain){.config = config, .clock = clock ? clock : &clock_real};
    if (http) {
        chain->http = *http;
        chain->has_http = true;
    }
    if (ask)
        chain->ask = *ask;
    return chain;
}

void aws_chain_free(struct aws_chain *chain)
{
    if (!chain)
        return;
    aws_credentials_deinit(&chain->credentials);
    free(chain);
}

static void keep(struct aws_chain *chain, struct aws_credentials *c)
{
    aws_credentials_deinit(&chain->credentials);
    c->number = ++chain->given;
    chain->credentials = *c;
}

static struct provider_world world_of(struct aws_chain *chain)
{
    return (struct provider_world){
        .config = chain->config,
        .http = chain->has_http ? &chain->http : NULL,
        .ask = &chain->ask,
        .clock = chain->clock,
        .next_renewal_ms = &chain->next_renewal_ms,
        .anew = chain->forced,
        .find = find,
    };
}

static int none_anywhere(struct aws_chain *chain, struct err *e)
{
    struct str profile = aws_config_profile(chain->config);
    int r = err_set(e, ERR_CONNECT,
                    "no credentials: none in the environment, none for the profile \"%.*s\" in "
                    "%.*s or %.*s, none from a container or an instance",
                    STR_ARG(profile), STR_ARG(aws_config_path(chain->config, AWS_FILE_CREDENTIALS)),
                    STR_ARG(aws_config_path(chain->config, AWS_FILE_CONFIG)));

    err_hint(e, "`aws configure` or `aws configure sso` and `aws sso login` set them up, "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY hand them over, and a local server "
                "needs none: `pksk --local`");
    return r;
}

/* DynamoDB Local keeps a database for each key and region, so the keys that other tools would send
 * are sent, where they stand as they are; nothing is fetched for a server that needs none. */
static int local_keys(struct aws_chain *chain, struct err *e)
{
    static const struct provider *const plain[] = {&provider_environment, &provider_shared_file,
                                                   &provider_config_file};
    struct provider_world w = world_of(chain);
    struct aws_credentials found = {0};
    int r = PROVIDER_NONE;

    for (size_t i = 0; i < ARRAY_LEN(plain) && r != 0; i++) {
        r = plain[i]->load(&w, STR(""), &found, e);
        if (r < 0 && aws_config_profile_is_explicit(chain->config))
            return r;
        found.source = plain[i]->name;
    }
    if (r != 0) { /* DynamoDB Local takes letters and digits only */
        credentials_set(&found, STR("local"), STR("local"), STR(""), STR(""), 0);
        found.source = AWS_MADE_UP;
    }
    found.expires_ms = 0;
    keep(chain, &found);
    return 0;
}

static int first(struct aws_chain *chain, struct err *e)
{
    struct provider_world w = world_of(chain);
    struct aws_credentials found = {0};
    const struct provider *provider;

    if (aws_config_is_local(chain->config))
        return local_keys(chain, e);
    int r = find(&w, STR(""), false, &found, &provider, e);

    if (r == PROVIDER_NONE)
        return none_anywhere(chain, e);
    if (r < 0)
        return r;
    log_debug("credentials: %.*s from %s", 4, found.access_key_id, found.source);
    chain->provider = provider;
    keep(chain, &found);
    return 0;
}

static int refresh(struct aws_chain *chain, struct err *e)
{
    struct provider_world w = world_of(chain);
    struct aws_credentials fresh = {0};
    int r = chain->provider->load(&w, STR(""), &fresh, e);

    if (r == PROVIDER_NONE)
        r = err_set(e, ERR_CONNECT, "the credentials expire, and the %s has none any more",
                    chain->provider->name);
    if (r < 0)
        return r;
    fresh.source = chain->provider->name;
    keep(chain, &fresh);
    chain->forced = false;
    log_debug("credentials: refreshed from %s", fresh.source);
    return 0;
}

static int check_not_expired(struct aws_chain *chain, int64_t now, struct err *e)
{
    const struct aws_credentials *c = &chain->credentials;
    char when[CLOCK_ISO_LEN];

    if (!c->expires_ms || c->expires_ms > now)
        return 0;
    clock_format_iso(c->expires_ms, when);
    int r = err_set(e, ERR_CONNECT, "the credentials from %s expired at %s", c->source, when);

    err_hint(e, "fetch new ones the way these came, then try again");
    return r;
}

/* How long until an attempt makes sense again, when the last one changed nothing: half of what is
 * left, a minute at most, so that a source of short-lived credentials is not asked each time. */
static int64_t next_try(const struct aws_credentials *c, int64_t now)
{
    int64_t left = c->expires_ms - now;

    return now + (left / 2 < MINUTE_MS ? MAX(left / 2, 0) : MINUTE_MS);
}

static int keep_fresh(struct aws_chain *chain, struct err *e)
{
    int64_t now = clock_wall_ms(chain->clock);
    int64_t left = chain->credentials.expires_ms - now;
    struct err why = {0};
    int r;

    if (!chain->provider)
        return 0;
    if (!chain->forced &&
        (!chain->credentials.expires_ms || left >= ADVISORY_MS || now < chain->next_try_ms))
        return 0;
    r = refresh(chain, &why);
    if (r < 0 && (chain->forced || left < MANDATORY_MS)) {
        if (e)
            *e = why;
        return r;
    }
    if (r < 0)
        log_debug("credentials: not refreshed yet: %s", why.text);
    chain->next_try_ms = next_try(&chain->credentials, now);
    return check_not_expired(chain, now, e);
}

int aws_credentials_get(struct aws_chain *chain, const struct aws_credentials **ret, struct err *e)
{
    int r;

    if (chain->credentials.access_key_id) {
        r = keep_fresh(chain, e);
    } else {
        r = first(chain, e);
        if (r == 0)
            r = check_not_expired(chain, clock_wall_ms(chain->clock), e);
        if (r < 0)
            aws_credentials_deinit(&chain->credentials);
        else
            chain->next_try_ms = next_try(&chain->credentials, clock_wall_ms(chain->clock));
    }
    if (r == 0)
        *ret = &chain->credentials;
    return r;
}

void aws_chain_redact(const struct aws_chain *chain, struct str text, struct buf *ret)
{
    aws_credentials_redact(chain ? &chain->credentials : NULL, text, ret);
}

bool aws_credentials_expire(struct aws_chain *chain, unsigned number)
{
    if (!chain->provider || !chain->provider->again)
        return false;
    chain->forced |= number == chain->given;
    return true;
}
