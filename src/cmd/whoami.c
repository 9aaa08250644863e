#include "pksk/cmd/command.h"

#include "pksk/aws/credentials.h"
#include "pksk/cmd/identity.h"
#include "pksk/out/text.h"
#include "pksk/session/output.h"

#define SHOWN 4 /* characters of either end */

void identity_add_key(struct buf *b, struct str access_key_id)
{
    size_t shown = MIN(access_key_id.len / 5, (size_t)SHOWN);

    buf_addf(b, "%.*s…%.*s", (int)shown, access_key_id.s, (int)shown,
             access_key_id.s + access_key_id.len - shown);
}

void identity_add_expiry(struct buf *b, int64_t expires_ms, int64_t now_ms)
{
    char when[CLOCK_ISO_LEN];
    int64_t minutes = (expires_ms - now_ms) / 60000;

    if (!expires_ms) {
        buf_lit(b, "never");
        return;
    }
    clock_format_iso(expires_ms, when);
    buf_addf(b, "at %s, in ", when);
    if (minutes >= 120)
        buf_addf(b, "%lld h %lld min", (long long)(minutes / 60), (long long)(minutes % 60));
    else
        buf_addf(b, "%lld min", (long long)minutes);
}

static void add_line(struct buf *b, const char *name, struct str value)
{
    text_pad(b, str_of(name), 13, false);
    text_escape(b, value.len ? value : STR("unknown"));
    buf_char(b, '\n');
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf lines = {0}, key = {0}, expiry = {0};
    struct dynamo_identity who;
    int r = dynamo_resolve(s->dynamo, &who, e);

    if (r < 0)
        return r;
    if (strcmp(who.source, AWS_MADE_UP) == 0) /* everybody knows it */
        buf_str_add(&key, who.access_key_id);
    else
        identity_add_key(&key, who.access_key_id);
    identity_add_expiry(&expiry, who.expires_ms, clock_wall_ms(s->clock));
    add_line(&lines, "access key", buf_str(&key));
    add_line(&lines, "from", str_of(who.source));
    add_line(&lines, "expires", buf_str(&expiry));
    add_line(&lines, "account", who.account);
    add_line(&lines, "profile", who.profile);
    add_line(&lines, "region", who.region);
    add_line(&lines, "endpoint", who.endpoint);
    return output_print(s, st, buf_str(&lines), e);
}

const struct command cmd_whoami = {.run = run};
