/* What the items of one table are: entities with the templates of their keys, and access patterns.
 *
 * A model is text that people write and edit (model_parse, model_add), and what learn_model()
 * finds. All of it lives in the arena that it was made in. A model belongs to one table, whose key
 * schema says how many words the key of an entity has.
 */
#ifndef PKSK_MODEL_ENTITIES_H
#define PKSK_MODEL_ENTITIES_H

#include "pksk/base/map.h"
#include "pksk/dynamo/schema.h"
#include "pksk/item/value.h"
#include "pksk/model/template.h"

#define MODEL_ENTITIES_MAX 500
#define MODEL_KEY_PARTS (2 * KEY_ATTRIBUTES_MAX)
#define MODEL_WORDS_MAX 12 /* values of a vocabulary */

/* The templates of an entity's keys in the table or in one index, in the order of its key schema.
 */
struct entity_key {
    struct str index; /* empty: the table itself */
    const struct key_schema *schema;
    struct template parts[MODEL_KEY_PARTS];
    uint64_t items; /* of the sample: those that have it; 0 when it was not learned */
};

/* `where type = photo`, `where exists email` */
struct entity_test {
    struct str attribute, value;
    bool exists; /* no value is asked for */
};

struct entity_word {
    struct str text;
    uint64_t items;
};

/* What was seen of an attribute, for reading and for TAB: never a constraint. */
struct entity_attribute {
    struct str name;
    uint64_t items; /* that have it */
    uint64_t types[ATTR_TYPES];
    struct entity_word words[MODEL_WORDS_MAX]; /* of a short vocabulary, the commonest first */
    size_t word_count;
};

struct entity {
    struct str name;
    struct entity_key *keys; /* the table's first, then those of the indexes that it is in */
    size_t key_count;
    struct entity_test *tests;
    size_t test_count;
    struct entity_attribute *attributes; /* by name */
    size_t attribute_count;
    uint64_t items, bytes; /* of the sample; 0 when it was not learned */
};

/* pattern orders-of(user) = query USER#{user} ORDER#* */
struct access_pattern {
    struct str name;
    struct str *arguments;
    size_t argument_count;
    struct str statement;
};

struct entity_model {
    struct entity *entities;
    size_t entity_count;
    struct access_pattern *patterns;
    size_t pattern_count;
    uint64_t sampled; /* items that it was learned from; 0: written by hand */
};

/* Reads `entity` and `pattern` lines, with comments, and indented lines of attributes below their
 * entity. What is read joins *ret, and replaces what has the same name there. ERR_SYNTAX: e->at is
 * a place in text. The schema must live as long as the model. */
int model_parse(struct arena *a, struct str text, const struct table *t, struct entity_model *ret,
                struct err *e) must_check;

/* The text that model_parse() reads, aligned. attributes: with the lines of what was seen. */
void model_add(struct buf *b, const struct entity_model *m, bool attributes);

const struct entity *model_entity(const struct entity_model *m, struct str name); /* exact case */
const struct access_pattern *model_pattern(const struct entity_model *m, struct str name);

/* The entity that an item is, by its key in the table and its tests: the one whose templates say
 * most. NULL: a stray. */
const struct entity *model_entity_of(const struct entity_model *m, const struct value *item);

/* The entity's key in the index (empty: in the table); NULL when it is not in it. */
const struct entity_key *entity_key_in(const struct entity *x, struct str index);

/* Two entities that the same item could be, with an example of its key, or false. */
bool model_ambiguous(struct arena *a, const struct entity_model *m, const struct entity **one,
                     const struct entity **other, struct str *example);

/* The text of a key attribute as templates see it (numbers as they are written); false when the
 * item has none, or binary. */
bool entity_key_text(const struct value *item, struct str attribute, struct str *ret);

/* ---- fields: the names that placeholders have */

struct entity_fields {
    struct map *values;       /* name → struct str *; NULL: none */
    const struct value *item; /* asked for what `values` does not have; may be NULL */
};

/* The key attribute number `part` of the key, made of the fields. 1: made; 0: *missing is the field
 * that is not there; ERR_SYNTAX: a value that its form cannot take. */
int entity_make(struct arena *a, const struct entity_key *k, unsigned part,
                const struct entity_fields *f, struct str *ret, struct str *missing, struct err *e);

/* The placeholders of the table's key in their order, each once: what `get User 42` gives. */
size_t entity_fields_of(const struct entity_key *k, struct str *names, size_t max);

#endif
