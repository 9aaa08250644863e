/* The program's options: one table, from which come the parser, --help, the manual's list and the
 * shells' completions.
 *
 * The struct owns copies where it must; most text is argv's.
 */
#ifndef PKSK_CMD_OPTIONS_H
#define PKSK_CMD_OPTIONS_H

#include "pksk/session/session.h"

struct option_source {
    bool is_file; /* -f, else -c */
    const char *text;
};

struct options {
    struct session_options session;
    struct option_source *sources;
    size_t source_count;
    const char **variables; /* NAME=VALUE */
    size_t variable_count;
    const char *complete; /* the line to complete, for --complete */
    bool keep_going, debug;
    char *local_url;
};

/* True: go on. False: *status is the program's exit status; the help, version or message has been
 * printed. */
bool options_parse(struct options *o, int argc, char **argv, int *status);
void options_deinit(struct options *o);
void options_add_variables(const struct options *o, struct map *variables);

/* --complete LINE: prints what TAB would offer at the end of the line, one a line, for tests and
 * the shells. */
int options_complete(struct session *s, struct str line);

#endif
