/* Sign-in tokens that the AWS CLI keeps as JSON files: read, and written back with some members
 * changed, so that both tools go on with the same sign-in.
 *
 * A struct token_file owns its text until token_file_close(), which wipes it.
 */
#ifndef PKSK_AWS_TOKEN_FILE_H
#define PKSK_AWS_TOKEN_FILE_H

#include "pksk/aws/provider.h"

struct token_file {
    struct arena arena;
    const char *path;
    struct json *root; /* NULL when there is no such file */
};

/* A missing file is no error. What is not a JSON object, or may be written by others, is. */
int token_file_open(struct token_file *t, const char *directory, const char *hash,
                    struct err *e) must_check;
void token_file_close(struct token_file *t); /* {0} is fine */

/* Sets a member to a string, at the end when it is new. The text must live as long as t. */
void token_file_set(struct token_file *t, struct json *object, const char *name, struct str value);
struct json *token_file_object(struct token_file *t,
                               const char *name); /* a member; made when new */
void token_file_save(struct token_file *t);       /* best effort: without it all goes on */

#endif
