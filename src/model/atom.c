#include "pksk/model/atom.h"

#include <ctype.h>

#define ULID_LENGTH 26
#define KSUID_LENGTH 27
#define HEX_MIN 8

static const char *const names[ATOMS] = {
    [ATOM_ANY] = "any",       [ATOM_WORD] = "word",   [ATOM_NUMBER] = "number",
    [ATOM_DATE] = "date",     [ATOM_MONTH] = "month", [ATOM_TIME] = "time",
    [ATOM_MOMENT] = "moment", [ATOM_UUID] = "uuid",   [ATOM_ULID] = "ulid",
    [ATOM_KSUID] = "ksuid",   [ATOM_HEX] = "hex",     [ATOM_EMAIL] = "email",
    [ATOM_IP] = "ip",         [ATOM_URL] = "url",
};

const char *atom_name(enum atom kind)
{
    return names[kind];
}

bool atom_from(struct str name, enum atom *ret)
{
    for (unsigned i = 0; i < ATOMS; i++) {
        if (str_is(name, names[i])) {
            *ret = (enum atom)i;
            return true;
        }
    }
    return false;
}

bool atom_divides(char c)
{
    return c && strchr("#|/:~^", c);
}

/* ---- parts */

static size_t digits(struct str t, size_t from, size_t max)
{
    size_t n = 0;

    while (n < max && from + n < t.len && isdigit((unsigned char)t.s[from + n]))
        n++;
    return n;
}

static bool is(struct str t, size_t at, char c)
{
    return at < t.len && t.s[at] == c;
}

/* The number of two digits at this place, or -1. */
static int two(struct str t, size_t at)
{
    return digits(t, at, 2) == 2 ? (t.s[at] - '0') * 10 + t.s[at + 1] - '0' : -1;
}

static bool is_year(struct str t)
{
    return digits(t, 0, 4) == 4 && (t.s[0] == '1' || t.s[0] == '2');
}

static bool is_month(int n)
{
    return n >= 1 && n <= 12;
}

static bool is_day(int n)
{
    return n >= 1 && n <= 31;
}

static size_t date(struct str t)
{
    if (!is_year(t) || t.len < 10 || (t.s[4] != '-' && t.s[4] != '/') || t.s[7] != t.s[4])
        return 0;
    return is_month(two(t, 5)) && is_day(two(t, 8)) && digits(t, 8, 3) == 2 ? 10 : 0;
}

static size_t month(struct str t)
{
    if (!is_year(t) || !is(t, 4, '-') || !is_month(two(t, 5)) || digits(t, 5, 3) != 2)
        return 0;
    return is(t, 7, '-') ? 0 : 7;
}

/* hh:mm and what follows of it. */
static size_t time_of_day(struct str t, size_t at)
{
    size_t from = at;

    if (two(t, at) < 0 || two(t, at) > 24 || !is(t, at + 2, ':') || digits(t, at + 3, 3) != 2)
        return 0;
    at += 5;
    if (is(t, at, ':') && digits(t, at + 1, 3) == 2)
        at += 3;
    if (is(t, at, '.') && digits(t, at + 1, 9))
        at += 1 + digits(t, at + 1, 9);
    return at - from;
}

static size_t zone(struct str t, size_t at)
{
    if (is(t, at, 'Z') || is(t, at, 'z'))
        return 1;
    if (!is(t, at, '+') && !is(t, at, '-'))
        return 0;
    size_t hours = digits(t, at + 1, 4);

    if (hours == 4)
        return 5;
    return hours == 2 && is(t, at + 3, ':') && digits(t, at + 4, 3) == 2 ? 6 : 0;
}

/* Times are typed by people, too: `T010101`, `T02"00` are taken as they stand. */
static size_t moment(struct str t)
{
    size_t at = date(t), from;

    if (!at)
        at = is_year(t) && digits(t, 0, 9) == 8 && is_month(two(t, 4)) && is_day(two(t, 6)) ? 8 : 0;
    if (!at || !(is(t, at, 'T') || is(t, at, ' ')))
        return 0;
    from = ++at;
    at += time_of_day(t, at);
    if (at == from) {
        while (at < t.len && (isdigit((unsigned char)t.s[at]) || strchr("\".", t.s[at])))
            at++;
        if (at - from < 4)
            return 0;
    }
    return at + zone(t, at);
}

static size_t uuid(struct str t)
{
    if (t.len < 36)
        return 0;
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? t.s[i] != '-' : !isxdigit((unsigned char)t.s[i]))
            return 0;
    }
    return 36;
}

