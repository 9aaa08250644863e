#include "pksk/aws/config-internal.h"
#include "pksk/aws/digest.h"
#include "pksk/aws/dpop.h"
#include "pksk/aws/provider.h"
#include "pksk/aws/token-file.h"
#include "pksk/json/writer.h"

/* Sessions of `aws login`: short-lived credentials in a file, renewed with a refresh token that is
 * bound to a key. */

#define LOGIN_TIMEOUT_MS 60000
#define REFRESH_LEFT_MS (5 * MINUTE_MS)

static const struct credential_names token_names = {
    "accessKeyId", "secretAccessKey", "sessionToken", "accountId", "expiresAt", .temporary = true};

static int login_again(struct str profile, const char *why, struct err *e)
{
    int r = err_set(e, ERR_CONNECT, "the login session of the profile \"%.*s\" %s",
                    STR_ARG(profile), why);

    aws_credentials_hint_expired(provider_login.name, profile, e);
    return r;
}

static int refused(struct str profile, const struct aws_http_reply *reply, struct err *e)
{
    struct arena a = {0};
    struct json *root = NULL;
    struct err ignored;
    struct str code;
    int r;

    if (provider_json(&a, buf_str(&reply->body), "the answer", &root, &ignored) < 0)
        root = NULL;
    code = json_text(root, "error");
    if (str_is(code, "TOKEN_EXPIRED"))
        r = login_again(profile, "has expired", e);
    else if (str_is(code, "USER_CREDENTIALS_CHANGED"))
        r = login_again(profile, "ended since the user's credentials changed", e);
    else if (str_is(code, "INSUFFICIENT_PERMISSIONS"))
        r = err_set(e, ERR_CONNECT,
                    "the user of the profile \"%.*s\" may not renew the login session: "
                    "signin:CreateOAuth2Token is not allowed",
                    STR_ARG(profile));
    else
        r = err_set(e, ERR_CONNECT, "the sign-in service answered with HTTP status %d%s%.*s",
                    reply->status, code.len ? ": " : "", STR_ARG(code));
    arena_free(&a);
    return r;
}

/* Takes the renewed credentials and refresh token into the file. */
static int take(struct provider_world *w, struct token_file *t, struct str body, struct err *e)
{
    static const char *const names[] = {"accessKeyId", "secretAccessKey", "sessionToken"};
    struct json *answer, *old;
    const struct json *fresh;
    char when[CLOCK_ISO_LEN];
    uint64_t seconds = 0;
    bool complete = true;
    int r = provider_json(&t->arena, body, "the answer of the sign-in service", &answer, e);

    if (r < 0)
        return r;
    fresh = json_get(answer, "accessToken");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        complete = complete && provider_text(fresh, names[i]).len;
    if (!complete || !provider_text(answer, "refreshToken").len ||
        !json_get_u64(answer, "expiresIn", &seconds) || seconds > 86400)
        r = err_set(e, ERR_CONNECT, "the answer of the sign-in service holds no credentials");
    else
        r = credentials_check(provider_text(fresh, names[0]), provider_text(fresh, names[2]),
                              "the sign-in service", e);
    if (r == 0) {
        clock_format_iso(clock_wall_ms(w->clock) + (int64_t)seconds * 1000, when);
        old = token_file_object(t, "accessToken");
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            token_file_set(t, old, names[i], json_text(fresh, names[i]));
        token_file_set(t, old, "expiresAt", str_of(when));
        token_file_set(t, t->root, "refreshToken", json_text(answer, "refreshToken"));
        token_file_save(t);
    }
    provider_json_wipe(answer);
    return r;
}

static void write_body(const struct json *token, struct buf *body)
{
    struct json_writer j = {.out = body};

    json_begin_object(&j);
    json_name(&j, STR("clientId"));
    json_string(&j, json_text(token, "clientId"));
    json_name(&j, STR("grantType"));
    json_string(&j, STR("refresh_token"));
    json_name(&j, STR("refreshToken"));
    json_string(&j, json_text(token, "refreshToken"));
    json_end_object(&j);
}

