#include "pksk/complete/segment.h"

#include "pksk/base/utf8.h"
#include "pksk/model/atom.h"

/* --- cuts --------------------------------------------------------------------------------- */

static bool is_digit(struct str t, size_t at)
{
    return at < t.len && t.s[at] >= '0' && t.s[at] <= '9';
}

/* Where inside an atom a segment ends, the first such place behind `from`; 0: nowhere. */
static size_t cut_at(struct str atom, const unsigned char *cuts, size_t count, size_t from)
{
    for (size_t i = 0; i < count; i++) {
        if (cuts[i] > from && cuts[i] < atom.len)
            return cuts[i];
    }
    return 0;
}

static size_t cut_inside(struct str atom, enum atom kind, size_t from)
{
    static const unsigned char written[] = {5, 8, 11, 14}, packed[] = {4, 6, 8}, hour[] = {3};
    static const unsigned char ulid[] = {4, 5}; /* 48 bits of milliseconds are ten characters */

    switch (kind) {
    case ATOM_DATE:
    case ATOM_MONTH:
    case ATOM_MOMENT:
        return is_digit(atom, 4) ? cut_at(atom, packed, ARRAY_LEN(packed), from)
                                 : cut_at(atom, written, ARRAY_LEN(written), from);
    case ATOM_TIME:
        return cut_at(atom, hour, ARRAY_LEN(hour), from);
    case ATOM_ULID:
        return cut_at(atom, ulid, ARRAY_LEN(ulid), from);
    default:
        return 0;
    }
}

static size_t behind_delimiters(struct str text, size_t at)
{
    while (at < text.len && atom_divides(text.s[at]))
        at++;
    return at;
}

struct str segment_next(struct str text, size_t prefix_len, bool *goes_on)
{
    size_t at = 0;

    *goes_on = false;
    while (at < text.len) {
        enum atom kind = ATOM_ANY;
        struct str rest = str_slice(text, at, text.len);
        size_t n = atom_begins(rest, &kind);
        size_t cut =
            n ? cut_inside(str_slice(rest, 0, n), kind, prefix_len > at ? prefix_len - at : 0) : 0;

        if (cut) {
            *goes_on = true;
            return str_slice(text, 0, at + cut);
        }
        if (kind != ATOM_URL) /* it is divided like other text */
            at += n;
        while (at < text.len && !atom_divides(text.s[at]))
            at++;
        /* Amid several delimiters the segment is what is typed of them. */
        if (at < text.len)
            at = behind_delimiters(text, at);
        if (at > prefix_len) {
            *goes_on = at < text.len || (at > 0 && atom_divides(text.s[at - 1]));
            return str_slice(text, 0, at);
        }
    }
    return text;
}

bool segment_is_whole(struct str text)
{
    return text.len == 0 || atom_divides(text.s[text.len - 1]) || text.s[text.len - 1] == '-';
}

struct str segment_behind(struct arena *a, struct str prefix)
{
    while (prefix.len > 0) {
        size_t start = prefix.len - 1, len;

        while (start > 0 && (prefix.s[start] & 0xC0) == 0x80)
            start--;
        int32_t c = utf8_decode(prefix, start, &len);

        if (c >= 0 && c < 0x10FFFF) {
            _cleanup_(buf_free) struct buf b = {0};

            buf_str_add(&b, str_slice(prefix, 0, start));
            utf8_encode(&b, c == 0xD7FF ? 0xE000 : (uint32_t)c + 1);
            return arena_str(a, buf_str(&b));
        }
        prefix.len = start;
    }
    return STR("");
}

/* --- between ------------------------------------------------------------------------------ */

#define PLACES 3 /* characters of a string in between, behind what both ends begin with */

static const char digits[] = "0123456789";
static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char any[] = "#$-.0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz{";

static const char *alphabet_of(char c)
{
    return c >= '0' && c <= '9'   ? digits
           : c >= 'A' && c <= 'Z' ? upper
           : c >= 'a' && c <= 'z' ? lower
                                  : any;
}

/* The place of the last character of the alphabet that is not behind c. */
static unsigned rank(const char *alphabet, char c)
{
    unsigned i = 0;

    while (alphabet[i + 1] && (unsigned char)alphabet[i + 1] <= (unsigned char)c)
        i++;
    return i;
}

static unsigned value_of(const char *alphabet, unsigned base, struct str t, size_t from)
{
    unsigned value = 0;

    for (size_t i = from; i < from + PLACES; i++)
        value = value * base + (i < t.len ? rank(alphabet, t.s[i]) : 0);
    return value;
}

static size_t shared(struct str a, struct str b)
{
    size_t n = 0;

    while (n < a.len && n < b.len && a.s[n] == b.s[n])
        n++;
    while (n > 0 && n < a.len && (a.s[n] & 0xC0) == 0x80) /* not amid a character */
        n--;
    return n;
}

bool segment_between(struct arena *a, struct str from, struct str to, unsigned hundredths,
                     struct str *ret)
{
    char end[PLACES];

    if (to.len == 0) {
        const char *alphabet = alphabet_of(from.len ? from.s[0] : '\0');

        memset(end, alphabet[strlen(alphabet) - 1], sizeof(end));
        to = (struct str){end, sizeof(end)};
    }
    size_t n = shared(from, to);
    const char *alphabet = alphabet_of(n < to.len ? to.s[n] : '\0');

    if (n >= to.len)
        return false;
    if (n < from.len && alphabet_of(from.s[n]) != alphabet)
        alphabet = any;
    unsigned base = (unsigned)strlen(alphabet);
    unsigned low = value_of(alphabet, base, from, n), high = value_of(alphabet, base, to, n);

    if (low >= high)
        return false;
    unsigned value = low + (unsigned)((uint64_t)(high - low) * hundredths / 100);
    _cleanup_(buf_free) struct buf b = {0};

    buf_str_add(&b, str_slice(from, 0, n));
    for (unsigned i = 0, unit = base * base; i < PLACES; i++, unit /= base)
        buf_char(&b, alphabet[value / unit % base]);
    struct str middle = buf_str(&b);

    if (str_cmp(from, middle) >= 0 || str_cmp(middle, to) >= 0)
        return false;
    *ret = arena_str(a, middle);
    return true;
}
