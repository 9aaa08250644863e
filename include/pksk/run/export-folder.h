/* A folder that DynamoDB exported to S3, copied to this machine: its manifests and its parts.
 *
 * manifest-summary.json, manifest-files.json and data/NAME.json.gz, as the developer guide's
 * "DynamoDB table export output format" has them. The folder owns its text in an arena of its own.
 * Nothing is unpacked here.
 */
#ifndef PKSK_RUN_EXPORT_FOLDER_H
#define PKSK_RUN_EXPORT_FOLDER_H

#include <sys/stat.h>

#include "pksk/base/arena.h"
#include "pksk/base/err.h"

struct export_part {
    const char *path;
    struct str md5; /* base64 */
    uint64_t items;
};

struct export_folder {
    struct arena arena;
    bool incremental; /* changes between two times, not the items of one */
    bool old_images;  /* of the changes: the items before are there, too */
    uint64_t items;   /* or changes, of all parts */
    struct export_part *parts;
    size_t part_count;
    struct stat identity; /* of its list of parts */
};

/* path: the folder with the manifests, or one that holds only one such (AWSDynamoDB/ID). Each part
 * must be there with the MD5 that the manifest has, and their counts must add up. */
int export_folder_open(struct export_folder *f, const char *path, struct err *e) must_check;
void export_folder_close(struct export_folder *f); /* {0} is fine */

#endif
