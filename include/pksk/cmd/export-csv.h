/* A whole table as CSV: the items are kept in a file beside it, and written as rows when all
 * columns are known.
 *
 * Nothing is kept between calls. Memory is the names of the columns and one item.
 */
#ifndef PKSK_CMD_EXPORT_CSV_H
#define PKSK_CMD_EXPORT_CSV_H

#include "pksk/out/printer.h"

/* items: a file of DynamoDB JSON lines. The header names the type of each column that import would
 * not see by itself, as in age:N. keys: come first. */
int export_csv(const char *items, const char *path, enum format f, const struct str *keys,
               size_t key_count, struct err *e) must_check;

#endif
