/* libedit edits the text and draws nothing: its output goes into
 * on_output(). Its reading of a character is replaced (EL_GETCFN), and that is where the line is
 * compared with what the screen shows, where transfers go on, and where signals and pastes arrive.
 * What these have to do to the line is done by a key of our own, KEY_WORK, that libedit sees next.
 *
 * It drew once, and each version did it in its own way: a character without width (U+0301, U+202E)
 * took no cell in libedit 3.1-20221030, so that the one behind it replaced it; in 3.1-20250104 it
 * takes one (`cur->h += w ? w : 1` in refresh.c), which no terminal gives it: all that follows
 * stands a cell off, characters are seen twice, and controls of zero width arrive as they are.
 */
#include "pksk/line/editor-internal.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#include "pksk/base/log.h"
#include "pksk/base/port.h"
#include "pksk/base/utf8.h"

#define KEY_WORK L'\x80' /* a C1 control: keys.c never delivers one */
#define IDLE_MS 60000
#define LOOKING_MS 50 /* how often a look-up without news is asked for its time ceiling */

static struct editor *self(EditLine *el)
{
    void *ed = NULL;
    libedit.wget(el, EL_CLIENTDATA, &ed);
    return ed;
}

/* Of what libedit would draw, two things are meant: the bell, and that the screen be cleared. */
static void on_output(void *ctx, const char *bytes, size_t len)
{
    struct editor *ed = ctx;
    struct str out = {bytes, len};
    char *clear = NULL;
    ed->rang |= str_find(out, STR("\a"), NULL);
    libedit.wget(ed->el, EL_GETTC, "cl", &clear, NULL);
    ed->cleared |= clear && *clear && str_find(out, str_of(clear), NULL);
}

static void set_prompt(struct editor *ed)
{
    _cleanup_(buf_free) struct buf text = {0};
    size_t len;
    free(ed->plain_prompt);
    if (ed->plain)
        paint_prompt(&text, buf_str(&ed->prompt));
    ed->plain_prompt = paint_widen(buf_str(&text), &len);
}

/* libedit's drawing is what is seen where it edits nothing: the terminal does, then. */
static void set_plain(struct editor *ed, bool plain)
{
    ed->plain = plain;
    libedit.wset(ed->el, EL_SETFP, 1, plain ? stdout : ed->stage);
    if (plain)
        ed->smart = ed->colour = false;
}

/* --- keyboard and events ------------------------------------------------------------------ */

/* Most terminals have by now broken the rows anew for the new width, so the row of the cursor tells
 * where the prompt is; xterm itself leaves them as they were. A line that is higher than the screen
 * begins where that does. */
static void resize(struct editor *ed)
{
    _cleanup_(buf_free) struct buf out = {0};
    struct place at = ed->screen.now.cursor, broken;
    unsigned top = ed->top;
    libedit.resize(ed->el);
    struct paint p = view_line(ed);
    paint_measure(&p, &broken);
    if (top > 0)
        at = (struct place){p.rows, 0};
    else if (!getenv("XTERM_VERSION"))
        at = broken;
    if (ed->smart) {
        screen_move(&out, at, (struct place){0, 0});
        buf_lit(&out, "\033[J");
        view_put(buf_str(&out));
        view_forget(ed);
    }
}

static void terminal_ours(struct editor *ed, bool ours)
{
    libedit.wset(ed->el, EL_PREP_TERM, ours);
    if (ed->smart)
        view_put(ours ? STR("\033[?2004h") : STR("\033[?2004l"));
}

static void stop(struct editor *ed)
{
    view_leave_line(ed, STR(""));
    terminal_ours(ed, false);
    raise(SIGSTOP);
}

static void go_on(struct editor *ed)
{
    terminal_ours(ed, false);
    terminal_ours(ed, true);
    libedit.resize(ed->el);
    if (!ed->plain)
        view_put(STR("\r"));
    view_forget(ed);
}

/* A signal that ends the program does so with the terminal in order. */
static int end_by_signal(struct editor *ed)
{
    view_leave_line(ed, STR(""));
    terminal_ours(ed, false);
    keys_end(&ed->keys);
    raise(ed->keys.signal);
    ed->outcome = OUTCOME_EOF;
    return 0;
}

static int interrupted(struct editor *ed)
{
    view_leave_line(ed, STR("^C"));
    ed->outcome = OUTCOME_CANCELLED;
    errno = EINTR;
    return -1;
}

