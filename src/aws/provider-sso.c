#include "pksk/aws/config-internal.h"
#include "pksk/aws/digest.h"
#include "pksk/aws/provider.h"
#include "pksk/aws/token-file.h"
#include "pksk/aws/url.h"
#include "pksk/aws/words.h"
#include "pksk/base/utf8.h"
#include "pksk/json/writer.h"

/* IAM Identity Center: a token from `aws sso login` buys the credentials of a role. */

#define SSO_CACHE "~/.aws/sso/cache"
#define SSO_TIMEOUT_MS 60000
#define REFRESH_LEFT_MS (15 * MINUTE_MS)

struct sso {
    struct provider_world *world;
    struct str profile;                           /* for messages */
    struct str account, role, session, start_url; /* session: empty in the legacy form */
    struct str region;
};

static int sign_in_again(const struct sso *s, const char *why, struct err *e)
{
    int r =
        err_set(e, ERR_CONNECT, "the sign-in of the profile \"%.*s\" %s", STR_ARG(s->profile), why);

    aws_credentials_hint_expired(provider_sso.name, s->profile, e);
    return r;
}

/* ---- settings ---- */

static int missing(const struct sso *s, const char *key, struct err *e)
{
    char name[WORD_QUOTED];
    int r = err_set(e, ERR_CONNECT, "the profile \"%.*s\" wants IAM Identity Center and lacks %s",
                    STR_ARG(s->profile), key);

    err_hint(e, "`aws configure sso --profile %s` sets it up", word_quote(s->profile, name));
    return r;
}

/* One of the two keys that stand in the session's section; the profile may repeat it. */
static int session_key(struct sso *s, const char *key, struct str *inout, struct err *e)
{
    struct str value;
    bool exists;
    int r = aws_config_section_value(s->world->config, "sso-session", s->session, key, &exists,
                                     &value, e);

    if (r < 0)
        return r;
    if (!exists)
        return err_set(
            e, ERR_CONNECT,
            "the profile \"%.*s\" names sso_session = %.*s, and %.*s has no such section",
            STR_ARG(s->profile), STR_ARG(s->session),
            STR_ARG(aws_config_path(s->world->config, AWS_FILE_CONFIG)));
    if (inout->len && value.len && !str_eq(*inout, value))
        return err_set(e, ERR_CONNECT, "the profile \"%.*s\" and its sso-session %.*s differ in %s",
                       STR_ARG(s->profile), STR_ARG(s->session), key);
    if (value.len)
        *inout = value;
    return 0;
}

static int read_settings(struct sso *s, struct str profile, struct err *e)
{
    struct {
        const char *key;
        struct str *to;
    } keys[] = {
        {"sso_account_id", &s->account},  {"sso_role_name", &s->role}, {"sso_session", &s->session},
        {"sso_start_url", &s->start_url}, {"sso_region", &s->region},
    };
    int r;

    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        r = provider_value(s->world, profile, keys[i].key, keys[i].to, e);
        if (r < 0)
            return r;
    }
    if (!s->account.len && !s->role.len)
        return PROVIDER_NONE;
    if (s->session.len) {
        r = session_key(s, "sso_start_url", &s->start_url, e);
        if (r == 0)
            r = session_key(s, "sso_region", &s->region, e);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (!keys[i].to->len && keys[i].to != &s->session)
            return missing(s, keys[i].key, e);
    return 0;
}

/* ---- the token ---- */

static bool member_time(const struct json *object, const char *name, int64_t *ret)
{
    return clock_parse_iso(json_text(object, name), ret);
}

static bool can_refresh(const struct sso *s, const struct json *token, int64_t now)
{
    int64_t registered_until;

    return s->session.len && json_text(token, "refreshToken").len &&
           json_text(token, "clientId").len && json_text(token, "clientSecret").len &&
           member_time(token, "registrationExpiresAt", &registered_until) && registered_until > now;
}

static void write_refresh(const struct json *token, struct buf *body)
{
    struct json_writer j = {.out = body};
    static const char *const names[] = {"clientId", "clientSecret", "refreshToken"};

    json_begin_object(&j);
    json_name(&j, STR("grantType"));
    json_string(&j, STR("refresh_token"));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        json_name(&j, str_of(names[i]));
        json_string(&j, json_text(token, names[i]));
    }
    json_end_object(&j);
}