static bool is_crockford(char c)
{
    return isdigit((unsigned char)c) || (c >= 'A' && c <= 'Z' && !strchr("ILOU", c));
}

static size_t ulid(struct str t)
{
    if (t.len < ULID_LENGTH || t.s[0] < '0' || t.s[0] > '7')
        return 0;
    for (size_t i = 0; i < ULID_LENGTH; i++) {
        if (!is_crockford(t.s[i]))
            return 0;
    }
    return ULID_LENGTH;
}

static size_t run_of(struct str t, int (*of)(int))
{
    size_t n = 0;

    while (n < t.len && of((unsigned char)t.s[n]))
        n++;
    return n;
}

static bool has(struct str t, int (*of)(int))
{
    for (size_t i = 0; i < t.len; i++) {
        if (of((unsigned char)t.s[i]))
            return true;
    }
    return false;
}

static size_t ksuid(struct str t)
{
    struct str id = str_slice(t, 0, run_of(t, isalnum));

    return id.len == KSUID_LENGTH && has(id, isupper) && has(id, islower) && has(id, isdigit)
               ? id.len
               : 0;
}

static size_t hex(struct str t)
{
    struct str id = str_slice(t, 0, run_of(t, isxdigit));

    return id.len >= HEX_MIN && has(id, isdigit) && has(id, isalpha) &&
                   !(has(id, isupper) && has(id, islower))
               ? id.len
               : 0;
}

static bool is_mailbox(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("._%+-", c));
}

static size_t email(struct str t)
{
    size_t at = 0, dot = 0;

    while (at < t.len && is_mailbox(t.s[at]))
        at++;
    if (!at || !is(t, at, '@'))
        return 0;
    size_t from = ++at;

    while (at < t.len && (isalnum((unsigned char)t.s[at]) || t.s[at] == '-' || t.s[at] == '.')) {
        dot = t.s[at] == '.' ? at : dot;
        at++;
    }
    return dot > from && at > dot + 2 ? at : 0;
}

static size_t ip(struct str t)
{
    size_t at = 0;

    for (int i = 0; i < 4; i++) {
        size_t n = digits(t, at, 4);

        if (!n || n > 3 || (i < 3 && !is(t, at + n, '.')))
            return 0;
        at += n + (i < 3);
    }
    return at;
}

static size_t url(struct str t)
{
    size_t n = run_of(t, isalpha);

    return n >= 2 && is(t, n, ':') && is(t, n + 1, '/') && is(t, n + 2, '/') ? t.len : 0;
}

static size_t word(struct str t)
{
    size_t n = 0;

    while (n < t.len && (isalnum((unsigned char)t.s[n]) || (unsigned char)t.s[n] >= 0x80 ||
                         strchr("_-.$@", t.s[n])))
        n++;
    return n && !isdigit((unsigned char)t.s[0]) ? n : 0;
}

size_t atom_length(enum atom kind, struct str t)
{
    switch (kind) {
    case ATOM_WORD:
        return word(t);
    case ATOM_NUMBER:
        return digits(t, 0, SIZE_MAX);
    case ATOM_DATE:
        return date(t);
    case ATOM_MONTH:
        return month(t);
    case ATOM_TIME:
        return time_of_day(t, 0);
    case ATOM_MOMENT:
        return moment(t);
    case ATOM_UUID:
        return uuid(t);
    case ATOM_ULID:
        return ulid(t);
    case ATOM_KSUID:
        return ksuid(t);
    case ATOM_HEX:
        return hex(t);
    case ATOM_EMAIL:
        return email(t);
    case ATOM_IP:
        return ip(t);
    case ATOM_URL:
        return url(t);
    default:
        return t.len;
    }
}

/* The most telling ones first: a ulid of digits alone is a number to everybody else. */
static const enum atom telling[] = {
    ATOM_URL,  ATOM_MOMENT, ATOM_UUID, ATOM_DATE,  ATOM_MONTH,  ATOM_EMAIL,
    ATOM_TIME, ATOM_IP,     ATOM_ULID, ATOM_KSUID, ATOM_NUMBER, ATOM_HEX,
};

size_t atom_begins(struct str t, enum atom *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(telling); i++) {
        size_t n = atom_length(telling[i], t);

        if (n && (n == t.len || atom_divides(t.s[n]))) {
            *ret = telling[i];
            return n;
        }
    }
    return 0;
}

enum atom atom_of(struct str t)
{
    enum atom kind = ATOM_ANY;

    if (t.len && atom_begins(t, &kind) == t.len)
        return kind;
    return t.len && word(t) == t.len ? ATOM_WORD : ATOM_ANY;
}
