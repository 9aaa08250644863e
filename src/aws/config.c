#include "pksk/aws/config.h"

#include <errno.h>

#include "pksk/aws/config-internal.h"
#include "pksk/aws/words.h"
#include "pksk/base/file.h"

struct str env_get(const char *name)
{
    return str_of(getenv(name));
}

bool text_is_true(struct str t)
{
    return str_eq_ci(t, STR("true"));
}

/* ---- life ---- */

static struct str choose_profile(const struct aws_config *c)
{
    struct str named;

    if (c->options.profile.len)
        return c->options.profile;
    named = env_get("AWS_PROFILE");
    return named.len ? named : env_get("AWS_DEFAULT_PROFILE");
}

struct str config_home_path(struct aws_config *c, const char *path)
{
    char *expanded = file_expand(str_of(path));
    struct str kept = arena_str(&c->arena, str_of(expanded));

    free(expanded);
    return kept;
}

/* As for the AWS CLI, a variable that is set and empty names no file at all. */
static struct str choose_path(struct aws_config *c, const char *env, const char *otherwise)
{
    const char *named = getenv(env);

    return config_home_path(c, named ? named : otherwise);
}

struct aws_config *aws_config_new(const struct aws_options *o)
{
    struct aws_config *c = mem_resize(NULL, 1, sizeof(*c));

    *c = (struct aws_config){.options.local = o->local};
    c->options.profile = arena_str(&c->arena, o->profile);
    c->options.region = arena_str(&c->arena, o->region);
    c->options.endpoint_url = arena_str(&c->arena, o->endpoint_url);
    c->profile = arena_str(&c->arena, choose_profile(c));
    c->named = c->profile.len > 0;
    if (!c->named)
        c->profile = STR("default");
    c->paths[AWS_FILE_CONFIG] = choose_path(c, "AWS_CONFIG_FILE", "~/.aws/config");
    c->paths[AWS_FILE_CREDENTIALS] =
        choose_path(c, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
    return c;
}

static void forget(struct aws_config *c)
{
    for (size_t i = 0; i < ARRAY_LEN(c->files); i++)
        ini_free(&c->files[i]);
    c->warning_count = 0;
}

void aws_config_free(struct aws_config *c)
{
    if (!c)
        return;
    forget(c);
    free(c->warnings);
    arena_free(&c->arena);
    free(c);
}

struct str aws_config_profile(const struct aws_config *c)
{
    return c->profile;
}

bool aws_config_profile_is_explicit(const struct aws_config *c)
{
    return c->options.profile.len > 0;
}

bool aws_config_is_local(const struct aws_config *c)
{
    return c->options.local;
}

struct str aws_config_path(struct aws_config *c, enum aws_file file)
{
    return c->paths[file];
}

/* ---- reading the files ---- */

static void keep_warnings(struct aws_config *c, const struct str *warnings, size_t count)
{
    if (!count)
        return;
    c->warnings = mem_resize(c->warnings, c->warning_count + count, sizeof(*c->warnings));
    memcpy(c->warnings + c->warning_count, warnings, count * sizeof(*c->warnings));
    c->warning_count += count;
}

/* Where the profile stands twice, the AWS CLI takes the last and the others [profile default]. */
static void warn_of_default(struct aws_config *c)
{
    struct ini *ini = &c->files[AWS_FILE_CONFIG];
    bool has_profile = false;

    for (const struct ini_section *s = ini->sections; s; s = s->next) {
        if (str_is(s->name, "default") && has_profile) {
            struct str warning =
                arena_printf(&ini->arena,
                             "%s:%u: [default] counts, as for the AWS CLI; other SDKs take "
                             "[profile default], which stands before it",
                             c->paths[AWS_FILE_CONFIG].s, s->line);

            keep_warnings(c, &warning, 1);
        }
        has_profile |= config_section_is(s, "profile", STR("default"));
    }
}

static int read_one(struct aws_config *c, enum aws_file file, struct err *e)
{
    struct buf text = {.max = INI_FILE_MAX + 1};
    int r = file_read(c->paths[file].s, INI_FILE_MAX, &text, e);

    if (r < 0) {
        bool missing = errno == ENOENT || errno == ENOTDIR || errno == EISDIR;

        buf_wipe(&text);
        return missing ? 0 : err_recode(e, ERR_CONNECT);
    }
    r = ini_parse(buf_str(&text), c->paths[file].s, &c->files[file], e);
    buf_wipe(&text);
    if (r == 0)
        keep_warnings(c, c->files[file].warnings, c->files[file].warning_count);
    if (r == 0 && file == AWS_FILE_CONFIG)
        warn_of_default(c);
    return r;
}

static int load(struct aws_config *c, struct err *e)
{
    int r = read_one(c, AWS_FILE_CONFIG, e);

    if (r == 0)
        r = read_one(c, AWS_FILE_CREDENTIALS, e);
    if (r == 0 && c->named && !config_profile_is_there(c, c->profile))
        r = config_no_profile(c, c->profile, e);
    return r;
}

/* What failed is tried anew, since the line that was wrong may be mended meanwhile. Nothing has
 * been given out of what was read. */
int aws_config_load(struct aws_config *c, struct err *e)
{
    if (!c->loaded || c->load_error.code < 0) {
        struct err mine = {0};
        bool needed = !c->options.local || c->options.profile.len;

        forget(c);
        c->load_error = load(c, &mine) < 0 && needed ? mine : (struct err){0};
        if (mine.code < 0 || !needed) /* a local server needs no files, nor remarks on them */
            c->warning_count = 0;
        c->loaded = true;
    }
    if (c->load_error.code < 0 && e)
        *e = c->load_error;
    return c->load_error.code;
}

int config_check_profile(struct aws_config *c, struct err *e)
{
    return c->named ? aws_config_load(c, e) : 0;
}

size_t aws_config_warnings(const struct aws_config *c, const struct str **ret)
{
    *ret = c->warnings;
    return c->warning_count;
}

void aws_config_profiles(struct aws_config *c, void (*take)(void *ctx, struct str name), void *ctx)
{
    struct err ignored;

    if (aws_config_load(c, &ignored) == 0 || c->loaded)
        config_each_profile(c, take, ctx);
}

/* ---- values ---- */

static bool get(const struct aws_config *c, enum aws_file file, struct str profile, const char *key,
                struct str *ret)
{
    const struct ini_section *s = config_profile_section(c, file, profile);

