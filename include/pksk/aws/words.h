/* Text cut into words as a POSIX shell would, without a shell: quotes and backslashes, no
 * variables.
 *
 * Words live in the arena. The rules are those of Python's shlex.split(), by which the AWS CLI
 * reads section names and credential_process.
 */
#ifndef PKSK_AWS_WORDS_H
#define PKSK_AWS_WORDS_H

#include "pksk/base/arena.h"
#include "pksk/base/buf.h"

/* False when a quote is not closed or a backslash ends the text. A NUL stands behind each word. */
bool words_split(struct arena *a, struct str text, struct str **ret, size_t *count) must_check;

/* The word as such a shell reads it again: as it is, or in single quotes. For commands in messages:
 * NAME stands for what does not fit. Returns ret. */
#define WORD_QUOTED 160
const char *word_quote(struct str word, char ret[WORD_QUOTED]);
void word_quote_add(struct buf *b, struct str word); /* the same, of any length */

#endif
