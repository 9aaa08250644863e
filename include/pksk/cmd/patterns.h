/* Access patterns of the model as statements.
 *
 * What is returned lives in the arena given.
 */
#ifndef PKSK_CMD_PATTERNS_H
#define PKSK_CMD_PATTERNS_H

#include "pksk/session/session.h"

/* The statement that a pattern's name and values stand for. ERR_SYNTAX when there is no such
 * pattern, or it takes another number of values. */
int patterns_expand(struct session *s, struct arena *a, const struct statement *st,
                    struct statement **ret, struct err *e) must_check;

#endif
