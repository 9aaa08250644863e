/* Errors: a function that can fail returns 0 or one of these negative codes and fills a struct err.
 *
 * The caller owns the struct err; it holds no pointers, so it may be copied and thrown away. Codes
 * go up unchanged, and each maps to one exit status of the program. Results are written last, only
 * on success.
 */
#ifndef PKSK_BASE_ERR_H
#define PKSK_BASE_ERR_H

#include "pksk/base/str.h"

enum {
    ERR_FAILED =
        -1, /* the statement failed: the service refused it, a file could not be written … */
    ERR_SYNTAX = -2, /* usage, syntax, or a value that cannot be meant that way; nothing was sent */
    ERR_CONNECT = -3, /* no connection, no TLS, no credentials, wrong signature */
    ERR_REFUSED =
        -4, /* a condition was false, a transaction was cancelled, diff found differences */
    ERR_CANCELLED = -5, /* Ctrl-C */
    ERR_MORE = -6,      /* the parser only: the text is a good beginning, and more must follow */
};

/* A place in the statement's text, in bytes; from == to is a point, both UINT32_MAX is nowhere. */
struct span {
    uint32_t from, to;
};
#define SPAN_NONE ((struct span){UINT32_MAX, UINT32_MAX})

struct err {
    int code;
    struct span at;     /* in the statement, or SPAN_NONE */
    char text[640];     /* one line, no full stop, lower-case first letter: "unknown word after the
                           partition key" */
    char expected[400]; /* "expected …", or empty; for ERR_MORE what is open */
    char hint[400];     /* what to do, or empty */
    char service[80];   /* the service's own code, "ValidationException", or empty */
};

/* Each returns code, so that `return err_set(e, ERR_FAILED, …)` reads well. A NULL e is fine. Text
 * that is too long is cut at a whole UTF-8 character with "…". */
int err_set(struct err *e, int code, const char *format, ...) printf_like(3, 4);
int err_at(struct err *e, int code, struct span at, const char *format, ...) printf_like(4, 5);
/* "what PATH: No such file or directory"; ERR_CANCELLED when it was Ctrl-C that ended the call. */
int err_errno(struct err *e, int code, const char *what, struct str path);
void err_hint(struct err *e, const char *format, ...) printf_like(2, 3);
void err_expected(struct err *e, const char *format, ...) printf_like(2, 3);

int err_exit_status(int code); /* 0 → 0, ERR_FAILED → 1, … ERR_CANCELLED → 130 */

#endif
