#include "pksk/aws/provider.h"
#include "pksk/aws/words.h"

/* Keys that stand in the files as they are: the credentials file first in the chain, the config
 * file after everything that can fetch some. */

struct keys {
    struct str id, secret, token, account;
    bool claimed; /* there is an aws_access_key_id, if only an empty one */
};

static int read_keys(struct provider_world *w, enum aws_file file, struct str profile,
                     struct keys *ret, struct err *e)
{
    struct keys k = {0};
    struct str security_token, session_token;
    bool ignored;
    struct {
        const char *name;
        bool *has;
        struct str *to;
    } wanted[] = {
        {"aws_access_key_id", &k.claimed, &k.id},
        {"aws_secret_access_key", &ignored, &k.secret},
        {"aws_security_token", &ignored, &security_token},
        {"aws_session_token", &ignored, &session_token},
        {"aws_account_id", &ignored, &k.account},
    };

    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        int r = aws_config_file_value(w->config, file, profile, wanted[i].name, wanted[i].has,
                                      wanted[i].to, e);

        if (r < 0)
            return r;
    }
    k.token = security_token.len ? security_token : session_token;
    *ret = k;
    return 0;
}

static int load_from(struct provider_world *w, enum aws_file file, struct str profile,
                     struct aws_credentials *ret, struct err *e)
{
    struct str path = aws_config_path(w->config, file);
    struct keys k;
    char name[WORD_QUOTED];
    int r = read_keys(w, file, profile, &k, e);

    if (r < 0 || !k.claimed)
        return r < 0 ? r : PROVIDER_NONE;
    if (!profile.len)
        profile = aws_config_profile(w->config);
    if (!k.id.len || !k.secret.len) {
        r = err_set(e, ERR_CONNECT, "the profile \"%.*s\" in %.*s has an %s", STR_ARG(profile),
                    STR_ARG(path),
                    k.id.len ? "aws_access_key_id but no aws_secret_access_key"
                             : "aws_access_key_id that is empty");
        err_hint(e, "`aws configure --profile %s` sets both", word_quote(profile, name));
        return r;
    }
    r = credentials_check(k.id, k.token, path.s, e);
    if (r < 0)
        return r;
    credentials_set(ret, k.id, k.secret, k.token, k.account, 0);
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
    .name = SOURCE_SHARED_FILE, .load = load_shared, .of_profile = true};
const struct provider provider_config_file = {
    .name = SOURCE_CONFIG_FILE, .load = load_config, .of_profile = true};
