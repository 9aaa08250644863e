#include "pksk/aws/provider.h"
#include "pksk/aws/words.h"

/* Keys that stand in the files as they are: the credentials file first in the chain, the config
 * file after everything that can fetch some. */

static int one_value(struct provider_world *w, enum aws_file file, struct str profile,
                     const char *key, struct str *ret, struct err *e)
{
    return aws_config_file_value(w->config, file, profile, key, ret, e);
}

static int load_from(struct provider_world *w, enum aws_file file, struct str profile,
                     struct aws_credentials *ret, struct err *e)
{
    struct str path = aws_config_path(w->config, file);
    struct str id, secret, token, account;
    char name[WORD_QUOTED];
    int r = one_value(w, file, profile, "aws_access_key_id", &id, e);

    if (r < 0 || !id.len)
        return r < 0 ? r : PROVIDER_NONE;
    r = one_value(w, file, profile, "aws_secret_access_key", &secret, e);
    if (r == 0)
        r = one_value(w, file, profile, "aws_security_token", &token, e);
    if (r == 0 && !token.len)
        r = one_value(w, file, profile, "aws_session_token", &token, e);
    if (r == 0)
        r = one_value(w, file, profile, "aws_account_id", &account, e);
    if (r < 0)
        return r;
    if (!profile.len)
        profile = aws_config_profile(w->config);
    if (!secret.len) {
        r = err_set(e, ERR_CONNECT,
                    "the profile \"%.*s\" in %.*s has an aws_access_key_id but no "
                    "aws_secret_access_key",
                    STR_ARG(profile), STR_ARG(path));
        err_hint(e, "`aws configure --profile %s` sets both", word_quote(profile, name));
        return r;
    }
    r = credentials_check(id, token, account, path.s, e);
    if (r < 0)
        return r;
    credentials_set(ret, id, secret, token, account, 0);
    return 0;
}

static int load_shared(struct provider_world *w, struct str profile, struct aws_credentials *ret,
                       struct err *e)
{
    return load_from(w, AWS_FILE_CREDENTIALS, profile, ret, e);
}

static int load_config(struct provider_world *w, struct str profile, struct aws_credentials *ret,
                       struct err *e)
{
    return load_from(w, AWS_FILE_CONFIG, profile, ret, e);
}

const struct provider provider_shared_file = {
    .name = "shared credentials file", .load = load_shared, .of_profile = true};
const struct provider provider_config_file = {
    .name = "config file", .load = load_config, .of_profile = true};
