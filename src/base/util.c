#include "pksk/base/util.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

no_return static void out_of_memory(void)
{
    static const char line[] = "pksk: out of memory\n";
    ssize_t n = write(STDERR_FILENO, line, sizeof(line) - 1);

    (void)n;
    _exit(1);
}

void *mem_resize(void *old, size_t count, size_t size)
{
    size_t bytes;
    bool over = __builtin_mul_overflow(count ? count : 1, size ? size : 1, &bytes);
    void *p = over ? NULL : realloc(old, bytes);

    if (!p)
        out_of_memory();
    return p;
}

char *mem_dup(const char *s, size_t len)
{
    char *copy = mem_resize(NULL, len + 1, 1);

    if (len)
        memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}
