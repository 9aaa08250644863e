/* A small JSON document as a tree: error bodies, table descriptions, configuration.
 *
 * Nodes and text live in the arena given. Not for items: those have item/value.h.
 */
#ifndef PKSK_JSON_TREE_H
#define PKSK_JSON_TREE_H

#include "pksk/base/arena.h"
#include "pksk/base/buf.h"
#include "pksk/json/reader.h"

enum json_kind {
    JSON_IS_NULL,
    JSON_IS_BOOL,
    JSON_IS_NUMBER,
    JSON_IS_STRING,
    JSON_IS_ARRAY,
    JSON_IS_OBJECT
};

struct json {
    enum json_kind kind;
    bool boolean;
    struct str name;           /* of a member */
    struct str text;           /* of a string, or of a number as written */
    struct json *first, *last; /* of an array or object */
    struct json *next;         /* sibling */
    size_t count;              /* of children */
};

int json_parse(struct arena *a, struct str text, unsigned max_depth, struct json **ret,
               struct err *e) must_check;

/* Lookups take NULL and give NULL, "" or the default, so that chains need no tests. */
const struct json *json_get(const struct json *object,
                            const char *name); /* the last member of that name */
struct str json_text(const struct json *object,
                     const char *name); /* of a string or number member, else "" */
bool json_get_u64(const struct json *object, const char *name, uint64_t *ret);
bool json_get_bool(const struct json *object, const char *name, bool otherwise);

void json_write(struct buf *b, const struct json *node,
                bool pretty); /* two blanks an indent when pretty */

/* Builds a tree from events, for readers that keep some parts of a stream as trees. Feed it every
 * event of one value; *ret is set when the value is complete. Start with {.arena = a}. */
struct json_builder {
    struct arena *arena;
    struct json *root, **open;
    unsigned depth, cap;
    struct str name;
    bool done;
};
int json_builder_event(struct json_builder *b, enum json_event event, struct str text,
                       struct err *e) must_check;
void json_builder_free(struct json_builder *b); /* the stack of open nodes; not the tree */

#endif
