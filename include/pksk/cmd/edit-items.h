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

struct edit;
/* One change of an item that was read: written on condition that it is as it was read, kept for
 * undo, and told of. */
int edit_items_write(struct session *s, const struct statement *st, const struct table *t,
                     struct edit *edit, struct err *e) must_check;

bool edit_items_meant(const struct statement *st); /* of an `edit` */
int edit_items_run(struct session *s, const struct statement *st, struct err *e) must_check;

#endif
