/* Access patterns as commands: their statement, with the values put in, is run as if it were typed.
 */
#include "pksk/cmd/patterns.h"

#include "pksk/cmd/command.h"
#include "pksk/out/text.h"
#include "pksk/plan/plan.h"
#include "pksk/session/models.h"
#include "pksk/session/output.h"

static int find(struct session *s, const struct statement *st, const struct access_pattern **ret,
                struct err *e)
{
    const struct word *name = st->args;
    const struct table *t;
    int r = session_table(s, st->table, &t, e);

    if (r < 0)
        return r;
    const struct entity_model *m = session_model(s, t);

    *ret = m ? model_pattern(m, name->text) : NULL;
    if (*ret)
        return 0;
    err_at(e, ERR_SYNTAX, name->at, "the model of %.*s has no pattern %.*s", STR_ARG(t->name),
           STR_ARG(name->text));
    err_hint(e, "`patterns` lists them, `pattern NAME(ARGUMENTS) = STATEMENT` makes one");
    return ERR_SYNTAX;
}

static void add_signature(struct buf *b, const struct access_pattern *p)
{
    buf_str_add(b, p->name);
    for (size_t i = 0; i < p->argument_count; i++)
        buf_addf(b, " %.*s", STR_ARG(p->arguments[i]));
}

/* The values are variables of the statement, so that quoting is the language's own: {user} in a key
 * word takes any text. */
struct arguments {
    const struct access_pattern *pattern;
    const struct word *values;
    struct lang_env session;
};

static int variable(void *ctx, struct str name, struct arena *a, struct str *ret, struct err *e)
{
    const struct arguments *x = ctx;
    const struct word *w = x->values;

    for (size_t i = 0; i < x->pattern->argument_count; i++, w = w->next) {
        if (str_eq(x->pattern->arguments[i], name)) {
            *ret = arena_str(a, w->text);
            return 1;
        }
    }
    return x->session.variable(x->session.ctx, name, a, ret, e);
}

static int is_index(void *ctx, struct str table, struct str word, struct err *e)
{
    const struct arguments *x = ctx;

    return x->session.is_index(x->session.ctx, table, word, e);
}

static bool is_entity(void *ctx, struct str table, struct str word)
{
    const struct arguments *x = ctx;

    return x->session.is_entity(x->session.ctx, table, word);
}

static int check_count(const struct statement *st, const struct access_pattern *p, struct err *e)
{
    _cleanup_(buf_free) struct buf form = {0};
    size_t given = 0;

    for (const struct word *w = st->args->next; w; w = w->next)
        given++;
    if (given == p->argument_count)
        return 0;
    add_signature(&form, p);
    err_at(e, ERR_SYNTAX, st->args->at, "%.*s takes %zu value%s, not %zu", STR_ARG(p->name),
           p->argument_count, p->argument_count == 1 ? "" : "s", given);
    err_expected(e, "expected %s", buf_cstr(&form));
    return ERR_SYNTAX;
}

int patterns_expand(struct session *s, struct arena *a, const struct statement *st,
                    struct statement **ret, struct err *e)
{
    const struct access_pattern *p;
    int r = find(s, st, &p, e);

    if (r == 0)
        r = check_count(st, p, e);
    if (r < 0)
        return r;
    struct arguments x = {p, st->args->next, session_lang(s, true)};
    struct lang_env env = {.ctx = &x,
                           .is_index = is_index,
                           .is_entity = is_entity,
                           .variable = variable,
                           .clock = s->clock,
                           .script = true,
                           .restricted = s->restricted};
    struct str text = arena_str(a, p->statement);
    size_t pos = 0;

    r = lang_parse(a, text, &pos, &env, ret, e);
    if (r == ERR_MORE || (r == 0 && (!*ret || lang_more(text, pos))))
        r = err_set(e, ERR_SYNTAX, "the statement of the pattern %.*s is not one whole statement",
                    STR_ARG(p->name));
    if (r == 0 && (*ret)->verb == VERB_PERFORM)
        r = err_set(e, ERR_SYNTAX, "a pattern cannot be another pattern");
    if (r < 0) {
        e->at = st->args->at; /* places in the pattern's own text say nothing here */
        return r;
    }
    if (st->redirect != REDIRECT_NONE) {
        (*ret)->redirect = st->redirect;
        (*ret)->target = st->target;
        (*ret)->overwrite = st->overwrite;
    }
    return 0;
}

