/* What a statement means, before any table is known: the parser's result.
 *
 * Everything lives in the arena given to the parser; every node carries its place in the text.
 * Names are DynamoDB's. Keys are still words here, since their type comes from the table's key
 * schema (plan does that).
 */
#ifndef PKSK_LANG_AST_H
#define PKSK_LANG_AST_H

#include "pksk/item/value.h"

/* The verbs, in the order of the help. Each has a parser (lang), a command (cmd) and a page
 * (man/cmd/NAME.md); the build fails when one is missing. */
#define LANG_VERBS(V)                                                                              \
    V(GET, get)                                                                                    \
    V(QUERY, query)                                                                                \
    V(SCAN, scan)                                                                                  \
    V(MORE, more)                                                                                  \
    V(PUT, put)                                                                                    \
    V(UPDATE, update)                                                                              \
    V(DELETE, delete)                                                                              \
    V(COPY, copy)                                                                                  \
    V(RENAME, rename)                                                                              \
    V(UNDO, undo)                                                                                  \
    V(BEGIN, begin)                                                                                \
    V(CHECK, check)                                                                                \
    V(COMMIT, commit)                                                                              \
    V(ROLLBACK, rollback)                                                                          \
    V(PARTIQL, partiql)                                                                            \
    V(IMPORT, import)                                                                              \
    V(EXPORT, export)                                                                              \
    V(DIFF, diff)                                                                                  \
    V(JOBS, jobs)                                                                                  \
    V(ENTITY, entity)                                                                              \
    V(PATTERN, pattern)                                                                            \
    V(MODEL, model)                                                                                \
    V(PERFORM, perform)                                                                            \
    V(PATTERNS, patterns)                                                                          \
    V(LS, ls)                                                                                      \
    V(USE, use)                                                                                    \
    V(TABLES, tables)                                                                              \
    V(DESCRIBE, describe)                                                                          \
    V(CREATE, create)                                                                              \
    V(DROP, drop)                                                                                  \
    V(TAIL, tail)                                                                                  \
    V(CALL, call)                                                                                  \
    V(EXPLAIN, explain)                                                                            \
    V(SET, set)                                                                                    \
    V(LET, let)                                                                                    \
    V(WATCH, watch)                                                                                \
    V(TIMING, timing)                                                                              \
    V(SOURCE, source)                                                                              \
    V(EDIT, edit)                                                                                  \
    V(HISTORY, history)                                                                            \
    V(CONNECT, connect)                                                                            \
    V(WHOAMI, whoami)                                                                              \
    V(HELP, help)                                                                                  \
    V(SHELL, shell) /* written "!" */                                                              \
    V(EXIT, exit)

enum verb {
#define V(upper, lower) VERB_##upper,
    LANG_VERBS(V)
#undef V
        VERB_COUNT,
};

const char *verb_name(enum verb v); /* "get"; "!" for VERB_SHELL */

/* A key word, or any other plain argument. `text` has quotes, escapes and variables resolved. */
enum word_form {
    WORD_BARE,
    WORD_QUOTED,
    WORD_BINARY, /* b64"…" or hex"…": text is the bytes */
};

struct word {
    struct word *next;
    struct span at;
    struct str text;
    enum word_form form;
};

enum sort_op { SORT_EQ, SORT_LT, SORT_LE, SORT_GT, SORT_GE, SORT_BETWEEN, SORT_BEGINS };

struct sort_condition {
    struct sort_condition *next; /* the next sort key attribute's, for multi-attribute keys */
    struct span at;
    enum sort_op op;
    struct word *a, *b; /* b: the upper end of between */
};

/* One key, or the key condition of a query. */
struct key {
    struct key *next;
    struct span at;
    struct word *partition;      /* one word an attribute of the partition key, in schema order */
    struct sort_condition *sort; /* NULL when none was written */
};

struct path_step {
    struct path_step *next;
    struct str name; /* name.s == NULL: a list index */
    uint32_t index;
};

struct path {
    struct path *next; /* in a projection, or a list of paths */
    struct span at;
    struct path_step *steps;
};

/* What a reading ends in instead of its items: `count, sum total by status, prefix(at, 7)`. */
enum measure_kind {
    MEASURE_COUNT,
    MEASURE_SUM,
    MEASURE_AVG,
    MEASURE_MIN,
    MEASURE_MAX,
    MEASURE_COUNT_DISTINCT,
};

