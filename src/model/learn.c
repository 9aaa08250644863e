#include "pksk/model/learn.h"

#include <ctype.h>

#include "pksk/model/learner.h"

#define TYPE_ITEMS 20 /* from so many on, a type attribute has fewer values than items */
#define STRAY_FEW 2
#define STRAY_SHARE 1000 /* one in so many */
#define NO_TEMPLATE SIZE_MAX

/* ---- the type attribute */

static bool is_type_name(struct str name)
{
    static const char *const known[] = {"type",       "entity",    "entitytype", "et",
                                        "edbe",       "kind",      "itemtype",   "typename",
                                        "recordtype", "objecttype"};
    char plain[24];
    size_t n = 0;

    for (size_t i = 0; i < name.len && n < sizeof(plain); i++) {
        if (isalnum((unsigned char)name.s[i]))
            plain[n++] = (char)tolower((unsigned char)name.s[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_eq((struct str){plain, n}, str_of(known[i])))
            return true;
    }
    return false;
}

/* A string on most items, with clearly fewer values than items. */
static bool serves_as_type(const struct learner *l, struct str name)
{
    struct map values = {0};
    size_t have = 0, different;

    for (size_t i = 0; i < l->count; i++) {
        const struct value *v = value_member(l->items[i], name);

        if (!v || v->type != ATTR_S || !v->len || v->len > 60)
            continue;
        have++;
        map_put(&values, value_text(v), &values);
    }
    different = values.count;
    map_free(&values, NULL);
    return have * 10 >= l->count * 8 && (l->count < TYPE_ITEMS || different * 4 <= have);
}

static struct str find_type(const struct learner *l)
{
    struct map tried = {0};
    struct str found = STR("");

    for (size_t i = 0; i < l->count && !found.len; i++) {
        value_each (v, l->items[i]) {
            struct str name = value_name(v);

            if (found.len || !is_type_name(name) || map_put(&tried, name, &tried))
                continue;
            if (serves_as_type(l, name))
                found = arena_str(l->arena, name);
        }
    }
    map_free(&tried, NULL);
    return found;
}

static struct str type_of(const struct learner *l, size_t item)
{
    const struct value *v =
        l->type_attribute.len ? value_member(l->items[item], l->type_attribute) : NULL;

    return v && v->type == ATTR_S ? value_text(v) : STR("");
}

/* ---- entities: a type and a template for each part of the key */

struct kind {
    struct str type;
    const struct template *parts[MODEL_KEY_PARTS];
    size_t *items;
    size_t count;
    struct entity *entity;
};

struct kinds {
    struct kind *list;
    size_t count;
};

/* Which template each item of these has at one part of the key: column[item]. */
static void learn_part(struct learner *l, unsigned part, const size_t *items, size_t count,
                       const struct template **column)
{
    struct learned_list found = {0};

    learn_column(l, key_part(&l->table->key, part)->name, items, count, &found);
    for (size_t i = 0; i < found.count; i++) {
        for (size_t k = 0; k < found.list[i].count; k++)
            column[found.list[i].items[k]] = &found.list[i].template;
    }
}

static bool same_kind(const struct kind *x, struct str type, const struct template *const *parts,
                      unsigned count)
{
    return str_eq(x->type, type) && memcmp(x->parts, parts, count * sizeof(*parts)) == 0;
}

/* items: of one type. */
static void add_kinds(struct learner *l, struct kinds *ks, struct str type, const size_t *items,
                      size_t count)
{
    unsigned parts = key_part_count(&l->table->key);
    const struct template **columns[MODEL_KEY_PARTS];

    for (unsigned p = 0; p < parts; p++) {
        columns[p] = arena_alloc(l->arena, l->count, sizeof(*columns[p]));
        learn_part(l, p, items, count, columns[p]);
    }
    for (size_t i = 0; i < count; i++) {
        const struct template *own[MODEL_KEY_PARTS] = {0};
        struct kind *k = NULL;

        for (unsigned p = 0; p < parts; p++)
            own[p] = columns[p][items[i]];
        for (size_t n = 0; n < ks->count && !k; n++)
            k = same_kind(&ks->list[n], type, own, parts) ? &ks->list[n] : NULL;
        if (!k) {
            k = &ks->list[ks->count++];
            *k = (struct kind){.type = type,
                               .items = arena_alloc(l->arena, count, sizeof(*k->items))};
            memcpy(k->parts, own, sizeof(own));
        }
        k->items[k->count++] = items[i];
    }
}

static void find_kinds(struct learner *l, struct kinds *ks)
{
    struct map types = {0};
    struct str type;

    ks->list = arena_alloc(l->arena, l->count, sizeof(*ks->list));
    for (size_t i = 0; i < l->count; i++)
        map_put(&types, type_of(l, i), &types);
    l->typed = l->type_attribute.len > 0;
    for (size_t t = 0; map_next(&types, &t, &type, NULL);) {
        size_t *items = arena_alloc(l->arena, l->count, sizeof(*items)), count = 0;

        for (size_t i = 0; i < l->count; i++) {
            if (str_eq(type_of(l, i), type))
                items[count++] = i;
        }
        add_kinds(l, ks, arena_str(l->arena, type), items, count);
    }
    map_free(&types, NULL);
}

/* ---- strays */

static bool has_all_parts(const struct learner *l, const struct kind *k)
{
    for (unsigned p = 0; p < key_part_count(&l->table->key); p++) {
        if (!k->parts[p])
            return false;
    }
    return true;
}

static bool says_something(const struct learner *l, const struct kind *k)
{
    for (unsigned p = 0; p < key_part_count(&l->table->key); p++) {
        if (template_has_literal(k->parts[p]))
            return true;
    }
    return false;
}

/* One partition with all sorts of words in it. */
static bool is_jumble(const struct learner *l, const struct kind *k)
{
    const struct template *sort = k->parts[l->table->key.partition_count];
    const struct template *partition = k->parts[0];

    return l->table->key.sort_count && sort && partition && partition->count == 1 &&
           partition->parts[0].literal && sort->count == 1 && !sort->parts[0].literal &&
           sort->parts[0].form == FORM_PLAIN && !k->type.len;
}

static bool is_stray(const struct learner *l, const struct kind *k)
{
    if (!has_all_parts(l, k))
        return true;
    if (!says_something(l, k) && !k->type.len && k->count * 5 < l->count)
        return true;
    if (is_jumble(l, k) && k->count * 100 < l->count)
        return true;
    return k->count <= STRAY_FEW * (1 + (is_jumble(l, k) ? 3 : 0)) &&
           k->count * STRAY_SHARE < l->count;
}

/* ---- indexes */

/* The commonest of the templates that the entity's items have there; NULL: none has the attribute.
 */
static const struct learned *commonest(const struct learned_list *found)
{
    const struct learned *best = NULL;

    for (size_t i = 0; i < found->count; i++) {
        if (!best || found->list[i].count > best->count)
            best = &found->list[i];
    }
    return best;
}

static void bare(struct learner *l, struct str name, struct template *ret)
{
    ret->parts = arena_new(l->arena, struct template_part);
    ret->parts[0] = (struct template_part){.text = name};
    ret->count = 1;
}

/* False: the entity is not in that index. */
static bool learn_index(struct learner *l, const struct kind *k, const struct index *index,
                        struct entity_key *ret)
{
    *ret = (struct entity_key){.index = index->name, .schema = &index->key};
    for (unsigned p = 0; p < key_part_count(&index->key); p++) {
        struct str name = key_part(&index->key, p)->name;
        struct learned_list found = {0};
        const struct learned *best;

        learn_column(l, name, k->items, k->count, &found);
        best = commonest(&found);
        if (!best)
            return false;
        if (learn_is_generic(name) || learn_is_table_key(l, name))
            ret->parts[p] = best->template;
        else
            bare(l, name, &ret->parts[p]);
    }
    for (size_t i = 0; i < k->count; i++) {
        bool whole = true;
        struct str ignored;

        for (unsigned p = 0; p < key_part_count(&index->key); p++)
            whole &=
                entity_key_text(l->items[k->items[i]], key_part(&index->key, p)->name, &ignored);
        ret->items += whole;
    }
    return ret->items > 0;
}

/* A copy of its own: placeholders are named for each entity. */
static struct template own_template(struct learner *l, const struct template *t)
{
    struct template copy = {arena_alloc(l->arena, t->count, sizeof(*t->parts)), t->count};

    memcpy(copy.parts, t->parts, t->count * sizeof(*t->parts));
    return copy;
}

static void learn_keys(struct learner *l, const struct kind *k, struct entity *x)
{
    const struct table *t = l->table;

    x->keys = arena_alloc(l->arena, t->index_count + 1, sizeof(*x->keys));
    x->keys[0] = (struct entity_key){.schema = &t->key, .items = k->count};
    for (unsigned p = 0; p < key_part_count(&t->key); p++)
        x->keys[0].parts[p] = own_template(l, k->parts[p]);
    x->key_count = 1;
    for (size_t i = 0; i < t->index_count; i++) {
        struct entity_key *key = &x->keys[x->key_count];

        if (!learn_index(l, k, &t->indexes[i], key))
            continue;
        for (unsigned p = 0; p < key_part_count(key->schema); p++)
            key->parts[p] = own_template(l, &key->parts[p]);
        x->key_count++;
    }
}

/* ---- names of entities */

static bool says_nothing(struct str word)
{
    static const char *const known[] = {"meta",    "metadata", "info", "profile", "detail",
                                        "details", "data",     "root", "base",    "main",
                                        "a",       "v0",       "v1",   "latest",  "current"};

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_eq_ci(word, str_of(known[i])))
            return true;
    }
    return false;
}

