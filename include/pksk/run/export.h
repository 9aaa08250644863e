/* A whole table into a file, or to whoever takes bytes: a scan in several segments at once.
 *
 * export_run() does it all. The file is written beside its place, as FILE.partial, and takes it
 * when it is complete. How items become bytes is the caller's. Nothing is kept between calls but
 * the partial file and the checkpoint.
 */
#ifndef PKSK_RUN_EXPORT_H
#define PKSK_RUN_EXPORT_H

#include "pksk/dynamo/schema.h"
#include "pksk/run/wire.h"

#define EXPORT_SEGMENTS_MAX 64

struct export_progress {
    uint64_t items, items_total; /* total: DescribeTable's count, up to six hours old */
    uint64_t bytes;              /* of the result */
};

struct export_options {
    const struct table *table;
    unsigned segments; /* 0: by the table's size */
    bool consistent;

    /* Appends a page of items, chained by next, to *out; items NULL: the end, for what closes the
     * format. */
    int (*print)(void *ctx, const struct value *items, struct buf *out, struct err *e);

    const char *path; /* the result; NULL: bytes go to write() */
    int (*write)(void *ctx, struct str bytes, struct err *e);

    /* For formats in which every item stands by itself. Written twice a second and when the export
     * stops; removed when it is done; used when it is there for the same table and format. NULL:
     * none, and the partial file goes when the export stops. */
    const char *checkpoint_path;
    struct str format; /* its name, for the checkpoint */

    const struct clock *clock;
    const struct wire *wire;                                      /* NULL: the client's */
    void (*progress)(void *ctx, const struct export_progress *p); /* some ten times a second */
    void *ctx;
};

struct export_totals {
    uint64_t items, bytes; /* in all runs */
    uint64_t resumed;      /* items of earlier runs */
    uint64_t requests;     /* of this run */
    struct capacity capacity;
    unsigned segments;
    bool checkpoint_unfit; /* there was one, for another table or format: begun anew */
    bool checkpoint_stays; /* all is done, but it cannot be removed */
    bool checkpoint;       /* it stopped, and the same export goes on from there */
    int64_t took_us;
};

/* *ret is filled in either way. */
int export_run(struct dynamo *d, const struct export_options *o, struct export_totals *ret,
               struct err *e) must_check;

#endif
