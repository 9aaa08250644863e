#include "pksk/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "pksk/base/log.h"
#include "pksk/base/utf8.h"

/* vsnprintf that cuts at a whole character and marks the cut. */
static void format_into(char *ret, size_t size, const char *format, va_list args)
{
    static const char mark[] = "…";
    int len = vsnprintf(ret, size, format, args);

    if (len < 0) {
        ret[0] = '\0';
    } else if ((size_t)len >= size) {
        size_t cut = utf8_cut(str_of(ret), size - sizeof(mark)).len;

        memcpy(ret + cut, mark, sizeof(mark));
    }
    for (char *p = ret; *p; p++) {
        if (*p == '\n' || *p == '\r')
            *p = ' ';
    }
}

static int set(struct err *e, int code, struct span at, const char *format, va_list args)
{
    if (!e)
        return code;
    *e = (struct err){.code = code, .at = at};
    format_into(e->text, sizeof(e->text), format, args);
    return code;
}

int err_set(struct err *e, int code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set(e, code, SPAN_NONE, format, args);
    va_end(args);
    return code;
}

int err_at(struct err *e, int code, struct span at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set(e, code, at, format, args);
    va_end(args);
    return code;
}

int err_errno(struct err *e, int code, const char *what, struct str path)
{
    int number = errno;

    if (number == EINTR && cancel_flag)
        code = err_set(e, ERR_CANCELLED, "interrupted");
    else
        err_set(e, code, "%s %.*s: %s", what, STR_ARG(path), strerror(number));
    errno = number;
    return code;
}

void err_hint(struct err *e, const char *format, ...)
{
    va_list args;

    if (!e)
        return;
    va_start(args, format);
    format_into(e->hint, sizeof(e->hint), format, args);
    va_end(args);
}

void err_expected(struct err *e, const char *format, ...)
{
    va_list args;

    if (!e)
        return;
    va_start(args, format);
    format_into(e->expected, sizeof(e->expected), format, args);
    va_end(args);
}

int err_exit_status(int code)
{
    switch (code) {
    case 0:
        return 0;
    case ERR_SYNTAX:
    case ERR_MORE:
        return 2;
    case ERR_CONNECT:
        return 3;
    case ERR_REFUSED:
        return 4;
    case ERR_CANCELLED:
        return 130;
    default:
        return 1;
    }
}
