/* Words to keys: the type of a key value comes from the key schema, never from how it was written.
 *
 * Values live in the arena; errors carry the place of the word.
 */
#ifndef PKSK_PLAN_KEY_H
#define PKSK_PLAN_KEY_H

#include "pksk/dynamo/schema.h"
#include "pksk/lang/ast.h"

/* One key value. Number keys are brought to normal form; a text for a binary key, a word that is no
 * number, an empty or too long key (2,048 bytes for a partition key, 1,024 for a sort key) are
 * errors. */
int key_value(struct arena *a, const struct key_part *part, bool is_sort, const struct word *word,
              struct value **ret, struct err *e) must_check;

/* A whole primary key as an item of its key attributes. */
int key_item(struct arena *a, const struct table *table, const struct key *key, struct value **ret,
             struct err *e) must_check;

#endif
