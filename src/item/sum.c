#include "pksk/item/number.h"

/* One cell a decimal place, 10^129 at the left: both summands and their sum fit with all digits. */
#define PLACES_BEFORE 130
#define PLACES 300

/* n: in normal form, plain digits. Digits are added with their sign, without carrying. */
static bool add_digits(int places[PLACES], struct str n, bool minus)
{
    size_t point = n.len, at;
    bool negative = n.len && n.s[0] == '-';
    size_t first = negative;

    str_find_char(n, '.', &point);
    if (point - first > PLACES_BEFORE - 1 || n.len - point > PLACES - PLACES_BEFORE)
        return false;
    at = PLACES_BEFORE - (point - first);
    for (size_t i = first; i < n.len; i++) {
        int digit = n.s[i] - '0';

        if (n.s[i] != '.')
            places[at++] += negative != minus ? -digit : digit;
    }
    return true;
}

/* Brings every place to 0–9 and returns the sign of the whole. */
static bool carry(int places[PLACES])
{
    size_t first = 0;
    bool negative;

    while (first < PLACES && places[first] == 0)
        first++;
    negative = first < PLACES && places[first] < 0;
    for (size_t i = first; negative && i < PLACES; i++)
        places[i] = -places[i];
    for (size_t i = PLACES; i-- > 1;) {
        int over = places[i] < 0 ? -1 : places[i] / 10;

        places[i] -= over * 10;
        places[i - 1] += over;
    }
    return negative;
}

int number_add(struct str a, struct str b, bool minus, struct buf *ret, struct err *e)
{
    _cleanup_(buf_free) struct buf x = {0}, y = {0};
    int places[PLACES] = {0};
    char text[PLACES + 2];
    size_t len = 0;
    int r = number_normalise(a, &x, e);

    if (r == 0)
        r = number_normalise(b, &y, e);
    if (r < 0)
        return r;
    if (!add_digits(places, buf_str(&x), false) || !add_digits(places, buf_str(&y), minus))
        return err_set(e, ERR_SYNTAX, "the sum is out of DynamoDB's range");
    if (carry(places))
        text[len++] = '-';
    for (size_t i = 0; i < PLACES; i++) {
        if (i == PLACES_BEFORE)
            text[len++] = '.';
        text[len++] = (char)('0' + places[i]);
    }
    return number_normalise((struct str){text, len}, ret, e);
}
