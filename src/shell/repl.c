#include "pksk/shell/repl.h"

#include <unistd.h>

#include "pksk/base/log.h"
#include "pksk/cmd/command.h"
#include "pksk/cmd/script.h"
#include "pksk/cmd/transact.h"
#include "pksk/cmd/vocabulary.h"
#include "pksk/complete/complete.h"
#include "pksk/line/editor.h"
#include "pksk/line/history.h"
#include "pksk/out/text.h"

struct repl {
    struct session *session;
    struct lang_env lang;    /* for running: may ask the service what an index is */
    struct lang_env editing; /* for colours and TAB: must not, since every key would wait for it */
    struct complete_env complete;
    struct completer *completer;
    struct editor *editor;
    struct dynamo *connected; /* the client that the completer's caches are of */
    uint64_t changes;         /* and how much this shell had written then */
    struct buf text;          /* the statement so far */
    char *recall;             /* a line to be kept in the history behind the one that ran */
    bool before_ran;          /* the last statement could be read */
    bool unkept;              /* the history's file took none of late, and that was said */
};

/* `profile:table> `, coloured; on a continuation line, what is open. */
static void add_prompt(const struct repl *r, const char *open, struct buf *b)
{
    const struct session *s = r->session;
    _cleanup_(buf_free) struct buf plain = {0};
    bool named = s->profile && !str_is(str_of(s->profile), "default");

    if (named)
        buf_addf(&plain, "%s:", s->profile);
    buf_addf(&plain, "%s", s->table ? s->table : "pksk");
    if (transact_open(s))
        buf_addf(&plain, "[%zu]", transact_count(s));
    if (open) {
        for (unsigned cells = text_width(buf_str(&plain)), i = 1; i < cells; i++)
            buf_char(b, ' ');
        buf_str_add(b, str_is(str_of(open), "quote")     ? STR("'")
                       : str_is(str_of(open), "bracket") ? STR("(")
                                                         : STR("-"));
        buf_lit(b, "> ");
        return;
    }
    bool red = s->settings.production && text_colour_wanted(STDOUT_FILENO);

    buf_str_add(b, str_of(colour_on(red ? COLOUR_ERROR : COLOUR_BOLD)));
    text_escape(b, buf_str(&plain));
    buf_lit(b, COLOUR_OFF "> ");
}

static bool typed_line(void *ctx, struct buf *ret)
{
    struct repl *r = ctx;

    return editor_typed_line(r->editor, ret);
}

static int wait_for(void *ctx, int timeout_ms, int fd)
{
    struct repl *r = ctx;

    return dynamo_poll(r->session->dynamo, timeout_ms, fd);
}

/* What the completer knows changes with every statement: `use`, `connect`, `set complete-live`. */
static void refresh_completer(struct repl *r)
{
    struct session *s = r->session;

    r->complete.table = str_of(s->table);
    r->complete.schemas = s->schemas;
    r->complete.seen = s->seen;
    r->complete.live =
        s->settings.complete_live ? complete_live_dynamo(s->dynamo) : (struct complete_live){0};
    if (r->connected != s->dynamo || r->changes != s->changes)
        complete_forget(r->completer);
    r->connected = s->dynamo;
    r->changes = s->changes;
}

static void remember(struct repl *r, struct str text)
{
    struct session *s = r->session;
    struct err e;

    text = (struct str){text.s, str_trim(text).len ? text.len : 0};
    while (text.len && text.s[text.len - 1] == '\n')
        text.len--;
    if (!text.len)
        return;
    free(s->last_statement);
    s->last_statement = mem_dup(text.s, text.len);
    bool kept = history_add(history_of(s), text, &e) == 0;

    if (!kept && !r->unkept) {
        session_warn(s, "%s; the history is kept for this session only", e.text);
        if (e.hint[0])
            session_warn(s, "%s", e.hint);
    }
    r->unkept = !kept;
}

/* A clause typed behind a statement that has run already: says so, and gives the whole to recall.
 */
static void explain_clause(struct repl *r, struct str text)
{
    struct session *s = r->session;
    _cleanup_(arena_free) struct arena a = {0};
    _cleanup_(buf_free) struct buf both = {0};
    struct str before = str_trim(str_of(s->last_statement));
    struct statement *st = NULL;
    struct err e;
    size_t pos = 0;

    while (before.len && str_ends(before, STR(";")))
        before = str_trim(str_slice(before, 0, before.len - 1));
    if (!before.len)
        return;
    buf_str_add(&both, before);
    buf_char(&both, '\n');
    buf_str_add(&both, str_trim(text));
    if (lang_parse(&a, buf_str(&both), &pos, &r->editing, &st, &e) < 0 || !st ||
        lang_more(buf_str(&both), pos))
        return;
    if (!str_find(before, STR("--"), NULL))
        both.s[before.len] = ' ';
    session_say(s,
                r->before_ran ? "the statement before it has run already, without this; the Up "
                                "key brings both together:\n    %s"
                              : "this goes on with the line before; the Up key brings both "
                                "together:\n    %s",
                buf_cstr(&both));
    free(r->recall);
    r->recall = mem_dup(both.s, both.len);
}

/* A placeholder, as FILE or TABLE in a hint: capitals that the user has not typed. */
static bool has_placeholder(struct str line, struct str typed)
{
    for (size_t i = 0; i < line.len;) {
        size_t from = i;

        while (i < line.len && line.s[i] >= 'A' && line.s[i] <= 'Z')
            i++;
        if (i - from > 1 && !str_find(typed, str_slice(line, from, i), NULL))
            return true;
        i += i == from;
    }
    return false;
}

