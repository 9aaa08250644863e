/* Estimates of a whole by some of its segments. The sampler itself is tested against a server. */
#include "pksk/run/sample.h"

#include "test.h"

static uint64_t state;

static double dice(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) / (double)(1ull << 53);
}

/* Partitions of very different sizes, each in a segment by chance. */
static double *skewed(size_t segments, double *whole)
{
    double *counts = mem_resize(NULL, segments, sizeof(*counts));

    *whole = 0;
    for (size_t i = 0; i < segments; i++)
        counts[i] = 0;
    for (size_t partition = 0; partition < segments * 8; partition++) {
        double items =
            dice() < 0.05 ? 1 + (double)(int)(dice() * 40) : 1 + (double)(int)(dice() * 4);

        counts[(size_t)(dice() * (double)segments)] += items;
        *whole += items;
    }
    return counts;
}

static bool holds(const double *counts, size_t segments, size_t read, double whole)
{
    struct estimator x = {0};
    size_t first = (size_t)(dice() * (double)segments);

    for (size_t i = 0; i < read; i++)
        estimator_add(&x, counts[(first + i * 7919) % segments]);
    struct estimate got = estimator_total(&x, segments);

    return whole >= got.total - got.half && whole <= got.total + got.half;
}

TEST(the_true_count_lies_in_the_interval)
{
    size_t segments = 4001, held[3] = {0};
    static const size_t reads[] = {12, 40, 150};
    double whole, *counts;

    state = 42;
    counts = skewed(segments, &whole);
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < ARRAY_LEN(reads); i++)
            held[i] += holds(counts, segments, reads[i], whole);
    }
    free(counts);
    for (size_t i = 0; i < ARRAY_LEN(reads); i++) {
        printf("# %zu segments read: %zu of 200 intervals hold\n", reads[i], held[i]);
        CHECK(held[i] >= 180);
    }
}

TEST(all_segments_are_the_truth)
{
    struct estimator x = {0};

    for (int i = 1; i <= 10; i++)
        estimator_add(&x, i);
    struct estimate all = estimator_total(&x, 10), some = estimator_total(&x, 20);

    CHECK(all.total == 55 && all.half == 0);
    CHECK(some.total == 110 && some.half > 30 && some.half < 34);
}

TEST(one_segment_of_several_says_little)
{
    struct estimator x = {0};

    CHECK(estimator_total(&x, 10).total == 0);
    estimator_add(&x, 3);
    CHECK(estimator_total(&x, 10).total == 30 && estimator_total(&x, 10).half == 30);
}

TEST_MAIN()