static inline bool measure_has_estimate(enum measure_kind kind)
{
    return kind == MEASURE_COUNT || kind == MEASURE_SUM || kind == MEASURE_AVG;
}

struct measure {
    struct measure *next;
    struct span at;
    enum measure_kind kind;
    struct path *path; /* NULL for MEASURE_COUNT */
    struct str name;   /* of the result's attribute: "count", "sum total", "count distinct a.b" */
};

enum group_kind {
    GROUP_PATH,
    GROUP_PREFIX,  /* the first n characters of a string */
    GROUP_SEGMENT, /* the n-th piece of a string between delimiters, from 1 */
    GROUP_TYPE,    /* S, N, …, or missing */
    GROUP_ENTITY,  /* what the model says that the item is */
};

struct group_key {
    struct group_key *next;
    struct span at;
    enum group_kind kind;
    struct path *path; /* NULL for GROUP_ENTITY */
    uint64_t n;
    struct str name; /* "status", "prefix(placed_at, 7)" */
};

struct order {
    struct order *next;
    struct span at;
    struct path *path; /* in an item */
    struct str name;   /* in a summary: of the measure or the group */
    bool descending;
};

enum expr_kind {
    EXPR_AND,     /* kids: two or more */
    EXPR_OR,      /* kids: two or more */
    EXPR_NOT,     /* kids: one */
    EXPR_COMPARE, /* kids: two operands; op */
    EXPR_BETWEEN, /* kids: operand, low, high */
    EXPR_IN,      /* kids: operand, then 1–100 values */
    EXPR_CALL,    /* func; kids: its arguments */
    EXPR_PATH,    /* path */
    EXPR_VALUE,   /* value */
    EXPR_PLUS,    /* kids: two operands (update only) */
    EXPR_MINUS,   /* kids: two operands (update only) */
};

enum compare_op { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE };

enum func {
    FUNC_ATTRIBUTE_EXISTS, /* kids: none when it speaks of the item (`if exists`) */
    FUNC_ATTRIBUTE_NOT_EXISTS,
    FUNC_ATTRIBUTE_TYPE,
    FUNC_BEGINS_WITH,
    FUNC_CONTAINS,
    FUNC_SIZE,
    FUNC_IF_NOT_EXISTS, /* update only */
    FUNC_LIST_APPEND,   /* update only */
};

struct expr {
    enum expr_kind kind;
    enum compare_op op;
    enum func func;
    struct span at;
    struct expr *first, *next; /* kids; sibling */
    struct path *path;
    struct value *value;
};

enum update_kind { UPDATE_SET, UPDATE_REMOVE, UPDATE_ADD, UPDATE_DELETE };

struct update_action {
    struct update_action *next;
    enum update_kind kind;
    struct span at;
    struct path *path;
    struct expr *value; /* NULL for remove */
};

/* A PartiQL statement as it was written, and the values for its question marks. */
struct partiql {
    struct partiql *next;
    struct span at;
    struct str text;
    struct value *parameters; /* chained; NULL: none */
};

/* create table */
struct key_attribute {
    struct key_attribute *next;
    struct span at;
    struct str name;
    enum attr_type type; /* S, N or B */
};

enum projection_kind { PROJECT_ALL, PROJECT_KEYS, PROJECT_INCLUDE };

struct units_def { /* 0: not said */
    uint64_t read, write;
};

struct index_def {
    struct index_def *next;
    struct span at;
    struct str name;
    bool local;
    struct key_attribute *partition,
        *sort; /* several when multi-attribute: ((a S, b S) (c S, d S)) */
    enum projection_kind projection;
    struct word *include;
    struct units_def provisioned, /* nothing said: the table's */
        on_demand, warm;          /* as the table's */
};

struct tag_def {
    struct tag_def *next;
    struct str key, value;
};

struct table_def {
    struct key_attribute *partition, *sort;
    struct index_def *indexes;
    uint64_t read_units, write_units; /* 0: on-demand */
    struct word *ttl;                 /* the attribute, or NULL */
    const char *stream;               /* the API's StreamViewType, or NULL */
    bool pitr;
    bool protect;
    bool nowait;

