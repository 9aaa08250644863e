/* What people type who come from elsewhere (psql, SQL, Unix, the AWS CLI), as pksk writes it.
 *
 * Asked by the parser only: for a statement that it cannot read, and for the few that it would read
 * as something else. What is certain comes back as a statement; what is not, not at all. Pure.
 */
#ifndef PKSK_LANG_HABITS_H
#define PKSK_LANG_HABITS_H

#include "pksk/lang/parse.h"

/* text: one statement. The same in pksk's words, in the arena, or empty. */
struct str habits_rewrite(struct arena *a, struct str text, const struct lang_env *env);

/* A statement that can be read: would it do something else than was meant? */
bool habits_misread(const struct statement *st, const struct lang_env *env);

/* habits-forms.c: statements in another order than ours. */
struct str habits_form(struct arena *a, const struct str *words, size_t count,
                       const struct lang_env *env);
/* A bare word that is a range, ends in % or names a file: no sort key that anybody has. */
bool habits_odd_sort(const struct sort_condition *sort);

/* TABLE.INDEX, where the table in use has such an index. */
bool habits_dotted(struct str word, const struct lang_env *env);

/* Why a statement that cannot be read has no form here: a hint. */
void habits_explain(struct str text, struct err *e);

/* habits-aws.c: a pasted `aws dynamodb …` command, likewise. */
struct str habits_aws(struct arena *a, struct str text);

/* Words parted by blanks; what is within quotes, braces and brackets is one word. */
#define HABITS_WORDS_MAX 128
size_t habits_words(struct str text, struct str words[HABITS_WORDS_MAX]);

#endif
