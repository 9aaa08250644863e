/* A file, or standard input, into a table.
 *
 * import_run() does it all and returns when everything is written or reported, or at the first
 * failure, or after Ctrl-C. It reads the file once, in pieces: its memory does not grow with it.
 * Nothing is kept between calls but the checkpoint file.
 */
#ifndef PKSK_RUN_IMPORT_H
#define PKSK_RUN_IMPORT_H

#include "pksk/run/bulk.h"

/* What is in the file. AUTO looks at the file's name and beginning. Typed and plain items are told
 * apart one by one (run/decode.h); JSONL and JSON force plain, DDB_JSON forces typed. Whether items
 * stand in lines, in an array, in the "Items" of what `aws dynamodb scan` prints, or one after the
 * other is always seen from the file. */
#define IMPORT_FORMATS(F)                                                                          \
    F(AUTO, "auto", "what the file looks like")                                                    \
    F(JSONL, "jsonl", "plain JSON objects, one a line")                                            \
    F(JSON, "json", "an array of plain JSON objects")                                              \
    F(DDB_JSON, "ddb-json", "DynamoDB's typed JSON, {\"Item\":…} too")                             \
    F(CSV, "csv", "CSV with a header; types as in age:N")                                          \
    F(TSV, "tsv", "the same with tabs")                                                            \
    F(WORKBENCH, "workbench", "the sample data of a NoSQL Workbench model")

enum import_format {
#define F(upper, name, what) IMPORT_##upper,
    IMPORT_FORMATS(F)
#undef F
        IMPORT_FORMAT_COUNT,
};

bool import_format_from(struct str name, enum import_format *ret);
const char *import_format_name(enum import_format f);

struct import_progress {
    uint64_t items;                   /* settled, those of an earlier run included */
    uint64_t bytes_done, bytes_total; /* total: 0 when unknown */
};

struct import_options {
    const char *path; /* "-": standard input */
    const struct table *table;
    enum import_format format;
    struct str model_table; /* WORKBENCH: the table in the model; empty: the one with the table's
                               name, or the only one */

    /* Items that are refused go here as JSON lines, {"Item":…,"Error":"…","Line":n}, or with
     * "Text" what is no item at all; import takes the file again. NULL: each is told
     * to refused(), and without that the first stops the import. The file appears with the first
     * of them. */
    const char *reject_path;
    /* Before anything is written: columns of CSV that will be strings and look otherwise, as
     * "age:N, ok:BOOL". A negative return ends it. NULL is fine. */
    int (*untyped)(void *ctx, struct str columns, struct err *e);
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
