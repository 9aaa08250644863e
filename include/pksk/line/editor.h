/* The line editor: libedit, with colours, hints, TAB and bracketed paste.
 *
 * The editor owns the terminal while editor_read() runs and leaves it as it was. What the options
 * point to is the caller's and must outlive it. For a terminal on standard input and output only;
 * setlocale() is called by main before. One thread, one editor.
 */
#ifndef PKSK_LINE_EDITOR_H
#define PKSK_LINE_EDITOR_H

#include "pksk/base/buf.h"
#include "pksk/base/err.h"
#include "pksk/complete/complete.h"
#include "pksk/line/history.h"

#define EDITOR_EOF 1 /* end of input: Ctrl-D on an empty line */

struct editor;

/* All may be NULL. */
struct editor_options {
    struct history *history;     /* recalled by the editor; added to by the caller */
    struct completer *completer; /* what TAB and the hint ask */
    const struct lang_env *lang; /* for the colours */
    void *ctx;
    /* Lets transfers go on for up to timeout_ms or until fd is readable: dynamo_poll(). NULL: only
     * fd is waited for. A return below 0 counts as Ctrl-C. */
    int (*wait)(void *ctx, int timeout_ms, int fd);
    /* Appends what to show dimly behind the line; NULL: complete_hint(). */
    void (*hint)(void *ctx, struct str line, struct buf *ret);
    bool no_editrc; /* --no-config */
};

int editor_new(const struct editor_options *o, struct editor **ret, struct err *e) must_check;
void editor_free(struct editor *ed); /* NULL is fine */

/* Reads a line. prompt is text with SGR colours if wanted (they are dropped where colour is off,
 * other controls are escaped). before: lines of the same statement read already, each with its
 * newline, so that colours and TAB understand a continuation line; empty for a first one.
 * 0: *line is what was typed, without its newline (a pasted text may hold newlines inside);
 * EDITOR_EOF; ERR_CANCELLED: Ctrl-C, what was typed is dropped, also when it came behind Enter.
 * cancel_flag counts from the prompt on: who runs the line neither clears it nor begins while it is
 * set, and so no Ctrl-C between Enter and the next prompt is lost. */
int editor_read(struct editor *ed, struct str prompt, struct str before, struct buf *line,
                struct err *e) must_check;

/* Takes what was typed ahead for a question that is asked now: true when a whole line was. */
bool editor_typed_line(struct editor *ed, struct buf *ret);

void editor_forget(struct editor *ed); /* drops it: Ctrl-C came */

/* The next editor_read() begins with this text, ready to be edited. */
void editor_preset(struct editor *ed, struct str text);

#endif
