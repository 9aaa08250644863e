#include "pksk/line/history.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/session/session.h"
#include "pksk/session/slot.h"

struct history {
    struct str *entries; /* a ring would save moving them, once in `max` lines */
    size_t count, cap, max;
    char *path; /* NULL: in memory only */
};

struct history *history_new(size_t max)
{
    struct history *h = mem_resize(NULL, 1, sizeof(*h));
    *h = (struct history){.max = max ? max : HISTORY_MAX};
    return h;
}

void history_free(struct history *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->count; i++)
        free((char *)h->entries[i].s);
    free(h->entries);
    free(h->path);
    free(h);
}

static void free_kept(void *kept)
{
    history_free(kept);
}

static const struct slot_kind slot = {.free = free_kept};

struct history *history_of(const struct session *s)
{
    return slot_get(s, &slot);
}

void history_keep(struct session *s, struct history *h)
{
    slot_put(s, &slot, h);
}

char *history_default_path(void)
{
    const char *given = getenv("PKSK_HISTORY");
    if (given)
        return *given ? mem_dup(given, strlen(given)) : NULL;
    _cleanup_(buf_free) struct buf path = {0};
    _cleanup_(cleanup_free) char *directory = session_directory("XDG_STATE_HOME", "~/.local/state");
    buf_addf(&path, "%s/history", directory);
    return mem_dup(path.s, path.len);
}

size_t history_count(const struct history *h)
{
    return h->count;
}

struct str history_entry(const struct history *h, size_t i)
{
    return i < h->count ? h->entries[i] : STR("");
}

bool history_search(const struct history *h, struct str what, size_t *i)
{
    for (size_t k = MIN(*i, h->count), at; k > 0; k--) {
        if (str_find(h->entries[k - 1], what, &at)) {
            *i = k - 1;
            return true;
        }
    }
    return false;
}

static void keep(struct history *h, struct str entry)
{
    if (h->count > 0 && str_eq(h->entries[h->count - 1], entry))
        return;
    if (h->count == h->max) {
        free((char *)h->entries[0].s);
        memmove(h->entries, h->entries + 1, (h->count - 1) * sizeof(*h->entries));
        h->count--;
    }
    if (h->count == h->cap) {
        h->cap = h->cap ? h->cap * 2 : 256;
        h->entries = mem_resize(h->entries, h->cap, sizeof(*h->entries));
    }
    h->entries[h->count++] = (struct str){mem_dup(entry.s, entry.len), entry.len};
}

/* --- secrets ------------------------------------------------------------------------------ */

/* AKIA or ASIA and sixteen capitals and digits: an access key id, and the secret is seldom far. */
static bool holds_key_id(struct str t)
{
    for (size_t i = 0; i + 20 <= t.len; i++) {
        if (memcmp(t.s + i, "AKIA", 4) != 0 && memcmp(t.s + i, "ASIA", 4) != 0)
            continue;
        size_t n = 4;
        while (n < 20 && (isupper((unsigned char)t.s[i + n]) || isdigit((unsigned char)t.s[i + n])))
            n++;
        if (n == 20)
            return true;
    }
    return false;
}

static bool is_base64(char c)
{
    return isalnum((unsigned char)c) || c == '/' || c == '+';
}

/* A secret access key is forty characters of base64; a hash in hexadecimal has no capitals among
 * small letters. Session tokens are long, and begin in two ways. */
static bool looks_secret(struct str word)
{
    bool upper = false, lower = false, digit = false;

    if (str_starts(word, STR("IQoJb3JpZ2lu")) || str_starts(word, STR("FwoGZXIvYXdz")))
        return true;
    for (size_t i = 0; i < word.len; i++) {
        upper |= isupper((unsigned char)word.s[i]) != 0;
        lower |= islower((unsigned char)word.s[i]) != 0;
        digit |= isdigit((unsigned char)word.s[i]) != 0;
    }
    return word.len == 40 && upper && lower && digit;
}

static bool holds_secret_word(struct str t)
{
    for (size_t i = 0, end; i < t.len; i = end + 1) {
        for (end = i; end < t.len && is_base64(t.s[end]); end++)
            ;
        if (looks_secret(str_slice(t, i, end)))
            return true;
    }
    return false;
}

bool history_holds_secret(struct str entry)
{
    static const char *const names[] = {"aws_secret", "secret_access_key", "secretaccesskey",
                                        "aws_session_token", "aws_security_token"};
    for (size_t i = 0; i < entry.len; i++) {
        for (size_t n = 0; n < ARRAY_LEN(names); n++) {
            if (str_starts_ci(str_slice(entry, i, entry.len), str_of(names[n])))
                return true;
        }
    }
    return holds_key_id(entry) || holds_secret_word(entry);
}

static bool is_private(struct str entry)
{
    return entry.s[0] == ' ' || entry.s[0] == '\t' || entry.len > HISTORY_ENTRY_MAX ||
           history_holds_secret(entry);
}

/* --- the file ----------------------------------------------------------------------------- */

