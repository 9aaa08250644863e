#include "pksk/aws/credentials.h"

#include "pksk/aws/sign.h"
#include "pksk/aws/words.h"

#define SECRET_MIN 8 /* characters; what is shorter is a word like another */

void aws_credentials_deinit(struct aws_credentials *c)
{
    free(c->access_key_id);
    free(c->account);
    secret_clear(&c->secret);
    secret_clear(&c->token);
    *c = (struct aws_credentials){0};
}

struct sign_credentials aws_credentials_for_signing(const struct aws_credentials *c)
{
    return (struct sign_credentials){str_of(c->access_key_id), secret_str(&c->secret),
                                     secret_str(&c->token)};
}

static void leave_out(struct buf *text, struct str secret)
{
    struct buf without = {0};
    struct str rest = buf_str(text);
    size_t at;

    if (secret.len < SECRET_MIN || !str_find(rest, secret, &at))
        return;
    do {
        buf_str_add(&without, str_slice(rest, 0, at));
        buf_lit(&without, "***");
        rest = str_slice(rest, at + secret.len, rest.len);
    } while (str_find(rest, secret, &at));
    buf_str_add(&without, rest);
    buf_wipe(text);
    *text = without;
}

void aws_credentials_redact(const struct aws_credentials *c, struct str text, struct buf *ret)
{
    sign_redact(text, ret);
    if (!c)
        return;
    leave_out(ret, secret_str(&c->secret));
    leave_out(ret, secret_str(&c->token));
}

void aws_credentials_hint_expired(const char *source, struct str profile, struct err *e)
{
    struct str from = str_of(source);
    char name[WORD_QUOTED];

    word_quote(profile, name);
    if (str_is(from, SOURCE_SSO))
        err_hint(e, "`aws sso login --profile %s`", name);
    else if (str_is(from, SOURCE_LOGIN))
        err_hint(e, "`aws login --profile %s`", name);
    else if (str_is(from, SOURCE_ENVIRONMENT))
        err_hint(e, "fetch new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN for "
                    "the environment, and start pksk with them");
    else if (str_is(from, SOURCE_SHARED_FILE) || str_is(from, SOURCE_CONFIG_FILE))
        err_hint(e, "fetch new keys for the profile \"%.*s\" in the %s, then `connect profile %s`",
                 STR_ARG(profile), source, name);
}
