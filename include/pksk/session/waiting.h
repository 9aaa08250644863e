/* Waiting for a table: until it and its indexes are ACTIVE, or until it is gone, with a progress
 * line.
 *
 * Nothing is kept. Ctrl-C ends the waiting, not what the service does.
 */
#ifndef PKSK_SESSION_WAITING_H
#define PKSK_SESSION_WAITING_H

#include "pksk/session/session.h"

int waiting_until_active(struct session *s, struct str table, struct err *e) must_check;
int waiting_until_gone(struct session *s, struct str table, struct err *e) must_check;

#endif
