/* Time, real or faked by a test.
 *
 * A struct clock is two functions and a context; CLOCK_REAL is the machine's. Nothing is owned.
 */
#ifndef PKSK_BASE_CLOCK_H
#define PKSK_BASE_CLOCK_H

#include "pksk/base/str.h"

struct clock {
    int64_t (*wall_ms)(void *ctx); /* milliseconds since 1970, UTC */
    int64_t (*mono_us)(void *ctx); /* microseconds of a clock that only goes forward */
    void *ctx;
};

extern const struct clock clock_real;

static inline int64_t clock_wall_ms(const struct clock *c)
{
    return c->wall_ms(c->ctx);
}

static inline int64_t clock_mono_us(const struct clock *c)
{
    return c->mono_us(c->ctx);
}

#define CLOCK_AMZ_LEN 17 /* "20260102T030405Z" and its NUL */
/* A time outside the years 1000–9999 is written as 1970-01-01. */
void clock_format_amz(int64_t wall_ms, char ret[CLOCK_AMZ_LEN]);
#define CLOCK_ISO_LEN 25 /* "2026-01-02T03:04:05Z" and its NUL fit */
void clock_format_iso(int64_t wall_ms, char ret[CLOCK_ISO_LEN]);

/* "2026-01-02T03:04:05Z", with a fraction, an offset, or the suffix "UTC" as the AWS CLI's caches
 * have it. */
bool clock_parse_iso(struct str t, int64_t *wall_ms);
/* "Tue, 15 Nov 1994 08:12:31 GMT" (RFC 9110 §5.6.7, the preferred form) */
bool clock_parse_http(struct str t, int64_t *wall_ms);

#endif
