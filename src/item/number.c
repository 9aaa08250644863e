#include "pksk/item/number.h"

#define DIGITS_MAX 38
#define POWER_MAX 125 /* of the first significant digit */
#define POWER_MIN (-130)
#define EXPONENT_MAX 1000000000 /* beyond it the digits no longer matter */

/* A number's parts, pointing into its text. Digits are counted from the left, over the point. */
struct number {
    bool negative;
    struct str whole, fraction;
    int64_t exponent;
    size_t first, end; /* the significant digits; first == end: zero */
};

static size_t take_digits(struct str t, size_t *at)
{
    size_t from = *at;

    while (*at < t.len && t.s[*at] >= '0' && t.s[*at] <= '9')
        ++*at;
    return *at - from;
}

static bool take_exponent(struct str t, size_t *at, int64_t *ret)
{
    bool negative = false;
    int64_t n = 0;

    if (*at < t.len && (t.s[*at] == '+' || t.s[*at] == '-'))
        negative = t.s[(*at)++] == '-';
    size_t from = *at;

    if (!take_digits(t, at))
        return false;
    for (size_t i = from; i < *at; i++)
        n = MIN(n * 10 + (t.s[i] - '0'), EXPONENT_MAX);
    *ret = negative ? -n : n;
    return true;
}

static char digit_at(const struct number *n, size_t i)
{
    return i < n->whole.len ? n->whole.s[i] : n->fraction.s[i - n->whole.len];
}

/* The power of ten of the first significant digit. */
static int64_t power(const struct number *n)
{
    return (int64_t)n->whole.len - 1 - (int64_t)n->first + n->exponent;
}

static bool parse(struct str t, struct number *ret)
{
    struct number n = {.fraction = STR("")};
    size_t at = 0, len;

    if (t.len && (t.s[0] == '+' || t.s[0] == '-'))
        n.negative = t.s[at++] == '-';
    len = take_digits(t, &at);
    n.whole = str_slice(t, at - len, at);
    if (at < t.len && t.s[at] == '.') {
        at++;
        len = take_digits(t, &at);
        n.fraction = str_slice(t, at - len, at);
    }
    if (!n.whole.len && !n.fraction.len)
        return false;
    if (at < t.len && (t.s[at] | 0x20) == 'e') {
        at++;
        if (!take_exponent(t, &at, &n.exponent))
            return false;
    }
    if (at != t.len)
        return false;
    n.end = n.whole.len + n.fraction.len;
    while (n.first < n.end && digit_at(&n, n.first) == '0')
        n.first++;
    while (n.end > n.first && digit_at(&n, n.end - 1) == '0')
        n.end--;
    *ret = n;
    return true;
}

bool number_looks_like(struct str t)
{
    struct number n;
    size_t at = 0;

    return (take_digits(t, &at) && at == t.len) || parse(t, &n); /* most are whole and positive */
}

static int check_limits(const struct number *n, struct err *e)
{
    size_t digits = n->end - n->first;

    if (digits > DIGITS_MAX)
        return err_set(e, ERR_SYNTAX,
                       "the number has %zu significant digits, %zu more than the %d "
                       "that DynamoDB keeps",
                       digits, digits - DIGITS_MAX, DIGITS_MAX);
    if (digits && power(n) > POWER_MAX)
        return err_set(e, ERR_SYNTAX,
                       "the number is too large: its magnitude is 1E+%lld%s, and DynamoDB keeps "
                       "less than 1E+%d",
                       (long long)MIN(power(n), EXPONENT_MAX),
                       power(n) >= EXPONENT_MAX ? " or more" : "", POWER_MAX + 1);
    if (digits && power(n) < POWER_MIN)
        return err_set(e, ERR_SYNTAX,
                       "the number is too small: its magnitude is 1E%lld%s, and DynamoDB keeps "
                       "1E%d and more",
                       (long long)MAX(power(n), -EXPONENT_MAX),
                       power(n) <= -EXPONENT_MAX ? " or less" : "", POWER_MIN);
    return 0;
}

int number_normalise(struct str t, struct buf *ret, struct err *e)
{
    struct number n;

    if (!parse(t, &n))
        return err_set(e, ERR_SYNTAX, "not a number");
    int code = check_limits(&n, e);

    if (code)
        return code;
    if (n.first == n.end) {
        buf_char(ret, '0');
        return 0;
    }
    int64_t at = power(&n); /* of the digit to be written next */

    if (n.negative)
        buf_char(ret, '-');
    if (at < 0) {
        buf_lit(ret, "0.");
        for (int64_t zero = -1; zero > at; zero--)
            buf_char(ret, '0');
    }
    for (size_t i = n.first; i < n.end; i++, at--) {
        if (at == -1 && i > n.first)
            buf_char(ret, '.');
        buf_char(ret, digit_at(&n, i));
    }
    for (; at >= 0; at--)
        buf_char(ret, '0');
    return 0;
}

/* Both are positive or both are negative: without regard to sign. */
static int compare_magnitude(const struct number *a, const struct number *b)
{
    if (power(a) != power(b))
        return power(a) < power(b) ? -1 : 1;
    size_t i = a->first, k = b->first;

    for (; i < a->end && k < b->end; i++, k++) {
        int difference = digit_at(a, i) - digit_at(b, k);

        if (difference)
            return difference;
    }
    return (i < a->end) - (k < b->end);
}

int number_compare(struct str x, struct str y)
{
    struct number a, b;

    if (!parse(x, &a) || !parse(y, &b))
        return str_cmp(x, y);
    int sign_a = a.first == a.end ? 0 : a.negative ? -1 : 1;
    int sign_b = b.first == b.end ? 0 : b.negative ? -1 : 1;

    if (sign_a != sign_b || !sign_a)
        return sign_a - sign_b;
    return sign_a * compare_magnitude(&a, &b);
}
