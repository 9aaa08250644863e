/* Inside the completion engine: what its files share. complete.c runs the job and writes the
 * result, offers.c knows the words that need no request, lookup.c asks the service and keeps the
 * answers.
 *
 * A struct completer owns its arena (one job), its offers and its kept answers.
 */
#ifndef PKSK_COMPLETE_COMPLETER_H
#define PKSK_COMPLETE_COMPLETER_H

#include "pksk/complete/complete.h"
#include "pksk/complete/jump.h"

#define COMPLETER_ANSWERS 32

/* Something that fits, before it is written as its place needs it. */
struct offer {
    struct str text;
    enum expect_kind kind;
    bool goes_on;
};

struct complete_sink {
    struct completer *c;
    enum expect_kind kind;
};

enum live_kind { LIVE_NONE, LIVE_TABLE, LIVE_KEYS, LIVE_SAMPLE, LIVE_TABLES };

/* An answer kept for a while: all that follows `prefix` in the place that `key` names. */
struct answer {
    struct arena arena;
    struct str key, prefix, base; /* base: what every candidate begins with */
    struct segment *first;
    bool more;
    int64_t until_ms;
};

struct completer {
    const struct complete_env *env;
    struct arena arena;
    struct str text; /* of the line, with `before` */
    size_t cursor;
    struct lang_point point;
    const struct statement *statement; /* the innermost, or NULL */
    struct offer *offers;
    size_t offer_count, offer_cap;
    struct candidate *candidates;
    struct completion result;
    bool more;
    struct str base; /* with `more`: what the rest is known to begin with as well */

    enum live_kind live;
    bool described; /* the table's description was asked for in this job */
    void *handle;
    struct jump jump;
    struct str cache_key, typed; /* typed: the prefix; of tables, the last name of a page */
    struct str sample_table, sample_index, sample_attribute;
    unsigned pages;
    int64_t started_us;
    struct answer answers[COMPLETER_ANSWERS];
    size_t next_answer;
};

const struct clock *completer_clock(const struct completer *c);

/* Kinds that are written as they are, and match without regard to case. */
bool completer_is_word(enum expect_kind kind);

/* Takes text when it fits what is typed, and is new. */
void completer_offer(struct completer *c, enum expect_kind kind, struct str text, bool goes_on);

void completer_sort(struct completer *c, size_t from); /* the offers from there on, by text */

struct str completer_table_name(const struct completer *c);     /* empty: none chosen */
const struct table *completer_table(const struct completer *c); /* NULL: not known yet */

/* The key schema that the statement's key words are of; *index is its name, or empty. */
const struct key_schema *completer_schema(const struct completer *c, const struct table *t,
                                          struct str *index);
const struct key *completer_last_key(const struct completer *c);

void offers_collect(struct completer *c, const struct expect *e);

/* Prepares to ask what the statement's table is like, when that is not known and matters. */
void lookup_table(struct completer *c);

/* Each offers what is known already, and prepares a look-up where that may add something. */
void lookup_keys(struct completer *c);
void lookup_partition_keys(struct completer *c);
void lookup_tables(struct completer *c);

bool lookup_within_budget(const struct completer *c);
bool lookup_send(struct completer *c); /* false: nothing more to ask */
enum taken {
    TAKEN_ALL,
    TAKEN_MORE,
    TAKEN_AFRESH
}; /* afresh: the table is known now: collect again */
enum taken lookup_take(struct completer *c, const struct reply *r);
void lookup_end(struct completer *c);  /* offers what was found, keeps it, drops what is open */
void lookup_drop(struct completer *c); /* the request under way */
void lookup_cancel(struct completer *c);

#endif
