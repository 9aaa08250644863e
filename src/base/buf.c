#include "pksk/base/buf.h"

#include <stdio.h>

#include "pksk/base/port.h"

char *buf_room(struct buf *b, size_t len)
{
    size_t max = b->max ? b->max : BUF_MAX;

    if (b->over || len > max - b->len) {
        b->over = true;
        return NULL;
    }
    if (!b->s || b->len + len > b->cap) { /* room for nothing is a place, too */
        size_t cap = MAX(b->cap * 2, (size_t)256);

        while (cap < b->len + len)
            cap *= 2;
        b->cap = MIN(cap, max + 1);
        b->s = mem_resize(b->s, b->cap, 1);
    }
    return b->s + b->len;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (!len)
        return;
    char *room = buf_room(b, len);

    if (!room)
        return;
    memcpy(room, bytes, len);
    b->len += len;
}

void buf_vaddf(struct buf *b, const char *format, va_list args)
{
    char small[256];
    va_list again;

    va_copy(again, args);
    int len = vsnprintf(small, sizeof(small), format, args);
    if (len >= 0 && (size_t)len < sizeof(small)) {
        buf_add(b, small, (size_t)len);
    } else if (len >= 0) {
        char *text = mem_resize(NULL, (size_t)len + 1, 1);

        vsnprintf(text, (size_t)len + 1, format, again);
        buf_add(b, text, (size_t)len);
        free(text);
    }
    va_end(again);
}

void buf_addf(struct buf *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vaddf(b, format, args);
    va_end(args);
}

const char *buf_cstr(struct buf *b)
{
    if (b->len == b->cap) {
        b->cap += 1;
        b->s = mem_resize(b->s, b->cap, 1);
    }
    b->s[b->len] = '\0';
    return b->s;
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->over = false;
}

void buf_free(struct buf *b)
{
    if (!b)
        return;
    free(b->s);
    *b = (struct buf){.max = b->max};
}

void buf_wipe(struct buf *b)
{
    if (b && b->s)
        port_wipe(b->s, b->cap);
    buf_free(b);
}
