#include "pksk/aws/config-internal.h"
#include "pksk/aws/words.h"

static bool has_quotes(struct str t)
{
    for (size_t i = 0; i < t.len; i++)
        if (t.s[i] == '\'' || t.s[i] == '"' || t.s[i] == '\\')
            return true;
    return false;
}

/* Is this the section [KIND NAME]? As the CLI has it: the text begins with the kind, and there are
 * just two words, whatever the first one goes on to. Some have thousands of profiles: nearly all
 * are told apart by their ends, without the words. */
bool config_section_is(const struct ini_section *s, const char *kind, struct str name)
{
    struct arena a = {0};
    struct str *words;
    size_t count;

    if (!str_starts(s->name, str_of(kind)) ||
        (!str_ends(str_trim(s->name), name) && !has_quotes(s->name)))
        return false;
    bool same = words_split(&a, s->name, &words, &count) && count == 2 && str_eq(words[1], name);

    arena_free(&a);
    return same;
}

/* The last one wins when several sections name the same. */
const struct ini_section *config_section(const struct ini *ini, const char *kind, struct str name)
{
    const struct ini_section *found = NULL;
    bool may_be_default = strcmp(kind, "profile") == 0 && str_is(name, "default");

    for (const struct ini_section *s = ini->sections; s; s = s->next)
        if ((may_be_default && str_is(s->name, "default")) || config_section_is(s, kind, name))
            found = s;
    return found;
}

const struct ini_section *config_profile_section(const struct aws_config *c, enum aws_file file,
                                                 struct str profile)
{
    const struct ini *ini = &c->files[file];

    return file == AWS_FILE_CREDENTIALS ? ini_section(ini, profile)
                                        : config_section(ini, "profile", profile);
}

bool config_profile_is_there(const struct aws_config *c, struct str profile)
{
    return config_profile_section(c, AWS_FILE_CREDENTIALS, profile) ||
           config_profile_section(c, AWS_FILE_CONFIG, profile);
}

static void add_name(void *list, struct str name)
{
    struct buf *names = list;

    if (names->len)
        buf_lit(names, ", ");
    buf_str_add(names, name);
}

void config_each_profile(const struct aws_config *c, void (*take)(void *ctx, struct str name),
                         void *ctx)
{
    struct arena a = {0};
    struct str *words;
    size_t count;

    for (const struct ini_section *s = c->files[AWS_FILE_CONFIG].sections; s; s = s->next) {
        if (str_is(s->name, "default"))
            take(ctx, s->name);
        else if (str_starts(s->name, STR("profile")) && words_split(&a, s->name, &words, &count) &&
                 count == 2)
            take(ctx, words[1]);
    }
    for (const struct ini_section *s = c->files[AWS_FILE_CREDENTIALS].sections; s; s = s->next)
        if (!config_profile_section(c, AWS_FILE_CONFIG, s->name))
            take(ctx, s->name);
    arena_free(&a);
}

int config_no_profile(const struct aws_config *c, struct str profile, struct err *e)
{
    struct buf names = {0};
    char word[WORD_QUOTED];
    int r =
        err_set(e, ERR_CONNECT, "there is no profile \"%.*s\" in %.*s or %.*s", STR_ARG(profile),
                STR_ARG(c->paths[AWS_FILE_CONFIG]), STR_ARG(c->paths[AWS_FILE_CREDENTIALS]));

    config_each_profile(c, add_name, &names);
    if (names.len)
        err_hint(e, "the profiles there are: %s", buf_cstr(&names));
    else
        err_hint(e, "there are no profiles at all; `aws configure --profile %s` makes one",
                 word_quote(profile, word));
    buf_free(&names);
    return r;
}
