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

/* By the first line: comma, or tab or ';' when it has no comma. */
char csv_separator(struct str text);

int csv_new(struct str header, char separator, const struct table *t, struct csv **ret,
            struct err *e) must_check;
void csv_free(struct csv *c); /* NULL is fine */

/* Adds the columns that will be strings though all their cells in these rows are numbers, or true
 * and false, as their typed names: "age:N, ok:BOOL". 007 is no number. */
void csv_untyped(const struct csv *c, struct str rows, struct buf *ret);

char csv_separator_used(const struct csv *c);
bool csv_has_column(const struct csv *c, struct str name);

int csv_item(struct csv *c, struct str row, struct arena *a, struct value **ret,
             struct err *e) must_check;

#endif
