#include <fcntl.h>
#include <locale.h>
#include <pty.h>
#include <unistd.h>

#include "pksk/out/progress.h"
#include "test.h"

static int64_t now_us;

static int64_t fake_mono(unused_arg void *ctx)
{
    return now_us;
}

static const struct clock fake = {.mono_us = fake_mono};

/* Standard error is a terminal of so many columns, whose other end is here. */
static int terminal = -1, saved = -1;

static void open_terminal(unsigned short columns)
{
    struct winsize size = {.ws_row = 10, .ws_col = columns};
    int end;

    if (openpty(&terminal, &end, NULL, NULL, &size) < 0)
        abort();
    fcntl(terminal, F_SETFL, O_NONBLOCK);
    saved = dup(STDERR_FILENO);
    dup2(end, STDERR_FILENO);
    close(end);
}

static void close_terminal(void)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(terminal);
}

/* What was drawn since the last time. */
static const char *drawn(void)
{
    static char text[1000];
    ssize_t n = read(terminal, text, sizeof(text) - 1);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

#define DRAWN(line) "\r\033[2m" line "\033[0m\033[K"

TEST(nothing_off_a_terminal)
{
    struct progress p;

    saved = dup(STDERR_FILENO);
    FILE *file = tmpfile();
    dup2(fileno(file), STDERR_FILENO);
    progress_begin(&p, &fake, 10);
    progress_update(&p, "importing", 5, 5);
    progress_end(&p);
    dup2(saved, STDERR_FILENO);
    close(saved);
    CHECK(fseek(file, 0, SEEK_END) == 0 && ftell(file) == 0);
    fclose(file);
}

TEST(a_line_that_is_drawn_over)
{
    struct progress p;

    setenv("TERM", "xterm", 1);
    unsetenv("COLUMNS");
    open_terminal(80);
    now_us = 1000;
    progress_begin(&p, &fake, 20000);
    progress_update(&p, "importing a.jsonl", 100, 4000);
    CHECK_STR(str_of(drawn()), DRAWN("  importing a.jsonl  100 of 20,000 items  4.0 KB"));
    now_us += 50000;
    progress_update(&p, "importing a.jsonl", 200, 8000);
    CHECK_STR(str_of(drawn()), ""); /* not so often */
    now_us += 3950000;
    progress_update(&p, "importing a.jsonl", 12345, 4100000);
    CHECK_STR(str_of(drawn()),
              DRAWN("  importing a.jsonl  12,345 of 20,000 items  4.1 MB  3,086/s  2 s left"));
    progress_end(&p);
    CHECK_STR(str_of(drawn()), "\r\033[K");
    progress_end(&p);
    CHECK_STR(str_of(drawn()), "");
    close_terminal();
}

TEST(of_a_file_the_bytes_say_how_far)
{
    struct progress p;

    open_terminal(80);
    now_us = 1000;
    progress_begin(&p, &fake, 0);
    p.total_bytes = 4000000;
    progress_update(&p, "importing a.jsonl", 1, 40);
    CHECK_STR(str_of(drawn()), DRAWN("  importing a.jsonl  1 item  40 B of 4.0 MB"));
    now_us += 4000000;
    progress_update(&p, "importing a.jsonl", 12000, 1000000);
    CHECK_STR(str_of(drawn()),
              DRAWN("  importing a.jsonl  12,000 items  1.0 MB of 4.0 MB  3,000/s  12 s left"));
    close_terminal();
}

TEST(what_is_only_waited_for_says_how_long)
{
    struct progress p;

    open_terminal(24);
    progress_begin(&p, &fake, 0);
    now_us += 3200000;
    progress_update(&p, "waiting\033[2J", 0, 0);
    CHECK_STR(str_of(drawn()), DRAWN("  waiting\\x1b[2J  3 s"));
    now_us += 86400000000;
    progress_update(&p, "waiting for long", 0, 0);
    CHECK_STR(str_of(drawn()), DRAWN("  waiting for long  24…")); /* never on a second line */
    progress_end(&p);
    close_terminal();
}

TEST(nothing_on_a_dumb_terminal)
{
    struct progress p;

    setenv("TERM", "dumb", 1);
    open_terminal(80);
    progress_begin(&p, &fake, 0);
    progress_update(&p, "waiting", 0, 0);
    progress_end(&p);
    CHECK_STR(str_of(drawn()), "");
    close_terminal();
}

__attribute__((constructor)) static void use_utf8(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
}

TEST_MAIN()
