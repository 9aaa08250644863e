/* Slices of text: a pointer and a length, not NUL-terminated, never owning.
 *
 * A slice lives as long as the bytes it points into; who owns those is said where the slice is
 * made.
 */
#ifndef PKSK_BASE_STR_H
#define PKSK_BASE_STR_H

#include <string.h>

#include "pksk/base/util.h"

struct str {
    const char *s;
    size_t len;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_ARG(x) (int)(x).len, (x).s /* for "%.*s" */

static inline struct str str_of(const char *s)
{
    return (struct str){s, s ? strlen(s) : 0};
}

static inline struct str str_slice(struct str t, size_t from, size_t to)
{
    return (struct str){t.s + from, to - from};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

static inline bool str_is(struct str a, const char *b)
{
    return str_eq(a, str_of(b));
}

bool str_eq_ci(struct str a, struct str b); /* ASCII letters without regard to case */
int str_cmp(struct str a, struct str b);    /* by unsigned bytes, shorter first */
bool str_starts(struct str t, struct str prefix);
bool str_starts_ci(struct str t, struct str prefix);
bool str_ends(struct str t, struct str suffix);
bool str_find(struct str t, struct str what, size_t *at); /* first occurrence */
bool str_find_char(struct str t, char c, size_t *at);
struct str str_trim(struct str t); /* without blanks, tabs, CR and LF at both ends */

/* Cuts the next piece off *rest, up to the separator (which is dropped). False when *rest is used
 * up; an empty last piece after a trailing separator is delivered. Start with rest->s != NULL. */
bool str_split(struct str *rest, char separator, struct str *piece);

/* Whole, plain decimal numbers only: no blanks, no sign for the unsigned one. False on anything
 * else or overflow. */
bool str_to_u64(struct str t, uint64_t *ret);
bool str_to_i64(struct str t, int64_t *ret);

/* '*' stands for any run of bytes, '?' for one. */
bool str_glob(struct str pattern, struct str t);

uint64_t str_hash(struct str t); /* FNV-1a; not for hostile keys without a cap on their count */

/* Optimal string alignment distance, for "did you mean"; SIZE_MAX when either is over 64 bytes. */
size_t str_distance(struct str a, struct str b);

#endif