static void encode(struct buf *out, struct str entry)
{
    for (size_t i = 0; i < entry.len; i++) {
        unsigned char c = (unsigned char)entry.s[i];
        if (c == '\\')
            buf_lit(out, "\\\\");
        else if (c == '\n')
            buf_lit(out, "\\n");
        else if (c < 0x20 || c == 0x7f)
            buf_addf(out, "\\x%02x", c);
        else
            buf_char(out, (char)c);
    }
    buf_char(out, '\n');
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An escape that is none stands for itself: a file edited by hand loses nothing. */
static void decode(struct buf *out, struct str line)
{
    for (size_t i = 0; i < line.len; i++) {
        struct str rest = str_slice(line, i, line.len);
        if (str_starts(rest, STR("\\\\"))) {
            buf_char(out, '\\');
            i++;
        } else if (str_starts(rest, STR("\\n"))) {
            buf_char(out, '\n');
            i++;
        } else if (rest.len >= 4 && str_starts(rest, STR("\\x")) && hex_digit(rest.s[2]) >= 0 &&
                   hex_digit(rest.s[3]) >= 0) {
            buf_char(out, (char)(hex_digit(rest.s[2]) * 16 + hex_digit(rest.s[3])));
            i += 3;
        } else {
            buf_char(out, line.s[i]);
        }
    }
}

static void cleanup_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static bool is_ours(const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_uid == geteuid() && (st->st_mode & 022) == 0;
}

static int lock(int fd)
{
    int r;

    do {
        r = flock(fd, LOCK_EX);
    } while (r < 0 && errno == EINTR && !cancel_flag);
    return r;
}

/* Opens the file for appending and locks it. Another shell may put a shorter file in its place
 * between the two; then the lock is on a file that is gone, and it is tried again. */
static int open_locked(const char *path, int *ret, struct err *e)
{
    for (int tries = 0; tries < 100; tries++) {
        _cleanup_(cleanup_close) int fd =
            file_descriptor(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        struct stat st, there;
        if (fd < 0 || fstat(fd, &st) < 0)
            return err_errno(e, ERR_FAILED, "cannot open the history", str_of(path));
        if (!is_ours(&st)) {
            err_set(e, ERR_FAILED, "the history %s is another user's or may be written by others",
                    path);
            err_hint(e, "chmod go-w it, or set PKSK_HISTORY to another file");
            return ERR_FAILED;
        }
        if (lock(fd) < 0)
            return err_errno(e, ERR_FAILED, "cannot lock the history", str_of(path));
        if (lstat(path, &there) == 0 && there.st_ino == st.st_ino && there.st_dev == st.st_dev) {
            if ((st.st_mode & 077) != 0)
                (void)fchmod(fd, 0600);
            *ret = fd;
            fd = -1;
            return 0;
        }
    }
    return err_set(e, ERR_FAILED, "the history %s is replaced again and again", path);
}

static int append(const char *path, struct str entry, struct err *e)
{
    _cleanup_(cleanup_free) char *copy = mem_dup(path, strlen(path));
    int code = file_make_dirs(dirname(copy), e);
    _cleanup_(cleanup_close) int fd = -1;
    if (code == 0)
        code = open_locked(path, &fd, e);
    if (code < 0)
        return code;
    _cleanup_(buf_free) struct buf line = {0};
    char last = '\n';
    off_t size = lseek(fd, 0, SEEK_END);
    if (size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n')
        buf_char(&line, '\n'); /* what an interrupted write left */
    encode(&line, entry);
    if (file_write_all(fd, buf_str(&line)) < 0) {
        int r = err_errno(e, ERR_FAILED, "cannot write the history", str_of(path));
        if (size >= 0 && ftruncate(fd, size) < 0)
            err_hint(e, "the last line of it is cut");
        return r;
    }
    return 0;
}

int history_add(struct history *h, struct str entry, struct err *e)
{
    if (str_trim(entry).len == 0)
        return 0;
    bool again = h->count > 0 && str_eq(h->entries[h->count - 1], entry);
    keep(h, entry);
    if (again || !h->path || is_private(entry))
        return 0;
    return append(h->path, entry, e);
}

static struct str last_lines(struct str text, size_t max)
{
    size_t lines = 0;
    for (size_t i = text.len; i > 1; i--) {
        if (text.s[i - 2] == '\n' && ++lines == max)
            return str_slice(text, i - 1, text.len);
    }
    return text;
}

/* Puts the last max lines in the file's place, all under its lock. */
static int cut_file(const char *path, size_t max, struct err *e)
{
    _cleanup_(cleanup_close) int fd = -1;
    int code = open_locked(path, &fd, e);
    if (code < 0)
        return code;
    _cleanup_(buf_free) struct buf text = {0};
    code = file_read_private(path, HISTORY_FILE_MAX, &text, e);
    if (code < 0)
        return code;
    return file_write(path, last_lines(buf_str(&text), max), e);
}

int history_open(struct history *h, const char *path, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0}, entry = {0};
    struct err why = {0};
    int code = file_read_private(path, HISTORY_FILE_MAX, &text, &why);
    if (code < 0 && errno != ENOENT) {
        if (e)
            *e = why;
        return code;
    }
    free(h->path);
    h->path = mem_dup(path, strlen(path));
    /* Not at every start: half as much again may gather before the file is rewritten. */
    size_t lines = 0, most = h->max + h->max / 2;
    struct str all = buf_str(&text), rest = last_lines(all, most), line;
    bool more = rest.len < all.len;
    while (rest.len > 0 && str_split(&rest, '\n', &line)) {
        lines++;
        buf_reset(&entry);
        decode(&entry, line);
        if (str_trim(buf_str(&entry)).len > 0 && entry.len <= HISTORY_ENTRY_MAX)
            keep(h, buf_str(&entry));
    }
    return more || lines > most ? cut_file(path, h->max, e) : 0;
}