/* "warehouseItem", "ORDER_ITEM" → WarehouseItem, OrderItem */
static struct str in_title(struct arena *a, struct str word)
{
    _cleanup_(buf_free) struct buf b = {0};
    bool begin = true, shouts = true;

    for (size_t i = 0; i < word.len; i++)
        shouts &= !islower((unsigned char)word.s[i]);
    for (size_t i = 0; i < word.len; i++) {
        unsigned char c = (unsigned char)word.s[i];

        if (!isalnum(c) && c < 0x80) {
            begin = true;
            continue;
        }
        buf_char(&b, (char)(begin ? toupper(c) : shouts ? tolower(c) : c));
        begin = false;
    }
    return arena_str(a, buf_str(&b));
}

/* The last run of letters of the template's literals that has at least so many, or empty. One that
 * a delimiter follows says more than the beginning of an id: TENANT#org_… is a tenant. */
static struct str last_word(const struct template *t, size_t least, bool any)
{
    struct str found = STR("");

    for (size_t i = 0; i < t->count; i++) {
        struct str text = t->parts[i].text;

        for (size_t at = 0; t->parts[i].literal && at < text.len;) {
            size_t from = at;

            while (at < text.len &&
                   (isalpha((unsigned char)text.s[at]) || (unsigned char)text.s[at] >= 0x80 ||
                    (text.s[at] == '_' && at + 1 < text.len)))
                at++;
            struct str word = str_slice(text, from, at);
            bool whole = at == text.len ? i + 1 == t->count : atom_divides(text.s[at]);

            if (word.len >= least && (any || !says_nothing(word)) && (whole || !found.len))
                found = word;
            at += at == from;
        }
    }
    return found;
}

