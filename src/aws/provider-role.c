#include "pksk/aws/digest.h"
#include "pksk/aws/provider.h"
#include "pksk/aws/words.h"

/* role_arn: a role that is assumed with other credentials, those of source_profile or of
 * credential_source, which may be a role again. */

#define VISITED_MAX 20

struct role {
    struct str profile; /* the one that names it */
    struct str arn, source_profile, credential_source;
    struct str external_id, mfa_serial, session_name, duration;
};

/* That a key is there tells, whatever its value: as for the AWS CLI. */
static int has_key(struct provider_world *w, struct str profile, const char *key, bool *ret,
                   struct err *e)
{
    struct str ignored;
    bool in_config, in_credentials;
    int r =
        aws_config_file_value(w->config, AWS_FILE_CONFIG, profile, key, &in_config, &ignored, e);

    if (r == 0)
        r = aws_config_file_value(w->config, AWS_FILE_CREDENTIALS, profile, key, &in_credentials,
                                  &ignored, e);
    if (r == 0)
        *ret = in_config || in_credentials;
    return r;
}

/* As the CLI: what is no number is not sent. A sign may stand before it. */
static struct str read_duration(struct str text)
{
    uint64_t ignored;

    if (text.len && text.s[0] == '+')
        text = str_slice(text, 1, text.len);
    return str_to_u64(text, &ignored) ? text : STR("");
}

static int read_role(struct provider_world *w, struct str profile, struct role *ret, struct err *e)
{
    struct role role = {.profile = profile.len ? profile : aws_config_profile(w->config)};
    struct {
        const char *key;
        struct str *to;
    } keys[] = {
        {"role_arn", &role.arn},
        {"source_profile", &role.source_profile},
        {"credential_source", &role.credential_source},
        {"external_id", &role.external_id},
        {"mfa_serial", &role.mfa_serial},
        {"role_session_name", &role.session_name},
        {"duration_seconds", &role.duration},
    };
    bool claimed = false, web_identity = false;
    int r;

    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        r = provider_value(w, profile, keys[i].key, keys[i].to, e);
        if (r < 0)
            return r;
    }
    r = has_key(w, profile, "role_arn", &claimed, e);
    if (r == 0)
        r = has_key(w, profile, "web_identity_token_file", &web_identity, e);
    if (r < 0 || !claimed || web_identity)
        return r < 0 ? r : PROVIDER_NONE;
    if (!role.arn.len)
        return err_set(e, ERR_CONNECT, "the profile \"%.*s\" has a role_arn that is empty",
                       STR_ARG(role.profile));
    role.duration = read_duration(role.duration);
    *ret = role;
    return 0;
}

/* ---- where the credentials to assume it with come from ---- */

static int has_static_keys(struct provider_world *w, struct str profile, bool *ret, struct err *e)
{
    struct str id, secret;
    int r = provider_value(w, profile, "aws_access_key_id", &id, e);

    if (r == 0)
        r = provider_value(w, profile, "aws_secret_access_key", &secret, e);
    if (r == 0)
        *ret = id.len || secret.len;
    return r;
}

static bool was_visited(const struct provider_world *w, struct str profile)
{
    for (size_t i = 0; i < w->visited_count; i++)
        if (str_eq(w->visited[i], profile))
            return true;
    return false;
}

/* May this profile's credentials be the source? A profile may name itself when it holds keys. */
static int check_source(struct provider_world *w, const struct role *role, bool *has_keys,
                        struct err *e)
{
    struct str source = role->source_profile;
    bool exists = false;
    int r = aws_config_has_profile(w->config, source, &exists, e);

    if (r == 0)
        r = has_static_keys(w, source, has_keys, e);
    if (r < 0)
        return r;
    if (!exists)
        return err_set(e, ERR_CONNECT,
                       "the profile \"%.*s\" names source_profile = %.*s, which does not exist",
                       STR_ARG(role->profile), STR_ARG(source));
    if (!was_visited(w, source) || (str_eq(source, role->profile) && *has_keys))
        return 0;
    return err_set(e, ERR_CONNECT,
                   "the profile \"%.*s\" names source_profile = %.*s, which leads back to it",
                   STR_ARG(role->profile), STR_ARG(source));
}

