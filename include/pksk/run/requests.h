/* Request files of `aws dynamodb batch-write-item`: {"Table": [{"PutRequest": …}, {"DeleteRequest":
 * …}], …}, also with "RequestItems" around it, and any number of such objects one after the other.
 *
 * The whole file is a tree in the arena given, of at most REQUESTS_MAX bytes of text.
 */
#ifndef PKSK_RUN_REQUESTS_H
#define PKSK_RUN_REQUESTS_H

#include "pksk/base/err.h"
#include "pksk/json/tree.h"

#define REQUESTS_MAX ((size_t)64 << 20)

/* Does a file that begins so hold requests? */
bool requests_look(struct str head);

/* Its objects, chained. file: for messages. */
int requests_parse(struct arena *a, struct str file, struct str text, struct json **ret,
                   struct err *e) must_check;

/* The only table that they write to; empty: there are several, or none. */
struct str requests_only(const struct json *objects);

/* The requests for that table, chained in their order; NULL: none. Nodes are the tree's own and
 * leave their lists. */
struct json *requests_of(struct json *objects, struct str table);

/* The tables that a regular file's requests write to, in the order in which they come; 0 when the
 * file holds no requests or is no regular file. */
int requests_tables(struct arena *a, const char *path, struct str **names, size_t *count,
                    struct err *e) must_check;

#endif
