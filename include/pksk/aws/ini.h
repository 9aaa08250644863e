/* The AWS files' INI dialect, as the AWS CLI reads it (Python's RawConfigParser, strict).
 *
 * `=` or `:` ends a key; keys are lower-cased; `#` and `;` begin a comment only at the start of a
 * line; an indented line goes on with the value; a duplicate section or key, a key without
 * delimiter and text before the first section are errors for the whole file. A struct ini owns all
 * its text until ini_free().
 */
#ifndef PKSK_AWS_INI_H
#define PKSK_AWS_INI_H

#include "pksk/base/arena.h"
#include "pksk/base/err.h"

struct ini_entry {
    struct str key, value; /* a value of several lines has '\n' between them */
    unsigned line;
    struct ini_entry *next;
};

struct ini_section {
    struct str name;
    unsigned line;
    struct ini_entry *entries;
    struct ini_section *next;
};

struct ini {
    struct arena arena;
    struct ini_section *sections; /* in the file's order; without [DEFAULT] */
    struct ini_entry *defaults;   /* of [DEFAULT], which every section falls back to */
    struct str *warnings;         /* "FILE:LINE: …": what other SDKs read differently */
    size_t warning_count;
};

#define INI_FILE_MAX ((size_t)4 << 20)

/* file: its name for messages, which are "FILE:LINE: …" and ERR_CONNECT. On failure *ret is {0}. */
int ini_parse(struct str text, const char *file, struct ini *ret, struct err *e) must_check;
void ini_free(struct ini *ini); /* {0} is fine; wipes the values */

const struct ini_section *ini_section(const struct ini *ini, struct str name); /* NULL: none */
/* False when neither the section nor [DEFAULT] has it. section may be NULL. */
bool ini_get(const struct ini *ini, const struct ini_section *section, struct str key,
             struct str *ret);

/* A value that begins with a newline holds one level of `key = value` lines. False when absent. */
bool ini_nested(struct str value, struct str key, struct str *ret);

#endif
