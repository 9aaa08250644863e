/* What `undo` needs to know of the writes of a `then`: how each item was, and how it was left.
 *
 * A then_undo owns its file and copies of the update's actions until then_undo_free(); with
 * then_undo_end() the file becomes the session's.
 */
#ifndef PKSK_CMD_THEN_UNDO_H
#define PKSK_CMD_THEN_UNDO_H

#include "pksk/plan/then.h"
#include "pksk/session/session.h"

struct then_undo;

/* write: what stands behind `then`. NULL: undo keeps nothing of it; *why says so, for the
 * question. */
struct then_undo *then_undo_new(struct session *s, const struct statement *write, struct buf *why);
void then_undo_free(struct then_undo *u); /* NULL is fine */

/* Before writing (again): a file, when there is none. target: the table written to. */
int then_undo_begin(struct then_undo *u, const struct table *target, struct err *e) must_check;

/* One write was answered; json: the item that was put. */
int then_undo_add(struct then_undo *u, struct str json, const struct reply *reply,
                  struct err *e) must_check;

void then_undo_end(struct then_undo *u);

#endif