static struct str key_word(const struct learner *l, const struct kind *k, size_t least, bool any)
{
    for (unsigned p = key_part_count(&l->table->key); p-- > 0;) {
        struct str word = last_word(k->parts[p], least, any);

        if (word.len)
            return word;
    }
    return STR("");
}

static struct str name_of(const struct learner *l, const struct kind *k)
{
    struct str word = k->type;

    if (!word.len)
        word = key_word(l, k, 3, false);
    if (!word.len)
        word = key_word(l, k, 1, false);
    if (!word.len)
        word = key_word(l, k, 1, true);
    word = in_title(l->arena, word);
    return word.len ? word : STR("Item");
}

/* Both literals: UserOrder, CusPm. */
static struct str longer_name(const struct learner *l, const struct kind *k)
{
    unsigned last = key_part_count(&l->table->key) - 1;
    struct str partition = in_title(l->arena, last_word(k->parts[0], 1, true)),
               own = in_title(l->arena, last_word(k->parts[last], 1, false));

    if (!partition.len || !own.len || str_eq(partition, own))
        return partition.len ? partition : name_of(l, k);
    return arena_printf(l->arena, "%.*s%.*s", STR_ARG(partition), STR_ARG(own));
}

/* Does another entity have the same word? Then both say more. */
static bool is_shared(const struct learner *l, const struct kinds *ks, const struct kind *k,
                      struct str name)
{
    for (size_t i = 0; i < ks->count; i++) {
        const struct kind *other = &ks->list[i];

        if (other != k && !is_stray(l, other) && str_eq(name_of(l, other), name))
            return true;
    }
    return false;
}

