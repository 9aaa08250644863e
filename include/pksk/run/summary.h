/* Items added up: a measure or several for each group.
 *
 * The summary keeps the statement's measures and groups by pointer: it lives no longer than they.
 * It owns its groups, and copies what it keeps of items. Memory grows with the groups, not with the
 * items, up to a ceiling. Sums are exact (item/decimal.h). Pure but for its own state.
 */
#ifndef PKSK_RUN_SUMMARY_H
#define PKSK_RUN_SUMMARY_H

#include "pksk/lang/ast.h"

#define SUMMARY_GROUPS_MAX 100000
#define SUMMARY_BYTES_MAX ((size_t)64 << 20)

struct summary;

/* entity: names what an item is, empty where nothing is known; may be NULL where no group asks. */
struct summary *summary_new(const struct statement *st,
                            struct str (*entity)(void *ctx, const struct value *item), void *ctx);
void summary_free(struct summary *s); /* NULL is fine */

/* Items chained by next. ERR_FAILED when there are too many groups. */
int summary_add(struct summary *s, const struct value *items, struct err *e) must_check;

/* Its rows as items in the arena, chained: the groups' attributes, then the measures'. Largest
 * first by the first measure, or by the statement's order; at most `limit` of them (0: all). */
struct value *summary_rows(const struct summary *s, struct arena *a, uint64_t limit);

/* ---- of a sample: count, sum and avg are estimated */

/* What was added since the last call, or the beginning, is one segment. */
void summary_end_segment(struct summary *s);

/* As summary_rows(), of all `of` segments: "~count" and "±count" (half of its 95 % interval)
 * instead of "count". What is least, greatest or different is that of the sample, under its own
 * name. */
struct value *summary_estimates(const struct summary *s, struct arena *a, uint64_t of,
                                uint64_t limit);

/* Values of this measure that were there and could not be added: no numbers. */
uint64_t summary_refused(const struct summary *s, const struct measure *m);

size_t summary_groups(const struct summary *s);

#endif
