#include "pksk/line/keys.h"

#include <errno.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "pksk/base/utf8.h"

#define SEQUENCE_MS 50 /* between the bytes of one key or character */
#define PASTE_MS 2000  /* a paste whose end does not come is taken as it is */

static const struct str paste_begin = {"\033[200~", 6}, paste_end = {"\033[201~", 6};

static void signals_of_interest(sigset_t *set)
{
    static const int all[] = {SIGWINCH, SIGINT, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGQUIT};
    sigemptyset(set);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        sigaddset(set, all[i]);
}

int keys_open(struct keys *k, int fd, struct err *e)
{
    *k = (struct keys){.fd = fd, .watch = {-1, -1}, .paste.max = KEYS_PASTE_MAX};
    sigset_t set;
    signals_of_interest(&set);
    if (port_watch_open(&k->watch, fd, &set) < 0) {
        int code = err_errno(e, ERR_FAILED, "cannot watch", STR("the terminal"));
        keys_close(k);
        return code;
    }
    return 0;
}

void keys_close(struct keys *k)
{
    keys_end(k);
    port_watch_close(&k->watch);
    buf_free(&k->paste);
}

void keys_begin(struct keys *k)
{
    sigset_t set;
    signals_of_interest(&set);
    sigprocmask(SIG_BLOCK, &set, &k->old);
    k->begun = true;
    struct termios t;
    if (tcgetattr(k->fd, &t) == 0) {
        k->interrupt = t.c_cc[VINTR];
        k->stop = t.c_cc[VSUSP];
        k->quit = t.c_cc[VQUIT];
    }
}

void keys_end(struct keys *k)
{
    if (k->begun)
        sigprocmask(SIG_SETMASK, &k->old, NULL);
    k->begun = false;
}

/* --- bytes -------------------------------------------------------------------------------- */

static bool readable(int fd, int timeout_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int count;

    do {
        count = poll(&p, 1, timeout_ms);
    } while (count < 0 && errno == EINTR);
    /* Where poll() fails, read() tells, unless that could be a wait that nobody asked for. */
    return count > 0 || (count < 0 && timeout_ms > 0);
}

/* Reads at most max bytes behind what is there. Never more than is needed: what is typed ahead may
 * be meant for the program that the line starts. 0 at the end of input, -1 when none came. */
static ssize_t take(struct keys *k, size_t max, int timeout_ms)
{
    if (k->from > 0) {
        memmove(k->in, k->in + k->from, k->to - k->from);
        k->to -= k->from;
        k->from = 0;
    }
    max = MIN(max, sizeof(k->in) - k->to);
    for (;;) {
        if (!readable(k->fd, timeout_ms))
            return -1;
        ssize_t n = read(k->fd, k->in + k->to, max);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            k->failure = errno;
        if (n <= 0)
            return 0;
        k->to += (size_t)n;
        return n;
    }
}

static struct str pending(const struct keys *k)
{
    return (struct str){(const char *)k->in + k->from, k->to - k->from};
}

/* Does the input begin a paste? Reads on as long as it looks so. */
static bool at_paste(struct keys *k)
{
    for (;;) {
        struct str in = pending(k);
        if (in.len >= paste_begin.len)
            return str_starts(in, paste_begin);
        if (!str_starts(paste_begin, in) || take(k, 1, SEQUENCE_MS) <= 0)
            return false;
    }
}

static bool unwanted(int32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
}

/* Line ends become \n, other controls go, and so do the newlines at the end: pasting runs nothing.
 */
static void clean(struct buf *out, struct str raw)
{
    for (size_t i = 0, step; i < raw.len; i += step) {
        int32_t c = utf8_decode(raw, i, &step);
        if (c == '\r') {
            buf_char(out, '\n');
            if (i + 1 < raw.len && raw.s[i + 1] == '\n')
                step = 2;
        } else if (c < 0 || !unwanted(c)) {
            utf8_encode(out, c < 0 ? 0xfffd : (uint32_t)c);
        }
    }
    while (out->len > 0 && out->s[out->len - 1] == '\n')
        out->len--;
}

static enum key_event read_paste(struct keys *k)
{
    _cleanup_(buf_free) struct buf raw = {.max = KEYS_PASTE_MAX};
    bool too_long = false, ended = false;
    k->from += paste_begin.len;
    while (!ended) {
        struct str in = pending(k);
        size_t at;
        ended = str_find(in, paste_end, &at);
        /* Up to the end; without it, all but what may be its beginning. */
        size_t use = ended ? at : in.len - MIN(in.len, paste_end.len - 1);
        buf_add(&raw, in.s, use);
        too_long |= raw.over;
        k->from += ended ? use + paste_end.len : use;
        if (!ended && take(k, sizeof(k->in), PASTE_MS) <= 0) {
            buf_str_add(&raw, pending(k));
            k->from = k->to;
            break;
        }
    }
    buf_reset(&k->paste);
    if (too_long)
        return KEY_TOO_LONG;
    clean(&k->paste, buf_str(&raw));
    return k->paste.len > 0 ? KEY_PASTE : KEY_NONE;
}

