#include "pksk/out/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/base/port.h"
#include "pksk/out/paging.h"
#include "pksk/out/process.h"
#include "pksk/out/text.h"

#define WRITE_SIZE ((size_t)64 << 10)
#define HELD_MAX ((size_t)1 << 20) /* more does not fit any screen */

enum sink_kind { SINK_FD, SINK_PAGER, SINK_COMMAND, SINK_FILE, SINK_BUFFER };

struct sink {
    enum sink_kind kind;
    int fd; /* standard output, a process's input, or a device; -1: none yet */
    bool own_fd, gone, failed;
    struct buf own, *pending; /* own, or the buffer of SINK_BUFFER */
    char *name;               /* of the file, or the command: for messages */
    struct process process;
    struct file_out file;

    struct paging paging;
    struct sink_rest *rest; /* of a pager; NULL: not asked for */
    int stopped;            /* a pager was left, or Ctrl-C came: what the next flush says */

    bool holding; /* a pager that may not be needed */
    unsigned rows, columns, lines;
    size_t counted; /* bytes of pending whose lines are counted */
};

static struct sink *sink_new(enum sink_kind kind, int fd, const char *name)
{
    struct sink *s = mem_resize(NULL, 1, sizeof(*s));

    *s = (struct sink){.kind = kind, .fd = fd, .file = {.fd = -1}, .process = {.fd = -1}};
    s->pending = &s->own;
    s->name = name ? mem_dup(name, strlen(name)) : NULL;
    return s;
}

static void sink_free(struct sink *s)
{
    if (s->own_fd && s->fd >= 0)
        close(s->fd);
    buf_free(&s->own);
    paging_free(&s->paging);
    free(s->name);
    free(s);
}

struct sink *sink_stdout(void)
{
    return sink_new(SINK_FD, STDOUT_FILENO, "standard output");
}

struct sink *sink_buffer(struct buf *b)
{
    struct sink *s = sink_new(SINK_BUFFER, -1, NULL);

    s->pending = b;
    return s;
}

struct sink *sink_pager(const char *command, unsigned rows, unsigned columns)
{
    struct sink *s = sink_new(SINK_PAGER, -1, command);

    s->holding = true;
    s->rows = rows;
    s->columns = columns ? columns : 80;
    return s;
}

int sink_command(const char *command, struct sink **ret, struct err *e)
{
    struct sink *s = sink_new(SINK_COMMAND, -1, command);
    int r = process_start(&s->process, command, NULL, e);

    if (r < 0) {
        sink_free(s);
        return r;
    }
    s->fd = s->process.fd;
    *ret = s;
    return 0;
}

/* A pipe, a terminal or a device is written to; only an ordinary file is replaced. */
static int open_device(struct sink *s, const char *path, struct err *e)
{
    s->fd = file_descriptor(path, O_WRONLY | O_CLOEXEC | O_NOCTTY, 0);
    if (s->fd < 0)
        return err_errno(e, ERR_FAILED, "cannot write", str_of(path));
    s->own_fd = true;
    return 0;
}

/* A link keeps being one: its target is what is replaced. A file that is there keeps its mode. */
static int open_file(struct sink *s, const char *path, struct err *e)
{
    _cleanup_(cleanup_free) char *target = realpath(path, NULL);
    mode_t mask = umask(0);
    struct stat st;

    umask(mask);
    if (target ? stat(target, &st) < 0 : errno != ENOENT)
        return err_errno(e, ERR_FAILED, "cannot write", str_of(path));
    if (target) {
        if (S_ISDIR(st.st_mode))
            return err_set(e, ERR_FAILED, "cannot write %s: it is a directory", path);
        if (!S_ISREG(st.st_mode))
            return open_device(s, path, e);
        return file_open(&s->file, target, st.st_mode & 0777, e);
    }
    return file_open(&s->file, path, 0666 & ~mask, e);
}

int sink_file(const char *path, struct sink **ret, struct err *e)
{
    struct sink *s = sink_new(SINK_FILE, -1, path);
    int r = open_file(s, path, e);

    if (r < 0) {
        sink_free(s);
        return r;
    }
    *ret = s;
    return 0;
}

