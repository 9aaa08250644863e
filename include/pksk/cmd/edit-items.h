/* `edit get …`, `edit query …`, `edit scan …`: the items in an editor, the differences, a question,
 * and a write for each item that changed.
 *
 * Nothing is kept but what `undo` needs.
 */
#ifndef PKSK_CMD_EDIT_ITEMS_H
#define PKSK_CMD_EDIT_ITEMS_H

#include "pksk/session/session.h"

#define EDITING_ITEMS_MAX 1000
#define EDITING_BYTES_MAX ((size_t)8 << 20)

bool edit_items_meant(const struct statement *st); /* of an `edit` */
int edit_items_run(struct session *s, const struct statement *st, struct err *e) must_check;

#endif
