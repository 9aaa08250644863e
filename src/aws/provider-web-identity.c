#include "pksk/aws/config-internal.h"
#include "pksk/aws/digest.h"
#include "pksk/aws/provider.h"
#include "pksk/base/file.h"

/* A token in a file, such as Kubernetes writes one, for the credentials of a role. */

#define TOKEN_MAX 65536

struct web_identity {
    struct str token_file, role_arn, session_name;
};

/* Each of the three: the environment, else the profile. An option names the profile's own. */
static int setting(struct provider_world *w, struct str profile, const char *env, const char *key,
                   struct str *ret, struct err *e)
{
    bool use_environment = !w->no_environment && !aws_config_profile_is_explicit(w->config);
    struct str found = use_environment ? env_get(env) : STR("");

    if (!found.len)
        return provider_value(w, profile, key, ret, e);
    *ret = found;
    return 0;
}

static int read_settings(struct provider_world *w, struct str profile, struct web_identity *ret,
                         struct err *e)
{
    int r = setting(w, profile, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file",
                    &ret->token_file, e);

    if (r == 0)
        r = setting(w, profile, "AWS_ROLE_ARN", "role_arn", &ret->role_arn, e);
    if (r == 0)
        r = setting(w, profile, "AWS_ROLE_SESSION_NAME", "role_session_name", &ret->session_name,
                    e);
    return r;
}

static void cache_key(const struct web_identity *id, char ret[DIGEST_SHA1_HEX])
{
    struct buf b = {0};

    buf_lit(&b, "{\"RoleArn\": ");
    cache_key_text(&b, id->role_arn);
    if (id->session_name.len) {
        buf_lit(&b, ", \"RoleSessionName\": ");
        cache_key_text(&b, id->session_name);
    }
    buf_char(&b, '}');
    digest_sha1_hex(buf_str(&b), ret);
    buf_free(&b);
}

static int read_token(struct str file, struct buf *ret, struct err *e)
{
    char *path = mem_dup(file.s, file.len);
    struct err why = {0};
    int r = file_read(path, TOKEN_MAX, ret, &why);

    free(path);
    if (r < 0)
        return err_set(e, ERR_CONNECT, "the web identity token: %s", why.text);
    if (!str_trim(buf_str(ret)).len)
        return err_set(e, ERR_CONNECT, "the web identity token file %.*s is empty", STR_ARG(file));
    return 0;
}

static int load(struct provider_world *w, struct str profile, struct aws_credentials *ret,
                struct err *e)
{
    struct web_identity id;
    struct buf token = {.max = TOKEN_MAX + 1};
    char cache[DIGEST_SHA1_HEX], session[40];
    int r = read_settings(w, profile, &id, e);

    if (r < 0 || !id.token_file.len)
        return r < 0 ? r : PROVIDER_NONE;
    if (!id.role_arn.len)
        return err_set(e, ERR_CONNECT,
                       "a web identity token file is set but no role: neither AWS_ROLE_ARN nor "
                       "role_arn");
    cache_key(&id, cache);
    if (cli_cache_get(w, cache, ret) == 0)
        return 0;
    r = read_token(id.token_file, &token, e);
    snprintf(session, sizeof(session), "pksk-session-%lld",
             (long long)(clock_wall_ms(w->clock) / 1000));
    const struct sts_parameter parameters[] = {
        {"RoleArn", id.role_arn},
        {"RoleSessionName", id.session_name.len ? id.session_name : str_of(session)},
        {"WebIdentityToken", str_trim(buf_str(&token))},
    };
    struct sts_call call = {"AssumeRoleWithWebIdentity", parameters, ARRAY_LEN(parameters), NULL,
                            cache};

    if (r == 0)
        r = sts_assume(w, &call, ret, e);
    buf_wipe(&token);
    return r;
}

const struct provider provider_web_identity = {
    .name = "web identity", .load = load, .of_profile = true, .again = true};