    /* What no words say, but a file or another table: the statement then has only these three, and
     * what is found there is a definition of its own. */
    struct word *from, *resource; /* the file, and which of its tables: NULL: it has one */
    struct word *like;            /* the table */

    /* Items that the new table is made with, from S3; NULL: none. */
    struct word *s3;
    const char *s3_format;      /* the API's InputFormat */
    const char *s3_compression; /* the API's InputCompressionType */
    struct units_def on_demand; /* OnDemandThroughput: the most that is served */
    struct units_def warm;      /* WarmThroughput: a second */
    uint64_t pitr_days;         /* 0: not said */
    const char *table_class;    /* the API's TableClass, or NULL */
    bool encrypted;             /* SSESpecification */
    const char *sse_type;       /* the API's SSEType, or NULL */
    struct str kms_key;         /* or empty */
    struct tag_def *tags;
};

enum redirect_kind { REDIRECT_NONE, REDIRECT_PIPE, REDIRECT_FILE };

/* What diff compares: a table, a reading of one, or a file. */
struct diff_side {
    struct span at;
    struct word *file;  /* or NULL */
    struct word *table; /* or NULL: that of the other side */
    struct statement
        *reading; /* query or scan, its table perhaps NULL; NULL: a scan of the table */
    struct word *profile, *region, *endpoint; /* where it is, when it is elsewhere; then */
    struct str elsewhere; /* what stands behind them, to be read when it is known
                             which indexes there are */
};

struct statement {
    enum verb verb;
    struct span at, verb_at;
    struct str text;  /* as it was typed, without comment and separator */
    struct str habit; /* not empty: it was typed as other tools have it, and read as this; then all
                         places are in here */
    struct word *table; /* `OTHER:` before the verb, or the verb's own table argument; NULL: the
                           current one */

    /* reading and writing items */
    struct word *index;     /* NULL: the table itself */
    struct key *keys;       /* get, put: each a whole key; query: one; copy, rename: two */
    struct expr *filter;    /* where */
    struct path *select;    /* projection */
    struct expr *condition; /* if */
    struct value *item;     /* put: attributes of an item (an M), with or without its key; call: the
                               request */
    struct update_action *updates;
    uint64_t limit;    /* items returned; 0: all */
    uint64_t segments; /* 0: the default, 1 */
    bool descending, consistent, count;
    struct span limit_at, segments_at, consistent_at, descending_at;
    struct measure *measures; /* a summary; with only `groups`: the different values */
    struct group_key *groups;
    struct order *order;
    struct span measures_at, order_at;
    uint64_t sample_items; /* scan sample: items wanted, or */
    double sample_share;   /* a share of the table, above 0 and at most 1; both 0: no sample */
    struct span sample_at;
    struct partiql *partiql;
    bool batch;                /* partiql { …; … } */
    const char *return_values; /* the API's ReturnValues, or NULL */
    struct statement *then;    /* a write for every item found: put, update or delete, without keys.
                                  Its table is the one that it writes to; NULL: the one read */

    bool whole; /* then get: the whole items behind an index */

    enum redirect_kind redirect;
    struct word *target; /* the shell command, or the file */
    bool overwrite;      /* into!: a file that is there is replaced without a word */
    bool all, verbose;   /* model learn, check */
    bool dry, revert;    /* import: what it would do; back to the items before the changes */
    bool from_start;     /* tail: what the stream still has, not only what comes */

    /* export to s3://… */
    struct word *s3;                            /* NULL: into a file, or where items are printed */
    struct word *time_at, *time_from, *time_to; /* as they were written; NULL: not said */
    bool nowait;

    /* diff; where, select, count, segments and consistent as above */
    struct diff_side *sides; /* two */
    struct path *without;    /* is not compared */
    struct path *by;         /* what makes two items the same one; NULL: the table's key */
    bool keys_only;

    /* the rest */
    struct table_def *create;
    struct statement *inner; /* explain, watch, edit: the statement they speak of */
    struct word *args;       /* other plain arguments, in order */
    struct str rest;         /* the raw tail of !, help … */
    uint64_t interval_ms;    /* watch */
    const char *as; /* model: what to do with it; explain, describe: "json", "aws-cli", "boto3",
                       "create", "cloudformation"; NULL when not written */
};

#endif
