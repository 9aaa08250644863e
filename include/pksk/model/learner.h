/* Inside the learner: what its files share. learn-column.c finds the templates of one key
 * attribute, learn-names.c names placeholders, learn-attributes.c counts attributes, learn.c makes
 * entities.
 *
 * Everything is in the arena of the struct learner.
 */
#ifndef PKSK_MODEL_LEARNER_H
#define PKSK_MODEL_LEARNER_H

#include "pksk/base/map.h"
#include "pksk/model/learn.h"

struct learner {
    struct arena *arena;
    const struct table *table;
    const struct value *const *items;
    size_t count;
    struct str type_attribute;
    bool typed; /* there is one, and a column is learned for the items of one type at a time */
};

/* A template of one key attribute and the items (by their numbers) that have it. */
struct learned {
    struct template template; /* placeholders without names */
    size_t *items;
    size_t count;
};

struct learned_list {
    struct learned *list;
    size_t count, cap;
};

/* The templates of an attribute over these items; those without it are left out. */
void learn_column(struct learner *l, struct str attribute, const size_t *items, size_t count,
                  struct learned_list *ret);

/* An attribute that holds, in nearly all of these items, what `texts` holds for each: its name, and
 * the form in which it does. */
struct explained {
    struct str name;
    enum template_form form;
    enum atom atom;
    unsigned width;
};
bool learn_explain(const struct learner *l, const size_t *items, const struct str *texts,
                   size_t count, struct explained *ret);

/* Names the placeholders of all the entity's keys. items: those of the entity. */
void learn_names(struct learner *l, struct entity *x, const size_t *items, size_t count);

void learn_attributes(struct learner *l, struct entity *x, const size_t *items, size_t count);

/* GSI1PK, pk2, lsi1_sk and the like: an attribute that is there for an index alone. */
bool learn_is_generic(struct str name);

/* A key attribute of the table. */
bool learn_is_table_key(const struct learner *l, struct str name);

#endif
