#include "pksk/cmd/script.h"

#include <errno.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/cmd/command.h"
#include "pksk/cmd/transact.h"

#define SOURCE_DEPTH_MAX 16
#define INPUT_CHUNK ((size_t)65536)

/* ---- a text is looked at before it is run */

void script_tell_unrun(struct session *s, size_t before)
{
    if (before == 1)
        session_warn(s, "nothing was run, nor was the statement before it");
    else if (before)
        session_warn(s, "nothing was run, nor were the %zu statements before it", before);
}

/* The first statement of all, which cannot be read: *e is what the run would say of it. */
static void say_better(struct session *s, struct str text, struct arena *a, struct err *e)
{
    struct lang_env env = session_lang(s, true);
    struct statement *st = NULL;
    struct err why;
    size_t pos = 0;

    if (lang_parse(a, text, &pos, &env, &st, &why) < 0)
        *e = why;
}

int script_check(struct session *s, struct lang_check *check, const struct script *script,
                 size_t *statements)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct lang_env env = session_lang(s, false);

    env.is_pattern = session_lang(s, true).is_pattern; /* asked only for what is no command */

    check->env = &env;
    for (size_t pos = 0;;) {
        struct statement *st = NULL;
        struct err e = {0};

        arena_reset(&a);
        int r = lang_check(check, &a, script->text, &pos, &st, &e);

        if (r == 0 && !st && !lang_more(script->text, pos))
            return 0;
        if (r == 0) {
            ++*statements;
            continue;
        }
        if (!*statements) /* all that it could depend on is known: what does the run say? */
            say_better(s, script->text, &a, &e);
        session_complain(s, script->source, script->text, &e);
        script_tell_unrun(s, *statements);
        return r == ERR_MORE ? ERR_SYNTAX : r;
    }
}

/* ---- running */

/* What was passed over, for --keep-going. The complaint about the last statement of a text says
 * enough. */
struct skipped {
    size_t statements, count, last; /* last: which statement was passed over at last */
    struct buf lines;
};

static void skip(struct skipped *skipped, struct str text, size_t from)
{
    size_t line = 1;

    while (from < text.len && str_find_char(STR(" \t\r\n;"), text.s[from], NULL))
        from++;
    for (size_t i = 0; i < from; i++)
        line += text.s[i] == '\n';
    if (skipped->lines.len < 200)
        buf_addf(&skipped->lines, "%s%zu", skipped->count ? ", " : "", line);
    else if (!str_ends(buf_str(&skipped->lines), STR("…")))
        buf_lit(&skipped->lines, ", …");
    skipped->count++;
    skipped->last = skipped->statements;
}

static void tell_skipped(struct session *s, const struct skipped *skipped)
{
    if (skipped->count && skipped->statements > skipped->last)
        session_warn(s, "%zu of %zu statements skipped, as they could not be read: line%s %.*s",
                     skipped->count, skipped->statements, skipped->count == 1 ? "" : "s",
                     STR_ARG(buf_str(&skipped->lines)));
}

/* One statement that was parsed, or could not be; complains. */
static int run_one(struct session *s, const struct script *script, const struct statement *st,
                   int r, struct err *e)
{
    if (r == 0)
        r = command_run(s, st, e);
    if (r == 0 && !cancel_flag)
        return 0;
    if (r == 0)
        r = err_set(e, ERR_CANCELLED, "interrupted");
    bool habit = st && st->habit.len;

    session_complain(s, script->source, habit ? st->habit : script->text, e);
    transact_break(s);
    return r;
}

static bool stops(const struct script *script, int r)
{
    return r == ERR_MORE || r == ERR_CANCELLED || (r < 0 && !script->keep_going);
}

int script_run(struct session *s, const struct script *script)
{
    struct lang_env env = session_lang(s, true);
    struct skipped skipped = {0};
    struct arena a = {0};
    int first = 0;

    for (size_t pos = 0; !s->leaving && !end_signal;) {
        struct statement *st = NULL;
        struct err e = {0};
        size_t from = pos;

        arena_reset(&a);
        int r = lang_parse(&a, script->text, &pos, &env, &st, &e);

        if (r == 0 && !st)
            break;
        skipped.statements++;
        if (r == ERR_SYNTAX || r == ERR_MORE)
            skip(&skipped, script->text, from);
        r = run_one(s, script, st, r, &e);
        if (first == 0)
            first = r;
        if (stops(script, r))
            break;
    }
    if (script->keep_going)
        tell_skipped(s, &skipped);
    buf_free(&skipped.lines);
    arena_free(&a);
    return first == ERR_MORE ? ERR_SYNTAX : first;
}

/* ---- standard input: statement by statement */

struct input {
    struct buf text;
    size_t lines; /* up to the end of the last whole line */
    bool ended;
};

