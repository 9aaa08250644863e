/* The metadata service of an EC2 instance, version 2 with a session token, version 1 where it may.
 *
 * A place that does not answer is no instance: then the functions give nothing, without an error.
 */
#ifndef PKSK_AWS_IMDS_H
#define PKSK_AWS_IMDS_H

#include "pksk/aws/config.h"

/* The region of the instance, in the config's arena, or empty. */
int imds_region(struct aws_config *c, const struct aws_http *http, struct str *ret,
                struct err *e) must_check;

struct imds {
    struct aws_config *config;
    const struct aws_http *http;
    struct str base; /* http://169.254.169.254 */
    int timeout_ms;
    unsigned attempts;
    bool no_v1;
    struct buf token; /* empty: version 1 */
};

/* *ret false: switched off, or nobody there. */
int imds_open(struct imds *m, struct aws_config *c, const struct aws_http *http, bool *ret,
              struct err *e) must_check;
/* *found false: no answer, or not status 200. */
int imds_get(struct imds *m, const char *path, struct str rest, struct buf *ret, bool *found,
             struct err *e) must_check;
void imds_close(struct imds *m); /* wipes */

#endif
