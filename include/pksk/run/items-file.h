/* The items of a file, one after the other, in any of the forms that `import` knows.
 *
 * The reader owns its window and what it found out of the file; an item lives in the arena that is
 * given for it, its text until the next call. Memory is a window, not the file.
 */
#ifndef PKSK_RUN_ITEMS_FILE_H
#define PKSK_RUN_ITEMS_FILE_H

#include "pksk/run/bulk.h"
#include "pksk/run/csv.h"
#include "pksk/run/export-folder.h"
#include "pksk/run/import-shape.h"

struct items_file {
    struct items_file_options o;
    struct records records;
    struct import_shape shape;
    struct csv *csv;
    const struct json *model; /* the next item of a model, or the next request */
    uint64_t model_at;        /* its number */
    struct arena model_arena;
    uint64_t taken; /* records */
    struct export_folder folder;
    size_t part;        /* the next one */
    uint64_t part_left; /* items that the one under way still has to have */
};

struct file_item {
    const struct value *item; /* NULL: the text is no item, and why says what is wrong */
    struct str json;          /* in DynamoDB JSON on one line where the file has it so; or empty */
    struct str text;          /* of what is no item */
    bool deletes;             /* it is a key, of what is to go */
    struct bulk_place place;
    struct err why;
};

/* The options are copied, but not what they point to. Errors in the file name it and the line. */
int items_file_open(struct items_file *f, const struct items_file_options *o,
                    struct err *e) must_check;
void items_file_close(struct items_file *f); /* {.records.fd = -1} is fine */

/* Can it be gone on with in its middle, and what tells that it is the same? */
bool items_file_can_resume(const struct items_file *f);
const struct stat *items_file_identity(const struct items_file *f);

/* Behind the item with this place. */
int items_file_seek(struct items_file *f, struct bulk_place place, struct err *e) must_check;

/* The next item: 1, or 0 at the end, or a negative code when the file cannot be read on. */
int items_file_next(struct items_file *f, struct arena *a, struct file_item *ret,
                    struct err *e) must_check;

/* *e: why, with the file and the line in front. */
int items_file_name_place(const struct items_file *f, uint64_t line, const struct err *why,
                          struct err *e);

/* Bytes that were taken and bytes that there are; 0 where that is unknown. */
void items_file_progress(const struct items_file *f, uint64_t *done, uint64_t *total);

#endif
