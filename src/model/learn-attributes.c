/* What the attributes of an entity are: how often they are there, their types, short vocabularies.
 */
#include "pksk/model/learner.h"

#define WORD_LENGTH_MAX 40
#define WORD_TIMES 4 /* a vocabulary is met so many times as often as it has words */

struct seen {
    struct entity_attribute a;
    struct map words; /* text → number of items, as a pointer */
    bool many;        /* too many different values, or too long ones */
};

static void note_word(struct seen *s, struct str text)
{
    uintptr_t n = (uintptr_t)map_get(&s->words, text);

    if (s->many)
        return;
    if (!n && s->words.count == MODEL_WORDS_MAX)
        s->many = true;
    else
        map_put(&s->words, text, (void *)(n + 1));
}

static void note_value(struct seen *s, const struct value *v)
{
    s->a.items++;
    s->a.types[v->type]++;
    if (v->type != ATTR_S || v->len > WORD_LENGTH_MAX || !v->len)
        s->many = true;
    else
        note_word(s, value_text(v));
}

static int by_items(const void *a, const void *b)
{
    const struct entity_word *x = a, *y = b;

    return (y->items > x->items) - (y->items < x->items);
}

static void take_words(struct learner *l, struct seen *s)
{
    struct str text;
    void *n;

    if (s->many || s->a.items < s->words.count * WORD_TIMES)
        return;
    for (size_t i = 0; map_next(&s->words, &i, &text, &n);)
        s->a.words[s->a.word_count++] =
            (struct entity_word){arena_str(l->arena, text), (uintptr_t)n};
    qsort(s->a.words, s->a.word_count, sizeof(s->a.words[0]), by_items);
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const struct entity_attribute *)a)->name,
                   ((const struct entity_attribute *)b)->name);
}

static void free_seen(void *value)
{
    struct seen *s = value;

    map_free(&s->words, NULL);
    free(s);
}

static bool is_key(const struct table *t, struct str name)
{
    if (key_find(&t->key, name))
        return true;
    for (size_t i = 0; i < t->index_count; i++) {
        if (key_find(&t->indexes[i].key, name) && learn_is_generic(name))
            return true;
    }
    return false;
}

void learn_attributes(struct learner *l, struct entity *x, const size_t *items, size_t count)
{
    struct map all = {0};
    struct str name;
    void *value;

    for (size_t i = 0; i < count; i++) {
        value_each (v, l->items[items[i]]) {
            struct seen *s = map_get(&all, value_name(v));

            if (is_key(l->table, value_name(v)))
                continue;
            if (!s) {
                s = mem_resize(NULL, 1, sizeof(*s));
                *s = (struct seen){.a.name = arena_str(l->arena, value_name(v))};
                map_put(&all, value_name(v), s);
            }
            note_value(s, v);
        }
    }
    x->attributes = arena_alloc(l->arena, all.count, sizeof(*x->attributes));
    for (size_t i = 0; map_next(&all, &i, &name, &value);) {
        take_words(l, value);
        x->attributes[x->attribute_count++] = ((struct seen *)value)->a;
    }
    qsort(x->attributes, x->attribute_count, sizeof(*x->attributes), by_name);
    map_free(&all, free_seen);
}