static int do_work(struct editor *ed, enum work work, wchar_t *ret)
{
    ed->work = work;
    *ret = KEY_WORK;
    return 1;
}

/* Without editing KEY_WORK would be a character like others: a paste is typed then. */
static int next_inserted(struct editor *ed, wchar_t *ret)
{
    size_t len;
    int32_t c = utf8_decode(buf_str(&ed->insert), 0, &len);

    *ret = c < 0 ? L'?' : (wchar_t)c;
    ed->insert.len -= len;
    memmove(ed->insert.s, ed->insert.s + len, ed->insert.len);
    return 1;
}

static int pasted(struct editor *ed, wchar_t *ret)
{
    buf_reset(&ed->insert);
    buf_str_add(&ed->insert, buf_str(&ed->keys.paste));
    return ed->plain ? next_inserted(ed, ret) : do_work(ed, WORK_INSERT, ret);
}

static void refuse_paste(struct editor *ed)
{
    view_leave_line(ed, STR(""));
    view_put(
        STR("the pasted text is over 1 MB: put it in a file and `source` or `import` that\r\n"));
}

/* One event: 1, 0 or -1 as EL_GETCFN wants it, or 2 to wait on. */
static int handle(struct editor *ed, enum key_event event, wchar_t c, wchar_t *ret)
{
    bool text = event == KEY_CHAR && (c >= L' ' || c == L'\t') && c != 0x7f;
    if (ed->looking && event != KEY_NONE && !text)
        tab_stop(ed);
    ed->unseen = ed->looking && text && c != L'\t';
    if (event != KEY_NONE && !(text && c == L'\t'))
        ed->asked = false;
    ed->fresh = event != KEY_NONE || ed->looking;
    switch (event) {
    case KEY_CHAR:
        *ret = c;
        return 1;
    case KEY_PASTE:
        return pasted(ed, ret);
    case KEY_EOF:
        ed->outcome = OUTCOME_EOF;
        return 0;
    case KEY_INTERRUPT:
        return interrupted(ed);
    case KEY_SIGNAL:
        return end_by_signal(ed);
    case KEY_TOO_LONG:
        refuse_paste(ed);
        return 2;
    case KEY_RESIZE:
        resize(ed);
        return 2;
    case KEY_STOP:
        stop(ed);
        return 2;
    case KEY_CONTINUE:
        go_on(ed);
        return 2;
    case KEY_NONE:
        break;
    }
    if (!ed->looking || complete_step(ed->o.completer) != COMPLETE_DONE)
        return 2;
    ed->looking = false;
    if (!ed->narrowing)
        return do_work(ed, WORK_COMPLETE, ret);
    tab_show_narrowed(ed);
    return 2;
}

static int get_key(EditLine *el, wchar_t *ret)
{
    struct editor *ed = self(el);
    if (ed->work != WORK_NONE && ++ed->untaken > 3)
        set_plain(ed, true);
    if (ed->insert.len > 0 && ed->plain)
        return next_inserted(ed, ret);
    if (ed->insert.len > 0) /* editor_preset() */
        return do_work(ed, WORK_INSERT, ret);
    ed->fresh = true;
    if (ed->unseen)
        tab_narrow(ed);
    for (;;) {
        if (ed->fresh && !keys_more(&ed->keys))
            view_paint(ed);
        ed->fresh = false;
        wchar_t c = 0;
        enum key_event event = keys_wait(&ed->keys, ed->looking ? LOOKING_MS : IDLE_MS, &c);
        int code = handle(ed, event, c, ret);
        if (code != 2)
            return code;
    }
}

static unsigned char on_tab(EditLine *el, int key unused_arg)
{
    struct editor *ed = self(el);
    if (!ed->o.completer)
        return CC_ERROR;
    return tab_press(ed);
}

/* Ctrl-T, at the end of the line too, and counted from the cursor as libedit's own is not. */
static unsigned char on_transpose(EditLine *el, int key unused_arg)
{
    struct paint p = view_line(self(el));
    size_t at = p.cursor == p.len && p.len > 0 ? p.cursor - 1 : p.cursor;
    if (at == 0 || p.len < 2)
        return CC_ERROR;
    const wchar_t swapped[] = {p.text[at], p.text[at - 1], L'\0'};
    libedit.cursor(el, (int)(at + 1) - (int)p.cursor);
    libedit.deletestr(el, 2);
    return libedit.winsertstr(el, swapped) < 0 ? CC_REFRESH_BEEP : CC_REFRESH;
}

