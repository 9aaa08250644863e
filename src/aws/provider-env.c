#include "pksk/aws/config-internal.h"
#include "pksk/aws/provider.h"

/* AWS_ACCESS_KEY_ID and its companions. A profile given as an option means that profile's own. */
static int load(struct provider_world *w, unused_arg struct str profile,
                struct aws_credentials *ret, struct err *e)
{
    struct str id = env_get("AWS_ACCESS_KEY_ID"), secret = env_get("AWS_SECRET_ACCESS_KEY");
    struct str token = env_get("AWS_SECURITY_TOKEN"),
               expires = env_get("AWS_CREDENTIAL_EXPIRATION");
    int64_t expires_ms = 0;

    if (!id.len || (aws_config_profile_is_explicit(w->config) && !w->environment_is_meant))
        return PROVIDER_NONE;
    if (!secret.len) {
        int r =
            err_set(e, ERR_CONNECT,
                    "AWS_ACCESS_KEY_ID is set in the environment, AWS_SECRET_ACCESS_KEY is not");

        err_hint(e, "set both, or neither");
        return r;
    }
    if (!token.len)
        token = env_get("AWS_SESSION_TOKEN");
    if (expires.len && !clock_parse_iso(expires, &expires_ms))
        return err_set(e, ERR_CONNECT, "AWS_CREDENTIAL_EXPIRATION is not a time");
    struct str account = env_get("AWS_ACCOUNT_ID");
    int r = credentials_check(id, token, "the environment", e);

    if (r == 0)
        r = config_check_profile(w->config, e);
    if (r < 0)
        return r;
    credentials_set(ret, id, secret, token, account, expires_ms);
    return 0;
}

const struct provider provider_environment = {.name = SOURCE_ENVIRONMENT, .load = load};
