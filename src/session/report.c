/* What the session says on standard error: dim lines, warnings, errors, questions. */
#include <stdarg.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/utf8.h"
#include "pksk/out/prose.h"
#include "pksk/out/text.h"
#include "pksk/session/session.h"

/* A line that cannot be written to standard error has nowhere else to go. */
static void put(struct str text)
{
    if (file_write_all(STDERR_FILENO, text) < 0)
        return;
}

/* Text that is escaped already. */
static void add_safe(struct buf *b, enum colour colour, struct str text)
{
    bool on = text_colour_wanted(STDERR_FILENO);

    if (on)
        buf_str_add(b, str_of(colour_on(colour)));
    buf_str_add(b, text);
    if (on)
        buf_lit(b, COLOUR_OFF);
}

static void add_coloured(struct buf *b, enum colour colour, struct str text)
{
    _cleanup_(buf_free) struct buf safe = {0};

    text_escape(&safe, text);
    add_safe(b, colour, buf_str(&safe));
}

static struct str without_newline(struct str t)
{
    return str_ends(t, STR("\n")) ? str_slice(t, 0, t.len - 1) : t;
}

/* One line. A note is cut to the terminal's width; what has to be read goes on below. */
static void say(const struct session *s, enum colour colour, bool whole, const char *format,
                va_list args)
{
    _cleanup_(buf_free) struct buf text = {0}, line = {0};
    unsigned columns, rows;

    buf_lit(&text, "  ");
    buf_vaddf(&text, format, args);
    if (s->err_terminal) {
        _cleanup_(buf_free) struct buf cut = {0}, safe = {0};

        text_screen_of(STDERR_FILENO, &columns, &rows);
        text_escape(&safe, buf_str(&text));
        if (whole)
            prose_add_lines(&cut, buf_str(&safe), prose_width(columns), 0);
        else
            text_cut(&cut, buf_str(&safe), MAX(columns, 20u) - 1);
        add_safe(&line, colour, without_newline(buf_str(&cut)));
    } else {
        add_coloured(&line, colour, buf_str(&text));
    }
    buf_char(&line, '\n');
    put(buf_str(&line));
}

bool session_stats_on(const struct session *s)
{
    if (s->quiet)
        return false;
    return str_is(str_of(s->settings.stats), "on") ||
           (str_is(str_of(s->settings.stats), "auto") && s->err_terminal);
}

void session_note(struct session *s, const char *format, ...)
{
    va_list args;

    if (!session_stats_on(s))
        return;
    va_start(args, format);
    say(s, COLOUR_DIM, false, format, args);
    va_end(args);
}

void session_say(struct session *s, const char *format, ...)
{
    va_list args;

    if (s->quiet)
        return;
    va_start(args, format);
    say(s, COLOUR_DIM, true, format, args);
    va_end(args);
}

void session_warn(struct session *s, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(s, COLOUR_WARN, true, format, args);
    va_end(args);
}

/* The parser's message is plain text in lines, escaped where it quotes; only its first word is
 * coloured. */
void session_complain(struct session *s, struct str source, struct str text, const struct err *e)
{
    _cleanup_(buf_free) struct buf plain = {0}, wrapped = {0}, line = {0};
    struct str mark = STR("error:");
    size_t at;

    if (!e->text[0])
        return;
    lang_explain_error(&plain, source, text, e);
    if (s->err_terminal) {
        unsigned columns, rows;

        text_screen_of(STDERR_FILENO, &columns, &rows);
        prose_add_lines(&wrapped, buf_str(&plain), prose_width(columns), 2);
    } else {
        buf_str_add(&wrapped, buf_str(&plain));
    }
    struct str all = buf_str(&wrapped);

    if (text_colour_wanted(STDERR_FILENO) && str_find(all, mark, &at)) {
        buf_str_add(&line, str_slice(all, 0, at));
        buf_str_add(&line, str_of(colour_on(COLOUR_ERROR)));
        buf_str_add(&line, mark);
        buf_lit(&line, COLOUR_OFF);
        all = str_slice(all, at + mark.len, all.len);
    }
    buf_str_add(&line, all);
    if (!str_ends(buf_str(&line), STR("\n")))
        buf_char(&line, '\n');
    put(buf_str(&line));
}

void session_heard(unused_arg void *ctx, struct str text)
{
    _cleanup_(buf_free) struct buf safe = {0};

    text_escape_lines(&safe, text);
    put(buf_str(&safe));
}

int session_ask(struct session *s, struct buf *answer, struct err *e, const char *question)
{
    _cleanup_(buf_free) struct buf line = {0};

    if (!isatty(STDIN_FILENO) || !s->err_terminal) {
        err_set(e, ERR_FAILED,
                "this is not done without being asked, and there is no terminal to ask on");
        err_hint(e, "--yes answers every question with yes");
        return ERR_FAILED;
    }
    add_coloured(&line, COLOUR_WARN, str_of(question));
    put(buf_str(&line));
    bool typed = s->typed_line && s->typed_line(s->typed_ctx, answer);

    if (answer->len || typed)
        session_heard(NULL, buf_str(answer)); /* the terminal has not shown it */
    if (typed)
        put(STR("\n"));
    int r = typed ? 0 : file_read_line(STDIN_FILENO, answer);

    return r < 0 ? err_set(e, r, r == ERR_CANCELLED ? "interrupted" : "the answer cannot be read")
                 : 0;
}

int session_confirm(struct session *s, struct err *e, const char *format, ...)
{
    _cleanup_(buf_free) struct buf question = {0}, answer = {.max = 1000};
    va_list args;

    if (s->yes)
        return 0;
    va_start(args, format);
    buf_vaddf(&question, format, args);
    va_end(args);
    buf_lit(&question, "? [y/N] ");
    int r = session_ask(s, &answer, e, buf_cstr(&question));

    if (r < 0)
        return r;
    struct str said = str_trim(buf_str(&answer));

    if (str_eq_ci(said, STR("y")) || str_eq_ci(said, STR("yes")))
        return 0;
    return err_set(e, ERR_FAILED, "not done");
}
