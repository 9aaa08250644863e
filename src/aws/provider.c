#include "pksk/aws/provider.h"

#include <poll.h>

#include "pksk/base/log.h"
#include "pksk/base/port.h"

#define PAUSE_MAX_MS 20000

/* ---- credentials ---- */

static char *dup_or_null(struct str t)
{
    return t.len ? mem_dup(t.s, t.len) : NULL;
}

void credentials_set(struct aws_credentials *c, struct str access_key_id, struct str secret,
                     struct str token, struct str account, int64_t expires_ms)
{
    struct aws_credentials fresh = {.access_key_id = dup_or_null(access_key_id),
                                    .account = dup_or_null(account),
                                    .expires_ms = expires_ms};

    secret_set(&fresh.secret, secret);
    secret_set(&fresh.token, token);
    aws_credentials_deinit(c);
    *c = fresh;
}

/* They go into headers: no blanks, no control characters, nothing but ASCII. */
static bool fits_a_header(struct str t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.s[i] <= ' ' || (unsigned char)t.s[i] >= 0x7f)
            return false;
    return true;
}

int credentials_check(struct str access_key_id, struct str token, const char *what, struct err *e)
{
    if (!fits_a_header(access_key_id) || !fits_a_header(token))
        return err_set(e, ERR_CONNECT,
                       "the access key id or session token from %s holds a blank or another "
                       "character that neither can have",
                       what);
    return 0;
}

/* ---- numbers and times ---- */

/* Digits, then a fraction, then a power of ten: what JSON allows, as whole milliseconds. */
bool number_to_ms(struct str seconds, int64_t *ret)
{
    int64_t value = 0;
    int scale = 3; /* value × 10^scale / … milliseconds */
    size_t i = 0;
    bool point = false, any = false;
    int64_t exponent = 0;

    for (; i < seconds.len && (seconds.s[i] == '.' || (seconds.s[i] >= '0' && seconds.s[i] <= '9'));
         i++) {
        if (seconds.s[i] == '.') {
            if (point)
                return false;
            point = true;
            continue;
        }
        any = true;
        if (value < INT64_MAX / 100) {
            value = value * 10 + (seconds.s[i] - '0');
            scale -= point;
        } else {
            scale += !point; /* a digit beyond what counts */
        }
    }
    if (!any)
        return false;
    if (i < seconds.len) {
        struct str rest = str_slice(seconds, i + 1, seconds.len);

        if (seconds.s[i] != 'e' && seconds.s[i] != 'E')
            return false;
        if (rest.len && rest.s[0] == '+')
            rest = str_slice(rest, 1, rest.len);
        if (!str_to_i64(rest, &exponent) || exponent > 30 || exponent < -30)
            return false;
    }
    for (exponent += scale; exponent < 0; exponent++)
        value /= 10;
    for (; exponent > 0; exponent--) {
        if (value > INT64_MAX / 10)
            return false;
        value *= 10;
    }
    *ret = value;
    return true;
}

static bool time_of(const struct json *object, const struct credential_names *names, int64_t *ret)
{
    const struct json *node = json_get(object, names->expires);
    uint64_t ms;

    if (!node)
        return false;
    if (node->kind == JSON_IS_STRING)
        return clock_parse_iso(node->text, ret);
    if (node->kind != JSON_IS_NUMBER)
        return false;
    if (!names->expires_in_ms)
        return number_to_ms(node->text, ret);
    if (!str_to_u64(node->text, &ms) || ms > INT64_MAX / 2)
        return false;
    *ret = (int64_t)ms;
    return true;
}

/* ---- JSON from outside ---- */

int provider_json(struct arena *a, struct str text, const char *what, struct json **ret,
                  struct err *e)
{
    struct err ignored = {0};
    struct json *root;

    /* The reader's own message might quote a part of what should stay secret. */
    if (json_parse(a, text, PROVIDER_DEPTH, &root, &ignored) < 0 || root->kind != JSON_IS_OBJECT)
        return err_set(e, ERR_CONNECT, "%s is not a JSON object", what);
    *ret = root;
    return 0;
}

