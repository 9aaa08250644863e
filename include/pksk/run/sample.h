/* A sample of a table that is spread over all of it, and what can be said of the whole by it.
 *
 * A scan of very many segments, of which some are read, each one whole: a segment is a part of the
 * hash space, so what it holds is chosen by chance, partition by partition. (Beginning anywhere and
 * reading so many items favours the beginnings of partitions.) The sampler owns the items that it
 * hands out, until its next call. One thread.
 */
#ifndef PKSK_RUN_SAMPLE_H
#define PKSK_RUN_SAMPLE_H

#include "pksk/plan/plan.h"

#define SAMPLE_SEGMENT_ITEMS 26          /* wanted of a segment, on average */
#define SAMPLE_SMALL ((uint64_t)1 << 20) /* bytes: a table up to this is read whole */

struct sample_options {
    const struct plan *plan; /* of a Scan, with filter and projection or without; copied */
    const struct clock *clock;
    uint64_t item_count, size_bytes; /* of DescribeTable: up to six hours old, 0 for a new table */
    uint64_t items, tenths; /* of items read and of capacity units × 10: no segment is begun
                               when one is reached; 0: no such limit */
    double share;           /* of the segments, of which two at least are read; 0: no such limit */
    uint64_t seed;          /* which segments are taken; 0: by chance */
    bool whole;             /* all of it, however large */
};

/* What one segment held. */
struct sample_segment {
    const struct value *items; /* chained by next; after the filter */
    uint64_t count, scanned;   /* items, and those before the filter */
    bool cut;                  /* too large for the sample: only its beginning was read */
};

struct sample_totals {
    uint64_t items, scanned;   /* of all that was handed out */
    uint64_t segments, of;     /* read, of so many that the table was divided into */
    uint64_t cut;              /* segments that are larger than the sample */
    uint64_t tenths, requests; /* capacity units × 10 */
    bool whole;                /* nothing of the table is missing: figures are exact */
    bool spent;                /* the capacity units ended it, before the items or the share */
};

struct sampler;

struct sampler *sampler_new(struct dynamo *d, const struct sample_options *o);
void sampler_free(struct sampler *s); /* cancels what is under way; NULL is fine */

/* The next segment, whole: 1 and *ret, 0 at the end, or a negative code. */
int sampler_next(struct sampler *s, struct sample_segment *ret, struct err *e) must_check;
const struct sample_totals *sampler_totals(const struct sampler *s);

/* ---- the whole by its parts */

/* Adds up one quantity, a figure a segment. {0} is the beginning. */
struct estimator {
    uint64_t segments;
    double sum, squares;
};

void estimator_add(struct estimator *x, double of_segment);

/* The quantity of all `of` segments, and half the width of its 95 % interval (Student's t over the
 * segments read, with the correction for a finite number of them). With one segment read of several
 * the interval is as wide as the estimate. */
struct estimate {
    double total, half;
};
struct estimate estimator_total(const struct estimator *x, uint64_t of);

/* Both as plain numbers, to the two digits of the interval that mean something; count: no digits
 * behind the point. */
void estimate_write(const struct estimate *x, bool count, struct buf *total, struct buf *half);

#endif
