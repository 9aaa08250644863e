/* Where a request goes and for whom it is signed: the AWS endpoint rules as one pure function.
 *
 * Nothing is allocated. Source: botocore's endpoint rule sets and partitions, protocol facts of
 * August 2026.
 */
#ifndef PKSK_AWS_ENDPOINT_H
#define PKSK_AWS_ENDPOINT_H

#include "pksk/base/err.h"

enum aws_service {
    AWS_DYNAMODB,
    AWS_DYNAMODB_SEARCH, /* SearchVectors has host names of its own */
    AWS_DYNAMODB_STREAMS,
    AWS_STS,
    AWS_SSO,
    AWS_SSO_OIDC,
    AWS_SIGNIN,
};

enum aws_account_mode {
    AWS_ACCOUNT_PREFERRED,
    AWS_ACCOUNT_DISABLED,
    AWS_ACCOUNT_REQUIRED,
};

struct aws_endpoint_params {
    enum aws_service service;
    struct str region;
    struct str custom; /* an endpoint URL, or empty */
    bool fips, dualstack;
    struct str account; /* of the credentials, or empty */
    enum aws_account_mode account_mode;
    struct str arn; /* the request's TableName or ResourceArn (or the first of its list) when that
                       is an ARN, or empty */
};

struct aws_endpoint {
    char url[1100]; /* scheme, host, port when given, path */
    char host[300]; /* the Host header: the port stands behind it unless it is the scheme's own */
    char path[700]; /* to sign and send; "/" at least */
    bool https;
    char region[64];          /* to sign for */
    const char *signing_name; /* "dynamodb", "sts", "awsssoportal", "sso-oauth", "signin" */
};

/* ERR_SYNTAX when the settings contradict each other or the region cannot be one. */
int aws_endpoint_resolve(const struct aws_endpoint_params *p, struct aws_endpoint *ret,
                         struct err *e) must_check;

struct aws_partition {
    const char *id;              /* "aws", "aws-cn", … */
    const char *dns, *dualstack; /* suffixes */
};
const struct aws_partition *aws_partition_of(struct str region); /* never NULL: unknown is "aws" */

/* The regions known when this was written, for completion: others work as well. Ends with NULL. */
extern const char *const aws_regions[];

/* Is it arn:PARTITION:SERVICE:REGION:ACCOUNT:REST? Parts are slices of it. */
struct aws_arn {
    struct str partition, service, region, account, resource;
};
bool aws_arn_parse(struct str text, struct aws_arn *ret);

#endif
