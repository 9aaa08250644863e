/* The session's last writes, and the way back.
 *
 * Each step keeps copies of the item before and after, in an arena of its own; at most UNDO_STEPS
 * and UNDO_BYTES in all, the oldest are forgotten. A write of many items is one step, with a file
 * (run/undo-log.h); the files have `set undo-keep` megabytes together. The session owns the list,
 * until undo_forget().
 */
#ifndef PKSK_CMD_UNDO_H
#define PKSK_CMD_UNDO_H

#include "pksk/plan/plan.h"
#include "pksk/run/undo-log.h"
#include "pksk/session/session.h"

#define UNDO_STEPS 20
#define UNDO_BYTES ((size_t)8 << 20)
#define UNDO_MEGABYTES 64 /* of files, unless undo-keep says */

/* A write by this plan has turned old into now; NULL: there is no item. */
void undo_keep(struct session *s, const struct plan *p, const struct value *old,
               const struct value *now);

/* Is there to be a file for a write of many? Off in scripts, unless they set undo-keep. */
bool undo_keeps_many(const struct session *s);
uint64_t undo_bytes(const struct session *s); /* of all files; 0: none are kept */

/* A file for the write of many that is about to begin; the caller's until undo_keep_many(). */
int undo_open_many(struct session *s, struct undo_log **ret, struct err *e) must_check;

/* The write is over: the file is the session's. lost: items whose
 * old state is not known. */
void undo_keep_many(struct session *s, struct undo_log *log, uint64_t lost);

/* A write that cannot be taken back: `undo` says why, instead of undoing an older one. why: "a
 * transaction …", a sentence; it lives as long as the program. */
void undo_block(struct session *s, const char *why);
void undo_forget(struct session *s);

/* undo-many.c: puts back what the file holds, from its end. What somebody has changed since is
 * said, left alone and dropped; after a failure or Ctrl-C the file holds what is left. */
int undo_many(struct session *s, const struct statement *st, struct undo_log *log,
              struct err *e) must_check;

/* The items as they stand, read consistently and side by side; now[i] NULL: there is none. */
int undo_look(struct session *s, struct arena *a, const struct restore *items, size_t count,
              const struct value **now, struct capacity *capacity, struct err *e) must_check;

int undo_run(struct session *s, const struct statement *st, struct err *e) must_check;

/* What undo_run() would send, for `explain`. */
int undo_plan(struct session *s, struct arena *a, struct plan *ret, struct err *e) must_check;

#endif