static int read_on(struct input *in, struct err *e)
{
    char *room = buf_room(&in->text, INPUT_CHUNK);
    ssize_t n;

    if (in->text.len > SCRIPT_MAX || !room)
        return err_set(e, ERR_FAILED,
                       "standard input is larger than the %zu bytes that pksk reads "
                       "of it",
                       SCRIPT_MAX);
    do {
        if (file_wait_readable(STDIN_FILENO) == ERR_CANCELLED)
            return err_set(e, ERR_CANCELLED, "interrupted");
        n = read(STDIN_FILENO, room, INPUT_CHUNK);
    } while (n < 0 && (errno == EINTR || errno == EAGAIN));
    if (n < 0)
        return err_errno(e, ERR_FAILED, "cannot read", STR("standard input"));
    in->ended = n == 0;
    in->text.len += (size_t)n;
    for (size_t i = in->text.len; i > in->lines; i--) {
        if (in->text.s[i - 1] == '\n')
            in->lines = i;
    }
    if (in->ended)
        in->lines = in->text.len;
    return 0;
}

/* Is it certain that the statement before pos does not go on? */
static bool is_whole(const struct input *in, size_t pos)
{
    return in->ended || (pos > 0 && in->text.s[pos - 1] == ';') ||
           (pos < in->lines && lang_more(str_slice(buf_str(&in->text), 0, in->lines), pos));
}

/* The next statement, or *st NULL at the end. The first result says whether it can be read, the
 * returned one whether the input could be. */
static int next_statement(struct input *in, const struct lang_env *env, struct arena *a,
                          size_t *pos, struct statement **st, int *parsed, struct err *e)
{
    for (;;) {
        size_t at = *pos;

        *st = NULL;
        *parsed = 0;
        arena_reset(a);
        if (lang_more(buf_str(&in->text), at)) {
            *parsed = lang_parse(a, buf_str(&in->text), &at, env, st, e);
            if (*parsed == ERR_MORE ? in->ended : is_whole(in, at)) {
                *pos = at;
                return 0;
            }
        } else if (in->ended) {
            return 0;
        }
        int r = read_on(in, e);

        if (r < 0)
            return r;
    }
}

static int run_input(struct session *s, bool keep_going, struct input *in)
{
    struct lang_env env = session_lang(s, true);
    struct skipped skipped = {0};
    struct arena a = {0};
    int first = 0;

    for (size_t pos = 0; !s->leaving && !end_signal;) {
        struct statement *st;
        struct err e = {0};
        size_t from = pos;
        int parsed, r = next_statement(in, &env, &a, &pos, &st, &parsed, &e);
        struct script script = {STR("standard input"), buf_str(&in->text), keep_going};

        if (r < 0) {
            session_complain(s, STR(""), STR(""), &e);
            first = first ? first : r;
            break;
        }
        if (!st && !parsed)
            break;
        skipped.statements++;
        if (parsed == ERR_SYNTAX || parsed == ERR_MORE)
            skip(&skipped, script.text, from);
        r = run_one(s, &script, st, parsed, &e);
        first = first ? first : r;
        if (stops(&script, r))
            break;
    }
    if (keep_going)
        tell_skipped(s, &skipped);
    buf_free(&skipped.lines);
    arena_free(&a);
    return first == ERR_MORE ? ERR_SYNTAX : first;
}

int script_run_input(struct session *s, bool keep_going)
{
    struct input in = {0};
    bool restricted = s->restricted;

    s->restricted = true;
    int r = run_input(s, keep_going, &in);

    s->restricted = restricted;
    buf_free(&in.text);
    return r;
}

/* ---- files */

int script_load(struct session *s, const char *path, struct buf *text)
{
    struct err e;
    int r = file_read(path, SCRIPT_MAX, text, &e);

    if (r < 0)
        session_complain(s, STR(""), STR(""), &e);
    return r;
}

static int run_file(struct session *s, const char *path)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct lang_check check = {0};
    size_t statements = 0;
    int r = script_load(s, path, &text);

    if (r < 0)
        return r;
    struct script script = {str_of(path), buf_str(&text), false};

    r = script_check(s, &check, &script, &statements);
    lang_check_deinit(&check);
    return r < 0 ? r : script_run(s, &script);
}

/* The statements run as they would from -f: in full words, and stopping at the first failure. */
static int source(struct session *s, const struct statement *st, struct err *e)
{
    bool interactive = s->interactive;

    if (s->depth == SOURCE_DEPTH_MAX)
        return err_at(e, ERR_FAILED, st->args->at,
                      "files that source one another go %d deep at most", SOURCE_DEPTH_MAX);
    char *path = file_expand(st->args->text);

    s->depth++;
    s->interactive = false;
    int r = str_is(str_of(path), "-") ? script_run_input(s, false) : run_file(s, path);

    s->interactive = interactive;
    s->depth--;
    if (r < 0)
        *e = (struct err){.code = r,
                          .at = SPAN_NONE}; /* it has been reported, with its place in that file */
    free(path);
    return r;
}

const struct command cmd_source = {.run = source};
