#include "pksk/base/str.h"

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool str_eq_ci(struct str a, struct str b)
{
    return a.len == b.len && str_starts_ci(a, b);
}

int str_cmp(struct str a, struct str b)
{
    size_t len = MIN(a.len, b.len);
    int order = len ? memcmp(a.s, b.s, len) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str t, struct str prefix)
{
    return t.len >= prefix.len && str_eq(str_slice(t, 0, prefix.len), prefix);
}

bool str_starts_ci(struct str t, struct str prefix)
{
    if (t.len < prefix.len)
        return false;
    for (size_t i = 0; i < prefix.len; i++) {
        if (lower(t.s[i]) != lower(prefix.s[i]))
            return false;
    }
    return true;
}

bool str_ends(struct str t, struct str suffix)
{
    return t.len >= suffix.len && str_eq(str_slice(t, t.len - suffix.len, t.len), suffix);
}

bool str_find(struct str t, struct str what, size_t *at)
{
    const char *p = t.len ? memmem(t.s, t.len, what.s, what.len) : NULL;

    if (!p)
        return false;
    if (at)
        *at = (size_t)(p - t.s);
    return true;
}

bool str_find_char(struct str t, char c, size_t *at)
{
    const char *p = t.len ? memchr(t.s, c, t.len) : NULL;

    if (!p)
        return false;
    if (at)
        *at = (size_t)(p - t.s);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str str_trim(struct str t)
{
    while (t.len && is_blank(t.s[0]))
        t = str_slice(t, 1, t.len);
    while (t.len && is_blank(t.s[t.len - 1]))
        t.len--;
    return t;
}

bool str_split(struct str *rest, char separator, struct str *piece)
{
    size_t at;

    if (!rest->s)
        return false;
    if (str_find_char(*rest, separator, &at)) {
        *piece = str_slice(*rest, 0, at);
        *rest = str_slice(*rest, at + 1, rest->len);
    } else {
        *piece = *rest;
        *rest = (struct str){NULL, 0};
    }
    return true;
}

bool str_to_u64(struct str t, uint64_t *ret)
{
    uint64_t n = 0;

    if (!t.len)
        return false;
    for (size_t i = 0; i < t.len; i++) {
        if (t.s[i] < '0' || t.s[i] > '9')
            return false;
        if (__builtin_mul_overflow(n, (uint64_t)10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(t.s[i] - '0'), &n))
            return false;
    }
    *ret = n;
    return true;
}

bool str_to_i64(struct str t, int64_t *ret)
{
    bool negative = t.len && t.s[0] == '-';
    uint64_t n;

    if (!str_to_u64(negative ? str_slice(t, 1, t.len) : t, &n))
        return false;
    if (n > (uint64_t)INT64_MAX + negative)
        return false;
    *ret = negative ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}

bool str_glob(struct str pattern, struct str t)
{
    size_t p = 0, i = 0, star = SIZE_MAX, mark = 0;

    while (i < t.len) {
        if (p < pattern.len && pattern.s[p] == '*') {
            star = p++;
            mark = i;
        } else if (p < pattern.len && (pattern.s[p] == '?' || pattern.s[p] == t.s[i])) {
            p++;
            i++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            i = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.s[p] == '*')
        p++;
    return p == pattern.len;
}

uint64_t str_hash(struct str t)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < t.len; i++)
        hash = (hash ^ (unsigned char)t.s[i]) * 0x100000001b3u;
    return hash;
}

size_t str_distance(struct str a, struct str b)
{
    enum { MOST = 64 };
    unsigned char row[3][MOST + 1];
    unsigned char *before = row[0], *above = row[1], *here = row[2];

    if (a.len > MOST || b.len > MOST)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        above[j] = (unsigned char)j;
    for (size_t i = 1; i <= a.len; i++) {
        here[0] = (unsigned char)i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = lower(a.s[i - 1]) == lower(b.s[j - 1]);
            int best = MIN(MIN(above[j] + 1, here[j - 1] + 1), above[j - 1] + !same);

            if (i > 1 && j > 1 && lower(a.s[i - 1]) == lower(b.s[j - 2]) &&
                lower(a.s[i - 2]) == lower(b.s[j - 1]))
                best = MIN(best, before[j - 2] + 1);
            here[j] = (unsigned char)best;
        }
        unsigned char *spare = before;
        before = above;
        above = here;
        here = spare;
    }
    return above[b.len];
}