static int send_refresh(struct provider_world *w, const struct token_file *t, struct str url,
                        struct aws_http_reply *reply, struct err *e)
{
    struct buf proof = {0}, body = {0};
    int r = dpop_header(json_text(t->root, "dpopKey"), STR("POST"), url, STR(""),
                        clock_wall_ms(w->clock) / 1000, &proof, e);

    if (r < 0)
        return r;
    write_body(t->root, &body);
    struct sign_header headers[] = {{STR("Content-Type"), STR("application/json")},
                                    {STR("DPoP"), buf_str(&proof)}};
    struct aws_http_request q = {.method = "POST",
                                 .url = url,
                                 .headers = headers,
                                 .header_count = ARRAY_LEN(headers),
                                 .body = buf_str(&body),
                                 .timeout_ms = LOGIN_TIMEOUT_MS,
                                 .max_body = PROVIDER_ANSWER_MAX};

    struct provider_retry retry = provider_service_retry(w);

    r = provider_send(w->http, &q, &retry, reply, e);
    buf_free(&proof);
    buf_wipe(&body);
    return r;
}

static int refresh(struct provider_world *w, struct str profile, struct token_file *t,
                   struct err *e)
{
    struct aws_http_reply reply = {0};
    struct aws_endpoint endpoint;
    struct buf url = {0};
    int r = aws_config_endpoint(w->config, AWS_SIGNIN, w->http, STR(""), STR(""), &endpoint, e);

    if (r < 0)
        return r;
    buf_addf(&url, "%s%sv1/token", endpoint.url,
             str_ends(str_of(endpoint.url), STR("/")) ? "" : "/");
    r = send_refresh(w, t, buf_str(&url), &reply, e);
    if (r == 0)
        r = reply.status == 200 ? take(w, t, buf_str(&reply.body), e) : refused(profile, &reply, e);
    aws_http_reply_free(&reply);
    buf_free(&url);
    return r;
}

static int check_complete(struct str profile, const struct json *token, struct err *e)
{
    static const char *const names[] = {"accessToken", "refreshToken", "dpopKey", "clientId"};

    if (!token)
        return login_again(profile, "has not been made", e);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!json_get(token, names[i]))
            return login_again(profile, "is not complete in its cache", e);
    return 0;
}

static int open_token(struct str session, struct token_file *ret, struct err *e)
{
    const char *directory = getenv("AWS_LOGIN_CACHE_DIRECTORY");
    char hash[DIGEST_HEX];

    digest_sha256_hex(session, hash);
    return token_file_open(ret, directory && *directory ? directory : "~/.aws/login/cache", hash,
                           e);
}

static int load(struct provider_world *w, struct str profile, struct aws_credentials *ret,
                struct err *e)
{
    struct str session, name = profile.len ? profile : aws_config_profile(w->config);
    struct token_file t = {0};
    int64_t until, now = clock_wall_ms(w->clock);
    int r = provider_value(w, profile, "login_session", &session, e);

    if (r < 0 || !session.len)
        return r < 0 ? r : PROVIDER_NONE;
    r = open_token(session, &t, e);
    if (r == 0)
        r = check_complete(name, t.root, e);
    if (r == 0 &&
        (w->anew ||
         !clock_parse_iso(json_text(json_get(t.root, "accessToken"), "expiresAt"), &until) ||
         until - now <= REFRESH_LEFT_MS))
        r = refresh(w, name, &t, e);
    if (r == 0)
        r = credentials_from_json(json_get(t.root, "accessToken"), &token_names,
                                  "the login session's cache", ret, e);
    token_file_close(&t);
    return r;
}

const struct provider provider_login = {
    .name = SOURCE_LOGIN, .load = load, .of_profile = true, .again = true};
