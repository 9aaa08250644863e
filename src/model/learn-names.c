/* Names of placeholders: the attribute that holds the same value, else the placeholder of another
 * key that always does, else the literal in front, else its class. */
#include <ctype.h>

#include "pksk/model/learner.h"

#define ONE_MISS 5   /* of so few items one may differ */
#define SLOTS_MAX 48 /* placeholders of all keys of one entity */

/* ---- attributes that hold the same value */

enum way { WAY_PLAIN, WAY_DATE, WAY_MONTH, WAY_PADDED, WAY_LOWER, WAY_UPPER, WAYS };

struct tally {
    size_t have, fits[WAYS];
    struct str first[WAYS]; /* the first value that fitted so */
    bool differs[WAYS];     /* another one fitted, too */
    unsigned width;
};

bool learn_is_table_key(const struct learner *l, struct str name)
{
    return key_find(&l->table->key, name) != NULL;
}

/* "gsi", "lsi", "pk", "sk" and numbers, in any order and with what joins them. */
bool learn_is_generic(struct str name)
{
    static const char *const known[] = {"gsi",   "lsi", "pk",        "sk",   "hash", "range",
                                        "index", "idx", "partition", "sort", "key",  "data"};
    bool any = false;

    while (name.len) {
        size_t n = 0;

        for (size_t i = 0; i < ARRAY_LEN(known) && !n; i++) {
            if (str_starts_ci(name, str_of(known[i])))
                n = strlen(known[i]);
        }
        any |= n > 0;
        if (!n && (isdigit((unsigned char)name.s[0]) || strchr("_-.", name.s[0])))
            n = 1;
        if (!n && strchr("gGlLpPsS", name.s[0]) &&
            (name.len == 1 || isdigit((unsigned char)name.s[1]) || any)) {
            n = 1; /* g1s, g1p */
            any = true;
        }
        if (!n)
            return false;
        name = str_slice(name, n, name.len);
    }
    return any;
}

static void note(struct tally *t, enum way way, struct str text)
{
    if (!t->fits[way]++)
        t->first[way] = text;
    else
        t->differs[way] |= !str_eq(t->first[way], text);
}

static bool same_but_case(struct str a, struct str b, int (*to)(int))
{
    bool changed = false;

    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        if (a.s[i] != (char)to((unsigned char)b.s[i]))
            return false;
        changed |= a.s[i] != b.s[i];
    }
    return changed || a.len == 0;
}

static bool is_padded(struct str text, struct str number)
{
    size_t noughts = text.len - MIN(text.len, number.len);

    for (size_t i = 0; i < noughts; i++) {
        if (text.s[i] != '0')
            return false;
    }
    return noughts && number.len && atom_length(ATOM_NUMBER, number) == number.len &&
           str_ends(text, number);
}

static void compare(struct tally *t, struct str text, const struct value *v)
{
    struct str own = value_text(v);

    t->have++;
    if (str_eq(text, own))
        note(t, WAY_PLAIN, text);
    else if (v->type == ATTR_N && is_padded(text, own) && (!t->width || t->width == text.len))
        t->width = (unsigned)text.len, note(t, WAY_PADDED, text);
    else if (text.len == 10 && own.len > 10 && str_starts(own, text) && atom_of(text) == ATOM_DATE)
        note(t, WAY_DATE, text);
    else if (text.len == 7 && own.len > 7 && str_starts(own, text) && atom_of(text) == ATOM_MONTH)
        note(t, WAY_MONTH, text);
    if (same_but_case(text, own, tolower))
        note(t, WAY_LOWER, text);
    else if (same_but_case(text, own, toupper))
        note(t, WAY_UPPER, text);
}

/* Lower case is as good as what is in lower case already: some values are. */
static size_t fitting(const struct tally *t, enum way way)
{
    return t->fits[way] + (way >= WAY_LOWER && t->fits[way] ? t->fits[WAY_PLAIN] : 0);
}

static bool explains(const struct tally *t, enum way way, size_t count)
{
    size_t misses = t->have - fitting(t, way);

    return t->have * 10 >= count * 6 && t->differs[way] &&
           (misses * 20 <= t->have || (misses == 1 && t->have >= ONE_MISS));
}

static void describe(const struct tally *t, enum way way, struct explained *ret)
{
    static const enum atom beginnings[WAYS] = {[WAY_DATE] = ATOM_DATE, [WAY_MONTH] = ATOM_MONTH};

    *ret = (struct explained){.name = ret->name, .form = FORM_PLAIN, .width = t->width};
    if (way == WAY_DATE || way == WAY_MONTH)
        *ret = (struct explained){ret->name, FORM_ATOM, beginnings[way], 0};
    else if (way != WAY_PLAIN)
        ret->form = way == WAY_PADDED ? FORM_PADDED : way == WAY_LOWER ? FORM_LOWER : FORM_UPPER;
}

