#include "pksk/run/spool.h"

#include "test.h"

static struct str line(struct buf *b, unsigned i)
{
    buf_reset(b);
    buf_addf(b, "%u:", i);
    for (unsigned n = 0; n < i % 997; n++)
        buf_char(b, (char)('a' + n % 26));
    return buf_str(b);
}

TEST(lines_come_back_in_order_and_by_their_offsets)
{
    struct spool s;
    struct err e;
    struct buf want = {0};
    struct str got;
    static uint64_t offsets[3000];
    uint64_t at = 0;
    bool same = true;

    CHECK(spool_open(&s, &e) == 0);
    for (unsigned i = 0; i < 3000; i++)
        CHECK(spool_add(&s, line(&want, i), &e) == 0);
    CHECK(s.count == 3000);
    for (unsigned i = 0; i < 3000; i++) {
        offsets[i] = at;
        same &= spool_read(&s, &at, &got, &e) == 1 && str_eq(got, line(&want, i));
    }
    CHECK(same);
    CHECK(at == s.bytes);
    CHECK(spool_read(&s, &at, &got, &e) == 0);
    for (unsigned i = 3000; i-- > 0; i -= MIN(i, 7u)) { /* backwards, across windows */
        at = offsets[i];
        same &= spool_read(&s, &at, &got, &e) == 1 && str_eq(got, line(&want, i));
    }
    CHECK(same);
    buf_free(&want);
    spool_close(&s);
}

TEST(what_is_added_after_a_read_is_read_too)
{
    struct spool s;
    struct err e;
    struct str got;
    uint64_t at = 0;

    CHECK(spool_open(&s, &e) == 0);
    CHECK(spool_read(&s, &at, &got, &e) == 0);
    CHECK(spool_add(&s, STR("one"), &e) == 0);
    CHECK(spool_read(&s, &at, &got, &e) == 1);
    CHECK_STR(got, "one");
    CHECK(spool_add(&s, STR(""), &e) == 0);
    CHECK(spool_add(&s, STR("three"), &e) == 0);
    CHECK(spool_read(&s, &at, &got, &e) == 1);
    CHECK_STR(got, "");
    CHECK(spool_read(&s, &at, &got, &e) == 1);
    CHECK_STR(got, "three");
    spool_close(&s);
}

TEST(a_place_that_is_none_is_an_error)
{
    struct spool s;
    struct err e;

    setenv("TMPDIR", "/nonexistent", 1);
    CHECK(spool_open(&s, &e) < 0);
    unsetenv("TMPDIR");
    spool_close(&s);
}

TEST_MAIN()
