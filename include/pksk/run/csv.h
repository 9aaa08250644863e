/* Rows of CSV (RFC 4180) or TSV to items.
 *
 * The reader owns the header; items live in the arena given. A column's name may end in its type:
 * age:N, tags:SS, address:M. S N B BOOL NULL L M SS NS BS are the types of DynamoDB (B in base64,
 * lists, maps and sets in JSON), and JSON is whatever the cell says. Without one, key attributes of
 * the table and its indexes have their type from the schema, and all others are strings, so that
 * nothing like 007 is changed by a guess. An empty cell is no attribute; "" is an empty string.
 */
#ifndef PKSK_RUN_CSV_H
#define PKSK_RUN_CSV_H

#include "pksk/dynamo/schema.h"

struct csv;

/* By the first line: of comma, tab, ';' and '|' the one that sets the name of the table's partition
 * key apart; else the first of them that is there. */
char csv_separator(struct str text, const struct table *t);

int csv_new(struct str header, char separator, const struct table *t, struct csv **ret,
            struct err *e) must_check;
void csv_free(struct csv *c); /* NULL is fine */

/* Adds the columns that will be strings though all their cells in these rows are numbers, true and
 * false, or JSON, as their typed names: "age:N, ok:BOOL, address:M". 007 is no number. known: the
 * type that such an attribute has elsewhere, which the column then gets; NULL is fine. */
void csv_untyped(struct csv *c, struct str rows,
                 bool (*known)(void *ctx, struct str name, enum attr_type *ret), void *ctx,
                 struct buf *ret);

char csv_separator_used(const struct csv *c);
bool csv_has_column(const struct csv *c, struct str name);

int csv_item(struct csv *c, struct str row, struct arena *a, struct value **ret,
             struct err *e) must_check;

#endif
