/* export to s3://…: the service exports the table, and pksk follows.
 *
 * Nothing is kept. Ctrl-C ends the following, not the export.
 */
#ifndef PKSK_CMD_EXPORT_S3_H
#define PKSK_CMD_EXPORT_S3_H

#include "pksk/plan/plan.h"
#include "pksk/session/session.h"

/* Prints where the manifest stands when it is done; with nowait, the export's ARN at once. */
int export_s3(struct session *s, const struct statement *st, struct err *e) must_check;

/* Plans without sending: for `explain`. */
int export_s3_plan(struct session *s, struct arena *a, const struct statement *st, struct plan *ret,
                   struct err *e) must_check;

#endif
