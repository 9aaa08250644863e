#include "pksk/run/records.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pksk/aws/words.h"
#include "pksk/base/child.h"
#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/base/port.h"

#define CHUNK ((size_t)256 << 10)
#define TOO_LONG_SHOWN ((size_t)200)

static const struct {
    const char *program;
    struct str magic;
} packers[] = {
    {"gzip", {"\x1f\x8b", 2}},
    {"zstd", {"\x28\xb5\x2f\xfd", 4}},
    {"xz",
     {"\xfd"
      "7zXZ",
      5}},
    {"bzip2", {"BZh", 3}},
};

static const char *packer_of(struct str head)
{
    for (size_t i = 0; i < ARRAY_LEN(packers); i++) {
        if (str_starts(head, packers[i].magic))
            return packers[i].program;
    }
    return NULL;
}

static int check_head(struct records *r, struct err *e);

/* From here on fd is what the program writes. */
static int unpack(struct records *r, const char *program, struct err *e)
{
    char *const argv[] = {(char *)program, (char *)"-dc", NULL};
    int ends[2], silent = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (silent < 0 || lseek(r->fd, 0, SEEK_SET) < 0 || port_pipe(ends) < 0) {
        if (silent >= 0)
            close(silent);
        return err_errno(e, ERR_FAILED, "cannot unpack", str_of(r->path));
    }
    int number = child_spawn(&r->unpacker, program, argv,
                             &(struct child_streams){r->fd, ends[1], silent}, NULL);
    close(silent);
    close(ends[1]);
    if (number) {
        close(ends[0]);
        r->unpacker = 0;
        err_set(e, ERR_FAILED, "%s is compressed, and %s, which unpacks it, cannot be run: %s",
                r->path, program, strerror(number));
        return ERR_FAILED;
    }
    close(r->fd);
    r->fd = ends[0];
    r->packed = program;
    r->seekable = r->at_end = false;
    buf_reset(&r->data);
    r->from = r->scanned = 0;
    return check_head(r, e);
}

