/* What is known of the sort keys of one partition: keys that were read, and the stretches between
 * which there are no others.
 *
 * A struct known owns its memory until known_free(). What known_level() makes lives in the arena
 * given, its texts too. Pure.
 */
#ifndef PKSK_COMPLETE_KNOWN_H
#define PKSK_COMPLETE_KNOWN_H

#include "pksk/base/arena.h"

#define KNOWN_KEYS_MAX 20000 /* over this all of it is forgotten */
#define KNOWN_GAPS_MAX 64    /* looked at in one level */

struct stretch {
    struct str from, to; /* from the one to before the other; to empty: no end */
};

struct known {
    struct str *keys; /* in their order */
    size_t key_count, key_cap;
    struct stretch *stretches; /* in their order; none touches another */
    size_t stretch_count, stretch_cap;
};

void known_free(struct known *k); /* {0} again */

/* Takes in keys, in any order, and that there are no others in the stretch. */
void known_add(struct known *k, const struct str *keys, size_t count, struct stretch all);

struct segment {
    struct segment *next;
    struct str text; /* the whole key so far, from its beginning */
    bool goes_on;    /* keys begin with it that are longer */
    size_t keys;     /* known ones that begin with it */
    struct str last; /* the last of those */
};

struct gap {
    struct stretch is;
    bool dense; /* of the keys before it each is its own segment: pages, not jumps, lead on */
};

/* The segments behind a prefix, as far as they are known, and where more may be. */
struct level {
    struct segment *first, *last;
    size_t count;
    struct gap gaps[KNOWN_GAPS_MAX];
    size_t gap_count; /* that many at least */
};

/* The first string behind the key. */
struct str known_behind(struct arena *a, struct str key);

void known_level(const struct known *k, struct arena *a, struct str prefix, struct level *ret);

#endif
