#include "test.h"

#include "pksk/item/number.h"

static struct str normal(struct buf *b, const char *text)
{
    struct err e = {0};

    buf_reset(b);
    if (number_normalise(str_of(text), b, &e)) {
        buf_reset(b);
        buf_str_add(b, str_of(e.text));
    }
    return buf_str(b);
}

TEST(normal_form)
{
    static const char *const pairs[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"+0.000", "0"},
        {"0e500", "0"},
        {"00042", "42"},
        {"1.0", "1"},
        {"3.1400", "3.14"},
        {"1.5E2", "150"},
        {"+7", "7"},
        {"-7", "-7"},
        {".5", "0.5"},
        {"5.", "5"},
        {"-.25", "-0.25"},
        {"100", "100"},
        {"1e2", "100"},
        {"1E+2", "100"},
        {"12345e-3", "12.345"},
        {"1e-3", "0.001"},
        {"120e-1", "12"},
        {"0.00120", "0.0012"},
        {"99.99e1", "999.9"},
        {"10.01", "10.01"},
        {"0001.1000", "1.1"},
        {"12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
        {"-0.12345678901234567890123456789012345678", "-0.12345678901234567890123456789012345678"},
        {"123456789012345678901234567890123456780000",
         "123456789012345678901234567890123456780000"},
        {"0.1e-0000000000000000000002", "0.001"},
    };
    struct buf b = {0};

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        CHECK_STR(normal(&b, pairs[i][0]), pairs[i][1]);
    buf_free(&b);
}

TEST(largest_and_smallest)
{
    struct buf b = {0}, want = {0};

    buf_lit(&want, "99999999999999999999999999999999999999");
    for (int i = 0; i < 126 - 38; i++)
        buf_char(&want, '0');
    CHECK_STR(normal(&b, "9.9999999999999999999999999999999999999E+125"), buf_cstr(&want));
    buf_reset(&want);
    buf_lit(&want, "-0.");
    for (int i = 0; i < 129; i++)
        buf_char(&want, '0');
    buf_char(&want, '1');
    CHECK_STR(normal(&b, "-1E-130"), buf_cstr(&want));
    CHECK(normal(&b, "1.2345678901234567890123456789012345678E-130").len == 169);
    buf_free(&b);
    buf_free(&want);
}

TEST(limits_say_what_was_passed)
{
    struct buf b = {0};

    CHECK_STR(normal(&b, "123456789012345678901234567890123456789"),
              "the number has 39 significant digits, 1 more than the 38 that DynamoDB keeps");
    CHECK_STR(normal(&b, "1000000000000000000000000000000000000000.01"),
              "the number has 42 significant digits, 4 more than the 38 that DynamoDB keeps");
    CHECK_STR(
        normal(&b, "1e126"),
        "the number is too large: its magnitude is 1E+126, and DynamoDB keeps less than 1E+126");
    CHECK_STR(normal(&b, "-1e99999999999999999999"),
              "the number is too large: its magnitude is 1E+1000000000 or more, and DynamoDB keeps "
              "less than 1E+126");
    CHECK_STR(
        normal(&b, "9.9e-131"),
        "the number is too small: its magnitude is 1E-131, and DynamoDB keeps 1E-130 and more");
    CHECK_STR(normal(&b, "1e-99999999999999999999"),
              "the number is too small: its magnitude is 1E-1000000000 or less, and DynamoDB keeps "
              "1E-130 and more");
    CHECK_STR(normal(&b, "abc"), "not a number");
    CHECK_STR(normal(&b, ""), "not a number");
    buf_free(&b);
}

TEST(what_looks_like_a_number)
{
    static const char *const yes[] = {"0", "-1", "+1", "1.", ".1", "1e5", "1E-5", "1.5e+05", "007"};
    static const char *const no[] = {"",      "-",   "+",   ".",   "e5",  "1e",  "1e+",
                                     "1 ",    " 1",  "1,5", "0x1", "1_0", "--1", "1.2.3",
                                     "1e5.0", "NaN", "inf", "-.",  "1f",  "١"};

    for (size_t i = 0; i < ARRAY_LEN(yes); i++)
        CHECK(number_looks_like(str_of(yes[i])));
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        CHECK(!number_looks_like(str_of(no[i])));
    CHECK(!number_looks_like(STR("1\0")));
}

TEST(order_is_exact)
{
    static const char *const ascending[] = {
        "-1e125",
        "-100",
        "-99.9",
        "-1",
        "-0.5",
        "-1e-130",
        "0",
        "1e-130",
        "1e-129",
        "0.5",
        "0.51",
        "1",
        "1.0000000000000000000000000000000000001",
        "2",
        "9.9",
        "10",
        "99",
        "100.5",
        "9007199254740992",
        "9007199254740993",
        "1e125",
    };

    for (size_t i = 0; i < ARRAY_LEN(ascending); i++) {
        for (size_t k = 0; k < ARRAY_LEN(ascending); k++) {
            int order = number_compare(str_of(ascending[i]), str_of(ascending[k]));

            CHECK((order < 0) == (i < k) && (order > 0) == (i > k));
        }
    }
    CHECK(number_compare(STR("1.50"), STR("15e-1")) == 0);
    CHECK(number_compare(STR("-0"), STR("0.00")) == 0);
    CHECK(number_compare(STR("00100"), STR("+1E2")) == 0);
}

TEST(sum)
{
    static const struct {
        const char *a, *b, *plus, *minus; /* NULL: out of range */
    } cases[] = {
        {"1", "1", "2", "0"},
        {"0", "-0", "0", "0"},
        {"1.50", "0.5", "2", "1"},
        {"-1", "0.001", "-0.999", "-1.001"},
        {"99", "1", "100", "98"},
        {"100", "0.01", "100.01", "99.99"},
        {"-5", "-7", "-12", "2"},
        {"5", "-7", "-2", "12"},
        {"1e125", "1e125",
         "2"
         "00000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000",
         "0"},
        {"1e-130", "-1e-130", "0", NULL},
        {"99999999999999999999999999999999999999", "1", "100000000000000000000000000000000000000",
         "99999999999999999999999999999999999998"},
        {"1e125", "1", NULL, NULL},
        {"9.9e125", "9.9e125", NULL, "0"},
        {"99999999999999999999999999999999999999", "0.1", NULL, NULL},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (unsigned minus = 0; minus < 2; minus++) {
            const char *want = minus ? cases[i].minus : cases[i].plus;
            _cleanup_(buf_free) struct buf b = {0};
            struct err e = {0};
            int r = number_add(str_of(cases[i].a), str_of(cases[i].b), minus, &b, &e);

            if (strcmp(cases[i].a, "1e-130") == 0 && minus) /* 2e-130, with all its zeros */
                CHECK(r == 0 && b.len == 132 && str_ends(buf_str(&b), STR("02")));
            else if (want)
                CHECK_STR(buf_str(&b), want);
            else
                CHECK(r == ERR_SYNTAX);
        }
    }
}

TEST_MAIN()
