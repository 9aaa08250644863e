/* The AST as text, for the tests alone: what was not written is not shown. */
#ifndef PKSK_TESTS_LANG_DUMP_H
#define PKSK_TESTS_LANG_DUMP_H

#include "pksk/lang/parse.h"

void dump_statement(struct buf *b, const struct statement *st, unsigned indent);
void dump_point(struct buf *b, const struct lang_point *point);
const char *dump_class(enum token_class class);

#endif