/* Takes what the service answered into the file. */
static int take_token(const struct sso *s, struct token_file *t, struct str body, struct err *e)
{
    struct json *answer;
    int r = provider_json(&t->arena, body, "the answer of the OIDC service", &answer, e);
    char when[CLOCK_ISO_LEN];
    uint64_t seconds = 0;

    if (r < 0)
        return r;
    if (!provider_text(answer, "accessToken").len || !json_get_u64(answer, "expiresIn", &seconds) ||
        seconds > 10 * 365 * 86400ull) {
        r = err_set(e, ERR_CONNECT, "the answer of the OIDC service holds no token");
    } else {
        r = credentials_check(STR(""), provider_text(answer, "accessToken"), "the OIDC service", e);
    }
    if (r == 0) {
        clock_format_iso(clock_wall_ms(s->world->clock) + (int64_t)seconds * 1000, when);
        token_file_set(t, t->root, "accessToken", json_text(answer, "accessToken"));
        token_file_set(t, t->root, "expiresAt", str_of(when));
        if (provider_text(answer, "refreshToken").len)
            token_file_set(t, t->root, "refreshToken", json_text(answer, "refreshToken"));
        token_file_save(t);
    }
    provider_json_wipe(answer);
    return r;
}

static int refresh_token(const struct sso *s, struct token_file *t, struct err *e)
{
    struct sign_header headers[] = {{STR("Content-Type"), STR("application/json")}};
    struct aws_endpoint endpoint;
    struct aws_http_reply reply = {0};
    struct buf url = {0}, body = {0};
    int r = config_endpoint_in(s->world->config, AWS_SSO_OIDC, s->region, STR(""), STR(""),
                               &endpoint, e);

    if (r < 0)
        return r;
    buf_addf(&url, "%s%stoken", endpoint.url, str_ends(str_of(endpoint.url), STR("/")) ? "" : "/");
    write_refresh(t->root, &body);
    struct aws_http_request q = {.method = "POST",
                                 .url = buf_str(&url),
                                 .headers = headers,
                                 .header_count = ARRAY_LEN(headers),
                                 .body = buf_str(&body),
                                 .timeout_ms = SSO_TIMEOUT_MS,
                                 .max_body = PROVIDER_ANSWER_MAX};

    struct provider_retry retry = provider_service_retry(s->world);

    r = provider_send(s->world->http, &q, &retry, &reply, e);
    if (r == 0 && reply.status == 200)
        r = take_token(s, t, buf_str(&reply.body), e);
    else if (r == 0)
        r = err_set(e, ERR_CONNECT, "the OIDC service answered with HTTP status %d", reply.status);
    aws_http_reply_free(&reply);
    buf_free(&url);
    buf_wipe(&body);
    return r;
}

/* A valid token in t, refreshed when it is about to expire and can be. A refresh that fails is
 * borne as long as the token holds. */
static int get_token(const struct sso *s, struct token_file *t, struct err *e)
{
    int64_t now = clock_wall_ms(s->world->clock), until;
    struct err why = {0};
    char hash[DIGEST_SHA1_HEX];

    digest_sha1_hex(s->session.len ? s->session : s->start_url, hash);
    int r = token_file_open(t, SSO_CACHE, hash, e);

    if (r < 0)
        return r;
    if (!t->root)
        return sign_in_again(s, "has not been made", e);
    if (!provider_text(t->root, "accessToken").len || !member_time(t->root, "expiresAt", &until))
        return sign_in_again(s, "is not readable in its cache", e);
    if (until - now < REFRESH_LEFT_MS && now >= *s->world->next_renewal_ms &&
        can_refresh(s, t->root, now)) {
        *s->world->next_renewal_ms = now + MINUTE_MS;
        r = refresh_token(s, t, &why);
        if (r == ERR_CANCELLED) {
            if (e)
                *e = why;
            return r;
        }
        if (r == 0)
            return 0;
    }
    return until > now ? 0 : sign_in_again(s, "has expired", e);
}

/* ---- the role's credentials ---- */

