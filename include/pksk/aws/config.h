/* Profile, region and settings: options, then the environment, then ~/.aws/config and credentials.
 *
 * The config owns all text it returns, until it is freed. It reads lazily: a getter opens the files
 * only when options and environment do not answer it (a profile that is named is always looked up),
 * and with `local` never. A file that does not parse makes every getter that needs it fail with
 * file and line, until it does. Order and names are the AWS CLI's, version 2.
 */
#ifndef PKSK_AWS_CONFIG_H
#define PKSK_AWS_CONFIG_H

#include "pksk/aws/endpoint.h"
#include "pksk/aws/http.h"

struct aws_config;

struct aws_options {
    struct str profile, region, endpoint_url; /* empty: not given */
    bool local; /* a local server: endpoint_url given, region us-east-1 unless given */
};

struct aws_config *aws_config_new(const struct aws_options *o); /* copies; reads nothing */
void aws_config_free(struct aws_config *c);                     /* NULL is fine */

/* Reads the files now (once, when that goes well). A named profile that is in neither is
 * ERR_CONNECT. */
int aws_config_load(struct aws_config *c, struct err *e) must_check;

struct str aws_config_profile(const struct aws_config *c);       /* "default" when none is named */
bool aws_config_profile_is_explicit(const struct aws_config *c); /* by option */
bool aws_config_is_local(const struct aws_config *c);

/* ERR_CONNECT with a hint when there is none anywhere. http (may be NULL) is asked for the
 * instance's own region last. */
int aws_config_region(struct aws_config *c, const struct aws_http *http, struct str *ret,
                      struct err *e) must_check;

/* The overriding endpoint of a service, or empty. */
int aws_config_endpoint_url(struct aws_config *c, enum aws_service service, struct str *ret,
                            struct err *e) must_check;

/* Everything that aws_endpoint_resolve() wants, gathered: region, overrides, FIPS, dual-stack and
 * account mode. account and arn may be empty. */
int aws_config_endpoint(struct aws_config *c, enum aws_service service, const struct aws_http *http,
                        struct str account, struct str arn, struct aws_endpoint *ret,
                        struct err *e) must_check;

/* AWS_CA_BUNDLE, ca_bundle, REQUESTS_CA_BUNDLE; empty: the system's. Ask for https only. */
int aws_config_ca_bundle(struct aws_config *c, struct str *ret, struct err *e) must_check;

enum aws_retry_mode {
    AWS_RETRY_STANDARD,
    AWS_RETRY_ADAPTIVE,
    AWS_RETRY_LEGACY,
};
struct aws_retry {
    enum aws_retry_mode mode;
    unsigned max_attempts; /* in all; 0: the mode's own for the service */
};
/* May read the files: ask when something has to be retried. */
int aws_config_retry(struct aws_config *c, struct aws_retry *ret, struct err *e) must_check;

/* What other SDKs would read differently in the files that were read, "FILE:LINE: …"; the strings
 * are the config's. */
size_t aws_config_warnings(const struct aws_config *c, const struct str **ret);

/* The names of all profiles in the files; none when they cannot be read. */
void aws_config_profiles(struct aws_config *c, void (*take)(void *ctx, struct str name), void *ctx);

/* For credential providers. A key of the profile (credentials file over config), with "" when
 * absent; false when there is no such profile. NULL or empty profile: the one in use. */
int aws_config_value(struct aws_config *c, struct str profile, const char *key, struct str *ret,
                     struct err *e) must_check;
enum aws_file {
    AWS_FILE_CONFIG,
    AWS_FILE_CREDENTIALS,
};
/* *has: the key is there, if only with an empty value. */
int aws_config_file_value(struct aws_config *c, enum aws_file file, struct str profile,
                          const char *key, bool *has, struct str *ret, struct err *e) must_check;
int aws_config_has_profile(struct aws_config *c, struct str profile, bool *ret,
                           struct err *e) must_check;
/* [sso-session NAME] or [services NAME] of the config file; *ret empty when the key is absent. */
int aws_config_section_value(struct aws_config *c, const char *kind, struct str name,
                             const char *key, bool *exists, struct str *ret,
                             struct err *e) must_check;
struct str aws_config_path(struct aws_config *c, enum aws_file file); /* where it is looked for */

#endif