static int load_role(struct provider_world *w, struct str profile, struct aws_credentials *ret,
                     struct err *e);

static int load_source_profile(struct provider_world *w, const struct role *role,
                               struct aws_credentials *ret, struct err *e)
{
    bool has_keys = false;
    int r = check_source(w, role, &has_keys, e);

    if (r < 0)
        return r;
    if (!has_keys) {
        r = load_role(w, role->source_profile, ret, e);
        if (r != PROVIDER_NONE)
            return r;
    }
    struct provider_world of_profile = *w;

    of_profile.no_environment = true;
    r = of_profile.find(&of_profile, role->source_profile, true, ret, NULL, e);
    if (r != PROVIDER_NONE)
        return r;
    return err_set(e, ERR_CONNECT,
                   "the profile \"%.*s\", which \"%.*s\" names as source_profile, has no "
                   "credentials",
                   STR_ARG(role->source_profile), STR_ARG(role->profile));
}

static int load_credential_source(struct provider_world *w, const struct role *role,
                                  struct aws_credentials *ret, struct err *e)
{
    static const struct {
        const char *name;
        const struct provider *provider;
    } sources[] = {
        {"Environment", &provider_environment},
        {"EcsContainer", &provider_container},
        {"Ec2InstanceMetadata", &provider_instance},
    };

    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        if (!str_is(role->credential_source, sources[i].name))
            continue;
        struct provider_world meant = *w;

        meant.environment_is_meant = true;
        int r = sources[i].provider->load(&meant, STR(""), ret, e);

        if (r != PROVIDER_NONE)
            return r;
        return err_set(e, ERR_CONNECT,
                       "the profile \"%.*s\" names credential_source = %s, which has none",
                       STR_ARG(role->profile), sources[i].name);
    }
    return err_set(e, ERR_CONNECT,
                   "the profile \"%.*s\" names credential_source = %.*s, which may be Environment, "
                   "EcsContainer or Ec2InstanceMetadata",
                   STR_ARG(role->profile), STR_ARG(role->credential_source));
}

static int load_source(struct provider_world *w, const struct role *role,
                       struct aws_credentials *ret, struct err *e)
{
    bool by_profile = role->source_profile.len, by_source = role->credential_source.len;
    char name[WORD_QUOTED];

    if (by_profile && by_source)
        return err_set(e, ERR_CONNECT,
                       "the profile \"%.*s\" has both source_profile and credential_source",
                       STR_ARG(role->profile));
    if (by_profile)
        return load_source_profile(w, role, ret, e);
    if (by_source)
        return load_credential_source(w, role, ret, e);
    int r = err_set(e, ERR_CONNECT,
                    "the profile \"%.*s\" has a role_arn but neither source_profile nor "
                    "credential_source",
                    STR_ARG(role->profile));

    err_hint(e, "`aws configure set source_profile NAME --profile %s`",
             word_quote(role->profile, name));
    return r;
}

/* ---- assuming it ---- */

static void add_key_member(struct buf *b, const char *name, struct str value, bool quoted)
{
    if (!value.len)
        return;
    buf_addf(b, "%s\"%s\": ", b->len > 1 ? ", " : "", name);
    if (quoted)
        cache_key_text(b, value);
    else
        buf_str_add(b, value);
}

/* The name under which the AWS CLI keeps the result: the SHA-1 of what json.dumps() of Python makes
 * of the request, keys in order. */
static void cache_key(const struct role *role, char ret[DIGEST_SHA1_HEX])
{
    struct buf b = {0};
    uint64_t seconds;
    char duration[24] = "";

    if (str_to_u64(role->duration, &seconds))
        snprintf(duration, sizeof(duration), "%llu", (unsigned long long)seconds);
    buf_char(&b, '{');
    add_key_member(&b, "DurationSeconds", str_of(duration), false);
    add_key_member(&b, "ExternalId", role->external_id, true);
    add_key_member(&b, "RoleArn", role->arn, true);
    add_key_member(&b, "RoleSessionName", role->session_name, true);
    add_key_member(&b, "SerialNumber", role->mfa_serial, true);
    buf_char(&b, '}');
    digest_sha1_hex(buf_str(&b), ret);
    buf_free(&b);
}