    return s && ini_get(&c->files[file], s, str_of(key), ret);
}

int aws_config_file_value(struct aws_config *c, enum aws_file file, struct str profile,
                          const char *key, bool *has, struct str *ret, struct err *e)
{
    struct str found = STR("");
    int r = aws_config_load(c, e);

    if (r < 0)
        return r;
    *has = get(c, file, profile.len ? profile : c->profile, key, &found);
    *ret = found;
    return 0;
}

int aws_config_value(struct aws_config *c, struct str profile, const char *key, struct str *ret,
                     struct err *e)
{
    struct str found = STR("");
    int r = aws_config_load(c, e);

    if (r < 0)
        return r;
    if (!profile.len)
        profile = c->profile;
    if (!get(c, AWS_FILE_CREDENTIALS, profile, key, &found))
        get(c, AWS_FILE_CONFIG, profile, key, &found);
    *ret = found;
    return 0;
}

int aws_config_has_profile(struct aws_config *c, struct str profile, bool *ret, struct err *e)
{
    int r = aws_config_load(c, e);

    if (r == 0)
        *ret = config_profile_is_there(c, profile);
    return r;
}

int aws_config_section_value(struct aws_config *c, const char *kind, struct str name,
                             const char *key, bool *exists, struct str *ret, struct err *e)
{
    const struct ini *ini = &c->files[AWS_FILE_CONFIG];
    const struct ini_section *s;
    struct str found = STR("");
    int r = aws_config_load(c, e);

    if (r < 0)
        return r;
    s = config_section(ini, kind, name);
    if (s)
        ini_get(ini, s, str_of(key), &found);
    *exists = s;
    *ret = found;
    return 0;
}

int config_setting(struct aws_config *c, const char *env, const char *key, struct str *ret,
                   struct err *e)
{
    struct str found = env ? env_get(env) : STR("");
    int r = config_check_profile(c, e);

    if (r < 0)
        return r;
    if (!found.len)
        return aws_config_value(c, STR(""), key, ret, e);
    *ret = found;
    return 0;
}
