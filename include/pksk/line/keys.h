/* Keys and what else happens at a terminal while a line is edited, one event at a time.
 *
 * Bytes become characters (UTF-8), a bracketed paste becomes one event, and signals arrive as
 * events too: they are blocked between keys_begin() and keys_end() and read from a descriptor, so
 * no handler runs in the middle of drawing and none can be missed between looking and waiting. The
 * terminal itself must not make signals of Ctrl-C and the like (ISIG off), since it does so for
 * those in a pasted text too, and what follows them would be run: they are recognised here, outside
 * pastes. What is typed behind a line but before the terminal makes signals again is looked at by
 * keys_interrupted(), so that no Ctrl-C waits unseen while the line runs; the rest of it is the
 * next line's, or answers a question (keys_typed_line()). A struct keys owns its descriptors until
 * keys_close(), and the paste until the next one.
 */
#ifndef PKSK_LINE_KEYS_H
#define PKSK_LINE_KEYS_H

#include <signal.h>
#include <wchar.h>

#include "pksk/base/buf.h"
#include "pksk/base/err.h"
#include "pksk/base/port.h"

#define KEYS_PASTE_MAX ((size_t)1 << 20)

enum key_event {
    KEY_NONE, /* nothing in that time, or transfers went on */
    KEY_CHAR,
    KEY_PASTE,     /* keys->paste: UTF-8, newlines as \n, no other controls but tabs */
    KEY_TOO_LONG,  /* a paste over the ceiling; nothing of it is kept */
    KEY_RESIZE,    /* SIGWINCH */
    KEY_INTERRUPT, /* SIGINT, or wait() said so */
    KEY_STOP,      /* SIGTSTP: the caller puts the terminal in order and stops the process */
    KEY_CONTINUE,  /* SIGCONT */
    KEY_SIGNAL,    /* another that ends the program: keys->signal */
    KEY_EOF,
};

struct keys {
    int fd;                  /* of the keyboard */
    struct port_watch watch; /* over it and the signals */
    sigset_t old;
    bool begun;
    unsigned char interrupt, stop, quit; /* the terminal's characters for these; 0: none */
    void *ctx;
    int (*wait)(void *ctx, int timeout_ms, int fd); /* NULL: poll() */
    int signal;
    int failure;            /* why there is no more input: errno, or 0 at its end */
    unsigned char in[8192]; /* what a terminal keeps, and what is left of a paste */
    size_t from, to;        /* read but not delivered */
    struct buf paste;
};

int keys_open(struct keys *k, int fd, struct err *e) must_check;
void keys_close(struct keys *k); /* {.watch = {-1, -1}} is fine */
void keys_begin(struct keys *k);
void keys_end(struct keys *k);

enum key_event keys_wait(struct keys *k, int timeout_ms, wchar_t *ret);
/* Was Ctrl-C typed since the last key? The terminal must make signals again, so that those to come
 * are signals, and keys_end() has not let them in yet. What stood before it is dropped. */
bool keys_interrupted(struct keys *k);

/* Drops what was typed ahead, as a terminal does at Ctrl-C. */
void keys_forget(struct keys *k);

/* Takes what was typed ahead, up to a line's end: true when that is among it. */
bool keys_typed_line(struct keys *k, struct buf *ret);

bool keys_more(struct keys *k); /* is there input already? Then drawing can wait */

#endif
