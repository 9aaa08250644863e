/* Statements from a file, an option or standard input, one after the other.
 *
 * Nothing is kept. A text that is there as a whole is looked at as a whole before its first
 * statement is run; standard input is taken statement by statement, so that a program can talk to
 * pksk through a pipe. Stops at the first failure, unless told to go on; every failure is printed
 * with its place.
 */
#ifndef PKSK_CMD_SCRIPT_H
#define PKSK_CMD_SCRIPT_H

#include "pksk/session/session.h"

#define SCRIPT_MAX ((size_t)64 << 20) /* bytes of a file of statements */

struct script {
    struct str source; /* the file's name for messages; empty for -c */
    struct str text;
    bool keep_going;
};

/* Can all statements be read? The first one that cannot is complained about. *statements counts
 * those before it, of all texts that were looked at with this check. */
int script_check(struct session *s, struct lang_check *check, const struct script *script,
                 size_t *statements);

/* Says that the statements before one that cannot be read were not run either. */
void script_tell_unrun(struct session *s, size_t before);

/* The first failure's code, or 0. The failures have been printed. */
int script_run(struct session *s, const struct script *script);

/* A statement ends at its `;`, before the line that begins another one, or with the input. */
int script_run_input(struct session *s, bool keep_going);

/* A file's text; complains. */
int script_load(struct session *s, const char *path, struct buf *text) must_check;

#endif
