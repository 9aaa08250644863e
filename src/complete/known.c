#include "pksk/complete/known.h"

#include "pksk/complete/segment.h"

#define DENSE_MIN 4 /* segments in a row */

void known_free(struct known *k)
{
    for (size_t i = 0; i < k->key_count; i++)
        free((char *)k->keys[i].s);
    for (size_t i = 0; i < k->stretch_count; i++) {
        free((char *)k->stretches[i].from.s);
        free((char *)k->stretches[i].to.s);
    }
    free(k->keys);
    free(k->stretches);
    *k = (struct known){0};
}

static struct str copy(struct str t)
{
    return (struct str){mem_dup(t.len ? t.s : "", t.len), t.len};
}

/* --- in ----------------------------------------------------------------------------------- */

/* The number of keys before t. */
static size_t keys_before(const struct known *k, struct str t)
{
    size_t low = 0, high = k->key_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (str_cmp(k->keys[middle], t) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_key(struct known *k, struct str key)
{
    size_t at = keys_before(k, key);

    if (at < k->key_count && str_eq(k->keys[at], key))
        return;
    if (k->key_count == k->key_cap) {
        k->key_cap = k->key_cap ? k->key_cap * 2 : 64;
        k->keys = mem_resize(k->keys, k->key_cap, sizeof(*k->keys));
    }
    memmove(k->keys + at + 1, k->keys + at, (k->key_count - at) * sizeof(*k->keys));
    k->keys[at] = copy(key);
    k->key_count++;
}

/* Does a end before t begins? What ends where t begins touches it. */
static bool ends_before(struct stretch a, struct str t)
{
    return a.to.len > 0 && str_cmp(a.to, t) < 0;
}

static bool begins_behind(struct stretch a, struct str end)
{
    return end.len > 0 && str_cmp(a.from, end) > 0;
}

static void swap(struct str *a, struct str *b)
{
    struct str t = *a;

    *a = *b;
    *b = t;
}

static void add_stretch(struct known *k, struct stretch new)
{
    size_t from = 0, to;

    while (from < k->stretch_count && ends_before(k->stretches[from], new.from))
        from++;
    new = (struct stretch){copy(new.from), copy(new.to)};
    for (to = from; to < k->stretch_count && !begins_behind(k->stretches[to], new.to); to++) {
        struct stretch *old = &k->stretches[to];

        if (str_cmp(old->from, new.from) < 0)
            swap(&old->from, &new.from);
        if (new.to.len > 0 && (old->to.len == 0 || str_cmp(old->to, new.to) > 0))
            swap(&old->to, &new.to);
        free((char *)old->from.s);
        free((char *)old->to.s);
    }
    if (k->stretch_count == k->stretch_cap) {
        k->stretch_cap = k->stretch_cap ? k->stretch_cap * 2 : 16;
        k->stretches = mem_resize(k->stretches, k->stretch_cap, sizeof(*k->stretches));
    }
    memmove(k->stretches + from + 1, k->stretches + to,
            (k->stretch_count - to) * sizeof(*k->stretches));
    k->stretches[from] = new;
    k->stretch_count = k->stretch_count + 1 - (to - from);
}

void known_add(struct known *k, const struct str *keys, size_t count, struct stretch all)
{
    if (k->key_count + count > KNOWN_KEYS_MAX)
        known_free(k);
    for (size_t i = 0; i < count; i++)
        add_key(k, keys[i]);
    add_stretch(k, all);
}

/* --- out ---------------------------------------------------------------------------------- */

struct walk {
    const struct known *known;
    struct arena *arena;
    struct level *level;
    struct str at;         /* up to here everything is known */
    size_t keys, segments; /* in a row before `at` */
};

static void note_gap(struct walk *w, struct str from, struct str to)
{
    bool dense = str_eq(from, w->at) && w->segments >= DENSE_MIN && w->segments * 2 >= w->keys;

    if (w->level->gap_count < KNOWN_GAPS_MAX)
        w->level->gaps[w->level->gap_count++] =
            (struct gap){{arena_str(w->arena, from), arena_str(w->arena, to)}, dense};
}

/* Notes what is not known between w->at and the end (empty: none). */
static void note_gaps(struct walk *w, struct str end)
{
    const struct known *k = w->known;
    struct str at = w->at;
    size_t before = w->level->gap_count;

    for (size_t i = 0; i < k->stretch_count; i++) {
        const struct stretch *s = &k->stretches[i];

        if (ends_before(*s, at))
            continue;
        if (end.len > 0 && str_cmp(s->from, end) >= 0)
            break;
        if (str_cmp(s->from, at) > 0)
            note_gap(w, at, s->from);
        if (str_cmp(s->to, at) > 0)
            at = s->to;
        if (s->to.len == 0 || (end.len > 0 && str_cmp(at, end) >= 0))
            goto done;
    }
    note_gap(w, at, end);
done:
    if (w->level->gap_count > before)
        w->keys = w->segments = 0;
}

static void add_segment(struct walk *w, struct str text, bool goes_on)
{
    struct segment *s = arena_new(w->arena, struct segment);
    struct level *l = w->level;

    *s = (struct segment){.text = arena_str(w->arena, text), .goes_on = goes_on};
    if (l->last)
        l->last->next = s;
    else
        l->first = s;
    l->last = s;
    l->count++;
    w->segments++;
}

struct str known_behind(struct arena *a, struct str key)
{
    char *text = arena_bytes(a, key.len + 1);

    memcpy(text, key.s, key.len);
    text[key.len] = '\0';
    return (struct str){text, key.len + 1};
}

void known_level(const struct known *k, struct arena *a, struct str prefix, struct level *ret)
{
    struct walk w = {k, a, ret, arena_str(a, prefix), 0, 0};

    *ret = (struct level){0};
    for (size_t i = keys_before(k, prefix); i < k->key_count; i++) {
        struct str key = k->keys[i];
        bool goes_on;

        if (!str_starts(key, prefix))
            break;
        struct str text = segment_next(key, prefix.len, &goes_on);

        if (!ret->last || !str_eq(ret->last->text, text)) {
            if (str_cmp(w.at, text) < 0)
                note_gaps(&w, text);
            add_segment(&w, text, goes_on);
        }
        ret->last->goes_on |= goes_on;
        ret->last->keys++;
        ret->last->last = arena_str(a, key);
        w.keys++;
        /* All that begins with a family belongs to it; behind a key alone the next one may come. */
        struct str behind = goes_on ? segment_behind(a, text) : known_behind(a, key);

        if (str_cmp(behind, w.at) > 0)
            w.at = behind;
    }
    struct str end = segment_behind(a, prefix);

    if (end.len == 0 || str_cmp(w.at, end) < 0)
        note_gaps(&w, end);
}
