/* How a file holds its items: found from its name and beginning, before anything is taken from it.
 *
 * Pure but for reading ahead in the records.
 */
#ifndef PKSK_RUN_IMPORT_SHAPE_H
#define PKSK_RUN_IMPORT_SHAPE_H

#include "pksk/run/decode.h"
#include "pksk/run/records.h"

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
    F(WORKBENCH, "workbench", "the sample data of a NoSQL Workbench model")                        \
    F(REQUESTS, "requests", "the request file of aws dynamodb batch-write-item")                   \
    F(FOLDER, "folder", "a table's export to S3")                                                  \
    F(CHANGES, "changes", "an incremental export to S3")

enum import_format {
#define F(upper, name, what) IMPORT_##upper,
    IMPORT_FORMATS(F)
#undef F
        IMPORT_FORMAT_COUNT,
};

bool import_format_from(struct str name, enum import_format *ret);
const char *import_format_name(enum import_format f);

struct items_file_options {
    const char *path;          /* "-": standard input */
    const struct table *table; /* whose keys the items have */
    enum import_format format;
    bool revert;            /* CHANGES: back to the items before */
    struct str model_table; /* WORKBENCH: the table in the model; empty: the one with the table's
                               name, or the only one */

    /* Before the first item: columns of CSV that will be strings and look otherwise, as
     * "age:N, ok:BOOL". A negative return ends it. NULL is fine. */
    int (*untyped)(void *ctx, struct str columns, struct err *e);
    /* Asked for such a column first: the type that the attribute has elsewhere. NULL is fine. */
    bool (*known_type)(void *ctx, struct str name, enum attr_type *ret);
    /* A line that is no item and was skipped. NULL is fine. */
    void (*remark)(void *ctx, const char *text);
    void *ctx;
};

enum import_framing {
    FRAMING_LINES,
    FRAMING_ELEMENTS,
    FRAMING_ROWS,
    FRAMING_MODEL, /* these two are read as a whole; an item's place is its number */
    FRAMING_REQUESTS,
    FRAMING_FOLDER, /* lines of several files; an item's place is its number in all of them */
};

struct import_shape {
    enum import_format format; /* never AUTO */
    enum import_framing framing;
    enum decode_form form;
    bool in_array;   /* ELEMENTS: between brackets */
    uint64_t begins; /* offset of the first item or header */
};

int import_shape(struct records *r, const struct items_file_options *o, struct import_shape *ret,
                 struct err *e) must_check;

#endif
