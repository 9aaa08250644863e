/* Small things that every module needs: attributes, scoped clean-up, array length.
 *
 * Nothing here allocates and nothing here has state.
 */
#ifndef PKSK_BASE_UTIL_H
#define PKSK_BASE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must_check __attribute__((warn_unused_result))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define no_return __attribute__((noreturn))
#define unused_arg __attribute__((unused))

/* Runs fn(&variable) when the variable goes out of scope. */
#define _cleanup_(fn) __attribute__((cleanup(fn)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* realloc() and strdup() that never return NULL: running out of memory ends the program with a line
 * that says so, since nothing that a shell could do next would be better. */
void *mem_resize(void *old, size_t count, size_t size) must_check;
char *mem_dup(const char *s, size_t len) must_check; /* a copy with a NUL behind it */

static inline void cleanup_free(void *p)
{
    free(*(void **)p);
}

/* Functions that truncate or overrun silently do not compile (after git's banned.h). */
#define BANNED(func) pksk_does_not_use_##func
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef strtok
#define strcpy(to, from) BANNED(strcpy)
#define strcat(to, from) BANNED(strcat)
#define strncpy(to, from, n) BANNED(strncpy)
#define strncat(to, from, n) BANNED(strncat)
#define strtok(s, separators) BANNED(strtok)
#undef sprintf
#undef vsprintf
#define sprintf(...) BANNED(sprintf)
#define vsprintf(...) BANNED(vsprintf)
#define atoi(s) BANNED(atoi)
#define atol(s) BANNED(atol)
#define atof(s) BANNED(atof)

#endif
