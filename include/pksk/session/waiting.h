/* Waiting for a table: until it and its indexes are ACTIVE, or until it is gone, with a progress
 * line.
 *
 * Nothing is kept. Ctrl-C ends the waiting, not what the service does.
 */
#ifndef PKSK_SESSION_WAITING_H
#define PKSK_SESSION_WAITING_H

#include "pksk/session/session.h"

int waiting_until_active(struct session *s, struct str table, struct err *e) must_check;
/* The same for what DescribeExport or DescribeImport tells of: until its status is none of
 * progress. *ret: the description, in the arena, which holds nothing else. FAILED and CANCELLED are
 * ERR_FAILED, with the reason. */
int waiting_for_job(struct session *s, struct str arn, struct arena *a, struct json **ret,
                    struct err *e) must_check;

/* What asks for a job and tells of it: its operation, its member of the answer, and that of its
 * status. NULL: the ARN is that of none. */
struct waiting_job {
    const char *kind, *operation, *argument, *member, *status;
};
const struct waiting_job *waiting_job_of(struct str arn);

int waiting_until_gone(struct session *s, struct str table, struct err *e) must_check;

#endif
