/* A map from text to pointer, in order of insertion.
 *
 * The map owns copies of its keys; the values are the caller's. A key slice handed out lives until
 * the entry is removed or the map is freed.
 */
#ifndef PKSK_BASE_MAP_H
#define PKSK_BASE_MAP_H

#include "pksk/base/str.h"

struct map_entry {
    struct str key;
    void *value;
    uint64_t hash;
};

struct map {
    struct map_entry *entries; /* a removed one has key.s == NULL */
    size_t count, used, cap;   /* count: live ones; used: slots of `entries` in use */
    uint32_t *slots;           /* open addressing: index + 1 into entries */
    size_t slot_count;
};

void *map_get(const struct map *m, struct str key); /* NULL when absent */
bool map_has(const struct map *m, struct str key);
void *map_put(struct map *m, struct str key,
              void *value);                      /* the value that was there before, or NULL */
void *map_remove(struct map *m, struct str key); /* the value, or NULL */
void map_free(struct map *m,
              void (*free_value)(void *)); /* free_value may be NULL; {0} afterwards */

/* for (size_t i = 0; map_next(m, &i, &key, &value);) in order of insertion; key, value may be NULL
 */
bool map_next(const struct map *m, size_t *i, struct str *key, void **value);

#endif
