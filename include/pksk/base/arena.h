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
struct arena_texts;

struct arena {
    struct arena_block *head;  /* the block being filled */
    char *at, *end;            /* what is left of it */
    size_t used;               /* bytes handed out since the last reset */
    struct arena_texts *texts; /* of arena_intern(), in the arena itself */
};

void *arena_alloc(struct arena *a, size_t count,
                  size_t size); /* zeroed, aligned for any type, never NULL */
#define arena_new(a, type) ((type *)arena_alloc(a, 1, sizeof(type)))

void *arena_words(struct arena *a,
                  size_t size); /* not zeroed, aligned for pointers: for small structs in number */
char *arena_bytes(struct arena *a, size_t len);      /* not zeroed, not aligned: for text */
struct str arena_str(struct arena *a, struct str t); /* a copy; a NUL stands behind it */
struct str arena_intern(struct arena *a,
                        struct str t); /* the same, often one copy for equal texts that come again
                                          and again, as attribute names do */
struct str arena_printf(struct arena *a, const char *format, ...) printf_like(2, 3);

/* Forgets everything but keeps one block of ordinary size for the next round. */
void arena_reset(struct arena *a); /* {0} is fine */
void arena_free(struct arena *a);  /* gives all memory back; {0} again afterwards */

#endif
