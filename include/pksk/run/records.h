/* A file, or standard input, cut into the texts of its items: lines, rows of CSV, or elements of a
 * JSON array.
 *
 * The reader owns its buffer, which grows to RECORD_MAX at most; a record's text lives until the
 * next call. Nothing is decoded here.
 */
#ifndef PKSK_RUN_RECORDS_H
#define PKSK_RUN_RECORDS_H

#include <sys/stat.h>
#include <sys/types.h>

#include "pksk/base/buf.h"
#include "pksk/base/err.h"

#define RECORD_MAX ((size_t)8 << 20)
#define RECORDS_HEAD ((size_t)64 << 10) /* what records_head() tries to show */

struct record {
    struct str text;
    uint64_t line; /* where it begins, from 1 */
    uint64_t end;  /* offset behind it */
    bool too_long; /* text is its beginning; the rest was skipped */
};

/* Before a read that would wait: lets other work go on until fd is readable. Negative: ends it. */
typedef int records_wait(void *ctx, int fd, struct err *e);

struct records {
    int fd;
    bool seekable, at_end, owned;
    pid_t unpacker;     /* the program that unpacks the file into fd; 0: none */
    const char *packed; /* its name: "gzip" */
    char *path;         /* for messages; "standard input" */
    struct stat identity;
    struct buf data;    /* the window */
    size_t from;        /* in it: what was handed out already */
    size_t scanned;     /* in it: known to hold no end of the record */
    uint64_t offset;    /* in the file, of the window's beginning */
    uint64_t line;      /* at `from` */
    records_wait *wait; /* NULL: waits in read() */
    void *ctx;
};

/* path "-": standard input. A file that is compressed comes through the program that unpacks it,
 * and cannot be gone on with in its middle. Directories, compressed standard input and UTF-16 are
 * refused with what to do. */
int records_open(struct records *r, const char *path, struct err *e) must_check;
void records_close(struct records *r); /* {.fd = -1} is fine */

/* What lies ahead without taking it: RECORDS_HEAD bytes, fewer when the input is shorter, and in
 * any case the whole first line if that is not beyond RECORD_MAX. */
int records_head(struct records *r, struct str *ret, struct err *e) must_check;

int records_seek(struct records *r, uint64_t offset, uint64_t line, struct err *e) must_check;

/* Each gives 1 and a record, 0 at the end of the input, or a negative code. */
int records_line(struct records *r, struct record *ret, struct err *e) must_check; /* not blank */
int records_row(struct records *r, char separator, struct record *ret,
                struct err *e) must_check; /* the same, but newlines may stand in quoted cells */

/* The next object of an array, or of several that follow one another. in_array: the input stands
 * behind the array's bracket, and an end of the file before its other bracket is an error. */
int records_element(struct records *r, bool in_array, struct record *ret, struct err *e) must_check;

/* All that is left, up to ret->max bytes. */
int records_all(struct records *r, struct buf *ret, struct err *e) must_check;

static inline uint64_t records_offset(const struct records *r)
{
    return r->offset + r->from;
}

#endif
