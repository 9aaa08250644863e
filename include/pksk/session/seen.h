/* What this shell has seen of each table: values of partition keys, names of attributes, and the
 * short texts that these hold, for TAB.
 *
 * Kept by table, in memory and in one 0600 file a table that is read at the first question and
 * written by seen_save(). Values are filed under the attribute's name, so that an index whose
 * partition key occurs in the items read is known too. The oldest are dropped over the ceilings.
 * Slices handed out live until the next seen_item(), seen_key() or seen_free(). One thread.
 */
#ifndef PKSK_SESSION_SEEN_H
#define PKSK_SESSION_SEEN_H

#include "pksk/dynamo/schema.h"

#define SEEN_KEYS_MAX 2000 /* values an attribute */
#define SEEN_NAMES_MAX 500 /* attribute names a table */
#define SEEN_KEY_LEN_MAX 1024
#define SEEN_VALUES_MAX 24 /* the youngest texts of an attribute; with more it is no vocabulary */
#define SEEN_VALUE_LEN_MAX 40
#define SEEN_VOCABULARIES_MAX 200 /* attributes a table whose texts are kept */
#define SEEN_SAMPLE 200           /* items of one statement worth handing to seen_item() */

struct seen;

/* directory: where files are kept, or empty for none. scope: what makes table names unique
 * (endpoint, region, account). Reads nothing yet. */
struct seen *seen_new(struct str directory, struct str scope);
void seen_free(struct seen *s); /* does not save; NULL is fine */

/* Notes the item's attribute names, its short texts, and its values of every partition key of the
 * table and its indexes. */
void seen_item(struct seen *s, const struct table *t, const struct value *item);
/* The same for one value typed by the user and found. Types other than S and N are not kept. */
void seen_key(struct seen *s, struct str table, struct str attribute, enum attr_type type,
              struct str text);

/* for (size_t i = 0; seen_next_key(s, table, "pk", &i, &text);), oldest first */
bool seen_next_key(struct seen *s, struct str table, struct str attribute, size_t *i,
                   struct str *text);
bool seen_next_name(struct seen *s, struct str table, size_t *i, struct str *name);
/* The texts of an attribute. Only those of a vocabulary, of few texts for all items, are kept in
 * the file: names and addresses of people are not. */
bool seen_next_value(struct seen *s, struct str table, struct str attribute, size_t *i,
                     struct str *text);

/* Writes what has changed, each file atomically; the first failure is reported. */
int seen_save(struct seen *s, struct err *e) must_check;

#endif
