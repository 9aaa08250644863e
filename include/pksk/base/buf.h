/* A growing byte buffer with a ceiling.
 *
 * The buffer owns its bytes; buf_str() is good until the next change. Going over the ceiling sets
 * `over` once and for all and drops what did not fit, so a long series of additions is checked
 * once.
 */
#ifndef PKSK_BASE_BUF_H
#define PKSK_BASE_BUF_H

#include <stdarg.h>

#include "pksk/base/str.h"

struct buf {
    char *s;
    size_t len, cap;
    size_t max; /* ceiling in bytes; 0 means BUF_MAX */
    bool over;
};
#define BUF_MAX ((size_t)256 << 20)

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_addf(struct buf *b, const char *format, ...) printf_like(2, 3);
void buf_vaddf(struct buf *b, const char *format, va_list args);
char *buf_room(struct buf *b,
               size_t len); /* room for len bytes at the end, not yet counted; NULL when over */

static inline void buf_str_add(struct buf *b, struct str t)
{
    buf_add(b, t.s, t.len);
}

static inline void buf_char(struct buf *b, char c)
{
    if (b->len < b->cap)
        b->s[b->len++] = c;
    else
        buf_add(b, &c, 1);
}

#define buf_lit(b, literal) buf_add(b, "" literal, sizeof(literal) - 1)

static inline struct str buf_str(const struct buf *b)
{
    return (struct str){b->s ? b->s : "", b->len};
}

const char *buf_cstr(struct buf *b); /* the same with a NUL behind it, which is not counted */
void buf_reset(struct buf *b);       /* empty, keeps the memory */
void buf_free(struct buf *b);        /* NULL and {0} are fine; {0} afterwards but for max */
void buf_wipe(struct buf *b);        /* overwrites the bytes, then frees: for what held a secret */

#endif
