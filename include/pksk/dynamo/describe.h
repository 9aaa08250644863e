/* DescribeTable's answer as a struct table, and its file in the schema cache.
 *
 * Text is copied into the arena given. Pure but for the files, which are the shell's own: 0600,
 * replaced atomically, and ignored when they are not what was written.
 */
#ifndef PKSK_DYNAMO_DESCRIBE_H
#define PKSK_DYNAMO_DESCRIBE_H

#include "pksk/dynamo/schema.h"

#define SCHEMA_TTL_MS ((int64_t)5 * 60 * 1000)

/* description: the member "Table" of the answer. */
int describe_decode(struct arena *a, const struct json *description, struct table *ret,
                    struct err *e) must_check;

/* Are the table and its indexes at rest? What is still changing is not kept. */
bool describe_is_settled(const struct table *t);

/* A file for (scope, table): its name is a hash of both, and both are checked when it is read. */
struct describe_file {
    struct str directory, scope, table;
};
/* False when there is none, or it is not fresh, whole, and of this table. */
bool describe_load(const struct describe_file *f, int64_t now_ms, struct arena *a,
                   struct table *ret);
void describe_save(const struct describe_file *f, int64_t now_ms, const struct json *description);
void describe_remove(const struct describe_file *f);

#endif
