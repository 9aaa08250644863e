/* Exact sums and means. What they are compared with in number is Python's decimal, in
 * tests/server/summary; here are the edges. */
#include "pksk/item/decimal.h"

#include "test.h"

static struct buf out;

/* The sum of numbers parted by blanks, and their mean. */
static struct str sum(const char *numbers, bool mean)
{
    struct str rest = str_of(numbers), one;
    struct decimal d = {0};
    uint64_t count = 0;

    buf_reset(&out);
    while (str_split(&rest, ' ', &one)) {
        if (!decimal_add(&d, one))
            return STR("refused");
        count++;
    }
    if (mean)
        decimal_write_mean(&d, count, &out);
    else
        decimal_write(&d, &out);
    return buf_str(&out);
}

TEST(sums)
{
    static const struct {
        const char *numbers, *sum, *mean;
    } cases[] = {
        {"0", "0", "0"},
        {"1", "1", "1"},
        {"-1 1", "0", "0"},
        {"0.1 0.2", "0.3", "0.15"},
        {"1 1 -3", "-1", "-0.33333333333333333333333333333333333333"},
        {"2 0 0", "2", "0.66666666666666666666666666666666666667"},
        {"1.50 -0.5e0 +1E1", "11", "3.6666666666666666666666666666666666667"},
        {"999999999 1", "1000000000", "500000000"},
        {"-1000000000 1", "-999999999", "-499999999.5"},
        {"1e20 1", "100000000000000000001", "50000000000000000000.5"},
        {".5 5.", "5.5", "2.75"},
        {"1E-130",
         "0.0000000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000001",
         "0.0000000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000001"},
        /* half to even, at the 38th digit, and a carry through all of them */
        {"10000000000000000000000000000000000001 0", "10000000000000000000000000000000000001",
         "5000000000000000000000000000000000000.5"},
        {"100000000000000000000000000000000000001 0", "100000000000000000000000000000000000001",
         "50000000000000000000000000000000000000"},
        {"100000000000000000000000000000000000003 0", "100000000000000000000000000000000000003",
         "50000000000000000000000000000000000002"},
        {"199999999999999999999999999999999999999 0", "199999999999999999999999999999999999999",
         "100000000000000000000000000000000000000"},
        {"x", "refused", "refused"},
        {"1e126", "refused", "refused"},
        {"1e", "refused", "refused"},
        {"1.2.3", "refused", "refused"},
        {"-", "refused", "refused"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CHECK_STR(sum(cases[i].numbers, false), cases[i].sum);
        CHECK_STR(sum(cases[i].numbers, true), cases[i].mean);
    }
    buf_free(&out);
}

TEST(largest_and_least_together)
{
    struct decimal d = {0};
    _cleanup_(buf_free) struct buf text = {0};

    for (size_t i = 0; i < 1000; i++)
        CHECK(decimal_add(&d, STR("9.9999999999999999999999999999999999999E+125")));
    CHECK(decimal_add(&d, STR("1E-167")));
    for (size_t i = 0; i < 1000; i++)
        CHECK(decimal_add(&d, STR("-9.9999999999999999999999999999999999999E+125")));
    decimal_write(&d, &text);
    CHECK(text.len == 169 && str_ends(buf_str(&text), STR("01")));
}

TEST_MAIN()
