#include "pksk/base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t real_wall(unused_arg void *ctx)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t real_mono(unused_arg void *ctx)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

const struct clock clock_real = {real_wall, real_mono, NULL};

static void break_down(int64_t wall_ms, struct tm *tm)
{
    time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));

    if (!gmtime_r(&seconds, tm) || tm->tm_year > 8099 || tm->tm_year < -900)
        *tm = (struct tm){.tm_year = 70, .tm_mday = 1};
}

void clock_format_amz(int64_t wall_ms, char ret[CLOCK_AMZ_LEN])
{
    struct tm tm;

    break_down(wall_ms, &tm);
    if (!strftime(ret, CLOCK_AMZ_LEN, "%Y%m%dT%H%M%SZ", &tm))
        ret[0] = '\0';
}

void clock_format_iso(int64_t wall_ms, char ret[CLOCK_ISO_LEN])
{
    struct tm tm;

    break_down(wall_ms, &tm);
    if (!strftime(ret, CLOCK_ISO_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm))
        ret[0] = '\0';
}

/* Reads exactly `digits` digits at *t and moves on. */
static bool take_number(struct str *t, size_t digits, int *ret)
{
    uint64_t n;

    if (t->len < digits || !str_to_u64(str_slice(*t, 0, digits), &n))
        return false;
    *ret = (int)n;
    *t = str_slice(*t, digits, t->len);
    return true;
}

static bool take_char(struct str *t, const char *any_of)
{
    if (!t->len || !strchr(any_of, t->s[0]) || !t->s[0])
        return false;
    *t = str_slice(*t, 1, t->len);
    return true;
}

static bool to_ms(struct tm *tm, int64_t *wall_ms)
{
    struct tm given = *tm;

    tm->tm_year -= 1900;
    tm->tm_mon -= 1;
    time_t seconds = timegm(tm);

    /* timegm() takes 31 February for 3 March; a time that had to be moved is not a time. A leap
     * second may. */
    if (tm->tm_mday != given.tm_mday || given.tm_mon < 1 || given.tm_mon > 12 ||
        given.tm_hour > 23 || given.tm_min > 59 || given.tm_sec > 60)
        return false;
    *wall_ms = (int64_t)seconds * 1000;
    return true;
}

bool clock_parse_iso(struct str t, int64_t *wall_ms)
{
    struct tm tm = {0};
    int64_t ms = 0;
    int hours, minutes, sign = 0;

    t = str_trim(t);
    if (!take_number(&t, 4, &tm.tm_year) || !take_char(&t, "-") ||
        !take_number(&t, 2, &tm.tm_mon) || !take_char(&t, "-") ||
        !take_number(&t, 2, &tm.tm_mday) || !take_char(&t, "Tt ") ||
        !take_number(&t, 2, &tm.tm_hour) || !take_char(&t, ":") ||
        !take_number(&t, 2, &tm.tm_min) || !take_char(&t, ":") || !take_number(&t, 2, &tm.tm_sec))
        return false;
    if (take_char(&t, ".,")) {
        int digit, weight = 100;

        if (!t.len)
            return false;
        for (; take_number(&t, 1, &digit); weight /= 10)
            ms += digit * weight;
    }
    if (!to_ms(&tm, wall_ms))
        return false;
    *wall_ms += ms;
    if (t.len == 0 || str_is(t, "Z") || str_is(t, "z") || str_is(t, "UTC"))
        return true;
    sign = t.s[0] == '-' ? -1 : 1;
    if (!take_char(&t, "+-") || !take_number(&t, 2, &hours))
        return false;
    take_char(&t, ":");
    if (!take_number(&t, 2, &minutes) || t.len)
        return false;
    *wall_ms -= sign * (hours * 60 + minutes) * (int64_t)60000;
    return true;
}

bool clock_parse_http(struct str t, int64_t *wall_ms)
{
    static const char *months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm tm = {0};
    size_t at;

    t = str_trim(t);
    if (!str_find(t, STR(", "), &at) || at != 3)
        return false;
    t = str_slice(t, 5, t.len);
    if (!take_number(&t, 2, &tm.tm_mday) || !take_char(&t, " ") || t.len < 4 ||
        !str_find(str_of(months), str_slice(t, 0, 3), &at) || at % 3)
        return false;
    tm.tm_mon = (int)(at / 3) + 1;
    t = str_slice(t, 3, t.len);
    if (!take_char(&t, " ") || !take_number(&t, 4, &tm.tm_year) || !take_char(&t, " ") ||
        !take_number(&t, 2, &tm.tm_hour) || !take_char(&t, ":") ||
        !take_number(&t, 2, &tm.tm_min) || !take_char(&t, ":") || !take_number(&t, 2, &tm.tm_sec) ||
        !str_is(t, " GMT"))
        return false;
    return to_ms(&tm, wall_ms);
}