static int nobody_to_ask(const struct role *role, struct err *e)
{
    char name[WORD_QUOTED];

    err_set(e, ERR_CONNECT, "the profile \"%.*s\" needs an MFA code, and there is nobody to ask",
            STR_ARG(role->profile));
    err_hint(e,
             "start pksk in a terminal, or `aws sts get-caller-identity --profile %s` first: its "
             "sign-in is shared",
             word_quote(role->profile, name));
    return ERR_CONNECT;
}

static int ask_mfa(struct provider_world *w, const struct role *role, struct secret *ret,
                   struct err *e)
{
    struct buf prompt = {0};
    struct str code = STR("");
    int r;

    if (!w->ask || !w->ask->secret)
        return nobody_to_ask(role, e);
    buf_addf(&prompt, "Enter MFA code for %.*s: ", STR_ARG(role->mfa_serial));
    r = w->ask->secret(w->ask->ctx, buf_str(&prompt), &code);
    buf_free(&prompt);
    if (r == ERR_FAILED)
        return nobody_to_ask(role, e);
    code = str_trim(code);
    if (r < 0 || !code.len)
        return err_set(e, r == ERR_CANCELLED ? r : ERR_CONNECT, "no MFA code was given");
    secret_set(ret, code);
    return 0;
}

/* The profile that its credentials come from. */
static struct str source_of(const struct role *role)
{
    return role->source_profile.len ? role->source_profile : role->profile;
}

static int assume(struct provider_world *w, const struct role *role,
                  const struct aws_credentials *source, const char *cache,
                  struct aws_credentials *ret, struct err *e)
{
    struct secret mfa = {0};
    char session[40];
    int r = role->mfa_serial.len ? ask_mfa(w, role, &mfa, e) : 0;

    if (r < 0)
        return r;
    snprintf(session, sizeof(session), "pksk-session-%lld",
             (long long)(clock_wall_ms(w->clock) / 1000));
    const struct sts_parameter parameters[] = {
        {"RoleArn", role->arn},
        {"RoleSessionName", role->session_name.len ? role->session_name : str_of(session)},
        {"ExternalId", role->external_id},
        {"DurationSeconds", role->duration},
        {"SerialNumber", role->mfa_serial},
        {"TokenCode", secret_str(&mfa)},
    };
    struct sts_call call = {"AssumeRole", parameters, ARRAY_LEN(parameters), source, cache};

    r = sts_assume(w, &call, ret, e);
    if (r < 0 && e && sts_expired(str_of(e->service)))
        aws_credentials_hint_expired(source->source, source_of(role), e);
    if (r < 0 && e && !e->hint[0])
        err_hint(e, "the role is %.*s, of the profile \"%.*s\"", STR_ARG(role->arn),
                 STR_ARG(role->profile));
    secret_clear(&mfa);
    return r;
}

static int load_role(struct provider_world *w, struct str profile, struct aws_credentials *ret,
                     struct err *e)
{
    struct provider_world deeper = *w;
    struct str visited[VISITED_MAX];
    struct aws_credentials source = {0};
    struct role role = {0};
    char cache[DIGEST_SHA1_HEX];
    int r = read_role(w, profile, &role, e);

    if (r != 0)
        return r;
    if (w->visited_count + 1 >= VISITED_MAX)
        return err_set(e, ERR_CONNECT, "more than %d profiles lead to each other by source_profile",
                       VISITED_MAX - 1);
    for (size_t i = 0; i < w->visited_count; i++)
        visited[i] = w->visited[i];
    visited[w->visited_count] = role.profile;
    deeper.visited = visited;
    deeper.visited_count = w->visited_count + 1;
    cache_key(&role, cache);
    if (cli_cache_get(w, cache, ret) == 0)
        return 0;
    r = load_source(&deeper, &role, &source, e);
    if (r == 0)
        r = assume(w, &role, &source, cache, ret, e);
    aws_credentials_deinit(&source);
    return r;
}

const struct provider provider_assume_role = {
    .name = "assumed role", .load = load_role, .again = true};
