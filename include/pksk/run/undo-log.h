/* How items were before a write of many, kept in a file until they are put back.
 *
 * The file is 0600 in the directory given, and goes with undo_log_close(). One of a session that
 * was killed stays there; files older than UNDO_LOG_DAYS are removed whenever a new one is made. A
 * record holds one item, or all those of one transaction, and is taken from the end of the file, so
 * that memory is one record whatever the file.
 */
#ifndef PKSK_RUN_UNDO_LOG_H
#define PKSK_RUN_UNDO_LOG_H

#include "pksk/plan/restore.h"

#define UNDO_LOG_DAYS 7

struct undo_log;

/* max: bytes of the file. The directory is made when it is not there. */
int undo_log_open(const char *directory, uint64_t max, struct undo_log **ret,
                  struct err *e) must_check;
void undo_log_close(struct undo_log *log); /* NULL is fine */

/* A record. Several items are put back together or not at all. */
int undo_log_add(struct undo_log *log, const struct restore *items, size_t count,
                 struct err *e) must_check;

uint64_t undo_log_items(const struct undo_log *log); /* in all records */
uint64_t undo_log_bytes(const struct undo_log *log); /* also the end of the last record */

struct undo_record {
    struct restore *items; /* in the arena */
    size_t count;
    uint64_t begins; /* where the record before it ends */
};

/* The record that ends there: 1, or 0 at the beginning of the file. */
int undo_log_read(struct undo_log *log, uint64_t end, struct arena *a, struct undo_record *ret,
                  struct err *e) must_check;

/* Forgets what stands behind `end`, the beginning of a record: items of them in all. */
int undo_log_cut(struct undo_log *log, uint64_t end, uint64_t items, struct err *e) must_check;

#endif
