#include <errno.h>

#include "pksk/aws/ini.h"
#include "pksk/aws/provider.h"
#include "pksk/base/file.h"

/* The configuration of the boto of old: [Credentials] in the file that BOTO_CONFIG names, else in
 * /etc/boto.cfg or ~/.boto. */

static int take(const struct ini *ini, const char *path, struct aws_credentials *ret, struct err *e)
{
    const struct ini_section *section = ini_section(ini, STR("Credentials"));
    struct str id = STR(""), secret = STR("");

    if (section) {
        ini_get(ini, section, STR("aws_access_key_id"), &id);
        ini_get(ini, section, STR("aws_secret_access_key"), &secret);
    }
    if (!id.len)
        return PROVIDER_NONE;
    if (!secret.len)
        return err_set(e, ERR_CONNECT,
                       "[Credentials] in %s has an aws_access_key_id but no aws_secret_access_key",
                       path);
    int r = credentials_check(id, STR(""), path, e);

    if (r == 0)
        credentials_set(ret, id, secret, STR(""), STR(""), 0);
    return r;
}

static int load_from(const char *where, struct aws_credentials *ret, struct err *e)
{
    _cleanup_(cleanup_free) char *path = file_expand(str_of(where));
    struct buf text = {.max = INI_FILE_MAX + 1};
    struct ini ini = {0};
    struct err why = {0};
    int r = file_read(path, INI_FILE_MAX, &text, &why);

    if (r < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EISDIR))
        r = PROVIDER_NONE;
    else if (r < 0)
        r = err_set(e, ERR_CONNECT, "%s", why.text);
    else
        r = ini_parse(buf_str(&text), path, &ini, e);
    buf_wipe(&text);
    if (r == 0)
        r = take(&ini, path, ret, e);
    ini_free(&ini);
    return r;
}

static int load(unused_arg struct provider_world *w, unused_arg struct str profile,
                struct aws_credentials *ret, struct err *e)
{
    static const char *const places[] = {"/etc/boto.cfg", "~/.boto"};
    const char *named = getenv("BOTO_CONFIG");
    int r = PROVIDER_NONE;

    if (named && *named)
        return load_from(named, ret, e);
    for (size_t i = 0; i < ARRAY_LEN(places) && r == PROVIDER_NONE; i++)
        r = load_from(places[i], ret, e);
    return r;
}

const struct provider provider_boto = {.name = "boto configuration", .load = load};
