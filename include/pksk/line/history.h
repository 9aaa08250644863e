/* The lines typed before, in memory and in a file that several shells share.
 *
 * The file holds one entry a line, oldest first: '\' is written \\, a newline \n, any other control
 * character \xHH. New entries are appended under a lock, never rewritten, so that two shells keep
 * each other's lines; a file that grew far over the ceiling is cut when it is loaded, by an atomic
 * replacement under the same lock. It is 0600, and refused when it is a symbolic link or another
 * user owns or may write it. The history owns its entries; a slice handed out lives until the next
 * history_add() or history_free().
 */
#ifndef PKSK_LINE_HISTORY_H
#define PKSK_LINE_HISTORY_H

#include "pksk/base/buf.h"
#include "pksk/base/err.h"

#define HISTORY_MAX 10000                   /* entries kept, when nothing else is said */
#define HISTORY_ENTRY_MAX ((size_t)1 << 20) /* longer ones are kept in memory only */
#define HISTORY_FILE_MAX ((size_t)64 << 20) /* a larger file is refused */

struct history;

/* max: entries kept; 0 means HISTORY_MAX. In memory only until history_open(). */
struct history *history_new(size_t max);
void history_free(struct history *h); /* NULL is fine */

/* $PKSK_HISTORY, else $XDG_STATE_HOME/pksk/history, else ~/.local/state/pksk/history. NULL when
 * PKSK_HISTORY is set and empty: no file then. The caller frees it. */
char *history_default_path(void) must_check;

/* Loads the file and appends later entries to it. A missing file is fine; its directory is made
 * when the first entry is stored. After a failure the history goes on in memory only. */
int history_open(struct history *h, const char *path, struct err *e) must_check;

/* Adds an entry, unless it is blank or the same as the last. Not written to the file, but kept for
 * this session: entries with a leading blank, and those that seem to hold a secret. */
int history_add(struct history *h, struct str entry, struct err *e) must_check;

size_t history_count(const struct history *h);
struct str history_entry(const struct history *h, size_t i); /* 0 is the oldest */

/* The youngest entry older than *i that holds `what` anywhere; start with history_count(). */
bool history_search(const struct history *h, struct str what, size_t *i);

/* The history of a session whose statements are typed; NULL when they are not. history_keep() gives
 * it to the session, which frees it at its end. */
struct session;
struct history *history_of(const struct session *s);
void history_keep(struct session *s, struct history *h);

/* AKIA… and ASIA… access keys, what looks like a secret access key or a session token, and names of
 * secrets (aws_secret_access_key, aws_session_token …) */
bool history_holds_secret(struct str entry);

#endif
