/* DynamoDB's numbers as text: up to 38 significant digits, magnitude 1E-130 to 9.99…E+125, never a
 * double.
 *
 * Pure functions. Source: developer guide, "Number"; normal form as public conformance tests on the
 * service show it: 00042 → 42, 1.0 → 1, 3.1400 → 3.14, 1.5E2 → 150, -0 → 0.
 */
#ifndef PKSK_ITEM_NUMBER_H
#define PKSK_ITEM_NUMBER_H

#include "pksk/base/buf.h"
#include "pksk/base/err.h"

/* A number by the grammar [+-]digits[.digits][e[+-]digits], with a digit before or after the point.
 */
bool number_looks_like(struct str t);

/* Appends the normal form: plain digits, no exponent ("1.5E2" → "150"), as the service returns it.
 * ERR_SYNTAX with text that says which limit was passed (digits or magnitude) and by how much. */
int number_normalise(struct str t, struct buf *ret, struct err *e) must_check;

/* By value, exact; both must look like numbers. <0, 0, >0 */
int number_compare(struct str a, struct str b);

/* Appends a + b, or a - b, in normal form. ERR_SYNTAX as number_normalise(), of the sum too. */
int number_add(struct str a, struct str b, bool minus, struct buf *ret, struct err *e) must_check;

#endif
