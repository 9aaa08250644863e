#include "pksk/base/map.h"

static void index_entry(struct map *m, size_t i)
{
    size_t slot = (size_t)m->entries[i].hash & (m->slot_count - 1);

    while (m->slots[slot])
        slot = (slot + 1) & (m->slot_count - 1);
    m->slots[slot] = (uint32_t)(i + 1);
}

/* Room for one more: closes the gaps that removals left, doubles when still tight, and indexes
 * anew. */
static void make_room(struct map *m)
{
    if (m->used < m->cap)
        return;
    size_t live = 0;

    for (size_t i = 0; i < m->used; i++) {
        if (m->entries[i].key.s)
            m->entries[live++] = m->entries[i];
    }
    m->used = live;
    if (live * 2 >= m->cap) {
        m->cap = MAX(m->cap * 2, (size_t)16);
        m->entries = mem_resize(m->entries, m->cap, sizeof(*m->entries));
    }
    m->slot_count = m->cap * 2;
    m->slots = mem_resize(m->slots, m->slot_count, sizeof(*m->slots));
    memset(m->slots, 0, m->slot_count * sizeof(*m->slots));
    for (size_t i = 0; i < m->used; i++)
        index_entry(m, i);
}

static struct map_entry *find(const struct map *m, struct str key)
{
    if (!m->count)
        return NULL;
    uint64_t hash = str_hash(key);

    for (size_t slot = (size_t)hash & (m->slot_count - 1); m->slots[slot];
         slot = (slot + 1) & (m->slot_count - 1)) {
        struct map_entry *entry = &m->entries[m->slots[slot] - 1];

        if (entry->key.s && entry->hash == hash && str_eq(entry->key, key))
            return entry;
    }
    return NULL;
}

void *map_get(const struct map *m, struct str key)
{
    const struct map_entry *entry = find(m, key);

    return entry ? entry->value : NULL;
}

bool map_has(const struct map *m, struct str key)
{
    return find(m, key) != NULL;
}

void *map_put(struct map *m, struct str key, void *value)
{
    struct map_entry *entry = find(m, key);

    if (entry) {
        void *old = entry->value;

        entry->value = value;
        return old;
    }
    make_room(m);
    m->entries[m->used] =
        (struct map_entry){{mem_dup(key.s, key.len), key.len}, value, str_hash(key)};
    index_entry(m, m->used++);
    m->count++;
    return NULL;
}

void *map_remove(struct map *m, struct str key)
{
    struct map_entry *entry = find(m, key);

    if (!entry)
        return NULL;
    void *value = entry->value;

    free((char *)entry->key.s);
    entry->key = (struct str){NULL, 0}; /* its slot stays, so that chains are not cut */
    entry->value = NULL;
    m->count--;
    return value;
}

void map_free(struct map *m, void (*free_value)(void *))
{
    if (!m)
        return;
    for (size_t i = 0; i < m->used; i++) {
        if (m->entries[i].key.s && free_value)
            free_value(m->entries[i].value);
        free((char *)m->entries[i].key.s);
    }
    free(m->entries);
    free(m->slots);
    *m = (struct map){0};
}

bool map_next(const struct map *m, size_t *i, struct str *key, void **value)
{
    while (*i < m->used && !m->entries[*i].key.s)
        (*i)++;
    if (*i >= m->used)
        return false;
    if (key)
        *key = m->entries[*i].key;
    if (value)
        *value = m->entries[*i].value;
    (*i)++;
    return true;
}
