/* Arena: many allocations, one lifetime, one reset.
 *
 * The shell has three: statement (AST, plan), page (the items of one response), completion. The
 * arena owns what it returns until arena_reset() or arena_free(); what must outlive it is copied
 * out.
 */
#ifndef PKSK_BASE_ARENA_H
#define PKSK_BASE_ARENA_H

#include "pksk/base/str.h"

struct arena_block;

struct arena {
    struct arena_block *head; /* the block being filled */
    char *at, *end;           /* what is left of it */
    size_t used;              /* bytes handed out since the last reset */
};

void *arena_alloc(struct arena *a, size_t count,
                  size_t size); /* zeroed, aligned for any type, never NULL */
#define arena_new(a, type) ((type *)arena_alloc(a, 1, sizeof(type)))

char *arena_bytes(struct arena *a, size_t len);      /* not zeroed, not aligned: for text */
struct str arena_str(struct arena *a, struct str t); /* a copy; a NUL stands behind it */
struct str arena_printf(struct arena *a, const char *format, ...) printf_like(2, 3);

/* Forgets everything but keeps one block of ordinary size for the next round. */
void arena_reset(struct arena *a); /* {0} is fine */
void arena_free(struct arena *a);  /* gives all memory back; {0} again afterwards */

#endif
