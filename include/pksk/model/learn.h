/* Learning a model: the entities of a table, found in a sample of its items.
 *
 * A type attribute names entities where there is one. The values of each key attribute are divided
 * at what divides them (delimiters; dates, uuids and their kin stay whole), grouped by the places
 * of their delimiters, and each place is found to be a literal or a placeholder: by attributes that
 * hold the same value, by how often values repeat, by whether their items have the same attributes.
 * An entity is a type and a pair of templates. Nothing is asked for; all that is returned lives in
 * the arena given.
 */
#ifndef PKSK_MODEL_LEARN_H
#define PKSK_MODEL_LEARN_H

#include "pksk/model/entities.h"

struct learn_result {
    struct entity_model model;
    struct str type_attribute; /* empty: there is none */
    uint64_t strays;           /* items that fit no entity */
};

/* items: `count` items of the sample; the schema must live as long as the model. */
void learn_model(struct arena *a, const struct table *t, const struct value *const *items,
                 size_t count, struct learn_result *ret);

#endif
