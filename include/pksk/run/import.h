/* A file, or standard input, into a table.
 *
 * import_run() does it all and returns when everything is written or reported, or at the first
 * failure, or after Ctrl-C. It reads the file once, in pieces: its memory does not grow with it.
 * Nothing is kept between calls but the checkpoint file.
 */
#ifndef PKSK_RUN_IMPORT_H
#define PKSK_RUN_IMPORT_H

#include "pksk/run/items-file.h"

struct import_progress {
    uint64_t items;                   /* settled, those of an earlier run included */
    uint64_t bytes_done, bytes_total; /* total: 0 when unknown */
};

struct import_options {
    struct items_file_options file; /* its ctx is the import's */

    /* Items that are refused go here as JSON lines, {"Item":…,"Error":"…","Line":n}, or with
     * "Text" what is no item at all; import takes the file again. NULL: each is told
     * to refused(), and without that the first stops the import. The file appears with the first
     * of them. */
    const char *reject_path;
    void (*refused)(void *ctx, uint64_t line, const struct err *why); /* each; NULL is fine */

    /* Written twice a second and when the import stops; removed when it is done; used when it is
     * there for the same file, unchanged, and the same table. NULL: none, and none for standard
     * input. */
    const char *checkpoint_path;

    unsigned in_flight;
    const struct clock *clock;
    const struct wire *wire;                                      /* NULL: the client's */
    void (*progress)(void *ctx, const struct import_progress *p); /* some ten times a second */
    void *ctx;
};

struct import_totals {
    uint64_t written, rejected; /* in all runs over this file */
    uint64_t resumed;           /* of them in earlier runs: 0 when this is the first */
    bool checkpoint_unfit;      /* there was one, for another file or table: begun anew */
    enum import_format format;  /* as it was found */
    bool whole;                 /* the whole file is settled */
    bool checkpoint_stays;      /* all is done, but it cannot be removed */
    bool checkpoint;            /* it stopped, and the same import goes on from there */
    struct bulk_totals bulk;    /* of this run */
    struct err first_refusal;   /* of this run; code 0: none */
    uint64_t first_refused;     /* its line */
    int64_t took_us;
};

/* *ret is filled in either way. Errors in the file name it and the line. */
int import_run(struct dynamo *d, const struct import_options *o, struct import_totals *ret,
               struct err *e) must_check;

#endif
