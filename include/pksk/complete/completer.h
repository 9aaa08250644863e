/* Inside the completion engine: what its files share. completer.c has what all of them need,
 * complete.c runs the job and writes the result, offers.c knows the words that need no request,
 * lookup.c asks the service and keeps the answers.
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

/* What is known of the place that `key` names: sort keys of a partition, or of number keys all that
 * follows `prefix`. Kept until the shell writes there, or 32 others were asked for. */
struct answer {
    struct str key, prefix;
    struct known known;
    struct segment *numbers;
    struct arena arena; /* of the numbers */
    bool numbered, more;
    uint64_t used; /* when it was asked for last, counted in jobs */
};

struct lookup_call {
    void *handle; /* the sender's; NULL: none */
    unsigned number;
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
    struct lookup_call calls[JUMP_OPEN_MAX];
    struct arena keys_arena; /* of the jump, which goes on when more is typed */
    struct jump jump;
    struct answer *answer;
    struct buf place; /* what the jump is of, as in answer.key */
    struct str typed; /* of tables: the last name of a page */
    struct str sample_table, sample_index, sample_attribute;
    bool carried; /* the look-up of the line before goes on */
    unsigned pages;
    int64_t started_us;
    struct answer answers[COMPLETER_ANSWERS];
    uint64_t jobs;
    struct offer *first; /* what is offered without the look-up under way */
    size_t first_count;
    bool first_more;
};

const struct clock *completer_clock(const struct completer *c);

/* Kinds that are written as they are, and match without regard to case. */
bool completer_is_word(enum expect_kind kind);

/* Takes text when it fits what is typed, and is new. */
void completer_offer(struct completer *c, enum expect_kind kind, struct str text, bool goes_on);

void completer_sort(struct completer *c, size_t from); /* the offers from there on, by text */

struct str completer_table_name(const struct completer *c);     /* empty: none chosen */
const struct table *completer_table(const struct completer *c); /* NULL: not known yet */

const struct table *completer_table_named(const struct completer *c, struct str name);

/* Appends what the last statement of the text will be, "Query gsi1"; false when that cannot be told
 * yet. No look-ups. */
bool outlook(struct completer *c, struct str text, struct buf *ret);

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
bool lookup_send(struct completer *c); /* all that can be asked now; false: nothing is under way */
enum taken {
    TAKEN_ALL,
    TAKEN_MORE,
    TAKEN_AFRESH
}; /* afresh: the table is known now: collect again */
enum taken lookup_take(struct completer *c, unsigned number, const struct reply *r);
void lookup_offer(struct completer *c); /* what is found so far */
void lookup_end(struct completer *c);   /* the same, keeps it, drops what is open */
void lookup_drop(struct completer *c);  /* the requests under way */
void lookup_cancel(struct completer *c);

#endif
