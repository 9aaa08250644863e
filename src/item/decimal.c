#include "pksk/item/decimal.h"

#define LIMB_DIGITS 9
#define BASE 1000000000
#define POINT 19 /* limbs behind the point */
#define DIGITS (DECIMAL_LIMBS * LIMB_DIGITS)
#define WHOLE ((DECIMAL_LIMBS - POINT) * LIMB_DIGITS) /* digits before the point */
#define ADDED_MAX ((uint32_t)1 << 31)                 /* times BASE is less than 2^63 */

static const int64_t powers[LIMB_DIGITS] = {1,      10,      100,      1000,     10000,
                                            100000, 1000000, 10000000, 100000000};

/* ---- reading */

struct scanned {
    struct str whole, fraction;
    int64_t exponent;
    bool negative;
};

static struct str take_digits(struct str *rest)
{
    size_t n = 0;

    while (n < rest->len && rest->s[n] >= '0' && rest->s[n] <= '9')
        n++;
    struct str digits = str_slice(*rest, 0, n);

    *rest = str_slice(*rest, n, rest->len);
    return digits;
}

static bool take_sign(struct str *rest) /* true: a minus */
{
    bool negative = rest->len && rest->s[0] == '-';

    if (negative || (rest->len && rest->s[0] == '+'))
        *rest = str_slice(*rest, 1, rest->len);
    return negative;
}

static bool take_exponent(struct str rest, int64_t *ret)
{
    uint64_t n;

    *ret = 0;
    if (!rest.len)
        return true;
    if ((rest.s[0] | 0x20) != 'e')
        return false;
    rest = str_slice(rest, 1, rest.len);
    bool negative = take_sign(&rest);

    if (!str_to_u64(rest, &n) || n > 1000)
        return false;
    *ret = negative ? -(int64_t)n : (int64_t)n;
    return true;
}

static bool scan(struct str text, struct scanned *ret)
{
    ret->negative = take_sign(&text);
    ret->whole = take_digits(&text);
    ret->fraction = (struct str){0};
    if (text.len && text.s[0] == '.') {
        text = str_slice(text, 1, text.len);
        ret->fraction = take_digits(&text);
    }
    return ret->whole.len + ret->fraction.len > 0 && take_exponent(text, &ret->exponent);
}

/* Adds digits of which the first stands at 10^place. */
static bool add_digits(int64_t limbs[DECIMAL_LIMBS], struct str digits, int64_t place, int sign)
{
    for (size_t i = 0; i < digits.len; i++, place--) {
        int64_t at = place + POINT * LIMB_DIGITS;

        if (digits.s[i] == '0')
            continue;
        if (at < 0 || place > 125)
            return false;
        limbs[at / LIMB_DIGITS] += sign * (digits.s[i] - '0') * powers[at % LIMB_DIGITS];
    }
    return true;
}

/* Each limb from 0 to BASE - 1 but for the highest, which has the sign. */
static void carry(int64_t limbs[DECIMAL_LIMBS])
{
    int64_t over = 0;

    for (size_t i = 0; i < DECIMAL_LIMBS; i++) {
        int64_t v = limbs[i] + over, rest = v % BASE;

        over = v / BASE;
        if (i + 1 == DECIMAL_LIMBS) {
            limbs[i] = v;
            return;
        }
        if (rest < 0) {
            rest += BASE;
            over--;
        }
        limbs[i] = rest;
    }
}

bool decimal_add(struct decimal *d, struct str number)
{
    int64_t limbs[DECIMAL_LIMBS];
    struct scanned n;
    int sign;

    if (!scan(number, &n))
        return false;
    sign = n.negative ? -1 : 1;
    memcpy(limbs, d->limb, sizeof(limbs));
    if (!add_digits(limbs, n.whole, (int64_t)n.whole.len - 1 + n.exponent, sign) ||
        !add_digits(limbs, n.fraction, n.exponent - 1, sign))
        return false;
    memcpy(d->limb, limbs, sizeof(limbs));
    if (++d->added == ADDED_MAX) {
        carry(d->limb);
        d->added = 0;
    }
    return true;
}