static int end_unpacker(struct records *r, struct err *e)
{
    int status = 0;
    pid_t got;

    do {
        got = waitpid(r->unpacker, &status, 0);
    } while (got < 0 && errno == EINTR);
    r->unpacker = 0;
    if (got < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
        return err_set(e, ERR_FAILED, "%s is damaged: %s cannot unpack all of it", r->path,
                       r->packed);
    return 0;
}

static int check_head(struct records *r, struct err *e)
{
    struct str head;
    _cleanup_(buf_free) struct buf word = {0};
    int code = records_head(r, &head, e);

    if (code < 0)
        return code;
    word_quote_add(&word, str_of(r->path));
    const char *packer = packer_of(head);

    if (packer && (r->packed || !r->owned)) {
        err_set(e, ERR_FAILED, "%s is compressed with %s%s", r->path, packer,
                r->packed ? " twice" : "");
        if (!r->owned)
            err_hint(e, "name the file, or put `%s -dc` in front", packer);
        return ERR_FAILED;
    }
    if (packer)
        return unpack(r, packer, e);
    if (str_starts(head, STR("\xff\xfe")) || str_starts(head, STR("\xfe\xff"))) {
        err_set(e, ERR_FAILED, "%s is UTF-16", r->path);
        err_hint(e, "convert it: iconv -f UTF-16 -t UTF-8 %s", buf_cstr(&word));
        return ERR_FAILED;
    }
    if (str_starts(head, STR("\xef\xbb\xbf"))) /* a byte order mark */
        r->from = r->scanned = 3;
    return 0;
}

int records_open(struct records *r, const char *path, struct err *e)
{
    bool standard = strcmp(path, "-") == 0;

    *r = (struct records){.fd = standard ? STDIN_FILENO
                                         : file_descriptor(path, O_RDONLY | O_CLOEXEC, 0),
                          .line = 1,
                          .owned = !standard};
    if (r->fd < 0 || fstat(r->fd, &r->identity) < 0)
        return err_errno(e, ERR_FAILED, "cannot read", str_of(path));
    r->path =
        mem_dup(standard ? "standard input" : path, strlen(standard ? "standard input" : path));
    r->data.max = RECORD_MAX + 2 * CHUNK;
    if (S_ISDIR(r->identity.st_mode)) {
        errno = EISDIR;
        return err_errno(e, ERR_FAILED, "cannot read", str_of(path));
    }
    r->seekable = S_ISREG(r->identity.st_mode) && lseek(r->fd, 0, SEEK_CUR) == 0;
    return check_head(r, e);
}

void records_close(struct records *r)
{
    struct err ignored;

    if (r->fd >= 0 && r->owned)
        close(r->fd);
    if (r->unpacker) /* its pipe is gone, so it ends */
        (void)end_unpacker(r, &ignored);
    free(r->path);
    buf_free(&r->data);
    *r = (struct records){.fd = -1};
}

/* Moves what is not handed out yet to the front of the window. */
static void slide(struct records *r)
{
    if (!r->from)
        return;
    memmove(r->data.s, r->data.s + r->from, r->data.len - r->from);
    r->data.len -= r->from;
    r->offset += r->from;
    r->scanned -= r->from;
    r->from = 0;
}

static int wait_readable(struct records *r, struct err *e)
{
    struct pollfd p = {.fd = r->fd, .events = POLLIN};

    if (r->seekable || !r->wait || poll(&p, 1, 0) != 0)
        return 0;
    return r->wait(r->ctx, r->fd, e);
}

/* Reads more into the window: 1, or 0 at the end. */
static int fill(struct records *r, struct err *e)
{
    ssize_t got;
    char *room;

    if (r->at_end)
        return 0;
    slide(r);
    room = buf_room(&r->data, CHUNK);
    if (!room)
        return err_set(e, ERR_FAILED, "%s:%zu: a record is too long", r->path, (size_t)r->line);
    do {
        int code = wait_readable(r, e);

        if (code < 0)
            return code;
        got = read(r->fd, room, CHUNK);
        if (got < 0 && errno == EINTR && cancel_flag)
            return err_set(e, ERR_CANCELLED, "interrupted");
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
    if (got < 0)
        return err_errno(e, ERR_FAILED, "cannot read", str_of(r->path));
    r->data.len += (size_t)got;
    r->at_end = got == 0;
    if (r->at_end && r->unpacker) {
        int code = end_unpacker(r, e);

        if (code < 0)
            return code;
    }
    return got > 0;
}

static bool has_line(const struct records *r)
{
    return memchr(r->data.s + r->from, '\n', r->data.len - r->from) != NULL;
}

int records_head(struct records *r, struct str *ret, struct err *e)
{
    while (r->data.len - r->from < RECORDS_HEAD ||
           (!has_line(r) && r->data.len - r->from < RECORD_MAX)) {
        int code = fill(r, e);

        if (code < 0)
            return code;
        if (code == 0)
            break;
    }
    *ret = str_slice(buf_str(&r->data), r->from, r->data.len);
    return 0;
}

int records_seek(struct records *r, uint64_t offset, uint64_t line, struct err *e)
{
    if (offset >= r->offset && offset - r->offset <= r->data.len) {
        r->from = r->scanned = (size_t)(offset - r->offset);
    } else if (r->seekable && lseek(r->fd, (off_t)offset, SEEK_SET) >= 0) {
        buf_reset(&r->data);
        r->from = r->scanned = 0;
        r->offset = offset;
        r->at_end = false;
    } else {
        return err_set(e, ERR_FAILED, "cannot go on in the middle of %s", r->path);
    }
    r->line = line;
    return 0;
}

int records_all(struct records *r, struct buf *ret, struct err *e)
{
    for (;;) {
        buf_str_add(ret, str_slice(buf_str(&r->data), r->from, r->data.len));
        r->from = r->scanned = r->data.len;
        if (ret->over)
            return err_set(e, ERR_FAILED, "%s is larger than %zu bytes", r->path, ret->max);
        int code = fill(r, e);

        if (code <= 0)
            return code;
    }
}

/* ---- records */

static uint64_t count_lines(struct str t)
{
    uint64_t n = 0;

    for (const char *p = t.s, *end = t.s + t.len; (p = memchr(p, '\n', (size_t)(end - p))); p++)
        n++;
    return n;
}

/* Hands out what lies before `to` (in the window), without the `drop` bytes at its end. */
static int deliver(struct records *r, size_t to, size_t drop, uint64_t lines, struct record *ret)
{
    struct str all = str_slice(buf_str(&r->data), r->from, to);

    *ret = (struct record){
        .text = str_slice(all, 0, all.len - drop), .line = r->line, .end = r->offset + to};
    r->line += lines;
    r->from = r->scanned = to;
    return 1;
}

/* The record has passed the ceiling: its beginning is kept, the rest up to its newline skipped. */
static int skip_line(struct records *r, struct record *ret, struct err *e)
{
    size_t kept = MIN(TOO_LONG_SHOWN, r->data.len - r->from);
    const char *newline;
    int code = 1;

    do {
        r->from += kept;
        newline =
            r->data.len > r->from ? memchr(r->data.s + r->from, '\n', r->data.len - r->from) : NULL;
        r->from -= kept;
        if (newline || code == 0)
            break;
        /* keeps the beginning, and drops what was searched */
        r->offset += r->data.len - r->from - kept;
        r->data.len = r->from + kept;
        r->scanned = r->from;
        code = fill(r, e);
        if (code < 0)
            return code;
    } while (true);
    size_t to = newline ? (size_t)(newline - r->data.s) + 1 : r->data.len;

    deliver(r, to, to - r->from - kept, newline != NULL, ret);
    ret->too_long = true;
    return 1;
}

static bool is_blank(struct str t)
{
    return str_trim(t).len == 0;
}

int records_line(struct records *r, struct record *ret, struct err *e)
{
    for (;;) {
        const char *newline = r->data.len > r->scanned
                                  ? memchr(r->data.s + r->scanned, '\n', r->data.len - r->scanned)
                                  : NULL;
        int code;

        if (newline) {
            deliver(r, (size_t)(newline - r->data.s) + 1, 1, 1, ret);
            if (is_blank(ret->text))
                continue;
            return 1;
        }
        r->scanned = r->data.len;
        if (r->data.len - r->from > RECORD_MAX)
            return skip_line(r, ret, e);
        code = fill(r, e);
        if (code < 0)
            return code;
        if (code > 0)
            continue;
        if (r->from == r->data.len)
            return 0;
        deliver(r, r->data.len, 0, 0, ret);
        return is_blank(ret->text) ? 0 : 1;
    }
}

/* Where a row of CSV stands; only a quote that begins a cell opens one (RFC 4180). */
enum cell { CELL_BEGIN, CELL_PLAIN, CELL_QUOTED, CELL_CLOSED };

static enum cell next_cell(enum cell at, char c, char separator)
{
    if (at == CELL_QUOTED)
        return c == '"' ? CELL_CLOSED : CELL_QUOTED;
    if (c == separator)
        return CELL_BEGIN;
    return c == '"' && at != CELL_PLAIN ? CELL_QUOTED : CELL_PLAIN;
}

/* The window's next row: 1, or 0 when its end is not in the window. */
static int row_in_window(struct records *r, char separator, enum cell *at, uint64_t *lines,
                         struct record *ret)
{
    for (size_t i = r->scanned; i < r->data.len; i++) {
        char c = r->data.s[i];

        *lines += c == '\n';
        if (c != '\n' || *at == CELL_QUOTED) {
            *at = next_cell(*at, c, separator);
            continue;
        }
        deliver(r, i + 1, 1, *lines, ret);
        *lines = 0;
        *at = CELL_BEGIN;
        if (!is_blank(ret->text))
            return 1;
    }
    r->scanned = r->data.len;
    return 0;
}

int records_row(struct records *r, char separator, struct record *ret, struct err *e)
{
    enum cell at = CELL_BEGIN;
    uint64_t lines = 0;

    r->scanned = r->from;
    for (;;) {
        int code;

        if (row_in_window(r, separator, &at, &lines, ret))
            return 1;
        if (r->data.len - r->from > RECORD_MAX)
            return err_set(e, ERR_FAILED,
                           "%s:%zu: a row of more than %zu bytes: is a quote left open?", r->path,
                           (size_t)r->line, RECORD_MAX);
        code = fill(r, e);
        if (code < 0)
            return code;
        if (code > 0)
            continue;
        if (r->from == r->data.len)
            return 0;
        if (at == CELL_QUOTED)
            return err_set(e, ERR_FAILED, "%s:%zu: the file ends inside a quoted cell", r->path,
                           (size_t)r->line);
        deliver(r, r->data.len, 0, lines, ret);
        return is_blank(ret->text) ? 0 : 1;
    }
}

/* ---- elements */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Up to the next object: 1, or 0 when there is none any more. */
static int find_object(struct records *r, bool in_array, struct err *e)
{
    for (;;) {
        while (r->from < r->data.len &&
               (is_space(r->data.s[r->from]) || r->data.s[r->from] == ',')) {
            r->line += r->data.s[r->from] == '\n';
            r->from++;
        }
        if (r->from < r->data.len) {
            char c = r->data.s[r->from];

            if (c == '{')
                return 1;
            if (c == ']' && in_array)
                return 0;
            return err_set(e, ERR_FAILED, "%s:%zu: expected an object, an item in braces", r->path,
                           (size_t)r->line);
        }
        r->scanned = r->from;
        int code = fill(r, e);

        if (code < 0)
            return code;
        if (code == 0 && in_array)
            return err_set(e, ERR_FAILED, "%s:%zu: the file ends before its array does", r->path,
                           (size_t)r->line);
        if (code == 0)
            return 0;
    }
}

int records_element(struct records *r, bool in_array, struct record *ret, struct err *e)
{
    size_t depth = 0, at = 0; /* from the object's beginning, as the window may move */
    bool string = false, escaped = false;
    int code = find_object(r, in_array, e);

    if (code <= 0)
        return code;
    for (;;) {
        for (; r->from + at < r->data.len; at++) {
            char c = r->data.s[r->from + at];

            if (string) {
                string = escaped || c != '"';
                escaped = !escaped && c == '\\';
                continue;
            }
            string = c == '"';
            if (c == '{' || c == '[')
                depth++;
            if ((c != '}' && c != ']') || --depth)
                continue;
            struct str text = str_slice(buf_str(&r->data), r->from, r->from + at + 1);

            return deliver(r, r->from + at + 1, 0, count_lines(text), ret);
        }
        if (at > RECORD_MAX)
            return err_set(e, ERR_FAILED, "%s:%zu: an item of more than %zu bytes", r->path,
                           (size_t)r->line, RECORD_MAX);
        r->scanned = r->from;
        code = fill(r, e);
        if (code < 0)
            return code;
        if (code == 0)
            return err_set(e, ERR_FAILED, "%s:%zu: the file ends inside an item", r->path,
                           (size_t)r->line);
    }
}
