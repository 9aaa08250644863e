#include "pksk/aws/provider.h"
#include "pksk/base/file.h"

/* The file of the old EC2 tools, which AWS_CREDENTIAL_FILE names: lines of name=value, of which two
 * matter. What has no `=` is passed over. */

#define FILE_MAX 65536

static int refused(const char *path, const char *why, struct err *e)
{
    return err_set(e, ERR_CONNECT, "AWS_CREDENTIAL_FILE: %s %s", path, why);
}

static int take(const char *path, struct str text, struct aws_credentials *ret, struct err *e)
{
    struct str id = STR(""), secret = STR(""), line;
    size_t at;

    while (str_split(&text, '\n', &line)) {
        if (!str_find_char(line, '=', &at))
            continue;
        struct str name = str_trim(str_slice(line, 0, at));
        struct str value = str_trim(str_slice(line, at + 1, line.len));

        if (str_is(name, "AWSAccessKeyId"))
            id = value;
        else if (str_is(name, "AWSSecretKey"))
            secret = value;
    }
    if (!id.len)
        return PROVIDER_NONE;
    if (!secret.len)
        return refused(path, "has an AWSAccessKeyId but no AWSSecretKey", e);
    int r = credentials_check(id, STR(""), path, e);

    if (r == 0)
        credentials_set(ret, id, secret, STR(""), STR(""), 0);
    return r;
}

static int load(unused_arg struct provider_world *w, unused_arg struct str profile,
                struct aws_credentials *ret, struct err *e)
{
    const char *named = getenv("AWS_CREDENTIAL_FILE");
    struct buf text = {.max = FILE_MAX + 1};
    struct err why = {0};

    if (!named || !*named)
        return PROVIDER_NONE;
    _cleanup_(cleanup_free) char *path = file_expand(str_of(named));
    int r = file_read(path, FILE_MAX, &text, &why);

    r = r < 0 ? err_set(e, ERR_CONNECT, "AWS_CREDENTIAL_FILE: %s", why.text)
              : take(path, buf_str(&text), ret, e);
    buf_wipe(&text);
    return r;
}

const struct provider provider_ec2_file = {.name = "EC2 credential file", .load = load};
