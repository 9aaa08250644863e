/* What a command family keeps between statements: the last reading, the writes that can be undone,
 * an open transaction. The session holds it without knowing what it is.
 *
 * A family has one const struct slot_kind, whose address names the slot, and is the only one to
 * look into it. The session owns what is put there and frees it by the kind when it is replaced,
 * when the client goes (of_client), or at its end. One thread.
 */
#ifndef PKSK_SESSION_SLOT_H
#define PKSK_SESSION_SLOT_H

#include "pksk/base/util.h"

struct session;

struct slot_kind {
    void (*free)(void *kept); /* not called with NULL */
    bool of_client;           /* means nothing to another client: goes with the one it is of */
};

void *slot_get(const struct session *s, const struct slot_kind *kind); /* NULL: nothing is kept */
void slot_put(struct session *s, const struct slot_kind *kind, void *kept); /* NULL: drops it */

/* All of them, or those of the client. For the session itself. */
void slot_drop_all(struct session *s, bool of_client_only);

#endif
