/* Files: read whole with a ceiling; written atomically (temporary, fsync, rename), 0600 unless said
 * otherwise.
 *
 * A struct file_out owns its descriptor and its temporary until file_commit() or file_abort().
 */
#ifndef PKSK_BASE_FILE_H
#define PKSK_BASE_FILE_H

#include <poll.h>

#include "pksk/base/buf.h"
#include "pksk/base/err.h"

/* Appends the file to *ret. Missing file: ERR_FAILED with errno ENOENT left in errno. Over max
 * bytes is an error. */
int file_read(const char *path, size_t max, struct buf *ret, struct err *e) must_check;

/* The same for a file that is read unasked: a pipe or device in its place would hold that up. */
int file_read_ordinary(const char *path, size_t max, struct buf *ret, struct err *e) must_check;

int file_read_standard(size_t max, struct buf *ret, struct err *e) must_check; /* its input */

/* The same for files of the shell's own (history, caches): refuses what another user owns or may
 * write, and symbolic links. */
int file_read_private(const char *path, size_t max, struct buf *ret, struct err *e) must_check;

int file_write(const char *path, struct str bytes, struct err *e) must_check; /* atomic, 0600 */

/* Makes the directory and its parents, 0700 each that is new. */
int file_make_dirs(const char *path, struct err *e) must_check;

struct file_out {
    int fd; /* -1 when closed */
    char *path, *temporary;
    struct buf pending;
};

/* A new file beside path that takes its place on commit. mode: of the result, 0600 or 0666 &
 * ~umask. */
int file_open(struct file_out *f, const char *path, unsigned mode, struct err *e) must_check;
int file_add(struct file_out *f, struct str bytes, struct err *e) must_check; /* buffered */
int file_commit(struct file_out *f,
                struct err *e) must_check; /* flush, fsync, rename; closes either way */
void file_abort(struct file_out *f); /* removes the temporary; fine when closed or {0} with fd -1 */

/* A descriptor for a file beside the user's, which in a directory that others may write to could be
 * theirs: no link is followed, and only a regular file of our own is taken. */
int file_open_own(const char *path, int flags, unsigned mode, struct err *e) must_check;

/* Until there is something to read, or the end of it. ERR_CANCELLED after Ctrl-C, also when that
 * came just before. */
int file_wait_readable(int fd) must_check;
int file_wait_any(struct pollfd *fds, unsigned count) must_check; /* the same for several */

/* A line of an answer that a user types, without its newline; the end of input ends it, too.
 * ERR_CANCELLED after Ctrl-C, also when that came just before. */
int file_read_line(int fd, struct buf *ret) must_check;

/* open() anew as long as signals interrupt it, unless the cancel flag is set. */
int file_descriptor(const char *path, int flags, unsigned mode);

/* write() until all is out, also where the descriptor does not block; EINTR goes on unless the
 * cancel flag is set. ERR_FAILED with errno kept. */
int file_write_all(int fd, struct str bytes);

/* To call first: where standard input, output or error is closed, reading and writing it goes on
 * failing, and no file or socket gets its number. */
void file_open_standard(void);

/* To call before another program is started: sockets, which libraries open without it, are closed
 * in the child. */
void file_keep_sockets(void);

/* "~/x", "~user/x" and "$VAR/x" as the AWS files have them. *ret is the caller's to free. */
char *file_expand(struct str path) must_check;

#endif
