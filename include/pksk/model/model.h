/* A table's definition out of a file: a CloudFormation template (cloudformation.c) or a NoSQL
 * Workbench model (workbench.c).
 *
 * Pure: text in, the same struct table_def out that the words of `create table` make. All that is
 * returned lives in the arena given; nothing points into the text. What is wrong is said with the
 * file's name and the place as a path: "shop.json: Resources.Shop.Properties.KeySchema[1] lacks
 * AttributeName".
 */
#ifndef PKSK_MODEL_MODEL_H
#define PKSK_MODEL_MODEL_H

#include "pksk/base/arena.h"
#include "pksk/base/err.h"
#include "pksk/lang/ast.h"

/* A template has at most 1 MB, a model's sample data may be more; an item's 32 levels are 64 of
 * JSON. */
#define MODEL_FILE_MAX ((size_t)16 << 20)
#define MODEL_DEPTH_MAX 100
#define MODEL_VALUES_MAX 1000000

struct model_table {
    struct str name;     /* the file's own, or empty */
    struct str resource; /* what the file calls it: the logical id, or the same name */
    struct table_def *def;
    struct str left;  /* what of it no request can carry: "Replicas[1], ResourcePolicy"; or empty */
    uint64_t samples; /* items that a Workbench model has for it */
    bool lone;        /* the file has no other table */
};

struct model_source {
    struct str file, text; /* file: its name, for messages */
    struct str wanted;     /* which of its tables; empty: it has one */
    struct str region;     /* which replica's settings are taken; empty: those of the first */
};

/* ERR_FAILED when the file cannot be used. */
int model_read(struct arena *a, const struct model_source *from, struct model_table *ret,
               struct err *e) must_check;

#endif
