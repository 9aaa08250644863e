/* The result of an export while it grows: FILE.partial, or a caller's function.
 *
 * It owns the descriptor and the bytes not written yet until export_file_close().
 */
#ifndef PKSK_RUN_EXPORT_FILE_H
#define PKSK_RUN_EXPORT_FILE_H

#include "pksk/run/export.h"

struct export_file {
    const struct export_options *o;
    int fd;
    char *partial;
    struct buf pending;
    uint64_t bytes; /* written, without what is pending */
    bool broken;    /* a write failed in the middle: nothing more is written */
};

/* keep: the length of a partial file that is to be gone on with; it is an error when that is not
 * there. 0: a new one. */
int export_file_open(struct export_file *f, const struct export_options *o, uint64_t keep,
                     struct err *e) must_check;
bool export_file_has(const struct export_options *o, uint64_t bytes);

int export_file_flush(struct export_file *f, struct err *e) must_check;
int export_file_sync(struct export_file *f, struct err *e) must_check;   /* to the disk */
int export_file_commit(struct export_file *f, struct err *e) must_check; /* takes its place */

/* Closes; without keep the partial file is removed. */
void export_file_close(struct export_file *f, bool keep);

#endif
