/* The distinct next segments of the sort keys of one partition, by jumping.
 *
 * Pure: jump_request() says what to ask, jump_answer() takes what came back. A query of Limit 1
 * finds the first key; when it holds a '#' behind the prefix, everything up to that is one
 * candidate and the next query starts at the first string behind all that begin with it (its '#'
 * becomes '$', the next byte; DynamoDB orders strings by their bytes). A key without further '#' is
 * a candidate by itself, and after such a leaf the next pages grow, since a partition of leaves is
 * better read in pages than by single keys. Twelve families of a million items cost thirteen
 * requests. When there is just one family, its own segments are listed at once.
 *
 * Everything lives in the arena given.
 */
#ifndef PKSK_COMPLETE_JUMP_H
#define PKSK_COMPLETE_JUMP_H

#include "pksk/dynamo/schema.h"

#define JUMP_PAGE_MAX 32
#define JUMP_NUMBERS 100 /* keys of type N come in one page */

struct jump_part { /* attribute = value */
    struct str name, text;
    enum attr_type type;
};

struct segment {
    struct segment *next;
    struct str text; /* the whole key so far, from its beginning */
    bool goes_on;    /* it ends with '#', and keys are longer */
};

struct jump {
    struct arena *arena;
    struct str table, index; /* index: empty for the table itself */
    struct jump_part parts[2 * KEY_ATTRIBUTES_MAX];
    unsigned part_count;
    struct str sort; /* the sort key attribute asked for */
    enum attr_type type;
    struct str prefix; /* as typed, and further when there is but one family */
    size_t max;        /* candidates */

    struct str from; /* lower bound of the next query; empty: none */
    bool inclusive, found_family, done, more;
    unsigned limit, requests;
    uint64_t tenths; /* capacity so far */
    struct segment *first, *last, *family;
    size_t count;
};

/* Copies what it is given, parts and all, into the arena, and starts at prefix. */
void jump_begin(struct jump *j, struct arena *a, size_t max);

/* Appends the body of the next Query. False when there is nothing more to ask. */
bool jump_request(struct jump *j, struct buf *body);
void jump_answer(struct jump *j, const struct reply *r);

/* Groups keys already known in the same way: the next segment of text behind prefix. */
struct str jump_segment(struct str text, size_t prefix_len, bool *goes_on);

#endif
