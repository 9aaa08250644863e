/* Table schemas, as DescribeTable gave them, kept in memory and for a short while on disk.
 *
 * The cache owns what it returns; a pointer is good until the next schema_get(), schema_forget() or
 * schema_free(). The files are one a table in the cache directory, 0600, read only when owned by
 * the user. One thread.
 */
#ifndef PKSK_DYNAMO_SCHEMA_H
#define PKSK_DYNAMO_SCHEMA_H

#include "pksk/dynamo/client.h"

#define KEY_ATTRIBUTES_MAX 4 /* a side, for multi-attribute keys of global secondary indexes */

struct key_part {
    struct str name;
    enum attr_type type; /* S, N or B */
};

struct key_schema {
    struct key_part partition[KEY_ATTRIBUTES_MAX], sort[KEY_ATTRIBUTES_MAX];
    unsigned partition_count, sort_count; /* sort_count 0: no sort key */
};

/* The attributes of a key in a row: the partition key's, then the sort key's. */
static inline unsigned key_part_count(const struct key_schema *k)
{
    return k->partition_count + k->sort_count;
}

static inline const struct key_part *key_part(const struct key_schema *k, unsigned i)
{
    return i < k->partition_count ? &k->partition[i] : &k->sort[i - k->partition_count];
}

const struct key_part *key_find(const struct key_schema *k, struct str name); /* NULL: none */

struct index {
    struct str name;
    bool local;
    struct key_schema key;
    struct str projection; /* ALL, KEYS_ONLY, INCLUDE */
    struct str *include;   /* names, for INCLUDE */
    size_t include_count;
    struct str status;
    uint64_t item_count, size_bytes; /* as the table's, which stand for what is unsaid */
};

struct table {
    struct str name, arn, status;
    struct key_schema key;
    struct index *indexes;
    size_t index_count;
    uint64_t item_count, size_bytes; /* the service's, up to six hours old */
    bool on_demand;
    struct str stream_arn; /* the latest; one that was switched off can be read for a day */
    int64_t described_ms;  /* when the service said so */
};

struct schema_cache;

/* directory: where files are kept, or empty for none. scope: what makes names unique (endpoint,
 * region, account or access key id): part of the file's name, hashed. */
struct schema_cache *schema_new(struct dynamo *d, struct str directory);
void schema_free(struct schema_cache *c);

/* Asks the service when missing or stale. *ret is untouched on failure. ResourceNotFoundException
 * comes back with a hint that names the nearest table when the list is known. */
int schema_get(struct schema_cache *c, struct str table, const struct table **ret,
               struct err *e) must_check;
#define TABLE_NAME_MIN 3 /* characters; an index's, too */
/* what: "table" or "index". ERR_SYNTAX for a name that no such one can have. */
int table_name_check(const char *what, struct str name, struct err *e) must_check;

int schema_refresh(struct schema_cache *c, struct str table, const struct table **ret,
                   struct err *e) must_check;

/* Takes in what DescribeTable said to somebody else: the member "Table" of its answer. */
int schema_learn(struct schema_cache *c, struct str table, const struct json *description,
                 const struct table **ret, struct err *e) must_check;

/* Never touches the network; NULL when not cached. This is what TAB uses. */
const struct table *schema_peek(struct schema_cache *c, struct str table);
void schema_forget(struct schema_cache *c, struct str table);

const struct index *table_index(const struct table *t,
                                struct str name); /* NULL when there is none */

/* Every table name, all pages of ListTables; cached until schema_forget() or the TTL. Owned by the
 * cache. */
int schema_tables(struct schema_cache *c, const struct str **names, size_t *count,
                  struct err *e) must_check;
bool schema_peek_tables(struct schema_cache *c, const struct str **names, size_t *count);

#endif
