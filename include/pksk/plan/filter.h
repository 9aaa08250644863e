/* Conditions evaluated here, over items that are here: what the service does with a
 * FilterExpression, for what no FilterExpression reaches (the records of a stream).
 *
 * Pure functions; nothing is kept. DynamoDB's rules: values of different types are never equal and
 * never in an order; a path that leads nowhere makes a condition false, but for <> and
 * attribute_not_exists; numbers are compared as exact decimals, text by its bytes. A test compares
 * this module with the service over made-up items and conditions.
 */
#ifndef PKSK_PLAN_FILTER_H
#define PKSK_PLAN_FILTER_H

#include "pksk/lang/ast.h"

/* What a path leads to in an item; NULL: nowhere. */
const struct value *filter_find(const struct value *item, const struct path *path);

/* Would the service take this condition? It refuses literals that an operator cannot have, bounds
 * of between the wrong way round, and an attribute that is compared with itself. */
int filter_check(const struct expr *condition, struct err *e) must_check;

/* For a condition that filter_check() lets pass. */
bool filter_matches(const struct expr *condition, const struct value *item);

#endif
