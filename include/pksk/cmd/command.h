/* The commands: one file a family and one const struct a command. The table is indexed by the
 * parser's verbs, so a verb without a command does not link, and a command's page comes from
 * man/cmd/NAME.md at build time, so a command without a page does not build.
 *
 * Everything is constant and owned by the program.
 */
#ifndef PKSK_CMD_COMMAND_H
#define PKSK_CMD_COMMAND_H

#include "pksk/session/session.h"

/* Generated from man/cmd/NAME.md by man/pages.py. */
struct command_page {
    const char *name, *group, *summary; /* "get", "Reading", "items by their keys" */
    const char *grammar;                /* one or several lines */
    const char *text;                   /* the rest, as it stands in the file */
};

struct command {
    int (*run)(struct session *s, const struct statement *st, struct err *e);
    bool changes;                                   /* refused when the session is read-only */
    bool (*may_change)(const struct statement *st); /* the same, where it depends; or NULL */
    bool joins;                                     /* becomes part of an open transaction */
};

extern const struct command_page command_pages[VERB_COUNT];
extern const struct command_page topic_pages[]; /* man/topic/NAME.md; ends with name NULL */

#define V(upper, lower) extern const struct command cmd_##lower;
LANG_VERBS(V)
#undef V

const struct command *command_of(enum verb v);
bool command_changes(const struct statement *st);

/* Runs one statement, whoever has it: the loop at the terminal, a script, watch. Refuses what a
 * read-only session must not do, and hands what joins one to the open transaction. */
int command_run(struct session *s, const struct statement *st, struct err *e);

const char *command_topic(size_t i); /* the name of the i-th topic; NULL after the last */

/* Appends the help of a command or topic, or, for an empty word, the list of all. ERR_SYNTAX when
 * there is no such page. */
int command_help(struct buf *b, struct str word, struct err *e) must_check;

#endif
