#include "pksk/aws/config-internal.h"
#include "pksk/aws/provider.h"
#include "pksk/aws/url.h"
#include "pksk/base/port.h"
#include "pksk/base/utf8.h"

/* The two questions that STS is asked. Asked for JSON, since STS can; emulators that know only XML
 * are understood as well. */

#define STS_VERSION "2011-06-15"
#define STS_TIMEOUT_MS 60000

/* What an answer says, in whichever form it came. */
struct sts_answer {
    struct str id, secret, token, expires; /* expires: ISO 8601 or seconds since 1970 */
    struct str user_id, user_arn;
    struct str code, message; /* of an error */
};

static void read_json(const struct json *root, const char *action, struct sts_answer *ret)
{
    char name[80];
    const struct json *result, *credentials, *user, *error = json_get(root, "Error");

    snprintf(name, sizeof(name), "%sResponse", action);
    result = json_get(root, name);
    snprintf(name, sizeof(name), "%sResult", action);
    result = json_get(result, name);
    credentials = json_get(result, "Credentials");
    user = json_get(result, "AssumedRoleUser");
    *ret = (struct sts_answer){
        .id = provider_text(credentials, "AccessKeyId"),
        .secret = provider_text(credentials, "SecretAccessKey"),
        .token = provider_text(credentials, "SessionToken"),
        .expires = json_text(credentials, "Expiration"),
        .user_id = json_text(user, "AssumedRoleId"),
        .user_arn = json_text(user, "Arn"),
        .code = json_text(error, "Code"),
        .message = json_text(error, "Message"),
    };
}

static struct str element(struct arena *a, struct str xml, const char *name)
{
    struct str text = STR("");

    xml_find(a, xml, name, &text);
    return text;
}

static void read_xml(struct arena *a, struct str xml, struct sts_answer *ret)
{
    *ret = (struct sts_answer){
        .id = element(a, xml, "AccessKeyId"),
        .secret = element(a, xml, "SecretAccessKey"),
        .token = element(a, xml, "SessionToken"),
        .expires = element(a, xml, "Expiration"),
        .user_id = element(a, xml, "AssumedRoleId"),
        .user_arn = element(a, xml, "Arn"),
        .code = element(a, xml, "Code"),
        .message = element(a, xml, "Message"),
    };
}

static void read_answer(struct arena *a, struct str body, const char *action,
                        struct sts_answer *ret)
{
    struct str text = str_trim(body);
    struct json *root;
    struct err ignored;

    *ret = (struct sts_answer){0};
    if (text.len && text.s[0] == '<')
        read_xml(a, text, ret);
    else if (provider_json(a, text, "the answer", &root, &ignored) == 0)
        read_json(root, action, ret);
    ret->code = utf8_without_nul(a, ret->code);
    ret->message = utf8_without_nul(a, ret->message);
}

bool sts_expired(struct str code)
{
    return str_is(code, "ExpiredTokenException") || str_is(code, "ExpiredToken");
}

static int refused(const struct sts_call *call, int status, const struct sts_answer *answer,
                   struct err *e)
{
    _cleanup_(buf_free) struct buf message = {0};
    int r;

    if (!answer->code.len)
        return err_set(e, ERR_CONNECT, "STS answered %s with HTTP status %d", call->action, status);
    aws_credentials_redact(call->source, answer->message, &message);
    r = err_set(e, ERR_CONNECT, "STS refused %s: %.*s: %.*s", call->action, STR_ARG(answer->code),
                STR_ARG(buf_str(&message)));
    if (e)
        snprintf(e->service, sizeof(e->service), "%.*s", STR_ARG(answer->code));
    if (sts_expired(answer->code))
        err_hint(e, "what the role is assumed with has expired: sign in again");
    return r;
}

static struct str account_of(struct str user_arn)
{
    struct aws_arn arn;

    return aws_arn_parse(user_arn, &arn) ? arn.account : STR("");
}

static int take(const struct sts_call *call, const struct sts_answer *answer,
                struct aws_credentials *ret, struct err *e)
{
    int64_t expires_ms;

    if (!answer->id.len || !answer->secret.len || !answer->token.len)
        return err_set(e, ERR_CONNECT, "the answer of STS to %s holds no credentials",
                       call->action);
    if (!clock_parse_iso(answer->expires, &expires_ms) &&
        !number_to_ms(answer->expires, &expires_ms))
        return err_set(e, ERR_CONNECT, "the answer of STS to %s does not say until when",
                       call->action);
    struct str account = account_of(answer->user_arn);
    int r = credentials_check(answer->id, answer->token, "STS", e);

