#include "pksk/line/keys.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "test.h"

/* A terminal: what is written to `far` is typed, and keys read it. */
static int far = -1, near = -1;
static struct keys keys;

static bool begin(void)
{
    struct err e;
    struct termios t;
    far = posix_openpt(O_RDWR | O_NOCTTY);
    if (far < 0 || grantpt(far) < 0 || unlockpt(far) < 0)
        return false;
    near = open(ptsname(far), O_RDWR | O_NOCTTY);
    if (near < 0 || tcgetattr(near, &t) < 0)
        return false;
    cfmakeraw(&t);
    if (tcsetattr(near, TCSANOW, &t) < 0 || keys_open(&keys, near, &e) < 0)
        return false;
    keys_begin(&keys);
    return true;
}

static void end(void)
{
    keys_close(&keys);
    close(near);
    close(far);
}

static bool type(const char *s, size_t len)
{
    return write(far, s, len) == (ssize_t)len;
}
#define TYPE(literal) CHECK(type(literal, sizeof(literal) - 1))

/* The next event that is one; nothing in five seconds is KEY_NONE. */
static enum key_event next(wchar_t *c)
{
    for (int i = 0; i < 50; i++) {
        enum key_event event = keys_wait(&keys, 100, c);
        if (event != KEY_NONE)
            return event;
    }
    return KEY_NONE;
}

TEST(characters_are_utf8)
{
    wchar_t c;
    CHECK(begin());
    TYPE("a\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80");
    static const wchar_t want[] = {'a', 0xe9, 0x65e5, 0x1f600};
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        CHECK(next(&c) == KEY_CHAR && c == want[i]);
    /* bytes that are no character, and C1 controls, are not there */
    TYPE("\xff\xc3(\xc2\x9b"
         "b");
    CHECK(next(&c) == KEY_CHAR && c == '(');
    CHECK(next(&c) == KEY_CHAR && c == 'b');
    end();
}

TEST(escape_sequences_pass_as_they_are)
{
    wchar_t c;
    CHECK(begin());
    TYPE("\033[A\033[20~\033");
    for (const char *want = "\033[A\033[20~\033"; *want; want++)
        CHECK(next(&c) == KEY_CHAR && c == *want);
    end();
}

TEST(a_paste_is_one_event_without_controls)
{
    wchar_t c;
    CHECK(begin());
    TYPE("\033[200~get a\r\nb\rc\n\td\033[31m\003\x7f\xc2\x9b\xff\r\r\033[201~x");
    CHECK(next(&c) == KEY_PASTE);
    CHECK_STR(buf_str(&keys.paste), "get a\nb\nc\n\td[31m\xef\xbf\xbd");
    CHECK(next(&c) == KEY_CHAR && c == 'x');
    end();
}

TEST(a_paste_without_its_end_is_taken)
{
    wchar_t c;
    CHECK(begin());
    TYPE("\033[200~abc\033[20");
    CHECK(next(&c) == KEY_PASTE);
    CHECK_STR(buf_str(&keys.paste), "abc[20");
    end();
}

TEST(an_empty_paste_is_nothing)
{
    wchar_t c;
    CHECK(begin());
    TYPE("\033[200~\r\033[201~x");
    CHECK(next(&c) == KEY_CHAR && c == 'x');
    end();
}

TEST(signals_are_events)
{
    wchar_t c;
    CHECK(begin());
    CHECK(kill(getpid(), SIGWINCH) == 0);
    CHECK(next(&c) == KEY_RESIZE);
    CHECK(kill(getpid(), SIGINT) == 0);
    CHECK(next(&c) == KEY_INTERRUPT);
    CHECK(kill(getpid(), SIGTSTP) == 0);
    CHECK(next(&c) == KEY_STOP);
    CHECK(kill(getpid(), SIGTERM) == 0);
    CHECK(next(&c) == KEY_SIGNAL && keys.signal == SIGTERM);
    end();
}

TEST(control_characters_of_the_terminal_are_events_outside_a_paste)
{
    wchar_t c;
    CHECK(begin());
    TYPE("\003\032\034");
    CHECK(next(&c) == KEY_INTERRUPT);
    CHECK(next(&c) == KEY_STOP);
    CHECK(next(&c) == KEY_SIGNAL && keys.signal == SIGQUIT);
    end();
}

TEST(only_what_is_needed_is_read)
{
    wchar_t c;
    char rest[8];
    CHECK(begin());
    TYPE("a\rnext");
    CHECK(next(&c) == KEY_CHAR && c == 'a');
    CHECK(next(&c) == KEY_CHAR && c == '\r');
    CHECK(keys_more(&keys));
    CHECK(read(near, rest, sizeof(rest)) == 4 && memcmp(rest, "next", 4) == 0);
    CHECK(!keys_more(&keys));
    end();
}

/* Behind Enter, before the terminal makes signals of it. */
TEST(an_interrupt_that_was_typed_ahead_is_found)
{
    wchar_t c;
    struct buf line = {0};
    CHECK(begin());
    TYPE("a\rnext\003y\rmore");
    CHECK(next(&c) == KEY_CHAR && next(&c) == KEY_CHAR && c == '\r');
    CHECK(keys_interrupted(&keys));
    CHECK(keys_typed_line(&keys, &line)); /* what stood before it is gone */
    CHECK_STR(buf_str(&line), "y");
    CHECK(next(&c) == KEY_CHAR && c == 'm');
    CHECK(!keys_interrupted(&keys));
    CHECK(next(&c) == KEY_CHAR && c == 'o');
    keys_forget(&keys);
    CHECK(!keys_more(&keys));
    TYPE("\033[200~a\003b\033[201~"); /* of a paste, it means nothing */
    CHECK(!keys_interrupted(&keys));
    CHECK(next(&c) == KEY_PASTE);
    buf_free(&line);
    end();
}

TEST(the_end_of_the_terminal_is_the_end)
{
    wchar_t c;
    CHECK(begin());
    close(far);
    CHECK(next(&c) == KEY_EOF);
    far = -1;
    keys_close(&keys);
    close(near);
}

TEST_MAIN()
