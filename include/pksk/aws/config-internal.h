/* What the parts of the aws layer share of the configuration; no other layer includes this.
 *
 * Text returned is the config's or the environment's.
 */
#ifndef PKSK_AWS_CONFIG_INTERNAL_H
#define PKSK_AWS_CONFIG_INTERNAL_H

#include "pksk/aws/config.h"
#include "pksk/aws/ini.h"

struct aws_config {
    struct arena arena; /* options, paths, and what had to be asked for */
    struct aws_options options;
    struct str profile; /* in use */
    bool named;         /* by option or environment */
    struct str paths[2];

    bool loaded;
    struct err load_error; /* code 0 when it went well */
    struct ini files[2];   /* by enum aws_file */
    struct str *warnings;
    size_t warning_count;

    struct str instance_region; /* as the instance's metadata told */
    bool asked_instance;
};

/* The same message for another exit status. Returns code. */
static inline int err_recode(struct err *e, int code)
{
    if (e)
        e->code = code;
    return code;
}

/* An environment variable; an empty one counts as unset. */
struct str env_get(const char *name);
bool text_is_true(struct str t); /* "true" in any case */

/* Of the files as they were read. Where several sections name the same, the last one counts.
 * [KIND NAME] is as the CLI has it: two words, of which the first begins with the kind. */
bool config_section_is(const struct ini_section *s, const char *kind, struct str name);
const struct ini_section *config_section(const struct ini *ini, const char *kind, struct str name);
const struct ini_section *config_profile_section(const struct aws_config *c, enum aws_file file,
                                                 struct str profile);
bool config_profile_is_there(const struct aws_config *c, struct str profile);
void config_each_profile(const struct aws_config *c, void (*take)(void *ctx, struct str name),
                         void *ctx);
int config_no_profile(const struct aws_config *c, struct str profile, struct err *e);

/* The profile in use is there when it is named. Reads the files only then. */
int config_check_profile(struct aws_config *c, struct err *e) must_check;

/* The environment variable, else the profile's key, else empty. env may be NULL. */
int config_setting(struct aws_config *c, const char *env, const char *key, struct str *ret,
                   struct err *e) must_check;

/* As aws_config_endpoint(), for a region of the service's own (IAM Identity Center). */
int config_endpoint_in(struct aws_config *c, enum aws_service service, struct str region,
                       struct str account, struct str arn, struct aws_endpoint *ret,
                       struct err *e) must_check;

/* ~/.aws/NAME and such: expanded, in the config's arena. */
struct str config_home_path(struct aws_config *c, const char *path);

#endif
