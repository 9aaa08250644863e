#include "pksk/aws/config-internal.h"
#include "pksk/aws/imds.h"
#include "pksk/aws/words.h"

/* The region: the option, then the environment, then the profile, then the instance. */

static int no_region(struct aws_config *c, struct err *e)
{
    int r = err_set(e, ERR_CONNECT,
                    "no region is set: not by --region, not by AWS_REGION or AWS_DEFAULT_REGION, "
                    "and not by the profile \"%.*s\"",
                    STR_ARG(c->profile));
    char name[WORD_QUOTED];

    if (c->named)
        err_hint(e,
                 "`pksk --region eu-west-1`, or `aws configure set region eu-west-1 --profile "
                 "%s`",
                 word_quote(c->profile, name));
    else
        err_hint(e, "`pksk --region eu-west-1`, or `aws configure`, or for a local server `pksk "
                    "--local`");
    return r;
}

/* Asked once; an instance that does not answer is none. */
static int instance_region(struct aws_config *c, const struct aws_http *http, struct str *ret,
                           struct err *e)
{
    int r;

    if (!c->asked_instance && http) {
        r = imds_region(c, http, &c->instance_region, e);
        if (r < 0)
            return r;
        c->asked_instance = true;
    }
    *ret = c->instance_region.len ? c->instance_region : STR("");
    return 0;
}

int aws_config_region(struct aws_config *c, const struct aws_http *http, struct str *ret,
                      struct err *e)
{
    struct str region = c->options.region;
    int r;

    if (!region.len)
        region = env_get("AWS_REGION");
    if (!region.len)
        region = env_get("AWS_DEFAULT_REGION");
    r = region.len ? config_check_profile(c, e)
                   : aws_config_value(c, STR(""), "region", &region, e);
    if (r == 0 && !region.len && c->options.local)
        region = STR("us-east-1");
    if (r == 0 && !region.len)
        r = instance_region(c, http, &region, e);
    if (r < 0)
        return r;
    if (!region.len)
        return no_region(c, e);
    *ret = region;
    return 0;
}