static struct str unique(const struct learner *l, const struct kinds *ks,
                         const struct entity_model *m, const struct kind *k)
{
    struct str name = name_of(l, k), own;

    if (is_shared(l, ks, k, name))
        name = longer_name(l, k);
    if (!isalpha((unsigned char)name.s[0]) && (unsigned char)name.s[0] < 0x80)
        name = arena_printf(l->arena, "Item%.*s", STR_ARG(name));
    own = name;
    for (unsigned i = 2; model_entity(m, own); i++)
        own = arena_printf(l->arena, "%.*s%u", STR_ARG(name), i);
    return own;
}

/* ---- all of it */

static bool same_keys(const struct learner *l, const struct kind *x, const struct kind *y)
{
    for (unsigned p = 0; p < key_part_count(&l->table->key); p++) {
        const struct template *a = x->parts[p], *b = y->parts[p];

        if (!a || !b || !template_same(a, b))
            return false;
    }
    return true;
}

/* Entities with the same templates are told apart by their type. */
static void add_test(struct learner *l, const struct kinds *ks, const struct kind *k,
                     struct entity *x)
{
    for (size_t i = 0; i < ks->count; i++) {
        const struct kind *other = &ks->list[i];

        if (other == k || !k->type.len || !same_keys(l, k, other) || is_stray(l, other))
            continue;
        x->tests = arena_new(l->arena, struct entity_test);
        x->tests[0] = (struct entity_test){.attribute = l->type_attribute, .value = k->type};
        x->test_count = 1;
        return;
    }
}

static int by_size(const void *a, const void *b)
{
    const struct kind *x = a, *y = b;

    if (x->type.len && y->type.len && x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (y->count > x->count) - (y->count < x->count);
}

static void add_entity(struct learner *l, const struct kinds *ks, struct kind *k,
                       struct entity_model *m)
{
    struct entity *x = &m->entities[m->entity_count];

    *x = (struct entity){.name = unique(l, ks, m, k), .items = k->count};
    for (size_t i = 0; i < k->count; i++)
        x->bytes += value_size(l->items[k->items[i]]);
    learn_keys(l, k, x);
    learn_names(l, x, k->items, k->count);
    learn_attributes(l, x, k->items, k->count);
    add_test(l, ks, k, x);
    m->entity_count++;
}

void learn_model(struct arena *a, const struct table *t, const struct value *const *items,
                 size_t count, struct learn_result *ret)
{
    struct learner l = {.arena = a, .table = t, .items = items, .count = count};
    struct kinds ks = {0};

    *ret = (struct learn_result){.model.sampled = count};
    if (!count)
        return;
    l.type_attribute = ret->type_attribute = find_type(&l);
    find_kinds(&l, &ks);
    qsort(ks.list, ks.count, sizeof(*ks.list), by_size);
    ret->model.entities =
        arena_alloc(a, MIN(ks.count, (size_t)MODEL_ENTITIES_MAX), sizeof(*ret->model.entities));
    for (size_t i = 0; i < ks.count; i++) {
        if (is_stray(&l, &ks.list[i]) || ret->model.entity_count == MODEL_ENTITIES_MAX)
            ret->strays += ks.list[i].count;
        else
            add_entity(&l, &ks, &ks.list[i], &ret->model);
    }
}