/* ---- writing */

/* Its digits, the highest first, with WHOLE of them before the point; true when it is below zero.
 */
static bool to_digits(const struct decimal *d, char digits[DIGITS])
{
    int64_t limbs[DECIMAL_LIMBS];
    bool negative;

    memcpy(limbs, d->limb, sizeof(limbs));
    carry(limbs);
    negative = limbs[DECIMAL_LIMBS - 1] < 0;
    if (negative) {
        for (size_t i = 0; i < DECIMAL_LIMBS; i++)
            limbs[i] = -limbs[i];
        carry(limbs);
    }
    for (size_t i = 0; i < DECIMAL_LIMBS; i++) {
        int64_t limb = limbs[DECIMAL_LIMBS - 1 - i];

        for (size_t k = LIMB_DIGITS; k > 0; k--, limb /= 10)
            digits[i * LIMB_DIGITS + k - 1] = (char)(limb % 10);
    }
    return negative;
}

/* count digits, of which `whole` stand before the point (below zero: zeros stand between). */
static void write_digits(struct buf *b, const char *digits, size_t count, int64_t whole,
                         bool negative)
{
    size_t from = 0;

    while (from < count && digits[from] == 0)
        from++;
    while (count > from && digits[count - 1] == 0)
        count--;
    if (count == from) {
        buf_char(b, '0');
        return;
    }
    if (negative)
        buf_char(b, '-');
    if (whole <= (int64_t)from)
        buf_char(b, '0');
    for (int64_t at = MIN((int64_t)from, whole); at < MAX((int64_t)count, whole); at++) {
        if (at == whole)
            buf_char(b, '.');
        buf_char(b, (char)('0' + (at >= 0 && at < (int64_t)count ? digits[at] : 0)));
    }
}

void decimal_write(const struct decimal *d, struct buf *ret)
{
    char digits[DIGITS];
    bool negative = to_digits(d, digits);

    write_digits(ret, digits, DIGITS, WHOLE, negative);
}

/* The next digit of a division; what is behind the digits is zero. */
static char divide(const char digits[DIGITS], size_t i, uint64_t count, unsigned __int128 *left)
{
    *left = *left * 10 + (unsigned)(i < DIGITS ? digits[i] : 0);
    char digit = (char)(*left / count);

    *left %= count;
    return digit;
}

/* One more at the last digit. */
static void round_up(char *digits, size_t count)
{
    while (count > 0 && ++digits[count - 1] == 10)
        digits[--count] = 0;
}

void decimal_write_mean(const struct decimal *d, uint64_t count, struct buf *ret)
{
    char digits[DIGITS], found[DECIMAL_DIGITS + 1] = {0}; /* room in front for a carry */
    bool negative = to_digits(d, digits), rest = false;
    unsigned __int128 left = 0;
    size_t i = 0, n = 0;
    char next;

    while (i < DIGITS + 20 && (next = divide(digits, i, count, &left)) == 0)
        i++;
    if (i == DIGITS + 20) {
        buf_char(ret, '0');
        return;
    }
    int64_t whole = WHOLE - (int64_t)i;

    for (found[++n] = next; n < DECIMAL_DIGITS;)
        found[++n] = divide(digits, ++i, count, &left);
    next = divide(digits, ++i, count, &left);
    while (++i < DIGITS)
        rest |= divide(digits, i, count, &left) != 0;
    rest |= left != 0;
    if (next > 5 || (next == 5 && (rest || found[DECIMAL_DIGITS] % 2)))
        round_up(found, DECIMAL_DIGITS + 1);
    write_digits(ret, found, DECIMAL_DIGITS + 1, whole + 1, negative);
}
