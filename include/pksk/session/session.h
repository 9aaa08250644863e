/* A session: everything that outlives a statement, in one place instead of in globals.
 *
 * The session owns what it points to, but for the clock. One thread. It knows no command: what a
 * command keeps between statements is in its slot.
 */
#ifndef PKSK_SESSION_SESSION_H
#define PKSK_SESSION_SESSION_H

#include "pksk/base/map.h"
#include "pksk/base/secret.h"
#include "pksk/dynamo/schema.h"
#include "pksk/lang/parse.h"
#include "pksk/out/printer.h"
#include "pksk/session/rows.h"
#include "pksk/session/settings.h"

struct seen;
struct models;
struct slot;

struct session_options {
    const char *profile, *region, *endpoint_url, *table, *format, *model; /* NULL: not given */
    bool local, read_only, yes, quiet, no_config, fail_empty;
};

struct session {
    const struct clock *clock;
    struct settings settings;
    bool interactive; /* statements are typed at a terminal */
    bool out_terminal, err_terminal;
    bool yes, quiet, no_config;
    bool restricted;        /* `|` and `!` are refused */
    bool profile_read_only; /* read-only came from the profile's section, and goes with it */
    bool running;           /* a statement is: only then may a question be asked */
    int64_t began_ms;       /* when it began: what was described since then is fresh */
    bool aws_warned;        /* what is odd in the AWS files has been said */

    char *profile, *region, *endpoint_url; /* as asked for; NULL: the environment's */
    bool local;
    struct dynamo *dynamo;
    struct schema_cache *schemas;

    char *table;          /* the current one; NULL: none chosen yet */
    struct map variables; /* name → char * */
    struct rows rows;     /* of the last result, for {1.attr} */
    struct slot *slots;   /* what commands keep between statements; see session/slot.h */

    struct seen *seen;
    struct models *models; /* of the tables, see session/models.h */
    char *model_file;      /* -m, until a table takes it; NULL: none */
    struct secret answer;  /* of the last secret_prompt() */
    char *last_statement;  /* for `edit` without an argument */

    /* Takes what was typed ahead of a question: true when a whole line was. NULL: nothing can be.
     */
    bool (*typed_line)(void *ctx, struct buf *ret);
    void *typed_ctx;

    uint64_t changes; /* statements that may have written something, for what is kept of reads */
    unsigned depth;   /* of source */
    bool leaving;     /* exit was said */
    int leave_status; /* -1: exit was said without one */
};

/* Reads the configuration file; connects to nothing. */
int session_open(struct session *s, const struct session_options *o, const struct clock *clock,
                 struct err *e) must_check;
void session_close(struct session *s);

/* The client with its caches. */
struct session_client {
    struct dynamo *dynamo;
    struct schema_cache *schemas;
    struct seen *seen;
};
/* A client for another place, beside the session's own: what is NULL is as the session's, but a
 * profile brings its own region and endpoint. Connects to nothing. The caller frees it. */
struct session_client session_client_for(struct session *s, const char *profile, const char *region,
                                         const char *endpoint_url);
void session_client_free(struct session_client *c); /* {0} is fine */
/* The session's client becomes *c, and *c the session's. */
void session_swap_client(struct session *s, struct session_client *c);

/* Another client, for s->profile, region and endpoint_url; the one before is put aside, until it is
 * known which of the two stays. */
void session_reconnect(struct session *s, struct session_client *before);
void session_stay(struct session *s, struct session_client *before); /* with the new one */
void session_go_back(struct session *s, struct session_client *before);

/* What the configuration file says of the safety of s->profile: production, and with it read-only.
 * For a session that changes its profile; what was set by hand or by an option stays on. */
int session_reload_profile(struct session *s, struct err *e) must_check;

/* The table that a statement means: its own, the current one, or the only one there is (which then
 * becomes the current one). The schema is the cache's. */
int session_table(struct session *s, const struct word *given, const struct table **ret,
                  struct err *e) must_check;
/* Could what went wrong come from a schema that was kept from before that time? Then it is asked
 * for anew: true, and *t is the fresh one. A table that is gone gets the better message. */
bool session_refresh(struct session *s, const struct table **t, int64_t since_ms, struct err *e);

struct plan;
/* plan_read() or plan_write() with the statement's table, and again when its schema was stale. */
typedef int planner(struct arena *a, const struct statement *st, const struct table *table,
                    struct plan *ret, struct err *e);
int session_plan(struct session *s, struct arena *a, const struct statement *st, planner *plan,
                 struct plan *ret, struct err *e) must_check;

/* Is it a server of this machine, which may be a stand-in for DynamoDB? */
bool session_is_local(struct session *s);

/* Appends why a local server may show no table, and what to try. False: the server is none. */
bool session_local_advice(struct session *s, struct buf *b);

int session_table_name(struct session *s, const struct word *given, struct str *ret,
                       struct err *e) must_check;
void session_use(struct session *s, struct str table);

/* What the parser asks. `live` false: never touches the network (completion). */
struct lang_env session_lang(struct session *s, bool live);

/* Dim lines on standard error: what runs, totals, notes. Text is escaped here. */
bool session_stats_on(const struct session *s);
void session_note(struct session *s, const char *format, ...)
    printf_like(2, 3); /* only when stats are on */
void session_say(struct session *s, const char *format, ...)
    printf_like(2, 3); /* always, unless --quiet */
void session_warn(struct session *s, const char *format, ...) printf_like(2, 3); /* always */
void session_complain(struct session *s, struct str source, struct str text,
                      const struct err *e); /* an error with its caret; nothing when it has no text:
                                               reported already */

/* Asks on the terminal, and only there; without one the answer is --yes. what: "Scan 12,000 units";
 * ends the question. */
int session_confirm(struct session *s, struct err *e, const char *format, ...) must_check
    printf_like(3, 4);

/* A line from the terminal. Without one: ERR_FAILED, which names --yes. */
int session_ask(struct session *s, struct buf *answer, struct err *e,
                const char *question) must_check;

/* Says once what other SDKs would read differently in the AWS files; nothing when they were not
 * read. */
void session_warn_of_files(struct session *s);

/* Asks for a secret on the terminal, without echo; what dynamo_options.ask_secret wants. ctx: the
 * session. The answer is wiped by the next call, or by secret_prompt_end(). */
int secret_prompt(void *ctx, struct str prompt, struct str *ret);
void secret_prompt_end(struct session *s);

/* What another program says, without what would steer the terminal; dynamo_options.heard. */
void session_heard(void *ctx, struct str text);

/* The directories: $XDG_CONFIG_HOME/pksk, $XDG_CACHE_HOME/pksk, $XDG_STATE_HOME/pksk. The caller
 * frees. */
char *session_directory(const char *variable, const char *otherwise);

#endif
