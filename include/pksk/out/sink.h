/* Where a statement's items go: standard output, a pager, a shell command, or a file.
 *
 * A sink owns its descriptor, process or temporary file until sink_close(). Writing to one whose
 * reader is gone returns ERR_FAILED with sink_reader_gone() true: the caller stops and says how far
 * it came. A file is written beside its place and takes it only on sink_close(keep).
 */
#ifndef PKSK_OUT_SINK_H
#define PKSK_OUT_SINK_H

#include "pksk/base/buf.h"
#include "pksk/base/err.h"

struct sink;

struct sink *sink_stdout(void);
/* What does not fit `rows` lines of the screen goes through the pager command (sh -c), what fits is
 * printed plainly: the sink holds back until it knows. LESS=FRX and LESSSECURE=1 are set for it
 * unless the user's environment sets LESS. */
struct sink *sink_pager(const char *command, unsigned rows, unsigned columns);

/* What a pager that was left has not taken, and how many lines it took. The text is whole lines,
 * ready for the terminal. */
struct sink_rest {
    bool left;
    uint64_t lines;
    struct buf text;
};
/* Where to keep it until sink_close() and after; what is written to a pager that is gone goes
 * there, too, up to sink_flush(), which then fails. */
void sink_keep_rest(struct sink *s, struct sink_rest *rest);
int sink_command(const char *command, struct sink **ret,
                 struct err *e) must_check; /* sh -c; no AWS secrets in its environment
                                             * but those that the shell itself was given */
int sink_file(const char *path, struct sink **ret, struct err *e) must_check;
struct sink *sink_buffer(struct buf *b); /* for tests and for `watch` */

int sink_write(struct sink *s, struct str bytes, struct err *e) must_check; /* buffered */

/* Without a copy: append to sink_room(), at most a few items, then sink_filled() hands on what has
 * come together. The room is the sink's own buffer: do not keep the pointer over another call. */
struct buf *sink_room(struct sink *s);
int sink_filled(struct sink *s, struct err *e) must_check;

int sink_flush(struct sink *s, struct err *e) must_check; /* a page is complete: let it be seen */
bool sink_reader_gone(const struct sink *s);
/* The same for who writes seldom: looks at the pipe, instead of waiting for a write to fail. */
bool sink_reader_left(struct sink *s);

/* Flushes, waits for the process, commits or drops the file; frees. A command's own failure is
 * ERR_FAILED with its status. */
int sink_close(struct sink *s, bool keep, struct err *e) must_check;

#endif
