/* Expressions as the API takes them: names and values always as #n and :v placeholders, so that no
 * attribute name is ever a reserved word and no value is ever part of the text.
 *
 * A struct expression owns its buffers until expression_free(); the text it writes goes to the
 * caller's buffer. The same functions write for people (real names and values, in the shell's
 * notation) when the struct is NULL.
 */
#ifndef PKSK_PLAN_EXPRESSION_H
#define PKSK_PLAN_EXPRESSION_H

#include "pksk/base/map.h"
#include "pksk/json/writer.h"
#include "pksk/lang/ast.h"

/* Source: developer guide, "Constraints": expression string 4 KB, 300 operators or functions. */
#define EXPRESSION_BYTES_MAX 4096
#define EXPRESSION_OPERATORS_MAX 300

struct expression {
    struct map names;  /* attribute name → its number + 1 */
    struct buf values; /* the members of ExpressionAttributeValues, without the braces */
    unsigned value_count, operators;
};

void expression_free(struct expression *x); /* {0} is fine */

void expression_name(struct expression *x, struct buf *out, struct str name);
void expression_path(struct expression *x, struct buf *out, const struct path *path);
void expression_paths(struct expression *x, struct buf *out,
                      const struct path *list); /* a projection */
void expression_value(struct expression *x, struct buf *out, const struct value *value);

/* A condition, filter or operand. item_key: the partition key's name, for `if exists`. */
void expression_add(struct expression *x, struct buf *out, const struct expr *expr,
                    struct str item_key);

/* The two members ExpressionAttributeNames and -Values, where there are any. */
void expression_members(const struct expression *x, struct json_writer *w);

/* Was it within the service's limits? `what` is "filter", "condition" …; the place is the
 * expression's. */
int expression_check(const struct expression *x, struct str text, const char *what, struct span at,
                     struct err *e) must_check;

#endif
