/* The types that attributes have in a table, by a few of its items: what a column of CSV without a
 * type follows.
 *
 * Asks the service once, when it is first asked itself. Owns its notes until import_types_free().
 */
#ifndef PKSK_CMD_IMPORT_TYPES_H
#define PKSK_CMD_IMPORT_TYPES_H

#include "pksk/base/map.h"
#include "pksk/session/session.h"

#define IMPORT_TYPES_ITEMS 100

struct import_types {
    struct session *s;
    const struct table *table;
    bool asked;
    struct map types;    /* name → 1 + its type, or TYPES_DIFFER */
    struct buf followed; /* "age is N, ok BOOL", as far as it was asked */
};

/* True when all of the items looked at that have the attribute have it in this type. */
bool import_types_know(struct import_types *t, struct str name, enum attr_type *ret);
void import_types_free(struct import_types *t);

#endif
