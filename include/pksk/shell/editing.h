/* `edit get …`, `edit query …`, `edit scan …`: the items in an editor, the differences, a question,
 * and a write for each item that changed.
 *
 * Nothing is kept but what `undo` needs.
 */
#ifndef PKSK_SHELL_EDITING_H
#define PKSK_SHELL_EDITING_H

#include "pksk/shell/session.h"

#define EDITING_ITEMS_MAX 1000
#define EDITING_BYTES_MAX ((size_t)8 << 20)

bool editing_means_items(const struct statement *st); /* of an `edit` */
int editing_run(struct session *s, const struct statement *st, struct err *e) must_check;

#endif