static bool may_name(const struct learner *l, const struct value *v)
{
    struct str name = value_name(v);

    return (v->type == ATTR_S || v->type == ATTR_N) && v->len && !learn_is_table_key(l, name) &&
           !learn_is_generic(name) && !str_eq(name, l->type_attribute);
}

static bool best_of(const struct map *tallies, size_t count, struct explained *ret)
{
    size_t most = 0;
    struct str name;
    void *value;

    for (unsigned way = 0; way < WAYS && !most; way++) {
        for (size_t i = 0; map_next(tallies, &i, &name, &value);) {
            const struct tally *t = value;

            if (!explains(t, (enum way)way, count) || t->have <= most)
                continue;
            most = t->have;
            ret->name = name;
            describe(t, (enum way)way, ret);
        }
    }
    return most > 0;
}

bool learn_explain(const struct learner *l, const size_t *items, const struct str *texts,
                   size_t count, struct explained *ret)
{
    struct map tallies = {0};
    bool found;

    for (size_t i = 0; i < count; i++) {
        value_each (v, l->items[items[i]]) {
            struct tally *t;

            if (!may_name(l, v))
                continue;
            t = map_get(&tallies, value_name(v));
            if (!t) {
                t = mem_resize(NULL, 1, sizeof(*t));
                *t = (struct tally){0};
                map_put(&tallies, value_name(v), t);
            }
            compare(t, texts[i], v);
        }
    }
    found = best_of(&tallies, count, ret);
    if (found)
        ret->name = arena_str(l->arena, ret->name);
    map_free(&tallies, free);
    return found;
}

/* ---- the placeholders of one entity */

struct slot {
    struct template_part *part;
    struct str before; /* the literal in front of it, or empty */
    bool attached;     /* nothing divides the two: P{n} */
    bool sort, named;
    struct str *texts; /* one an item of the entity; s NULL: it has no such key */
    size_t items;
};

struct naming {
    struct learner *l;
    struct entity *x;
    const size_t *items;
    size_t count;
    struct slot slots[SLOTS_MAX];
    size_t slot_count;
};

static void add_slot(struct naming *n, struct entity_key *k, unsigned part, size_t i)
{
    struct template *t = &k->parts[part];
    struct slot *s;

    if (n->slot_count == SLOTS_MAX)
        return;
    s = &n->slots[n->slot_count++];
    *s = (struct slot){.part = &t->parts[i],
                       .sort = part >= k->schema->partition_count,
                       .named = t->parts[i].text.len > 0,
                       .texts = arena_alloc(n->l->arena, n->count, sizeof(struct str))};
    if (i && t->parts[i - 1].literal) {
        s->before = t->parts[i - 1].text;
        s->attached = isalpha((unsigned char)s->before.s[s->before.len - 1]);
    }
}

/* The slots of one template, with what each item has there. */
static void add_slots(struct naming *n, struct entity_key *k, unsigned part)
{
    struct template *t = &k->parts[part];
    struct str values[TEMPLATE_PARTS_MAX], text;
    size_t first = n->slot_count;

    for (size_t i = 0; i < t->count; i++) {
        if (!t->parts[i].literal)
            add_slot(n, k, part, i);
    }
    for (size_t i = 0; i < n->count; i++) {
        size_t at = first;

        if (!entity_key_text(n->l->items[n->items[i]], key_part(k->schema, part)->name, &text) ||
            !template_match(t, text, values))
            continue;
        for (size_t p = 0; p < t->count && at < n->slot_count; p++) {
            if (t->parts[p].literal)
                continue;
            n->slots[at].texts[i] = values[p];
            n->slots[at++].items++;
        }
    }
}

/* Do both hold the same in every item that has both? Two different values must be seen, or the same
 * literal in front of them: with one item, much is equal by chance. */
static bool always_equal(const struct naming *n, const struct slot *x, const struct slot *y)
{
    const struct str *first = NULL;
    bool differs = false;
    size_t both = 0;

    for (size_t i = 0; i < n->count; i++) {
        if (!x->texts[i].s || !y->texts[i].s)
            continue;
        if (!str_eq(x->texts[i], y->texts[i]))
            return false;
        both++;
        differs |= first && !str_eq(*first, x->texts[i]);
        first = &x->texts[i];
    }
    bool told = differs || (x->before.len && str_eq(x->before, y->before));

    return told && both && both * 10 >= MIN(x->items, y->items) * 9;
}

