/* What BatchGetItem answers, beside what was asked. Pure functions; keys are chained, and of them
 * the first BATCH_GET_MAX were asked for.
 */
#ifndef PKSK_RUN_BATCH_GET_H
#define PKSK_RUN_BATCH_GET_H

#include "pksk/json/tree.h"
#include "pksk/plan/plan.h"

/* It answers in any order: its items in the order of the keys. Items without all key attributes (a
 * projection) keep theirs, at the end. */
struct value *batch_get_in_order(const struct value *keys, struct value *items);

/* UnprocessedKeys is sent back as it is, so it must be no more than what was asked for. */
bool batch_get_may_ask_again(const struct value *keys, struct str table, const struct json *rest);

#endif