static void cache_key(const struct sso *s, char ret[DIGEST_SHA1_HEX])
{
    struct buf b = {0};

    buf_lit(&b, "{\"accountId\":");
    cache_key_text(&b, s->account);
    buf_lit(&b, ",\"roleName\":");
    cache_key_text(&b, s->role);
    buf_addf(&b, ",\"%s\":", s->session.len ? "sessionName" : "startUrl");
    cache_key_text(&b, s->session.len ? s->session : s->start_url);
    buf_char(&b, '}');
    digest_sha1_hex(buf_str(&b), ret);
    buf_free(&b);
}

static int take_credentials(const struct sso *s, struct str body, struct aws_credentials *ret,
                            struct err *e)
{
    static const struct credential_names names = {
        "accessKeyId", "secretAccessKey",     "sessionToken",   NULL,
        "expiration",  .expires_in_ms = true, .temporary = true};
    struct arena a = {0};
    struct json *root = NULL;
    int r = provider_json(&a, body, "the answer of IAM Identity Center", &root, e);

    if (r == 0)
        r = credentials_from_json(json_get(root, "roleCredentials"), &names,
                                  "the answer of IAM Identity Center", ret, e);
    if (r == 0) {
        free(ret->account);
        ret->account = mem_dup(s->account.s, s->account.len);
    }
    provider_json_wipe(root);
    arena_free(&a);
    return r;
}

static int refused(const struct sso *s, const struct aws_http_reply *reply, struct err *e)
{
    struct arena a = {0};
    struct json *root = NULL;
    struct err ignored;
    struct str message;
    int r;

    if (reply->status == 401)
        return sign_in_again(s, "is not accepted any more", e);
    if (provider_json(&a, buf_str(&reply->body), "the answer", &root, &ignored) < 0)
        root = NULL;
    message = utf8_without_nul(&a, json_text(root, "message"));
    r = err_set(
        e, ERR_CONNECT,
        "IAM Identity Center refused the role %.*s in account %.*s with HTTP status %d%s%.*s",
        STR_ARG(s->role), STR_ARG(s->account), reply->status, message.len ? ": " : "",
        STR_ARG(message));
    arena_free(&a);
    return r;
}

static int get_credentials(const struct sso *s, struct str token, struct aws_credentials *ret,
                           struct err *e)
{
    struct sign_header headers[] = {{STR("x-amz-sso_bearer_token"), token}};
    struct aws_endpoint endpoint;
    struct aws_http_reply reply = {0};
    struct buf url = {0};
    int r =
        config_endpoint_in(s->world->config, AWS_SSO, s->region, STR(""), STR(""), &endpoint, e);

    if (r == 0)
        r = credentials_check(token, STR(""), "the sign-in's cache", e);
    if (r < 0)
        return r;
    buf_addf(&url, "%s%sfederation/credentials?role_name=", endpoint.url,
             str_ends(str_of(endpoint.url), STR("/")) ? "" : "/");
    url_encode(&url, s->role);
    buf_lit(&url, "&account_id=");
    url_encode(&url, s->account);
    struct aws_http_request q = {.method = "GET",
                                 .url = buf_str(&url),
                                 .headers = headers,
                                 .header_count = ARRAY_LEN(headers),
                                 .timeout_ms = SSO_TIMEOUT_MS,
                                 .max_body = PROVIDER_ANSWER_MAX};

    struct provider_retry retry = provider_service_retry(s->world);

    r = provider_send(s->world->http, &q, &retry, &reply, e);
    if (r == 0)
        r = reply.status == 200 ? take_credentials(s, buf_str(&reply.body), ret, e)
                                : refused(s, &reply, e);
    aws_http_reply_free(&reply);
    buf_free(&url);
    return r;
}

static int load(struct provider_world *w, struct str profile, struct aws_credentials *ret,
                struct err *e)
{
    struct sso s = {.world = w, .profile = profile.len ? profile : aws_config_profile(w->config)};
    struct token_file token = {0};
    char cache[DIGEST_SHA1_HEX];
    int r = read_settings(&s, profile, e);

    if (r != 0)
        return r;
    cache_key(&s, cache);
    if (cli_cache_get(w, cache, ret) == 0)
        return 0;
    r = get_token(&s, &token, e);
    if (r == 0)
        r = get_credentials(&s, json_text(token.root, "accessToken"), ret, e);
    if (r == 0)
        cli_cache_put(cache, "sso", ret, STR(""), STR(""));
    token_file_close(&token);
    return r;
}

const struct provider provider_sso = {
    .name = SOURCE_SSO, .load = load, .of_profile = true, .again = true};
