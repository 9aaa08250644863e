/* The distinct next segments of the sort keys of one partition, asked for in few round trips.
 *
 * Pure: jump_request() says what to ask, as often as it returns true before anything is answered;
 * jump_answer() takes what came back, in any order. The first page holds eleven keys, so that a
 * small partition is known by one request. What is left after it is a gap: it is asked from both
 * ends and from the middle at once. A key that holds a delimiter behind the prefix stands for all
 * that begin as it does up to there, so the next question begins behind those; what is found at
 * either side of a gap narrows it, until none is left. Twelve families of a million items are found
 * in five round trips and at most 26 requests of half a unit. Where keys are segments by
 * themselves, pages grow instead. When there is just one family, its own segments are listed.
 *
 * Number keys come in one page, in their own order. Everything lives in the arena given, but for
 * what is known, which is the caller's and outlives the jump.
 */
#ifndef PKSK_COMPLETE_JUMP_H
#define PKSK_COMPLETE_JUMP_H

#include "pksk/complete/known.h"
#include "pksk/dynamo/schema.h"

#define JUMP_FIRST 11 /* keys of a page */
#define JUMP_PAGE_MAX 100
#define JUMP_NUMBERS 100 /* keys of type N come in one page */
#define JUMP_OPEN_MAX 16 /* questions at a time */

struct jump_part { /* attribute = value */
    struct str name, text;
    enum attr_type type;
};

enum question_state { QUESTION_NONE, QUESTION_PLANNED, QUESTION_ASKED };

struct question {
    enum question_state state;
    struct str bound; /* empty: from the very beginning, or end */
    bool backward;
    unsigned limit, trip; /* trip: how many answers had to be there before it could be asked */
};

struct jump {
    struct arena *arena;
    struct known *known;
    struct str table, index; /* index: empty for the table itself */
    struct jump_part parts[2 * KEY_ATTRIBUTES_MAX];
    unsigned part_count;
    struct str sort; /* the sort key attribute asked for */
    enum attr_type type;
    struct str prefix; /* as typed, and further when there is but one family */
    size_t max;        /* candidates */

    struct question questions[JUMP_OPEN_MAX];
    unsigned page, dense_page, requests, trips;
    uint64_t tenths;    /* capacity so far */
    struct level level; /* what is found, while it is being found as well */
    struct segment *family;
    bool narrowed; /* more was typed meanwhile: a family alone is not entered then */
    bool done, more;
};

/* Copies what it is given, parts and all, into the arena, and starts at prefix. */
void jump_begin(struct jump *j, struct arena *a, struct known *known, size_t max);

/* Another prefix is typed; what is under way goes on. */
void jump_narrow(struct jump *j, struct str prefix);

/* Appends the body of the next Query; *number is for jump_answer(). False when there is nothing
 * more to ask before an answer is there, or at all: `done`. */
bool jump_request(struct jump *j, struct buf *body, unsigned *number);
void jump_answer(struct jump *j, unsigned number, const struct reply *r);

#endif
