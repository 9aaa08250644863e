/* The smallest harness that serves: TEST(name) { CHECK(…); } and TEST_MAIN() at the end; output is
 * TAP.
 *
 * Include it once, in the test program. A failed CHECK prints its place and ends that test, not the
 * program.
 */
#ifndef PKSK_TESTS_TEST_H
#define PKSK_TESTS_TEST_H

#include <stdio.h>

#include "pksk/base/buf.h"
#include "pksk/base/err.h"

struct test_case {
    const char *name;
    void (*run)(void);
    struct test_case *next;
};

static struct test_case *test_first, **test_last = &test_first;
static bool test_failed;

#define TEST(id)                                                                                   \
    static void test_##id(void);                                                                   \
    static struct test_case case_##id = {#id, test_##id, NULL};                                    \
    __attribute__((constructor)) static void add_##id(void)                                        \
    {                                                                                              \
        *test_last = &case_##id;                                                                   \
        test_last = &case_##id.next;                                                               \
    }                                                                                              \
    static void test_##id(void)

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);                               \
            test_failed = true;                                                                    \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define CHECK_STR(got, want)                                                                       \
    do {                                                                                           \
        struct str got_ = (got), want_ = str_of(want);                                             \
        if (!str_eq(got_, want_)) {                                                                \
            printf("# %s:%d: got  «%.*s»\n", __FILE__, __LINE__, STR_ARG(got_));                   \
            printf("# %s:%d: want «%.*s»\n", __FILE__, __LINE__, STR_ARG(want_));                  \
            test_failed = true;                                                                    \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define TEST_MAIN()                                                                                \
    int main(void)                                                                                 \
    {                                                                                              \
        unsigned count = 0, failed = 0;                                                            \
        for (struct test_case *t = test_first; t; t = t->next) {                                   \
            test_failed = false;                                                                   \
            t->run();                                                                              \
            failed += test_failed;                                                                 \
            printf("%sok %u - %s\n", test_failed ? "not " : "", ++count, t->name);                 \
        }                                                                                          \
        printf("1..%u\n", count);                                                                  \
        return failed != 0;                                                                        \
    }

#endif
