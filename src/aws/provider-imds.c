#include <openssl/rand.h>

#include "pksk/aws/imds.h"
#include "pksk/aws/provider.h"
#include "pksk/base/log.h"

/* The role of the instance. What the service says while it is troubled is no error here: then there
 * are no credentials. */

#define ROLES "latest/meta-data/iam/security-credentials/"

/* Two to ten minutes, so that many shells do not come back at the same moment. */
static int64_t jitter_ms(void)
{
    uint32_t n = 0;

    if (RAND_bytes((unsigned char *)&n, sizeof(n)) != 1)
        n = 0;
    return 2 * MINUTE_MS + (int64_t)(n % (8 * 60 * 1000));
}

/* Credentials that should have been replaced by now are used on: the service that replaces them may
 * be down, and what they are used for accepts them for longer. */
static void extend(struct provider_world *w, struct aws_credentials *c)
{
    int64_t window = 15 * MINUTE_MS + jitter_ms(), now = clock_wall_ms(w->clock);

    if (c->expires_ms - now > 15 * MINUTE_MS)
        return;
    log_debug("credentials: the instance's are past their time and used on");
    c->expires_ms = now + window;
}

static int take(struct provider_world *w, struct str text, struct aws_credentials *ret)
{
    static const struct credential_names names = {"AccessKeyId", "SecretAccessKey", "Token", NULL,
                                                  "Expiration",  .temporary = true};
    struct arena a = {0};
    struct json *root = NULL;
    struct err why = {0};
    int r = provider_json(&a, text, "the answer of the instance metadata service", &root, &why);

    if (r == 0)
        r = credentials_from_json(root, &names, "the answer of the instance metadata service", ret,
                                  &why);
    if (r < 0)
        log_debug("credentials: %s", why.text);
    provider_json_wipe(root);
    arena_free(&a);
    if (r < 0)
        return PROVIDER_NONE;
    extend(w, ret);
    return 0;
}

/* The first line of the list of roles; there is but one. */
static struct str first_line(struct str t)
{
    size_t at = t.len;

    str_find_char(t, '\n', &at);
    return str_trim(str_slice(t, 0, at));
}

static bool is_role_name(struct str t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.s[i] <= ' ' || (unsigned char)t.s[i] >= 0x7f || strchr("?#%/", t.s[i]))
            return false;
    return t.len > 0;
}

static int load(struct provider_world *w, unused_arg struct str profile,
                struct aws_credentials *ret, struct err *e)
{
    struct imds m;
    struct buf role = {0}, text = {0};
    bool there, found = false;
    int r = imds_open(&m, w->config, w->http, &there, e);

    if (r == 0 && there)
        r = imds_get(&m, ROLES, STR(""), &role, &found, e);
    struct str name = first_line(buf_str(&role));

    if (r == 0 && found) {
        found = false;
        if (is_role_name(name))
            r = imds_get(&m, ROLES, name, &text, &found, e);
    }
    if (r == 0)
        r = found ? take(w, buf_str(&text), ret) : PROVIDER_NONE;
    buf_free(&role);
    buf_wipe(&text);
    imds_close(&m);
    return r;
}

const struct provider provider_instance = {
    .name = "instance metadata", .load = load, .again = true};
