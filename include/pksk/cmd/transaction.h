/* The open transaction, as the files of its family share it; no other includes this.
 *
 * The session owns it, in a slot; plans, updates and texts lie in its arena.
 */
#ifndef PKSK_CMD_TRANSACTION_H
#define PKSK_CMD_TRANSACTION_H

#include "pksk/cmd/transact.h"
#include "pksk/plan/apply.h"
#include "pksk/plan/transact.h"

struct transaction {
    struct arena arena;
    struct plan actions[TRANSACT_MAX];
    struct update_action *updates[TRANSACT_MAX]; /* of updates, for undo */
    struct str texts[TRANSACT_MAX];              /* the statements as they were typed */
    size_t count, bytes;
    bool broken;
    char token[33]; /* one over all attempts: repeating it does nothing twice */
};

enum transaction_kind { TRANSACTION_READS, TRANSACTION_WRITES, TRANSACTION_STATEMENTS };
enum transaction_kind transaction_kind(const struct plan *action);

struct transaction *transaction_of(const struct session *s);     /* NULL: none is open */
void transaction_keep(struct session *s, struct transaction *t); /* it is open from now on */
void transaction_drop(struct session *s);
int transaction_need(const struct session *s, const struct statement *st,
                     struct err *e) must_check; /* is one open? */

#endif
