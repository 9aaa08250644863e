/* Runs the cases of tests/offline/lang/NAME.txt against the parser; TAP.
 *
 * A case is one or more lines that begin with "> " (the text, joined with newlines), and below them
 * what is expected, up to the next case. Lines before the first case, and those that begin with
 * "## ", are titles. What is expected: the dump of the AST of each statement, or the message when
 * there is a fault, or "more: WHAT". Files named otherwise:
 *   complete*   the cursor is the last "|"; expected is what lang_complete() says
 *   highlight*  expected are the tokens as "CLASS TEXT"
 *   bytes*      \xNN in the text stands for that byte
 *   script*     parsed as a script from standard input
 *
 * With -u the program writes the file anew, with what it got: to be read with care before it is
 * committed. */
#include <locale.h>
#include <stdio.h>

#include "dump.h"

struct runner {
    struct buf got;
    struct arena arena;
    const char *name;
    bool update;
    unsigned count, failed;
    FILE *out;
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

static int64_t noon(void *ctx)
{
    (void)ctx;
    return 1767355445000; /* 2026-01-02T12:04:05Z */
}

static const struct clock test_clock = {noon, noon, NULL};

static void add_mark(void *ctx, struct span at, enum token_class class)
{
    struct runner *r = ((void **)ctx)[0];
    const struct str *text = ((void **)ctx)[1];

    buf_addf(&r->got, "%s%s %.*s", r->got.len ? "\n" : "", dump_class(class),
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
        if (r->got.len)
            buf_char(&r->got, '\n');
        if (code == ERR_MORE) {
            buf_addf(&r->got, "more: %s", e.expected);
            break;
        }
        if (code < 0) {
            lang_explain_error(&r->got, env->script ? STR("file.pksk") : STR(""), text, &e);
            r->got.len -= r->got.len > 0 && r->got.s[r->got.len - 1] == '\n';
        } else {
            dump_statement(&r->got, st, 0);
        }
    }
}

static void run_case(struct runner *r, struct str text)
{
    struct lang_env env = {.is_index = is_index, .variable = variable, .clock = &test_clock};

    buf_reset(&r->got);
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
        dump_point(&r->got, &point);
    } else if (strncmp(r->name, "highlight", 9) == 0) {
        void *ctx[] = {r, &text};

        lang_highlight(text, &env, add_mark, ctx);
    } else {
        run_parse(r, text, &env);
    }
}

/* "\xNN", in files for which it is meant */
static void unescape(struct buf *b)
{
    size_t to = 0;

    for (size_t i = 0; i < b->len; i++) {
        unsigned byte;

        if (i + 3 < b->len && b->s[i] == '\\' && b->s[i + 1] == 'x' &&
            sscanf(b->s + i + 2, "%2x", &byte) == 1) {
            b->s[to++] = (char)byte;
            i += 3;
        } else {
            b->s[to++] = b->s[i];
        }
    }
    b->len = to;
}

static void print_block(FILE *to, const char *prefix, struct str text)
{
    struct str line;

    while (text.s && str_split(&text, '\n', &line))
        fprintf(to, "%s%.*s\n", prefix, STR_ARG(line));
}

static void finish_case(struct runner *r, struct buf *statement, const struct buf *want)
{
    struct str wanted = str_trim(buf_str(want));
    struct buf shown = {0};
    bool ok;

    buf_str_add(&shown, buf_str(statement));
    if (strncmp(r->name, "bytes", 5) == 0)
        unescape(statement);
    run_case(r, buf_str(statement));
    ok = str_eq(str_trim(buf_str(&r->got)), wanted);
    if (r->out) {
        print_block(r->out, "> ", buf_str(&shown));
        print_block(r->out, "", buf_str(&r->got));
        fputc('\n', r->out);
    } else {
        struct str first = buf_str(&shown);
        size_t end = first.len;

        str_find_char(first, '\n', &end);
        printf("%sok %u - %.*s\n", ok ? "" : "not ", ++r->count, (int)end, first.s);
        if (!ok) {
            print_block(stdout, "# got  ", buf_str(&r->got));
            print_block(stdout, "# want ", wanted);
        }
        r->failed += !ok;
    }
    buf_free(&shown);
}

static void run_file(struct runner *r, struct str text)
{
    struct buf statement = {0}, want = {0};
    bool open = false, reading = false;
    struct str line;

    while (str_split(&text, '\n', &line)) {
        bool input = str_starts(line, STR("> ")) || str_is(line, ">");

        if (open && !reading && (input || str_starts(line, STR("## ")))) {
            finish_case(r, &statement, &want);
            buf_reset(&statement);
            buf_reset(&want);
            open = false;
        }
        if (input) {
            if (open)
                buf_char(&statement, '\n');
            buf_str_add(&statement, str_slice(line, MIN(line.len, 2), line.len));
            open = reading = true;
        } else if (open) {
            buf_str_add(&want, line);
            buf_char(&want, '\n');
            reading = false;
        }
        if (str_starts(line, STR("## ")) && r->out)
            fprintf(r->out, "%.*s\n\n", STR_ARG(line));
    }
    if (open)
        finish_case(r, &statement, &want);
    buf_free(&statement);
    buf_free(&want);
}

static bool read_file(const char *path, struct buf *ret)
{
    FILE *f = fopen(path, "rb");
    char part[4096];
    size_t len;

    if (!f)
        return false;
    while ((len = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(ret, part, len);
    fclose(f);
    return true;
}

int main(int argc, char **argv)
{
    struct runner r = {0};
    struct buf text = {0};
    const char *path = argc > 1 ? argv[argc - 1] : "";
    const char *slash = strrchr(path, '/');

    setlocale(LC_ALL, "C.UTF-8");
    r.name = slash ? slash + 1 : path;
    if (!read_file(path, &text)) {
        fprintf(stderr, "cannot read %s\n", path);
        return 2;
    }
    if (argc > 2 && strcmp(argv[1], "-u") == 0)
        r.out = fopen(path, "wb");
    run_file(&r, buf_str(&text));
    if (r.out)
        fclose(r.out);
    else
        printf("1..%u\n", r.count);
    buf_free(&text);
    buf_free(&r.got);
    arena_free(&r.arena);
    return r.failed != 0;
}
