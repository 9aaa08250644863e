/* What `undo` needs to know of a transaction: its items are read just before the commit.
 *
 * A transact_undo owns its copies until transact_undo_free().
 */
#ifndef PKSK_CMD_TRANSACT_UNDO_H
#define PKSK_CMD_TRANSACT_UNDO_H

#include "pksk/plan/plan.h"
#include "pksk/session/session.h"

struct transact_undo;

/* updates[i]: the actions of an "Update". NULL: nothing is kept, and undo_block() is what is left
 * to do. A failure to read is no reason not to commit. */
struct transact_undo *transact_undo_read(struct session *s, const struct plan *actions,
                                         struct update_action *const *updates, size_t count);
void transact_undo_free(struct transact_undo *u); /* NULL is fine */

/* It is committed: one step of undo. */
void transact_undo_keep(struct transact_undo *u);

#endif
