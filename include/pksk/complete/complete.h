/* What TAB offers: the parser says what may come next, this says which words those are.
 *
 * A completer runs one job at a time: complete_begin(), then complete_step() whenever transfers
 * went on, until it says COMPLETE_DONE; complete_cancel() at any time. It never waits by itself.
 * The result lives until the next complete_begin() or completer_free(). A complete_begin() in the
 * midst of a job whose line has grown goes on with the requests under way. Keys are looked up in
 * the table itself one segment at a time (segment.h), by jumping from both ends and the middle
 * (jump.h), so that the cost is two small requests a segment at most, however large the partition
 * is. What was found is kept until complete_forget().
 */
#ifndef PKSK_COMPLETE_COMPLETE_H
#define PKSK_COMPLETE_COMPLETE_H

#include "pksk/base/clock.h"
#include "pksk/dynamo/schema.h"
#include "pksk/lang/parse.h"
#include "pksk/session/seen.h"

#define COMPLETE_CANDIDATES_MAX 100
#define COMPLETE_TIME_MS 2000 /* for all requests of one TAB */
#define COMPLETE_REQUESTS_MAX 110
#define COMPLETE_TENTHS_MAX 250 /* capacity units × 10 for one TAB */

/* How look-ups reach the service; a test gives its own. A handle is the sender's and is dropped in
 * the end in every case, finished or not. */
struct complete_live {
    void *ctx;
    void *(*send)(void *ctx, const char *operation, struct str body,
                  struct err *e); /* NULL when it cannot, with the reason */
    const struct reply *(*result)(void *ctx, void *handle); /* NULL while it is under way */
    void (*drop)(void *ctx, void *handle);
};

/* Look-ups by d. Its retries go on behind the scenes, but the time ceiling holds. */
struct complete_live complete_live_dynamo(struct dynamo *d);

struct complete_sink;
void complete_offer(struct complete_sink *sink, struct str text);

/* What the session knows. The caller owns it and may change it between jobs; every pointer may be
 * NULL. */
struct complete_env {
    const struct lang_env *lang;
    struct str table;             /* the current one, or empty */
    struct schema_cache *schemas; /* only peeked at */
    struct seen *seen;
    struct complete_live live; /* send == NULL: no look-ups (`set complete-live off`) */
    const struct clock *clock; /* NULL: the machine's */
    void *ctx;
    /* Offers the session's own words of this kind: settings, setting values, variables, topics,
     * profiles, regions. Offer all; those that do not fit are left out. Verbs are offered without
     * it. */
    void (*names)(void *ctx, enum expect_kind kind, const struct statement *so_far,
                  struct complete_sink *sink);
    /* The schema of a table, in place of schema_peek(schemas), for tests. */
    const struct table *(*peek)(void *ctx, struct str table);
    /* Takes in the description of a table that was not known, in place of schema_learn(). */
    void (*learn)(void *ctx, struct str table, const struct json *description);
};

struct candidate {
    struct str insert;  /* quoted as its place needs; without the closing quote when it goes on */
    struct str display; /* escaped for a terminal */
    enum expect_kind kind;
    bool goes_on; /* more of the word follows: "ORDER#", "dir/" */
};

struct completion {
    struct span span; /* what `insert` and `common` replace; ends at the cursor */
    struct candidate *list;
    size_t count;
    bool more;         /* there are others: cut by number, time or capacity */
    bool seen;         /* partition keys: those that were seen; nobody can list them all */
    struct str common; /* what every insert begins with; empty when nothing */
    struct str note;   /* why there is nothing, when there is a reason worth a line; or empty */
};

enum { COMPLETE_DONE, COMPLETE_WAIT };

struct completer;
struct completer *completer_new(const struct complete_env *env);
void completer_free(struct completer *c); /* NULL is fine */

int complete_begin(struct completer *c, struct str text, size_t cursor); /* COMPLETE_… */
int complete_step(struct completer *c);
void complete_cancel(struct completer *c);
const struct completion *complete_result(const struct completer *c);
/* The same while a job runs: what is found up to now, which ends with `more`. Good until the next
 * call of any kind. */
const struct completion *complete_so_far(struct completer *c);
void complete_forget(struct completer *c); /* cached answers: after a write, or `connect` */

/* Runs a job to its end, at most timeout_ms. wait lets transfers go on for some milliseconds. */
const struct completion *complete_now(struct completer *c, struct str text, size_t cursor,
                                      int timeout_ms, int (*wait)(void *ctx, int ms),
                                      void *wait_ctx);

/* Appends what may follow at the end of text, in a few words, for a dim hint; nothing when unsure.
 * No look-ups. */
void complete_hint(struct completer *c, struct str text, struct buf *ret);

#endif
