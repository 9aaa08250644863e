/* A statement's output: which sink and which printer, from the redirection, the settings and the
 * terminal.
 *
 * The output owns its sink and printer until output_close(). Items given to it are not kept.
 */
#ifndef PKSK_SESSION_OUTPUT_H
#define PKSK_SESSION_OUTPUT_H

#include "pksk/session/session.h"

struct output {
    struct sink *sink;
    struct printer *printer;
    enum redirect_kind redirect;
    char *target; /* of the redirection */
    bool to_terminal;
    enum format format; /* of items */
    struct print_options options;
};

/* Before anything is read: can the file of `into` be written, and may one that is there be
 * replaced? Asks at a terminal, unless that was answered before (into!, --yes); else says so. */
int output_check(struct session *s, const struct statement *st, struct err *e) must_check;

/* Of the items of this statement, by its redirection, the settings and the terminal. */
enum format output_format(const struct session *s, const struct statement *st);

/* plan: for the key names and columns; NULL for output that is not items. */
int output_open(struct output *o, struct session *s, const struct statement *st,
                const struct plan *plan, struct err *e) must_check;
int output_items(struct output *o, const struct value *items, struct err *e) must_check;
int output_text(struct output *o, struct str text,
                struct err *e) must_check; /* escaped by the caller where it must be */
int output_flush(struct output *o, struct err *e) must_check; /* let it be seen */

/* Ends the format and the sink. failed: a file is dropped. Returns the first error there is. */
int output_close(struct output *o, bool failed, struct err *e) must_check;
/* The whole output of a statement that prints no items: text, ready for the terminal. */
int output_print(struct session *s, const struct statement *st, struct str text,
                 struct err *e) must_check;
/* The same for lines that a terminal is to cut rather than wrap. */
int output_lines(struct session *s, const struct statement *st, struct str text,
                 struct err *e) must_check;

/* What a pager that was left has not taken is kept there, also behind output_close(). */
void output_keep_rest(struct output *o, struct sink_rest *rest);
bool output_reader_gone(const struct output *o);

#endif
