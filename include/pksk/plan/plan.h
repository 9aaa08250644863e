/* A statement and a table's schema become a request: pure, without network.
 *
 * A plan lives in the arena given and borrows nothing from the schema. Its body is the API's JSON
 * without the last brace, so that `run` can add what differs from page to page.
 */
#ifndef PKSK_PLAN_PLAN_H
#define PKSK_PLAN_PLAN_H

#include "pksk/dynamo/schema.h"
#include "pksk/lang/ast.h"

struct plan {
    const char *operation; /* "GetItem", "BatchGetItem", "Query", "Scan", "PutItem" … */
    struct str body;
    struct str line;         /* for people: Query Main.gsi1  gsi1pk = "ORDER" … */
    struct str table, index; /* index: empty for the table itself */
    struct str *key_names;   /* what printers put first: the table's key, then the index's */
    size_t key_count;
    struct str *columns; /* from select, as text; NULL when everything is asked for */
    size_t column_count;
    struct value *keys; /* BatchGetItem: the keys, chained, without repeats */
    size_t keys_given;
    bool filtered; /* items read and items returned may differ in number */
    bool counted;  /* Select COUNT: the pages hold no items */
    bool single;   /* at most one item by its key */
    uint64_t limit, segments;
};

int plan_read(struct arena *a, const struct statement *st, const struct table *table,
              struct plan *ret, struct err *e) must_check; /* get, query, scan */
int plan_write(struct arena *a, const struct statement *st, const struct table *table,
               struct plan *ret, struct err *e) must_check; /* put, update, delete */

/* Have the table and its indexes names that can be theirs? The rest is the service's to judge. */
int plan_table_names(struct str name, const struct table_def *def, struct err *e) must_check;

/* def: the statement's own, or what was read for it. */
int plan_create_table(struct arena *a, struct str name, const struct table_def *def,
                      struct plan *ret, struct err *e) must_check;

/* ImportTable: the same table, made with items that stand in S3. token: makes sending it twice
 * harmless. */
int plan_import_table(struct arena *a, struct str name, const struct table_def *def,
                      struct str token, struct plan *ret, struct err *e) must_check;

/* ExportTableToPointInTime. arn: of the table. */
int plan_export_s3(struct arena *a, const struct statement *st, struct str arn, struct str token,
                   struct plan *ret, struct err *e) must_check;

/* s3://BUCKET/PREFIX apart; the prefix may be empty. */
int plan_s3_place(const struct word *w, struct str *bucket, struct str *prefix,
                  struct err *e) must_check;

/* What CreateTable cannot do and the new table gets once it is ACTIVE; returns how many steps. */
struct table_step {
    const char *operation, *what; /* what: "time to live", for messages */
    struct str body;
};
#define TABLE_STEPS_MAX 2
size_t plan_table_steps(struct arena *a, struct str name, const struct table_def *def,
                        struct table_step ret[TABLE_STEPS_MAX]);

/* Sets key_names to the table's key, with room for as many names of an index. */
void plan_note_keys(struct arena *a, const struct key_schema *key, struct plan *p);

int plan_call(struct arena *a, const struct statement *st, struct plan *ret,
              struct err *e) must_check;

/* Does the limit go into the request? Not when a filter makes the items read and the items returned
 * differ. */
bool plan_limits_pages(const struct plan *p);

/* A BatchGetItem body for up to a hundred keys from this one on; the first key that did not fit, or
 * NULL. */
#define BATCH_GET_MAX 100
const struct value *plan_batch_body(struct buf *b, const struct plan *p, const struct value *from);

/* The whole body of the first request, pretty or compact. For BatchGetItem the first hundred keys.
 */
void plan_first_body(struct buf *b, const struct plan *p, bool pretty);

/* What the statement will read, in a sentence: "reads one item", "reads every item of one partition
 * of gsi1" … */
const char *plan_reach(const struct plan *p, const struct statement *st);

enum explain_form { EXPLAIN_JSON, EXPLAIN_AWS_CLI, EXPLAIN_BOTO3 };
struct explain_where {
    struct str profile, region, endpoint_url; /* what to pass on; empty: the environment's own */
};
int plan_explain(struct buf *b, const struct plan *p, enum explain_form form,
                 const struct explain_where *where, struct err *e) must_check;

#endif
