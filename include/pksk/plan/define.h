/* A table's description turned round: the statement, or the CloudFormation resource, that makes
 * such a table.
 *
 * Text goes to the caller's buffer; the facts' text lives in the arena or in the trees given.
 */
#ifndef PKSK_PLAN_DEFINE_H
#define PKSK_PLAN_DEFINE_H

#include "pksk/dynamo/schema.h"

/* What DescribeTable and DescribeTimeToLive say beyond the schema. */
struct table_facts {
    uint64_t read_units, write_units; /* 0: on-demand */
    struct str capacity;              /* "on-demand", "5 read and 5 write units" */
    struct str table_class;           /* empty: STANDARD */
    struct str ttl;                   /* the attribute; empty: none */
    struct str stream;                /* the StreamViewType; empty: none */
    bool protect;
};

void define_facts(struct arena *a, const struct json *table, const struct json *ttl,
                  struct table_facts *ret);
/* "pk S, sk N", or "(a S, b S) (c S)": a key as `create table` takes it. */
void define_key(struct buf *b, const struct key_schema *key);
void define_statement(struct buf *b, const struct table *t, const struct table_facts *facts);
void define_cloudformation(struct buf *b, const struct json *table,
                           const struct table_facts *facts);

#endif