static bool by_attribute(struct naming *n, struct slot *s)
{
    _cleanup_(cleanup_free) size_t *items = mem_resize(NULL, n->count, sizeof(*items));
    _cleanup_(cleanup_free) struct str *texts = mem_resize(NULL, n->count, sizeof(*texts));
    struct explained why = {0};
    size_t count = 0;

    for (size_t i = 0; i < n->count; i++) {
        if (!s->texts[i].s)
            continue;
        items[count] = n->items[i];
        texts[count++] = s->texts[i];
    }
    if (!learn_explain(n->l, items, texts, count, &why))
        return false;
    *s->part = (struct template_part){
        .text = why.name, .form = why.form, .atom = why.atom, .width = why.width};
    return true;
}

/* The last word of the literal, in lower case: "ORDER#" is order, "$app#org_" is org. */
static struct str literal_word(struct arena *a, struct str literal)
{
    size_t to = literal.len, from;

    while (to && !isalnum((unsigned char)literal.s[to - 1]))
        to--;
    from = to;
    while (from && isalnum((unsigned char)literal.s[from - 1]))
        from--;
    char *s = arena_bytes(a, to - from);

    for (size_t i = from; i < to; i++)
        s[i - from] = (char)tolower((unsigned char)literal.s[i]);
    return (struct str){s, to - from};
}

/* Numbers that begin anew in each partition. */
static bool repeats(const struct naming *n, const struct slot *s)
{
    struct map seen = {0};
    size_t different;

    for (size_t i = 0; i < n->count; i++) {
        if (s->texts[i].s)
            map_put(&seen, s->texts[i], &seen);
    }
    different = seen.count;
    map_free(&seen, NULL);
    return different * 2 < s->items;
}

static const char *class_name(const struct template_part *p)
{
    switch (p->form == FORM_PADDED ? ATOM_NUMBER : p->atom) {
    case ATOM_NUMBER:
        return "n";
    case ATOM_DATE:
    case ATOM_MONTH:
    case ATOM_TIME:
    case ATOM_EMAIL:
    case ATOM_WORD:
    case ATOM_URL:
    case ATOM_IP:
        return atom_name(p->atom);
    case ATOM_MOMENT:
        return "at";
    case ATOM_UUID:
    case ATOM_ULID:
    case ATOM_KSUID:
    case ATOM_HEX:
        return "id";
    default:
        return "text";
    }
}

static bool is_when(enum atom kind)
{
    return kind == ATOM_DATE || kind == ATOM_MONTH || kind == ATOM_TIME || kind == ATOM_MOMENT;
}

static struct str by_literal(struct naming *n, const struct slot *s)
{
    struct arena *a = n->l->arena;
    struct str word = literal_word(a, s->before);
    bool number = s->part->form == FORM_PADDED || s->part->atom == ATOM_NUMBER;

    if (!word.len || is_when(s->part->atom) ||
        (number && (s->attached || (s->sort && repeats(n, s)))))
        return str_of(class_name(s->part));
    if (s->part->form == FORM_PLAIN && s->part->atom == ATOM_WORD)
        return word;
    return arena_printf(a, "%.*s_id", STR_ARG(word));
}

static bool is_taken(const struct naming *n, size_t upto, struct str name)
{
    for (size_t i = 0; i < n->slot_count; i++) {
        if ((i < upto || n->slots[i].named) && str_eq(n->slots[i].part->text, name))
            return true;
    }
    return false;
}

/* A name that means something else already gets a number. */
static struct str free_name(const struct naming *n, size_t upto, struct str name)
{
    struct str own = name;

    for (unsigned i = 2; is_taken(n, upto, own); i++)
        own = arena_printf(n->l->arena, "%.*s%u", STR_ARG(name), i);
    return own;
}

static void name_slot(struct naming *n, size_t i)
{
    struct slot *s = &n->slots[i];

    if (s->named || by_attribute(n, s))
        return;
    for (size_t k = 0; k < i; k++) {
        if (always_equal(n, &n->slots[k], s)) {
            s->part->text = n->slots[k].part->text;
            return;
        }
    }
    s->part->text = free_name(n, i, by_literal(n, s));
}

void learn_names(struct learner *l, struct entity *x, const size_t *items, size_t count)
{
    struct naming n = {.l = l, .x = x, .items = items, .count = count};

    for (size_t k = 0; k < x->key_count; k++) {
        for (unsigned part = 0; part < key_part_count(x->keys[k].schema); part++)
            add_slots(&n, &x->keys[k], part);
    }
    for (size_t i = 0; i < n.slot_count; i++)
        name_slot(&n, i);
    for (size_t i = 0; i < n.slot_count; i++) { /* what was only needed to find a name */
        struct template_part *p = n.slots[i].part;

        if (p->form == FORM_PLAIN)
            p->atom = ATOM_ANY;
    }
}
