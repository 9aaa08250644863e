/* The sample items of a NoSQL Workbench model: what `import` writes.
 *
 * Nodes are the tree's own, which is changed: lists of items are chained.
 */
#ifndef PKSK_MODEL_WORKBENCH_H
#define PKSK_MODEL_WORKBENCH_H

#include "pksk/base/err.h"
#include "pksk/json/tree.h"

/* The first item of the table's own data or, when a model has them only there, of its facets'; the
 * others follow by next. NULL: there are none. */
const struct json *workbench_samples(struct json *table, uint64_t *count);

/* The model's table of that name, or the only one there is; wanted: the name must fit. ERR_FAILED
 * when there is none, and when the file is no model. */
int workbench_find(struct str file, struct json *model, struct str name, bool wanted,
                   struct json **ret, struct err *e) must_check;

#endif