static size_t sequence_len(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* One character of the input; what is not UTF-8, and C1 controls, are left out. */
static enum key_event read_char(struct keys *k, wchar_t *ret)
{
    size_t need = sequence_len(k->in[k->from]), len;
    while (k->to - k->from < need && take(k, 1, SEQUENCE_MS) > 0)
        continue;
    int32_t c = utf8_decode(pending(k), 0, &len);
    k->from += len;
    if (c <= 0 || (c >= 0x80 && c < 0xa0))
        return KEY_NONE;
    if (c == k->interrupt)
        return KEY_INTERRUPT;
    if (c == k->stop)
        return KEY_STOP;
    if (c == k->quit) {
        k->signal = SIGQUIT;
        return KEY_SIGNAL;
    }
    *ret = (wchar_t)c;
    return KEY_CHAR;
}

/* --- between lines ------------------------------------------------------------------------ */

/* As a signal. With it the terminal drops what was typed before and not yet read: what is read from
 * now on was typed behind it. */
static bool interrupt_pending(struct keys *k)
{
    sigset_t set;

    if (sigpending(&set) < 0 || sigismember(&set, SIGINT) != 1)
        return false;
    keys_forget(k);
    return true;
}

/* All that has come, though no line's end has. True when Ctrl-C came meanwhile. */
static bool take_all(struct keys *k)
{
    struct termios was, now;

    if (tcgetattr(k->fd, &was) < 0)
        return interrupt_pending(k);
    now = was;
    now.c_lflag &= ~(tcflag_t)ICANON;
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    tcsetattr(k->fd, TCSANOW, &now);
    /* First what is there, then the signal: so nothing is taken that was typed behind it. */
    while (k->to - k->from < sizeof(k->in) && readable(k->fd, 0) && !interrupt_pending(k) &&
           take(k, sizeof(k->in), 0) > 0)
        continue;
    tcsetattr(k->fd, TCSANOW, &was);
    return interrupt_pending(k);
}

bool keys_interrupted(struct keys *k)
{
    if (take_all(k))
        return true;
    struct str in = pending(k);
    size_t behind = 0;
    for (size_t i = 0, end; i < in.len; i++) {
        struct str rest = str_slice(in, i, in.len);
        if (str_starts(rest, paste_begin))
            i += str_find(rest, paste_end, &end) ? end : rest.len;
        else if (k->interrupt && (unsigned char)in.s[i] == k->interrupt)
            behind = i + 1;
    }
    k->from += behind;
    return behind > 0;
}

void keys_forget(struct keys *k)
{
    k->from = k->to = 0;
}

bool keys_typed_line(struct keys *k, struct buf *ret)
{
    while (k->from < k->to) {
        char c = (char)k->in[k->from++];
        if (c == '\r' || c == '\n')
            return true;
        buf_char(ret, c);
    }
    return false;
}

/* --- signals ------------------------------------------------------------------------------ */

static enum key_event read_signal(struct keys *k)
{
    int number = port_watch_signal(&k->watch);

    if (!number)
        return KEY_NONE;
    k->signal = number;
    switch (number) {
    case SIGWINCH:
        return KEY_RESIZE;
    case SIGINT:
        return KEY_INTERRUPT;
    case SIGTSTP:
        return KEY_STOP;
    case SIGCONT:
        return KEY_CONTINUE;
    default:
        return KEY_SIGNAL;
    }
}

bool keys_more(struct keys *k)
{
    return k->from < k->to || readable(k->fd, 0);
}

enum key_event keys_wait(struct keys *k, int timeout_ms, wchar_t *ret)
{
    if (k->failure) /* amid a key or a paste, too: what comes after it is not what was meant */
        return KEY_EOF;
    if (k->from == k->to) {
        int code =
            k->wait ? k->wait(k->ctx, timeout_ms, k->watch.fd) : readable(k->watch.fd, timeout_ms);
        if (code < 0)
            return KEY_INTERRUPT;
        enum key_event event = read_signal(k);
        if (event != KEY_NONE)
            return event;
        ssize_t n = take(k, 1, 0);
        if (n <= 0)
            return n < 0 ? KEY_NONE : KEY_EOF;
    }
    if (k->in[k->from] == '\033' && at_paste(k))
        return read_paste(k);
    return read_char(k, ret);
}