void sink_keep_rest(struct sink *s, struct sink_rest *rest)
{
    s->rest = rest;
}

static int write_failed(struct sink *s, struct err *e)
{
    struct str name = str_of(s->name);

    if (errno == EINTR && cancel_flag)
        return err_set(e, ERR_CANCELLED, "interrupted");
    s->gone = errno == EPIPE;
    if (s->gone)
        return err_set(e, ERR_FAILED, "%s has stopped reading", s->name);
    return err_errno(e, ERR_FAILED, "cannot write to", name);
}

/* Once it is left, the rest of what is being printed is kept; the flush behind it says so. */
static int write_paged(struct sink *s, struct str bytes, struct err *e)
{
    if (s->stopped && s->rest) {
        buf_str_add(&s->rest->text, bytes);
        return 0;
    }
    if (paging_write(&s->paging, bytes) == 0)
        return 0;
    s->stopped = write_failed(s, e);
    return s->rest ? 0 : s->stopped;
}

static int say_stopped(struct sink *s, struct err *e)
{
    if (!s->stopped)
        return 0;
    errno = s->gone ? EPIPE : EINTR;
    return s->gone ? write_failed(s, e) : err_set(e, s->stopped, "interrupted");
}

static int write_out(struct sink *s, struct str bytes, struct err *e)
{
    int r;

    if (s->kind == SINK_PAGER && s->process.pid)
        return write_paged(s, bytes, e);

    if (s->gone) {
        errno = EPIPE;
        return write_failed(s, e);
    }
    if (s->file.fd >= 0)
        r = file_add(&s->file, bytes, e);
    else
        r = file_write_all(s->fd, bytes) < 0 ? write_failed(s, e) : 0;
    s->failed |= r < 0;
    return r;
}

static int drain(struct sink *s, struct err *e)
{
    int r = s->pending->len ? write_out(s, buf_str(s->pending), e) : 0;

    buf_reset(s->pending);
    return r;
}

/* LESSSECURE: what is paged is other people's data, and must not be a way to a shell. */
static char **pager_environment(void)
{
    size_t count = 0, used = 0;
    char **env;

    while (environ[count])
        count++;
    env = mem_resize(NULL, count + 3, sizeof(*env));
    for (size_t i = 0; i < count; i++)
        if (!str_starts(str_of(environ[i]), STR("LESSOPEN=")) &&
            !str_starts(str_of(environ[i]), STR("LESSCLOSE=")) &&
            !str_starts(str_of(environ[i]), STR("LESSSECURE=")))
            env[used++] = environ[i];
    env[used++] = (char *)"LESSSECURE=1";
    if (!getenv("LESS"))
        env[used++] = (char *)"LESS=FRX";
    env[used] = NULL;
    return env;
}

static int start_pager(struct sink *s, struct err *e)
{
    s->holding = false;
    if (cancel_flag) { /* what came until then is printed; nobody wants to leave a pager as well */
        s->fd = STDOUT_FILENO;
        return 0;
    }
    _cleanup_(cleanup_free) char **env = pager_environment();
    int r = process_start(&s->process, s->name, env, e);

    s->fd = r < 0 ? STDOUT_FILENO : s->process.fd;
    if (r == 0)
        paging_begin(&s->paging, s->fd, s->rest);
    return r;
}

/* Rows that a line takes on the screen; colours take none. */
static unsigned line_rows(const struct sink *s, struct str line)
{
    unsigned width = 0;
    size_t esc;

    while (str_find_char(line, '\033', &esc)) {
        width += text_width(str_slice(line, 0, esc));
        line = str_slice(line, esc, line.len);
        if (!str_find_char(line, 'm', &esc))
            return 1;
        line = str_slice(line, esc + 1, line.len);
    }
    width += text_width(line);
    return width ? (width + s->columns - 1) / s->columns : 1;
}

