#include "pksk/aws/config-internal.h"

/* How often is tried again: the environment, then the profile. */

static int retry_mode(struct str text, enum aws_retry_mode *ret, struct err *e)
{
    if (!text.len || str_eq_ci(text, STR("standard")))
        *ret = AWS_RETRY_STANDARD;
    else if (str_eq_ci(text, STR("adaptive")))
        *ret = AWS_RETRY_ADAPTIVE;
    else if (str_eq_ci(text, STR("legacy")))
        *ret = AWS_RETRY_LEGACY;
    else
        return err_set(e, ERR_CONNECT,
                       "retry_mode is \"%.*s\" and may be standard, adaptive or legacy",
                       STR_ARG(text));
    return 0;
}

int aws_config_retry(struct aws_config *c, struct aws_retry *ret, struct err *e)
{
    struct aws_retry result = {0};
    struct str mode, attempts;
    uint64_t n = 0;
    int r = config_setting(c, "AWS_RETRY_MODE", "retry_mode", &mode, e);

    if (r == 0)
        r = config_setting(c, "AWS_MAX_ATTEMPTS", "max_attempts", &attempts, e);
    if (r == 0)
        r = retry_mode(mode, &result.mode, e);
    if (r < 0)
        return r;
    if (attempts.len && (!str_to_u64(attempts, &n) || n < 1 || n > 1000))
        return err_set(e, ERR_CONNECT, "max_attempts is \"%.*s\" and may be 1 to 1000",
                       STR_ARG(attempts));
    result.max_attempts = (unsigned)n;
    *ret = result;
    return 0;
}
