/* Options, a session, then statements from where they come: -c, -f, standard input or the line
 * editor. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/base/port.h"
#include "pksk/cmd/command.h"
#include "pksk/cmd/options.h"
#include "pksk/cmd/script.h"
#include "pksk/cmd/transact.h"
#include "pksk/net/transport.h"
#include "pksk/out/text.h"
#include "pksk/shell/repl.h"

static void on_interrupt(unused_arg int number)
{
    cancel_flag++;
    net_interrupt();
}

/* The second one is not waited for. */
static void on_end(int number)
{
    if (end_signal) {
        signal(number, SIG_DFL);
        raise(number);
    }
    end_signal = number;
    on_interrupt(number);
}

/* What ends the program does so as Ctrl-C does: nothing half-written stays behind, and the terminal
 * is in order. Whoever ignores the hangup (nohup) means that. */
static void set_end_signal(int number)
{
    struct sigaction end = {.sa_handler = on_end}, before;

    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &end, NULL);
}

static void on_write_error(unused_arg int number)
{
}

/* Ctrl-C sets a flag, a closed pipe or a file that may not grow is an error of write(), and nothing
 * of the process is dumped to a file. What is ignored would be so in other programs, too: they get
 * a handled signal's default back. */
static void set_signals(void)
{
    struct sigaction interrupt = {.sa_handler = on_interrupt},
                     nothing = {.sa_handler = on_write_error, .sa_flags = SA_RESTART};

    set_end_signal(SIGTERM);
    set_end_signal(SIGHUP);
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGPIPE, &nothing, NULL);
    sigaction(SIGXFSZ, &nothing, NULL);
    port_no_core();
}

static void log_to_stderr(unused_arg void *ctx, struct str line)
{
    _cleanup_(buf_free) struct buf safe = {0};

    text_escape_lines(&safe, line);
    buf_char(&safe, '\n');
    if (file_write_all(STDERR_FILENO, buf_str(&safe)) < 0)
        log_set_sink(NULL, NULL);
}

static void greet(struct session *s)
{
    if (s->quiet)
        return;
    if (s->local)
        session_say(s, "pksk " PKSK_VERSION "  DynamoDB at %s  (no AWS account needed)",
                    s->endpoint_url);
    else
        session_say(s, "pksk " PKSK_VERSION
                       "  `help` lists the commands, TAB offers what may come next");
}

static int run_interactive(struct session *s)
{
    struct err e;

    greet(s);
    int r = repl_run(s, &e);

    if (r < 0)
        session_complain(s, STR(""), STR(""), &e);
    return r;
}

struct sources {
    struct script *list;
    struct buf *texts;
    size_t count;
};

static bool is_input(const struct option_source *source)
{
    return source->is_file && strcmp(source->text, "-") == 0;
}

/* Files are read once: they may be pipes. */
static int load_sources(struct session *s, const struct options *o, struct sources *ret)
{
    int first = 0;

    for (size_t i = 0; i < o->source_count; i++, ret->count++) {
        const struct option_source *source = &o->sources[i];
        int r = 0;

        ret->list[i] = (struct script){.text = str_of(source->text), .keep_going = o->keep_going};
        if (source->is_file && !is_input(source)) {
            r = script_load(s, source->text, &ret->texts[i]);
            ret->list[i].source = str_of(source->text);
            ret->list[i].text = buf_str(&ret->texts[i]);
        }
        if (first == 0)
            first = r;
        if (r < 0 && !o->keep_going)
            return r;
    }
    return first;
}

/* What the statements of standard input make is not known. */
static int check_sources(struct session *s, const struct options *o, const struct sources *sources)
{
    struct lang_check check = {0};
    size_t statements = 0;
    int r = 0;

    for (size_t i = 0; i < sources->count && r == 0; i++) {
        if (is_input(&o->sources[i]))
            check.sourced = true;
        else
            r = script_check(s, &check, &sources->list[i], &statements);
    }
    lang_check_deinit(&check);
    return r;
}

/* In the order in which they were given. */
static int run_loaded(struct session *s, const struct options *o, const struct sources *sources,
                      int first)
{
    for (size_t i = 0; i < sources->count && !s->leaving && !end_signal; i++) {
        int r = is_input(&o->sources[i]) ? script_run_input(s, o->keep_going)
                                         : script_run(s, &sources->list[i]);

        if (first == 0)
            first = r;
        if (r == ERR_CANCELLED || (r < 0 && !o->keep_going))
            break;
    }
    return first;
}

/* -c and -f; without either, standard input. All is read before the first statement is run. */
static int run_sources(struct session *s, const struct options *o)
{
    if (!o->source_count)
        return isatty(STDIN_FILENO) && s->out_terminal ? run_interactive(s)
                                                       : script_run_input(s, o->keep_going);
    struct sources sources = {
        .list = mem_resize(NULL, o->source_count, sizeof(*sources.list)),
        .texts = mem_resize(NULL, o->source_count, sizeof(*sources.texts)),
    };

    for (size_t i = 0; i < o->source_count; i++)
        sources.texts[i] = (struct buf){0};
    int r = load_sources(s, o, &sources);

    if (r == 0 && !o->keep_going)
        r = check_sources(s, o, &sources);
    if (r == 0 || o->keep_going)
        r = run_loaded(s, o, &sources, r);
    for (size_t i = 0; i < o->source_count; i++)
        buf_free(&sources.texts[i]);
    free(sources.list);
    free(sources.texts);
    return r;
}

static int run(const struct options *o)
{
    struct session s;
    struct err e;
    int status, r = session_open(&s, &o->session, &clock_real, &e);

    options_add_variables(o, &s.variables);
    if (r < 0)
        session_complain(&s, STR(""), STR(""), &e);
    else if (o->complete)
        r = options_complete(&s, str_of(o->complete));
    else
        r = run_sources(&s, o);
    if (transact_end(&s, &e) < 0) {
        session_complain(&s, STR(""), STR(""), &e);
        r = r < 0 ? r : e.code;
    }
    status = s.leaving && s.leave_status >= 0 ? s.leave_status : err_exit_status(r);
    session_close(&s);
    return status;
}

int main(int argc, char **argv)
{
    struct options o;
    int status;

    file_open_standard();
    setlocale(LC_CTYPE, "");
    set_signals();
    if (options_parse(&o, argc, argv, &status)) {
        if (o.debug)
            log_set_sink(log_to_stderr, NULL);
        status = run(&o);
    }
    options_deinit(&o);
    if (end_signal) {
        signal(end_signal, SIG_DFL);
        raise(end_signal);
    }
#ifdef __SANITIZE_ADDRESS__
    return status; /* its report of leaks is an exit handler */
#else
    fflush(NULL);
    _exit(status); /* at once: what exit handlers of thirty libraries would free ends with us */
#endif
}
