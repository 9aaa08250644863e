/* The parser answers every question with "maybe": a statement is wrong when it is so under each
 * answer. Two answers are tried for what is not known: a variable is a number or a word, a word is
 * an index or not. A fault that lies in a value, not in what kind of token stands where, may be one
 * of the stand-ins alone, and is left to the run.
 */
#include "pksk/lang/parser.h"

struct maybe {
    struct lang_check *check;
    bool number, index; /* the answers of this try */
    bool asked;         /* one of the answers was needed */
    bool unknown;       /* a variable had to be made up */
};

static int maybe_index(void *ctx, unused_arg struct str table, unused_arg struct str word,
                       unused_arg struct err *e)
{
    struct maybe *m = ctx;

    m->asked = true;
    return m->index;
}

static int maybe_variable(void *ctx, struct str name, struct arena *a, struct str *ret,
                          struct err *e)
{
    struct maybe *m = ctx;
    const struct lang_env *env = m->check->env;
    bool later = str_find_char(name, '.', NULL) || map_get(&m->check->made, name);

    if (!later) {
        int found = env->variable ? env->variable(env->ctx, name, a, ret, e) : 0;

        if (found || !m->check->sourced)
            return found;
    }
    m->asked = m->unknown = true;
    *ret = m->number ? STR("1") : STR("x");
    return 1;
}

/* Letters and digits alone. */
static bool word_is_plain_name(struct str word)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = word.s[i];

        if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return true;
}

/* Which entities there are is known when it runs; that it looks like the name of one is enough. */
static bool maybe_entity(unused_arg void *ctx, unused_arg struct str table, struct str word)
{
    return word.len && word.s[0] >= 'A' && word.s[0] <= 'Z' && word_is_plain_name(word);
}

/* One of the model, one that an earlier statement makes, or one of a file that is yet to be read.
 */
static bool maybe_pattern(void *ctx, struct str word)
{
    struct maybe *m = ctx;
    const struct lang_env *env = m->check->env;

    return m->check->modelled || map_has(&m->check->patterns, word) ||
           (env->is_pattern && env->is_pattern(env->ctx, word));
}

static void remember_pattern(struct lang_check *c, const struct statement *st)
{
    struct str rest = str_trim(str_slice(st->rest, strlen("pattern"), st->rest.len));
    size_t n = 0;

    while (n < rest.len && !strchr("( \t=", rest.s[n]))
        n++;
    map_put(&c->patterns, str_slice(rest, 0, n), c);
}

static void remember(struct lang_check *c, const struct statement *st)
{
    if (st->verb == VERB_LET && st->args)
        map_put(&c->made, st->args->text, c);
    if (st->verb == VERB_PATTERN)
        remember_pattern(c, st);
    c->sourced |= st->verb == VERB_SOURCE;
    c->modelled |= st->verb == VERB_SOURCE || (st->verb == VERB_MODEL && st->args);
}

void lang_check_deinit(struct lang_check *c)
{
    map_free(&c->made, NULL);
    map_free(&c->patterns, NULL);
}

int lang_check(struct lang_check *c, struct arena *a, struct str text, size_t *pos,
               struct statement **ret, struct err *e)
{
    size_t from = *pos, reached = 0;
    int code = 0;

    for (unsigned i = 0; i < 4; i++) {
        struct maybe m = {.check = c, .number = i & 1, .index = i & 2};
        struct lang_env env = *c->env;
        struct err why;
        size_t at = from;
        bool misplaced;

        env.ctx = &m;
        env.is_index = maybe_index;
        env.variable = maybe_variable;
        env.is_entity = maybe_entity;
        env.is_pattern = maybe_pattern;
        env.key_names = NULL; /* that would ask the service */
        int r = parser_parse(a, text, &at, &env, ret, &misplaced, &why);

        if (r < 0 && r != ERR_MORE && m.unknown && !misplaced) {
            *ret = NULL;
            *pos = at;
            return 0;
        }
        if (r == 0 || i == 0 || why.at.from > reached) {
            *e = why;
            *pos = at;
            code = r;
            reached = why.at.from;
        }
        if (r == 0 || !m.asked)
            break;
    }
    if (code == 0 && *ret)
        remember(c, *ret);
    return code;
}
