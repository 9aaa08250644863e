/* Credential providers: one file each, one entry each in the chain's table.
 *
 * A provider fills a struct aws_credentials that its caller owns. It is called again for a refresh
 * and then does the same once more: files that hold tokens are read anew, the profile is not.
 */
#ifndef PKSK_AWS_PROVIDER_H
#define PKSK_AWS_PROVIDER_H

#include "pksk/aws/credentials.h"
#include "pksk/json/tree.h"

#define PROVIDER_NONE 1               /* it has nothing to say: ask the next one */
#define PROVIDER_ANSWER_MAX (1 << 20) /* bytes of an answer or a file */
#define PROVIDER_DEPTH 32             /* of JSON */

#define MINUTE_MS ((int64_t)60000)

/* What a provider works with. */
struct provider;

struct provider_world {
    struct aws_config *config;
    const struct aws_http *http; /* or NULL */
    const struct aws_ask *ask;
    const struct clock *clock;
    int64_t *next_renewal_ms; /* a sign-in is not renewed before: the chain's, kept between calls */
    bool anew;                /* caches are not good enough: the service refused what they held */
    bool environment_is_meant; /* credential_source = Environment: even with a profile as option */
    bool no_environment;       /* for the profile that a role's credentials come from */
    /* The chain's search: the first provider that claims; only those of_profile when
     * `profiles_only`. *ret_provider may be NULL. PROVIDER_NONE when none does. */
    int (*find)(struct provider_world *w, struct str profile, bool profiles_only,
                struct aws_credentials *ret, const struct provider **ret_provider, struct err *e);
    const struct str *visited; /* profiles on the way through source_profile */
    size_t visited_count;
};

struct provider {
    const char *name; /* as messages and whoami have it */
    /* 0, PROVIDER_NONE, or a negative code: it should know and fails. */
    int (*load)(struct provider_world *w, struct str profile, struct aws_credentials *ret,
                struct err *e);
    bool of_profile; /* also looked at for source_profile */
    bool again;      /* may give others when it is asked again */
};

extern const struct provider provider_environment, provider_assume_role, provider_web_identity,
    provider_sso, provider_shared_file, provider_login, provider_process, provider_config_file,
    provider_ec2_file, provider_boto, provider_container, provider_instance;

/* ---- helpers ---- */

void credentials_set(struct aws_credentials *c, struct str access_key_id, struct str secret,
                     struct str token, struct str account, int64_t expires_ms);

/* Only what a header can carry. ERR_CONNECT, naming what they came from. The account goes into host
 * names alone, and is looked at there. */
int credentials_check(struct str access_key_id, struct str token, const char *what,
                      struct err *e) must_check;

/* Reads the four text members and the time from a JSON object whose members are so named (NULL: not
 * looked for). Missing or malformed members are an error that names `what`. Wants both keys. */
struct credential_names {
    const char *access_key_id, *secret, *token, *account, *expires;
    bool expires_in_ms; /* a number of milliseconds; else ISO 8601, or seconds since 1970 */
    bool temporary;     /* they have a token and an end */
};
int credentials_from_json(const struct json *object, const struct credential_names *names,
                          const char *what, struct aws_credentials *ret, struct err *e) must_check;

/* Parses what came from outside; the message says `what` and never quotes it. ERR_CONNECT. */
int provider_json(struct arena *a, struct str text, const char *what, struct json **ret,
                  struct err *e) must_check;
void provider_json_wipe(struct json *node); /* its texts; NULL is fine */
/* A member that is a string, else empty. name may be NULL. */
struct str provider_text(const struct json *object, const char *name);

/* Whole seconds from a number as JSON may write it: "1767323045", "1.767323045E9". */
bool number_to_ms(struct str seconds, int64_t *ret);

/* One request with up to `attempts` sendings: again after no answer, 429 and 5xx. The reply is the
 * caller's to free. */
struct provider_retry {
    unsigned attempts;
    int pause_ms; /* before the second; doubled each time when `grows` */
    bool grows;
};
/* How often STS, IAM Identity Center and the sign-in service are asked: retry_mode and max_attempts
 * hold for them as well. */
struct provider_retry provider_service_retry(struct provider_world *w);
int provider_send(const struct aws_http *http, const struct aws_http_request *q,
                  const struct provider_retry *retry, struct aws_http_reply *ret,
                  struct err *e) must_check;

/* The key of the profile in question. */
int provider_value(struct provider_world *w, struct str profile, const char *key, struct str *ret,
                   struct err *e) must_check;

/* ---- the caches that the AWS CLI keeps ---- */

/* DIRECTORY/HASH.json, in the arena; directory may begin with ~. */
const char *cache_path(struct arena *a, const char *directory, const char *hash);
/* A string of the JSON whose hash names a file there: the CLI escapes all that is not plain ASCII.
 */
void cache_key_text(struct buf *b, struct str text);
/* Credentials of ~/.aws/cli/cache with at least 15 minutes left, else PROVIDER_NONE: a cache that
 * cannot be read is none. */
int cli_cache_get(struct provider_world *w, const char *hash, struct aws_credentials *ret);
/* Best effort: without the cache all goes on. provider_type may be NULL; user: the members of
 * AssumedRoleUser, or empty. */
void cli_cache_put(const char *hash, const char *provider_type, const struct aws_credentials *c,
                   struct str user_id, struct str user_arn);

/* ---- STS ---- */

struct sts_parameter {
    const char *name;
    struct str value; /* empty: left out */
};

/* AssumeRole or AssumeRoleWithWebIdentity. source NULL: not signed. cache: the hash under which the
 * CLI finds the result, or NULL. */
struct sts_call {
    const char *action;
    const struct sts_parameter *parameters;
    size_t count;
    const struct aws_credentials *source;
    const char *cache;
};
int sts_assume(struct provider_world *w, const struct sts_call *call, struct aws_credentials *ret,
               struct err *e) must_check;

/* Does this code of a refusal say that what was signed with has expired? */
bool sts_expired(struct str code);

/* The XML of STS as far as it goes: the text of the first element of that name, entities undone.
 * False when there is none. */
bool xml_find(struct arena *a, struct str xml, const char *name, struct str *ret);

#endif