static bool fits_screen(struct sink *s)
{
    struct str all = buf_str(s->pending);
    size_t end;

    if (all.len > HELD_MAX)
        return false;
    while (str_find_char(str_slice(all, s->counted, all.len), '\n', &end)) {
        s->lines += line_rows(s, str_slice(all, s->counted, s->counted + end));
        s->counted += end + 1;
        if (s->lines > s->rows)
            return false;
    }
    return true;
}

static int still_holding(struct sink *s, struct err *e)
{
    if (!s->holding || fits_screen(s))
        return 0;
    int r = start_pager(s, e);

    return r < 0 ? r : drain(s, e);
}

int sink_write(struct sink *s, struct str bytes, struct err *e)
{
    if (bytes.len >= WRITE_SIZE && s->kind != SINK_BUFFER && !s->holding) {
        int r = drain(s, e);

        return r < 0 ? r : write_out(s, bytes, e);
    }
    buf_str_add(s->pending, bytes);
    return sink_filled(s, e);
}

struct buf *sink_room(struct sink *s)
{
    return s->pending;
}

int sink_filled(struct sink *s, struct err *e)
{
    if (s->pending->over)
        return err_set(e, ERR_FAILED, "the output does not fit the memory set aside for it");
    if (s->kind == SINK_BUFFER || s->pending->len < WRITE_SIZE)
        return 0;
    return s->holding ? still_holding(s, e) : drain(s, e);
}

int sink_flush(struct sink *s, struct err *e)
{
    if (s->kind == SINK_BUFFER)
        return 0;
    int r = s->holding ? still_holding(s, e) : drain(s, e);

    return r < 0 ? r : say_stopped(s, e);
}

bool sink_reader_gone(const struct sink *s)
{
    return s->gone;
}

bool sink_reader_left(struct sink *s)
{
    struct pollfd p = {.fd = s->fd}; /* a negative one is never ready */

    if (poll(&p, 1, 0) > 0 && p.revents & POLLERR)
        s->gone = true;
    return s->gone;
}

/* What a command says with its status. A pager that was left, or a reader that had enough, is no
 * failure. */
static int command_result(const struct sink *s, int status, struct err *e)
{
    if (s->kind == SINK_PAGER && WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        err_set(e, ERR_FAILED, "cannot run the pager: %s", s->name);
        err_hint(e, "set pager off, or to a command that is there");
        return ERR_FAILED;
    }
    if (s->kind == SINK_PAGER || status == 0)
        return 0;
    if (status < 0)
        return err_set(e, ERR_FAILED, "it is not known how the command ended: %s", s->name);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT)
        return err_set(e, ERR_CANCELLED, "interrupted");
    if (WIFSIGNALED(status))
        return err_set(e, ERR_FAILED, "the command was ended by a signal (%s): %s",
                       strsignal(WTERMSIG(status)), s->name);
    return err_set(e, ERR_FAILED, "the command failed with exit status %d: %s", WEXITSTATUS(status),
                   s->name);
}

static int finish(struct sink *s, struct err *e)
{
    if (s->kind == SINK_BUFFER)
        return 0;
    if (s->holding && fits_screen(s)) {
        s->holding = false;
        s->fd = STDOUT_FILENO;
    }
    int r = s->holding ? still_holding(s, e) : drain(s, e);

    if (r == 0 && s->kind == SINK_PAGER && s->process.pid && !s->stopped &&
        paging_settle(&s->paging) < 0)
        s->gone |= errno == EPIPE;
    if (s->own_fd) {
        int fd = s->fd;

        s->fd = -1;
        if (close(fd) < 0 && r == 0)
            r = write_failed(s, e);
    }
    return r;
}

int sink_close(struct sink *s, bool keep, struct err *e)
{
    struct err late = {0};
    int r = s->gone ? 0 : finish(s, e);

    if (s->gone)
        r = 0; /* the statement's own end says so */
    if (s->process.pid) {
        int status = process_wait(&s->process), ended = command_result(s, status, &late);

        if (r == 0 && ended < 0) {
            r = ended;
            if (e)
                *e = late;
        }
    }
    if (s->file.fd >= 0 && keep && r == 0 && !s->failed)
        r = file_commit(&s->file, e);
    file_abort(&s->file);
    sink_free(s);
    return r;
}
