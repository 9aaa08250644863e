/* The terminal itself: its size, whether it has colours, and which. */
#include <sys/ioctl.h>
#include <unistd.h>

#include "pksk/out/text.h"

static unsigned from_environment(const char *name, unsigned otherwise)
{
    uint64_t n;

    if (!str_to_u64(str_of(getenv(name)), &n) || n == 0 || n > 10000)
        return otherwise;
    return (unsigned)n;
}

void text_screen_of(int fd, unsigned *columns, unsigned *rows)
{
    struct winsize size = {0};

    if (ioctl(fd, TIOCGWINSZ, &size) < 0)
        size = (struct winsize){0};
    *columns = size.ws_col ? size.ws_col : from_environment("COLUMNS", 80);
    *rows = size.ws_row ? size.ws_row : from_environment("LINES", 24);
}

void text_screen(unsigned *columns, unsigned *rows)
{
    text_screen_of(STDOUT_FILENO, columns, rows);
}

bool text_colour_wanted(int fd)
{
    const char *term = getenv("TERM"), *none = getenv("NO_COLOR");

    return isatty(fd) && term && *term && strcmp(term, "dumb") != 0 && !(none && *none);
}

/* The terminal's own sixteen colours, which its owner has made readable on its background. */
const char *colour_on(enum colour c)
{
    static const char *const on[] = {
        [COLOUR_NONE] = "",           [COLOUR_DIM] = "\033[2m",      [COLOUR_BOLD] = "\033[1m",
        [COLOUR_KEY] = "\033[36m",    [COLOUR_NAME] = "\033[1m",     [COLOUR_STRING] = "\033[32m",
        [COLOUR_NUMBER] = "\033[33m", [COLOUR_LITERAL] = "\033[35m", [COLOUR_ERROR] = "\033[1;31m",
        [COLOUR_WARN] = "\033[33m",   [COLOUR_GOOD] = "\033[32m",
    };

    return (unsigned)c < ARRAY_LEN(on) ? on[c] : "";
}
