#include "pksk/base/arena.h"

#include <stdarg.h>
#include <stdio.h>

/* Blocks of one ordinary size, so that a reset can keep one and a page-sized arena does not
 * fragment the heap; what is larger than a quarter of that gets a block of its own behind the
 * current one. */
#define BLOCK_SIZE ((size_t)64 << 10)

struct arena_block {
    struct arena_block *next;
    size_t size;
    max_align_t data[];
};

static struct arena_block *block_new(size_t size)
{
    struct arena_block *block = mem_resize(NULL, 1, sizeof(*block) + size);

    block->next = NULL;
    block->size = size;
    return block;
}

/* In a build with AddressSanitizer each allocation is a block of its own, so that what goes beyond
 * its end is seen, and what is used after a reset is. */
#ifdef __SANITIZE_ADDRESS__
#define APART 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define APART 1
#endif
#endif
#ifndef APART
#define APART 0
#endif

static char *take_apart(struct arena *a, size_t len)
{
    struct arena_block *block = block_new(len);

    block->next = a->head;
    a->head = block;
    return (char *)block->data;
}

/* A block is filled from both ends: texts from the upper one, where they need no padding. */
static char *take(struct arena *a, size_t len, size_t align)
{
    uintptr_t pad = a->at ? (0 - (uintptr_t)a->at) & (align - 1) : 0;

    if (len > SIZE_MAX / 4)
        abort();
    a->used += len;
    if (APART)
        return take_apart(a, len);
    if (!a->at || len + pad > (size_t)(a->end - a->at)) {
        bool own = len > BLOCK_SIZE / 4 && a->head; /* behind the one being filled */
        struct arena_block *block = block_new(own ? len : MAX(len, BLOCK_SIZE));
        struct arena_block **place = own ? &a->head->next : &a->head;

        block->next = *place;
        *place = block;
        if (own)
            return (char *)block->data;
        a->at = (char *)block->data;
        a->end = a->at + block->size;
        pad = 0;
    }
    if (align == 1)
        return a->end -= len;
    a->at += pad + len;
    return a->at - len;
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
    size_t len;

    if (__builtin_mul_overflow(count, size, &len))
        abort();
    void *p = take(a, len, _Alignof(max_align_t));

    return memset(p, 0, len);
}

void *arena_words(struct arena *a, size_t size)
{
    return take(a, size, _Alignof(void *));
}

char *arena_bytes(struct arena *a, size_t len)
{
    return take(a, len, 1);
}

struct str arena_str(struct arena *a, struct str t)
{
    char *copy = arena_bytes(a, t.len + 1);

    if (t.len)
        memcpy(copy, t.s, t.len);
    copy[t.len] = '\0';
    return (struct str){copy, t.len};
}

/* A table that forgets: each text has one place, and a newcomer takes it over. Short texts only. */
#define TEXTS ((size_t)256)
#define TEXT_LEN_MAX ((size_t)64)

struct arena_texts {
    struct str at[TEXTS];
};

static size_t text_place(struct str t)
{
    const unsigned char *p = (const unsigned char *)t.s;
    uint64_t first = p[0], last = p[t.len - 1];

    if (t.len >= 8) {
        memcpy(&first, t.s, 8);
        memcpy(&last, t.s + t.len - 8, 8);
    } else if (t.len >= 2) {
        first |= (uint64_t)p[1] << 8 | (uint64_t)p[t.len / 2] << 16 | (uint64_t)p[t.len - 2] << 24;
    }
    uint64_t mixed = (first ^ last << 7 ^ (uint64_t)t.len << 40) * 0x9e3779b97f4a7c15u;

    return (size_t)(mixed >> 32) % TEXTS;
}

struct str arena_intern(struct arena *a, struct str t)
{
    if (!t.len || t.len > TEXT_LEN_MAX)
        return arena_str(a, t);
    if (!a->texts)
        a->texts = arena_new(a, struct arena_texts);
    struct str *place = &a->texts->at[text_place(t)];

    if (!str_eq(*place, t))
        *place = arena_str(a, t);
    return *place;
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    char small[256];

    va_start(args, format);
    int len = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    if (len < 0)
        return STR("");
    if ((size_t)len < sizeof(small))
        return arena_str(a, (struct str){small, (size_t)len});

    char *text = arena_bytes(a, (size_t)len + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return (struct str){text, (size_t)len};
}

void arena_reset(struct arena *a)
{
    struct arena_block *keep = NULL;

    for (struct arena_block *block = a->head, *next; block; block = next) {
        next = block->next;
        if (!APART && !keep && block->size == BLOCK_SIZE)
            keep = block;
        else
            free(block);
    }
    *a = (struct arena){.head = keep};
    if (keep) {
        keep->next = NULL;
        a->at = (char *)keep->data;
        a->end = a->at + keep->size;
    }
}

void arena_free(struct arena *a)
{
    for (struct arena_block *block = a->head, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    *a = (struct arena){0};
}
