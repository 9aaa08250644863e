/* Runs the cases of tests/offline/lang/NAME.txt (cases.h) against the parser.
 *
 * What is expected: the dump of the AST of each statement, or the message when there is a fault, or
 * "more: WHAT". Files named otherwise:
 *   complete*   the cursor is the last "|"; expected is what lang_complete() says
 *   highlight*  expected are the tokens as "CLASS TEXT"
 *   bytes*      \xNN in the text stands for that byte
 *   script*     parsed as a script from standard input
 */
#include <stdio.h>

#include "cases.h"
#include "dump.h"

struct runner {
    struct buf *got;
    struct arena arena;
    const char *name;
};

static int is_index(void *ctx, struct str table, struct str word, struct err *e)
{
    (void)ctx;
    if (str_is(word, "broken"))
        return err_set(e, ERR_CONNECT, "no connection");
    if (str_is(table, "Orders"))
        return str_is(word, "byDate");
    return str_is(word, "gsi1") || str_is(word, "byRegion");
}

static int variable(void *ctx, struct str name, struct arena *a, struct str *ret, struct err *e)
{
    (void)ctx;
    (void)a;
    (void)e;
    if (str_is(name, "user"))
        *ret = STR("USER#42");
    else if (str_is(name, "n"))
        *ret = STR("42");
    else if (str_is(name, "3.gsi1pk"))
        *ret = STR("ORDER");
    else if (str_is(name, "_.email"))
        *ret = STR("ann@example.com");
    else if (str_is(name, "star"))
        *ret = STR("a b*");
    else
        return 0;
    return 1;
}

static bool key_names(void *ctx, struct str table, struct str *partition, struct str *sort)
{
    (void)ctx;
    if (table.len && !str_is(table, "shop"))
        return false;
    *partition = STR("pk");
    *sort = STR("sk");
    return true;
}

static void add_mark(void *ctx, struct span at, enum token_class class)
{
    struct runner *r = ((void **)ctx)[0];
    const struct str *text = ((void **)ctx)[1];

    buf_addf(r->got, "%s%s %.*s", r->got->len ? "\n" : "", dump_class(class),
             STR_ARG(str_slice(*text, at.from, at.to)));
}

static void run_parse(struct runner *r, struct str text, const struct lang_env *env)
{
    size_t pos = 0;

    while (pos < text.len) {
        struct statement *st = NULL;
        struct err e;
        int code = lang_parse(&r->arena, text, &pos, env, &st, &e);

        if (code == 0 && !st)
            break;
        if (r->got->len)
            buf_char(r->got, '\n');
        if (code == ERR_MORE) {
            buf_addf(r->got, "more: %s", e.expected);
            break;
        }
        if (code < 0) {
            lang_explain_error(r->got, env->script ? STR("file.pksk") : STR(""), text, &e);
            r->got->len -= r->got->len > 0 && r->got->s[r->got->len - 1] == '\n';
        } else {
            dump_statement(r->got, st, 0);
        }
    }
}

static void run_case(void *ctx, const char *name, struct str text, struct buf *got)
{
    struct runner *r = ctx;
    struct lang_env env = {
        .is_index = is_index, .variable = variable, .key_names = key_names, .clock = &cases_clock};

    r->got = got;
    r->name = name;
    arena_reset(&r->arena);
    env.script = strncmp(r->name, "script", 6) == 0;
    env.restricted = env.script;
    if (strncmp(r->name, "complete", 8) == 0) {
        struct lang_point point;

        size_t bar = text.len;

        while (bar > 0 && text.s[bar - 1] != '|')
            bar--;
        lang_complete(&r->arena, str_slice(text, 0, bar ? bar - 1 : 0), bar ? bar - 1 : 0, &env,
                      &point);
        dump_point(r->got, &point);
    } else if (strncmp(r->name, "highlight", 9) == 0) {
        void *both[] = {r, &text};

        lang_highlight(text, &env, add_mark, both);
    } else {
        run_parse(r, text, &env);
    }
}

/* "\xNN", in files for which it is meant */
static void unescape(const char *name, struct str text, struct buf *ret)
{
    bool meant = strncmp(name, "bytes", 5) == 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned byte;

        if (meant && i + 3 < text.len && text.s[i] == '\\' && text.s[i + 1] == 'x' &&
            sscanf(text.s + i + 2, "%2x", &byte) == 1) {
            buf_char(ret, (char)byte);
            i += 3;
        } else {
            buf_char(ret, text.s[i]);
        }
    }
}

int main(int argc, char **argv)
{
    struct runner r = {0};
    int status = cases_main(&(struct cases){run_case, unescape, &r}, argc, argv);

    arena_free(&r.arena);
    return status;
}
