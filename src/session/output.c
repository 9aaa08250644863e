#include "pksk/session/output.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/out/text.h"
#include "pksk/plan/plan.h"
#include "pksk/session/models.h"

static bool goes_to_terminal(const struct session *s, const struct statement *st)
{
    return st->redirect == REDIRECT_NONE && s->out_terminal;
}

enum format output_format(const struct session *s, const struct statement *st)
{
    enum format f;

    if (st->redirect == REDIRECT_FILE && format_from_path(st->target->text, &f))
        return f;
    if (st->redirect != REDIRECT_PIPE && format_from(str_of(s->settings.format), &f))
        return f;
    return goes_to_terminal(s, st) ? FORMAT_PRETTY : FORMAT_JSONL;
}

/* The pager to use, or NULL for none. */
static const char *pager(const struct session *s)
{
    const char *command = s->settings.pager, *term = getenv("TERM");

    if (!command[0] && term && strcmp(term, "dumb") == 0)
        return NULL; /* it cannot be paged there */
    if (!command[0])
        command = getenv("PKSK_PAGER");
    if (!command || !command[0])
        command = getenv("PAGER");
    if (!command || !command[0])
        command = "less";
    return str_is(str_of(command), "off") || str_is(str_of(command), "cat") ? NULL : command;
}

/* ---- the file of `into` */

/* Will there be a place for it? */
static int check_place(const char *path, struct err *e)
{
    _cleanup_(cleanup_free) char *real = realpath(path, NULL);
    _cleanup_(cleanup_free) char *directory = NULL;
    struct str to = str_of(real ? real : path);
    size_t slash = to.len;

    if (!real && errno != ENOENT)
        return err_errno(e, ERR_FAILED, "cannot write", str_of(path));
    while (slash > 0 && to.s[slash - 1] != '/')
        slash--;
    directory = slash ? mem_dup(to.s, slash) : mem_dup(".", 1);
    if (access(directory, F_OK) < 0)
        return err_set(e, ERR_FAILED, "cannot write %s: there is no directory %s", path, directory);
    if (access(directory, W_OK | X_OK) < 0)
        return err_errno(e, ERR_FAILED, "cannot write into the directory", str_of(directory));
    return 0;
}

static int check_file(struct session *s, const struct statement *st, const char *path,
                      struct err *e)
{
    struct stat there;
    bool is_there = stat(path, &there) == 0;

    if (is_there && S_ISDIR(there.st_mode))
        return err_set(e, ERR_FAILED, "cannot write %s: it is a directory", path);
    if (is_there && !S_ISREG(there.st_mode))
        return 0;
    int r = check_place(path, e);

    if (r < 0 || !is_there || there.st_size == 0 || st->overwrite || s->yes)
        return r;
    if (isatty(STDIN_FILENO) && s->err_terminal)
        return session_confirm(s, e, "%s is there already. Replace it", path);
    session_say(s, "%s was there: it is replaced (`into!` does so without a word)", path);
    return 0;
}

int output_lines(struct session *s, const struct statement *st, struct str text, struct err *e)
{
    _cleanup_(buf_free) struct buf cut = {0};
    unsigned columns, rows;

    if (!s->out_terminal || st->redirect != REDIRECT_NONE)
        return output_print(s, st, text, e);
    text_screen(&columns, &rows);
    text_cut_lines(&cut, text, MAX(columns, 20u) - 1);
    return output_print(s, st, buf_str(&cut), e);
}

int output_check(struct session *s, const struct statement *st, struct err *e)
{
    if (st->redirect != REDIRECT_FILE)
        return 0;
    _cleanup_(cleanup_free) char *path = file_expand(st->target->text);
    int r = check_file(s, st, path, e);

    if (r < 0)
        e->at = st->target->at;
    return r;
}

static int open_sink(struct output *o, struct session *s, const struct statement *st, struct err *e)
{
    unsigned columns, rows;

    switch (st->redirect) {
    case REDIRECT_FILE:
        o->target = file_expand(st->target->text);
        return sink_file(o->target, &o->sink, e);
    case REDIRECT_PIPE:
        o->target = mem_dup(st->target->text.s, st->target->text.len);
        return sink_command(o->target, &o->sink, e);
    case REDIRECT_NONE:
        break;
    }
    if (o->to_terminal && s->err_terminal && isatty(STDIN_FILENO) && pager(s) &&
        st->verb != VERB_WATCH && st->verb != VERB_TAIL) {
        text_screen(&columns, &rows);
        /* The plan line, the totals and the prompt are on the screen, too. */
        o->sink = sink_pager(pager(s), rows > 6 ? rows - 3 : rows, columns);
    } else {
        o->sink = sink_stdout();
    }
    return 0;
}

static struct str entity_name(const void *ctx, const struct value *item)
{
    const struct entity *x = model_entity_of(ctx, item);

    return x ? x->name : STR("");
}

int output_open(struct output *o, struct session *s, const struct statement *st,
                const struct plan *plan, struct err *e)
{
    unsigned columns, rows;

    *o = (struct output){.redirect = st->redirect, .to_terminal = goes_to_terminal(s, st)};
    int r = open_sink(o, s, st, e);

    if (r < 0) {
        free(o->target);
        *o = (struct output){0};
        return r;
    }
    if (!plan)
        return 0;
    text_screen(&columns, &rows);
    const struct entity_model *model = session_model_peek(s, plan->table);

    o->options = (struct print_options){
        .terminal = o->to_terminal,
        .colour = o->to_terminal && text_colour_wanted(STDOUT_FILENO),
        .width = o->to_terminal ? columns : 0,
        .keys = plan->key_names,
        .key_count = plan->key_count,
        .columns = plan->columns,
        .column_count = plan->column_count,
        .single = plan->single,
        .name_of = model && !plan->column_count ? entity_name : NULL,
        .name_ctx = model,
    };

    o->format = output_format(s, st);
    o->printer = printer_new(o->format, &o->options, o->sink);
    return 0;
}

int output_items(struct output *o, const struct value *items, struct err *e)
{
    int r = printer_page(o->printer, items, e);

    return r < 0 ? r : sink_flush(o->sink, e);
}

int output_text(struct output *o, struct str text, struct err *e)
{
    return sink_write(o->sink, text, e);
}

void output_keep_rest(struct output *o, struct sink_rest *rest)
{
    sink_keep_rest(o->sink, rest);
}

int output_flush(struct output *o, struct err *e)
{
    return sink_flush(o->sink, e);
}

bool output_reader_gone(const struct output *o)
{
    return o->sink && sink_reader_gone(o->sink);
}

int output_close(struct output *o, bool failed, struct err *e)
{
    int r = 0;

    if (o->printer && !output_reader_gone(o))
        r = printer_end(o->printer, e);
    printer_free(o->printer);
    if (o->sink) {
        struct err why;
        int closed = sink_close(o->sink, !failed && r == 0, &why);

        if (r == 0 && closed < 0) {
            *e = why;
            r = closed;
        }
    }
    free(o->target);
    *o = (struct output){0};
    return r;
}

int output_print(struct session *s, const struct statement *st, struct str text, struct err *e)
{
    struct output out;
    struct err why;
    int r = output_open(&out, s, st, NULL, e);

    if (r < 0)
        return r;
    r = output_text(&out, text, e);
    bool left = r < 0 && output_reader_gone(&out) && out.to_terminal;
    int closed = output_close(&out, r < 0, &why);

    if (left) /* the pager was left early, which is no failure */
        return 0;
    if (r == 0 && closed < 0) {
        *e = why;
        r = closed;
    }
    return r;
}