void provider_json_wipe(struct json *node)
{
    for (; node; node = node->next) {
        if (node->text.len)
            port_wipe((char *)node->text.s, node->text.len);
        provider_json_wipe(node->first);
    }
}

struct str provider_text(const struct json *object, const char *name)
{
    const struct json *member = name ? json_get(object, name) : NULL;

    return member && member->kind == JSON_IS_STRING ? member->text : STR("");
}

/* What may be left out may also be null, but nothing else. */
static bool is_no_text(const struct json *object, const char *name)
{
    const struct json *member = json_get(object, name);

    return member && member->kind != JSON_IS_STRING && member->kind != JSON_IS_NULL;
}

static bool is_given(const struct json *object, const char *name)
{
    const struct json *member = json_get(object, name);

    return member && member->kind != JSON_IS_NULL;
}

int credentials_from_json(const struct json *object, const struct credential_names *names,
                          const char *what, struct aws_credentials *ret, struct err *e)
{
    struct str id = provider_text(object, names->access_key_id);
    struct str secret = provider_text(object, names->secret);
    struct str token = provider_text(object, names->token);
    struct str account = names->account ? json_text(object, names->account) : STR("");
    int64_t expires_ms = 0;

    if (!id.len || !secret.len)
        return err_set(e, ERR_CONNECT, "%s has no %s", what,
                       id.len ? names->secret : names->access_key_id);
    if (!token.len && (names->temporary || is_no_text(object, names->token)))
        return err_set(e, ERR_CONNECT, "%s has no %s that is text", what, names->token);
    int r = credentials_check(id, token, what, e);

    if (r < 0)
        return r;
    if (names->expires && (names->temporary || is_given(object, names->expires))) {
        if (!time_of(object, names, &expires_ms))
            return err_set(e, ERR_CONNECT, "%s has no %s that is a time", what, names->expires);
        expires_ms = expires_ms ? expires_ms : 1; /* 0 would be: never */
    }
    credentials_set(ret, id, secret, token, account, expires_ms);
    return 0;
}

/* ---- HTTP ---- */

static bool may_send_again(int r, const struct aws_http_reply *reply)
{
    if (r < 0)
        return r == ERR_CONNECT;
    return reply->status == 429 || reply->status >= 500;
}

static void wait_ms(const struct aws_http *http, int ms)
{
    if (http->pause)
        http->pause(http->ctx, ms);
    else
        poll(NULL, 0, ms);
}

struct provider_retry provider_service_retry(struct provider_world *w)
{
    struct provider_retry result = {.attempts = 3, .pause_ms = 50, .grows = true};
    struct aws_retry configured;
    struct err ignored;

    if (aws_config_retry(w->config, &configured, &ignored) < 0)
        return result;
    if (configured.mode == AWS_RETRY_LEGACY)
        result.attempts = 5;
    if (configured.max_attempts)
        result.attempts = configured.max_attempts;
    return result;
}

int provider_send(const struct aws_http *http, const struct aws_http_request *q,
                  const struct provider_retry *retry, struct aws_http_reply *ret, struct err *e)
{
    int pause = retry->pause_ms;

    *ret = (struct aws_http_reply){0};
    if (!http)
        return err_set(e, ERR_CONNECT, "there is no way to ask %.*s for credentials",
                       STR_ARG(q->url));
    for (unsigned attempt = 1;; attempt++, pause = MIN(pause, PAUSE_MAX_MS)) {
        int r = http->send(http->ctx, q, ret, e);

        if (cancel_flag) {
            aws_http_reply_free(ret);
            return err_set(e, ERR_CANCELLED, "cancelled");
        }
        if (attempt >= retry->attempts || !may_send_again(r, ret))
            return r;
        aws_http_reply_free(ret);
        wait_ms(http, pause);
        pause *= retry->grows ? 2 : 1;
    }
}

int provider_value(struct provider_world *w, struct str profile, const char *key, struct str *ret,
                   struct err *e)
{
    return aws_config_value(w->config, profile, key, ret, e);
}