static unsigned char on_work(EditLine *el, int key unused_arg)
{
    struct editor *ed = self(el);
    enum work work = ed->work;
    ed->work = WORK_NONE;
    ed->untaken = 0;
    if (work == WORK_COMPLETE)
        return tab_use(ed);
    if (work != WORK_INSERT)
        return CC_NORM;
    unsigned char code = tab_replace(ed, STR(""), buf_str(&ed->insert));
    buf_reset(&ed->insert);
    return code;
}

/* --- history ------------------------------------------------------------------------------ */

static int recall(struct editor *ed, HistEventW *ev, size_t i)
{
    if (i >= history_count(ed->o.history)) {
        ev->num = -1;
        ev->str = L"";
        return -1;
    }
    size_t len;
    free(ed->recalled);
    ed->recalled = paint_widen(history_entry(ed->o.history, i), &len);
    ed->recall = i;
    ev->num = (int)i + 1;
    ev->str = ed->recalled;
    return 0;
}

/* What libedit asks of a history (EL_HIST): a walk from the youngest to the oldest. */
static int history_walk(void *ref, HistEventW *ev, int op, ...)
{
    struct editor *ed = ref;
    size_t count = history_count(ed->o.history);
    switch (op) {
    case H_FIRST:
        return recall(ed, ev, count - 1);
    case H_LAST:
        return recall(ed, ev, 0);
    case H_NEXT:
        return recall(ed, ev, ed->recall - 1);
    case H_PREV:
        return recall(ed, ev, ed->recall + 1);
    case H_CURR:
        return recall(ed, ev, ed->recall);
    case H_GETSIZE:
        ev->num = (int)count;
        return 0;
    default:
        return -1;
    }
}

/* --- life --------------------------------------------------------------------------------- */

static wchar_t *give_prompt(EditLine *el)
{
    return self(el)->plain_prompt;
}

static void bind_keys(EditLine *el)
{
    libedit.wset(el, EL_BIND, L"\t", L"pksk-complete", NULL);
    libedit.wset(el, EL_BIND, L"^R", L"em-inc-search-prev", NULL);
}

/* For emacs mode; in vi mode Escape alone would wait for what follows. */
static void bind_emacs(EditLine *el)
{
    libedit.wset(el, EL_BIND, L"^T", L"pksk-transpose", NULL);
    libedit.wset(el, EL_BIND, L"\033[1;5C", L"em-next-word", NULL);
    libedit.wset(el, EL_BIND, L"\033[1;5D", L"ed-prev-word", NULL);
    libedit.wset(el, EL_BIND, L"\033[3~", L"ed-delete-next-char", NULL);
}

/* Functions first, since an editrc that binds one that is not there makes an error; KEY_WORK last
 * and in both key maps, since choosing emacs or vi there begins with a new map. */
static void configure(struct editor *ed)
{
    EditLine *el = ed->el;
    static const wchar_t work_key[] = {KEY_WORK, L'\0'};
    libedit.wset(el, EL_CLIENTDATA, ed);
    libedit.wset(el, EL_SIGNAL, 0);
    libedit.wset(el, EL_SETTY, L"-d", L"-isig", NULL); /* keys.c sees Ctrl-C and Ctrl-Z itself */
    libedit.wset(el, EL_PROMPT, give_prompt);
    libedit.wset(el, EL_ADDFN, L"pksk-complete", L"Complete the word", on_tab);
    libedit.wset(el, EL_ADDFN, L"pksk-transpose", L"Swap two characters", on_transpose);
    libedit.wset(el, EL_ADDFN, L"pksk-work", L"Do what an event asked for", on_work);
    libedit.wset(el, EL_EDITOR, L"emacs");
    bind_keys(el);
    bind_emacs(el);
    if (!ed->o.no_editrc && libedit.source(el, NULL) == 0) {
        const wchar_t *editor = L"";
        libedit.wget(el, EL_EDITOR, &editor);
        if (wcscmp(editor, L"vi") == 0)
            bind_keys(el);
    }
    libedit.wset(el, EL_BIND, work_key, L"pksk-work", NULL);
    libedit.wset(el, EL_BIND, L"-a", work_key, L"pksk-work", NULL);
    libedit.wset(el, EL_GETCFN, get_key);
    if (ed->o.history)
        libedit.wset(el, EL_HIST, history_walk, ed);
}