static int run_perform(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct statement *inner;
    int r = patterns_expand(s, &a, st, &inner, e);

    return r < 0 ? r : command_run(s, inner, e);
}

/* ---- patterns: what each of them is */

static void add_reach(struct buf *b, struct session *s, const struct access_pattern *p)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct word values[32] = {0};
    struct word name = {.text = p->name, .at = SPAN_NONE};
    struct statement st = {.verb = VERB_PERFORM, .args = &name}, *inner;
    const struct table *t;
    struct plan plan;
    struct err e;

    for (size_t i = 0; i < p->argument_count && i < ARRAY_LEN(values); i++) {
        values[i] = (struct word){.text = STR("1"), .at = SPAN_NONE};
        if (i)
            values[i - 1].next = &values[i];
    }
    name.next = p->argument_count ? &values[0] : NULL;
    if (patterns_expand(s, &a, &st, &inner, &e) < 0) {
        buf_lit(b, "wrong: ");
        text_escape(b, str_of(e.text));
        return;
    }
    if (inner->verb > VERB_SCAN || session_table(s, inner->table, &t, &e) < 0 ||
        plan_read(&a, inner, t, &plan, &e) < 0) {
        buf_str_add(b, str_of(verb_name(inner->verb)));
        return;
    }
    buf_addf(b, "%s", inner->verb == VERB_SCAN ? "Scan!" : plan.operation);
    if (plan.index.len) {
        buf_char(b, ' ');
        text_escape(b, plan.index);
    }
}

static bool serves(struct session *s, const struct access_pattern *p, struct str index)
{
    _cleanup_(buf_free) struct buf reach = {0};

    add_reach(&reach, s, p);
    return str_ends(buf_str(&reach), index);
}

/* Indexes that no pattern reads. */
static void add_idle(struct buf *b, struct session *s, const struct entity_model *m,
                     const struct table *t)
{
    for (size_t i = 0; i < t->index_count; i++) {
        bool any = false;

        for (size_t k = 0; k < m->pattern_count && !any; k++)
            any = serves(s, &m->patterns[k], t->indexes[i].name);
        if (any)
            continue;
        buf_lit(b, "the index ");
        text_escape(b, t->indexes[i].name);
        buf_lit(b, " serves no pattern\n");
    }
}

static int run_patterns(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    const struct table *t;
    int r = session_table(s, st->table, &t, e);

    if (r < 0)
        return r;
    const struct entity_model *m = session_model(s, t);

    if (!m || !m->pattern_count) {
        err_set(e, ERR_FAILED, "the model of %.*s has no patterns", STR_ARG(t->name));
        err_hint(e, "`pattern orders-of(user) = query USER#{user} ORDER#*` makes one");
        return ERR_FAILED;
    }
    size_t widest = 0, reach = 0;

    for (size_t i = 0; i < m->pattern_count; i++) {
        _cleanup_(buf_free) struct buf head = {0}, how = {0};

        add_signature(&head, &m->patterns[i]);
        add_reach(&how, s, &m->patterns[i]);
        widest = MAX(widest, head.len);
        reach = MAX(reach, how.len);
    }
    for (size_t i = 0; i < m->pattern_count; i++) {
        _cleanup_(buf_free) struct buf head = {0}, how = {0};

        add_signature(&head, &m->patterns[i]);
        add_reach(&how, s, &m->patterns[i]);
        text_pad(&text, buf_str(&head), (unsigned)widest + 2, false);
        text_pad(&text, buf_str(&how), (unsigned)MIN(reach, (size_t)60) + 2, false);
        text_escape(&text, m->patterns[i].statement);
        buf_char(&text, '\n');
    }
    add_idle(&text, s, m, t);
    return output_lines(s, st, buf_str(&text), e);
}

const struct command cmd_perform = {.run = run_perform};
const struct command cmd_patterns = {.run = run_patterns};
