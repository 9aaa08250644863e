/* How far an import or export had come: a small JSON file beside it, replaced as a whole.
 *
 * The file is 0600 and read only when owned by the user. It says which input or table it belongs
 * to; one that belongs to another is not used. Text read from it lives in the arena given.
 */
#ifndef PKSK_RUN_CHECKPOINT_H
#define PKSK_RUN_CHECKPOINT_H

#include <sys/stat.h>

#include "pksk/base/arena.h"
#include "pksk/base/err.h"

#define CHECKPOINT_EVERY_US 500000

struct checkpoint {
    const char *kind; /* "import" or "export" */
    struct str table, format;
    uint64_t size, mtime_ns, inode; /* of an import's input; 0 for an export */
    uint64_t offset, line;          /* import: settled up to here; export: bytes of the result */
    uint64_t written, rejected;
    uint64_t reject_bytes; /* length of the reject file */
    struct str *lanes;     /* export: the key that each segment goes on from, as DynamoDB JSON; ""
                              for one not begun, "-" for one that is done */
    size_t lane_count;
};

void checkpoint_identify(struct checkpoint *c, const struct stat *input);

int checkpoint_write(const char *path, const struct checkpoint *c, struct err *e) must_check;

bool checkpoint_remove(const char *path); /* false: it is still there */

/* 1 and *ret when there is one for the same kind, table, format and input as `like`; 0 when there
 * is none, and with *other set when it is for something else or cannot be read. */
int checkpoint_read(const char *path, const struct checkpoint *like, struct arena *a,
                    struct checkpoint *ret, bool *other);

#endif
