/* An update carried out here, on a copy of the item: what the service has left behind.
 *
 * The result lives in the arena. It is never written anywhere by itself: `undo` compares it with
 * the item as it stands, so that a difference between the service and this module makes an undo
 * refuse, never a loss.
 */
#ifndef PKSK_PLAN_APPLY_H
#define PKSK_PLAN_APPLY_H

#include "pksk/lang/ast.h"

/* before: NULL when there was no item; key: its key attributes. NULL: it cannot be told. */
struct value *apply_update(struct arena *a, const struct value *before, const struct value *key,
                           const struct update_action *actions);

/* The actions for later than their statement lives. */
struct update_action *update_copy(struct arena *a, const struct update_action *actions);

#endif