/* The line that works, where a hint has one, is what the Up arrow brings. */
static void keep_hint(struct repl *r, struct str text, const struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct str hint = str_of(e->hint);
    struct statement *st = NULL;
    struct err ignored;
    size_t from, to, pos = 0;

    if (!str_find_char(hint, '`', &from) ||
        !str_find_char(str_slice(hint, from + 1, hint.len), '`', &to))
        return;
    struct str line = str_slice(hint, from + 1, from + 1 + to);

    if (!str_find_char(line, ' ', NULL) || str_find(line, STR("…"), NULL) ||
        has_placeholder(line, text) ||
        lang_parse(&a, line, &pos, &r->editing, &st, &ignored) != 0 || !st || lang_more(line, pos))
        return;
    free(r->recall);
    r->recall = mem_dup(line.s, line.len);
}

/* A text of several statements is pasted: can all be read? 1: yes, or the first cannot, and running
 * it says so; 0: it is only a beginning; or negative: nothing is to be run, and that was said. */
static int look_through(struct repl *r, struct str text, struct buf *open)
{
    struct session *s = r->session;
    _cleanup_(arena_free) struct arena a = {0};
    struct lang_check check = {.env = &r->editing};
    struct err e = {0};
    size_t count = 0;
    int code = 0;

    for (size_t pos = 0; code == 0 && lang_more(text, pos); count++) {
        struct statement *st = NULL;

        arena_reset(&a);
        code = lang_check(&check, &a, text, &pos, &st, &e);
    }
    lang_check_deinit(&check);
    if (code == ERR_MORE) {
        buf_reset(open);
        buf_str_add(open, str_of(e.expected));
        return 0;
    }
    if (code == 0 || count < 2)
        return 1;
    session_complain(s, STR(""), text, &e);
    script_tell_unrun(s, count - 1);
    return code;
}

/* Runs every statement of the text. False: it is only a beginning, and *open says what of. */
static bool run_text(struct repl *r, struct buf *open)
{
    struct session *s = r->session;
    struct str text = buf_str(&r->text);
    struct arena a = {0};
    bool whole = true;
    int look = look_through(r, text, open);

    if (look <= 0)
        return look < 0;
    for (size_t pos = 0; !s->leaving && !end_signal;) {
        struct statement *st = NULL;
        struct err e = {0};

        arena_reset(&a);
        bool stopped = cancel_flag && lang_more(text, pos);
        int code = stopped ? err_set(&e, ERR_CANCELLED, "interrupted")
                           : lang_parse(&a, text, &pos, &r->lang, &st, &e);

        if (code == ERR_MORE) {
            buf_reset(open);
            buf_str_add(open, str_of(e.expected));
            whole = false;
            break;
        }
        if (code == 0 && !st)
            break;
        bool parsed = code == 0;

        if (parsed && st->habit.len)
            session_note(s, "pksk writes: %.*s", STR_ARG(st->habit));
        if (parsed)
            code = command_run(s, st, &e);
        if (code < 0) {
            session_complain(s, STR(""), parsed && st->habit.len ? st->habit : text, &e);
            keep_hint(r, text, &e);
            if (!parsed && !stopped)
                explain_clause(r, text);
        }
        r->before_ran = parsed;
        if (code < 0)
            break;
    }
    arena_free(&a);
    return whole;
}

/* A Ctrl-C until now was meant for what ran, and for what was typed ahead of it. */
static void ran_to_its_end(struct repl *r)
{
    if (cancel_flag)
        editor_forget(r->editor);
    cancel_clear();
}

/* One statement, over as many lines as it takes; not 0 when there is no more to read. */
static int read_and_run(struct repl *r, struct err *e)
{
    _cleanup_(buf_free) struct buf open = {0};
    bool more = false;

    buf_reset(&r->text);
    for (;;) {
        _cleanup_(buf_free) struct buf prompt = {0}, line = {0};

        refresh_completer(r);
        add_prompt(r, more ? buf_cstr(&open) : NULL, &prompt);
        int code = editor_read(r->editor, buf_str(&prompt), buf_str(&r->text), &line, e);

        if (code == ERR_CANCELLED)
            return 0;
        if (code != 0)
            return code;
        buf_str_add(&r->text, buf_str(&line));
        buf_char(&r->text, '\n');
        more = !run_text(r, &open);
        if (!more) {
            ran_to_its_end(r);
            remember(r, buf_str(&r->text));
            if (r->recall)
                remember(r, str_of(r->recall));
            free(r->recall);
            r->recall = NULL;
            return 0;
        }
    }
}

static int open_editor(struct repl *r, struct err *e)
{
    struct session *s = r->session;
    char *path = history_default_path();
    struct err why;

    struct history *history = history_new(0);

    history_keep(s, history);
    if (path && history_open(history, path, &why) < 0)
        session_warn(s, "%s; the history is kept for this session only", why.text);
    free(path);
    r->complete = (struct complete_env){
        .lang = &r->editing, .clock = s->clock, .ctx = s, .names = vocabulary_offer};
    r->completer = completer_new(&r->complete);
    struct editor_options o = {
        .history = history,
        .completer = r->completer,
        .lang = s->settings.highlight ? &r->editing : NULL,
        .ctx = r,
        .wait = wait_for,
        .no_editrc = s->no_config,
    };

    return editor_new(&o, &r->editor, e);
}

int repl_run(struct session *s, struct err *e)
{
    struct repl r = {.session = s};
    int code;

    s->interactive = true;
    r.lang = session_lang(s, true);
    r.editing = session_lang(s, false);
    code = open_editor(&r, e);
    s->typed_line = typed_line;
    s->typed_ctx = &r;
    while (!s->leaving && !end_signal && code == 0)
        code = read_and_run(&r, e);
    s->typed_line = NULL;
    editor_free(r.editor);
    completer_free(r.completer);
    buf_free(&r.text);
    return MIN(code, 0);
}
