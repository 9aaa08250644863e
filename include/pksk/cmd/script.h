/* Statements from a file, an option or standard input, one after the other.
 *
 * Nothing is kept. Stops at the first failure, unless told to go on; every failure is printed with
 * its place.
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

/* The first failure's code, or 0. The failures have been printed. */
int script_run(struct session *s, const struct script *script);

/* Reads the file ("-": standard input) and runs it. */
int script_run_file(struct session *s, const char *path, bool keep_going);

#endif