int editor_new(const struct editor_options *o, struct editor **ret, struct err *e)
{
    int code = libedit_load(e);
    if (code < 0)
        return code;
    struct editor *ed = mem_resize(NULL, 1, sizeof(*ed));
    *ed = (struct editor){.o = *o, .keys = {.watch = {-1, -1}}};
    code = keys_open(&ed->keys, STDIN_FILENO, e);
    if (code < 0) {
        free(ed);
        return code;
    }
    ed->keys.wait = o->wait;
    ed->keys.ctx = o->ctx;
    const char *term = getenv("TERM");
    ed->smart = term && *term && strcmp(term, "dumb") != 0;
    ed->colour = ed->smart && text_colour_wanted(STDOUT_FILENO);
    ed->stage = port_stream(ed, on_output);
    ed->el = ed->stage ? libedit.init("pksk", stdin, stdout, stderr) : NULL;
    if (!ed->el) {
        editor_free(ed);
        return err_set(e, ERR_FAILED, "the line editor cannot use this terminal");
    }
    configure(ed);
    int editing = 1;
    libedit.wget(ed->el, EL_EDITMODE, &editing);
    set_plain(ed, !editing);
    *ret = ed;
    return 0;
}

void editor_free(struct editor *ed)
{
    if (!ed)
        return;
    if (ed->el) {
        libedit.wset(ed->el, EL_SETFP, 1, stdout);
        libedit.wset(ed->el, EL_EDITMODE, 0); /* else libedit's end throws typed-ahead input away */
        libedit.end(ed->el);
    }
    if (ed->stage)
        fclose(ed->stage);
    keys_close(&ed->keys);
    free(ed->plain_prompt);
    free(ed->recalled);
    screen_free(&ed->screen);
    buf_free(&ed->row.text);
    buf_free(&ed->before);
    buf_free(&ed->prompt);
    buf_free(&ed->insert);
    buf_free(&ed->note);
    free(ed);
}

bool editor_typed_line(struct editor *ed, struct buf *ret)
{
    return keys_typed_line(&ed->keys, ret);
}

void editor_forget(struct editor *ed)
{
    keys_forget(&ed->keys);
}

void editor_preset(struct editor *ed, struct str text)
{
    buf_reset(&ed->insert);
    buf_str_add(&ed->insert, text);
}

int editor_read(struct editor *ed, struct str prompt, struct str before, struct buf *line,
                struct err *e)
{
    ed->outcome = OUTCOME_LINE;
    ed->work = WORK_NONE;
    ed->rang = ed->cleared = false;
    buf_reset(&ed->before);
    buf_str_add(&ed->before, before);
    buf_reset(&ed->prompt);
    buf_str_add(&ed->prompt, prompt);
    libedit.resize(ed->el);
    set_prompt(ed);
    keys_begin(&ed->keys);
    if (cancel_flag) { /* what was typed ahead was meant to follow what did not end */
        keys_forget(&ed->keys);
        if (before.len > 0) {
            keys_end(&ed->keys);
            return err_set(e, ERR_CANCELLED, "cancelled");
        }
    }
    cancel_clear();
    /* Before the prompt: libedit itself does it after, and a Ctrl-D in between would be lost. */
    terminal_ours(ed, true);
    view_begin_row(ed);
    view_forget(ed);
    int count = 0;
    const wchar_t *text = libedit.wgets(ed->el, &count);
    size_t len = text && count > 0 ? (size_t)count : 0;
    if (len > 0 && text[len - 1] == L'\n')
        len--;
    if (ed->outcome == OUTCOME_LINE && count > 0 && !ed->plain) {
        struct paint p = view_line(ed);
        p.text = text;
        p.len = len;
        view_leave(ed, p, STR(""));
    }
    terminal_ours(ed, false); /* where libedit does not edit it has left that to others */
    if (ed->outcome == OUTCOME_LINE && keys_interrupted(&ed->keys)) {
        view_put(STR("^C\r\n"));
        ed->outcome = OUTCOME_CANCELLED;
    }
    keys_end(&ed->keys);
    if (ed->outcome == OUTCOME_CANCELLED) {
        cancel_clear(); /* the signal that said so comes with keys_end() */
        return err_set(e, ERR_CANCELLED, "cancelled");
    }
    if (!text || count <= 0 || ed->keys.failure) {
        view_put(STR("\r\n"));
        errno = ed->keys.failure;
        if (errno)
            return err_errno(e, ERR_FAILED, "cannot read", STR("the terminal"));
        return EDITOR_EOF;
    }
    paint_narrow(line, text, len);
    return 0;
}
