/* A folder for targets that read files: made at the first use, private, emptied at the end.
 *
 * Include it once. Paths live until the end of the program.
 */
#ifndef PKSK_TESTS_SCRATCH_H
#define PKSK_TESTS_SCRATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "pksk/base/file.h"

static char scratch_folder[256];

static void scratch_empty(void)
{
    DIR *dir = opendir(scratch_folder);

    for (const struct dirent *entry; dir && (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
    rmdir(scratch_folder);
}

static const char *scratch(void)
{
    const char *parent = getenv("TMPDIR");

    if (!scratch_folder[0]) {
        snprintf(scratch_folder, sizeof(scratch_folder), "%s/pksk-fuzz-XXXXXX",
                 parent && *parent ? parent : "/tmp");
        if (!mkdtemp(scratch_folder))
            abort();
        atexit(scratch_empty);
    }
    return scratch_folder;
}

/* Not by file_write(), which waits for the disk. */
static void scratch_put(const char *path, struct str bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || file_write_all(fd, bytes) < 0 || close(fd) < 0)
        abort();
}

#endif
