/* Entities of the model in statements: `get User 42`, `query Order between 2024 2025`, `put Order
 * …`.
 *
 * A statement whose first key word is exactly the name of an entity, unquoted, becomes one with
 * keys. What is made lives in the arena given; the statement itself is not changed.
 */
#ifndef PKSK_CMD_ENTITY_WORDS_H
#define PKSK_CMD_ENTITY_WORDS_H

#include "pksk/session/session.h"

/* *ret is st itself where no entity is meant. ERR_SYNTAX when one is, and its fields are missing.
 */
int entity_words(struct session *s, struct arena *a, const struct statement *st,
                 const struct statement **ret, struct err *e) must_check;

/* Remarks on what breaks the design, before it is written: a key that fits no entity, an index key
 * that disagrees with its template. */
void entity_remarks(struct session *s, const struct statement *st);

#endif