    if (r < 0)
        return r;
    credentials_set(ret, answer->id, answer->secret, answer->token, account,
                    expires_ms ? expires_ms : 1); /* 0 would be: never */
    if (call->cache)
        cli_cache_put(call->cache, NULL, ret, answer->user_id, answer->user_arn);
    return 0;
}

static void wipe(struct str t)
{
    if (t.len)
        port_wipe((char *)t.s, t.len);
}

static void write_form(const struct sts_call *call, struct buf *form)
{
    buf_addf(form, "Action=%s&Version=" STS_VERSION, call->action);
    for (size_t i = 0; i < call->count; i++) {
        if (!call->parameters[i].value.len)
            continue;
        buf_addf(form, "&%s=", call->parameters[i].name);
        url_encode(form, call->parameters[i].value);
    }
}

/* IDPCommunicationError is the one refusal that STS means to be tried again. */
static bool idp_did_not_answer(const struct aws_http_reply *reply)
{
    size_t at;

    return reply->status == 400 &&
           str_find(buf_str(&reply->body), STR("IDPCommunicationError"), &at);
}

static int send_form(struct provider_world *w, const struct sts_call *call, struct str form,
                     const struct aws_endpoint *endpoint, struct aws_http_reply *reply,
                     struct err *e)
{
    struct sign_header headers[5] = {
        {STR("Content-Type"), STR("application/x-www-form-urlencoded; charset=utf-8")}};
    struct sign_request to_sign = {.method = STR("POST"),
                                   .host = str_of(endpoint->host),
                                   .path = str_of(endpoint->path),
                                   .headers = headers,
                                   .header_count = 1,
                                   .body = form};
    struct sign_scope scope = {str_of(endpoint->region), str_of(endpoint->signing_name)};
    struct sign_result signature = {0};
    struct aws_http_request q = {.method = "POST",
                                 .url = str_of(endpoint->url),
                                 .headers = headers,
                                 .header_count = 1,
                                 .body = form,
                                 .timeout_ms = STS_TIMEOUT_MS,
                                 .max_body = PROVIDER_ANSWER_MAX};

    if (call->source) {
        struct sign_credentials source = aws_credentials_for_signing(call->source);

        sign_v4(&to_sign, &source, &scope, clock_wall_ms(w->clock), NULL, &signature);
        headers[q.header_count++] = (struct sign_header){STR("X-Amz-Date"), str_of(signature.date)};
        headers[q.header_count++] =
            (struct sign_header){STR("Authorization"), buf_str(&signature.authorization)};
        if (source.token.len)
            headers[q.header_count++] =
                (struct sign_header){STR("X-Amz-Security-Token"), source.token};
    }
    headers[q.header_count++] = (struct sign_header){STR("Accept"), STR("application/json")};
    struct provider_retry retry = provider_service_retry(w);
    int r = provider_send(w->http, &q, &retry, reply, e);

    for (unsigned again = 1; r == 0 && idp_did_not_answer(reply) && again < retry.attempts;
         again++) {
        aws_http_reply_free(reply);
        r = provider_send(w->http, &q, &retry, reply, e);
    }
    sign_result_free(&signature);
    return r;
}

int sts_assume(struct provider_world *w, const struct sts_call *call, struct aws_credentials *ret,
               struct err *e)
{
    struct aws_endpoint endpoint;
    struct aws_http_reply reply = {0};
    struct sts_answer answer;
    struct arena a = {0};
    struct buf form = {0};
    int r = aws_config_endpoint(w->config, AWS_STS, w->http, STR(""), STR(""), &endpoint, e);

    if (r < 0)
        return r;
    write_form(call, &form);
    r = send_form(w, call, buf_str(&form), &endpoint, &reply, e);
    if (r == 0) {
        read_answer(&a, buf_str(&reply.body), call->action, &answer);
        r = reply.status == 200 ? take(call, &answer, ret, e)
                                : refused(call, reply.status, &answer, e);
        wipe(answer.secret);
        wipe(answer.token);
    }
    buf_wipe(&form);
    aws_http_reply_free(&reply);
    arena_free(&a);
    return r;
}
