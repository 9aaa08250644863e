#include "pksk/cmd/entity-words.h"

#include <ctype.h>

#include "pksk/out/text.h"
#include "pksk/session/models.h"

#define WORDS_MAX 16

struct meaning {
    struct session *s;
    struct arena *arena;
    const struct statement *st;
    const struct table *table;
    const struct entity *entity;
    struct statement *made;
    struct map values; /* fields → struct str * */
    struct err *e;
};

/* ---- what is written */

static bool is_verb_of_items(enum verb v)
{
    return v == VERB_GET || v == VERB_QUERY || v == VERB_PUT || v == VERB_UPDATE ||
           v == VERB_DELETE || v == VERB_CHECK;
}

/* Letters, digits and '_': what a key with a delimiter in it is not. */
static bool is_name(struct str t)
{
    for (size_t i = 0; i < t.len; i++) {
        if (!isalnum((unsigned char)t.s[i]) && t.s[i] != '_' && (unsigned char)t.s[i] < 0x80)
            return false;
    }
    return t.len > 0;
}

static const struct word *first_word(const struct statement *st)
{
    const struct word *w = st->keys ? st->keys->partition : NULL;

    return w && !w->next && w->form == WORD_BARE && is_name(w->text) &&
                   is_verb_of_items(st->verb) && !st->index
               ? w
               : NULL;
}

/* The plain words behind the first one, which are values of fields. */
static size_t words_of(const struct key *k, const struct word **ret)
{
    size_t count = 0;

    for (const struct sort_condition *c = k->sort; c && count < WORDS_MAX; c = c->next) {
        if (c->op != SORT_EQ)
            break;
        ret[count++] = c->a;
    }
    return count;
}

static void give(struct meaning *m, struct str name, struct str value)
{
    struct str *copy = arena_new(m->arena, struct str);

    *copy = arena_str(m->arena, value);
    map_put(&m->values, name, copy);
}

static void add_form(struct buf *b, const struct meaning *m)
{
    struct str names[WORDS_MAX];
    size_t count = entity_fields_of(&m->entity->keys[0], names, WORDS_MAX);

    buf_addf(b, "%s %.*s", verb_name(m->st->verb), STR_ARG(m->entity->name));
    for (size_t i = 0; i < count; i++)
        buf_addf(b, m->st->verb == VERB_PUT ? " %.*s=…" : " %.*s", STR_ARG(names[i]));
}

static int lacks(struct meaning *m, struct str field)
{
    _cleanup_(buf_free) struct buf form = {0};

    add_form(&form, m);
    err_at(m->e, ERR_SYNTAX, first_word(m->st)->at, "the entity %.*s needs %.*s",
           STR_ARG(m->entity->name), STR_ARG(field));
    err_expected(m->e, "expected %s", buf_cstr(&form));
    return ERR_SYNTAX;
}

/* ---- keys */

static struct word *key_word(struct meaning *m, struct str text)
{
    struct word *w = arena_new(m->arena, struct word);

    *w = (struct word){.text = text, .at = first_word(m->st)->at, .form = WORD_QUOTED};
    return w;
}

/* The part of the key, made of the fields: 1 made, 0 a field is missing. */
static int make(struct meaning *m, const struct entity_key *k, unsigned part, struct str *ret,
                struct str *missing)
{
    struct entity_fields f = {.values = &m->values};
    int r = entity_make(m->arena, k, part, &f, ret, missing, m->e);

    if (r < 0)
        m->e->at = first_word(m->st)->at;
    return r;
}

static int whole_key(struct meaning *m, struct key **ret)
{
    const struct entity_key *k = &m->entity->keys[0];
    struct key *key = arena_new(m->arena, struct key);
    struct word **last = &key->partition;
    struct sort_condition **sort = &key->sort;

    key->at = m->st->keys->at;
    for (unsigned p = 0; p < key_part_count(k->schema); p++) {
        struct str text, missing;
        int r = make(m, k, p, &text, &missing);

        if (r <= 0)
            return r < 0 ? r : lacks(m, missing);
        if (p < k->schema->partition_count) {
            *last = key_word(m, text);
            last = &(*last)->next;
        } else {
            *sort = arena_new(m->arena, struct sort_condition);
            **sort = (struct sort_condition){.at = key->at, .op = SORT_EQ, .a = key_word(m, text)};
            sort = &(*sort)->next;
        }
    }
    *ret = key;
    return 0;
}

/* get User 42, update Order 42 1001 …, delete …: every field, in its order. */
static int one_item(struct meaning *m)
{
    struct str names[WORDS_MAX];
    const struct word *words[WORDS_MAX];
    size_t fields = entity_fields_of(&m->entity->keys[0], names, WORDS_MAX),
           given = words_of(m->st->keys, words);

    if (given > fields) {
        _cleanup_(buf_free) struct buf form = {0};

        add_form(&form, m);
        err_at(m->e, ERR_SYNTAX, words[fields]->at, "%.*s has %zu field%s in its key, not %zu",
               STR_ARG(m->entity->name), fields, fields == 1 ? "" : "s", given);
        err_expected(m->e, "expected %s", buf_cstr(&form));
        return ERR_SYNTAX;
    }
    for (size_t i = 0; i < given; i++)
        give(m, names[i], words[i]->text);
    return whole_key(m, &m->made->keys);
}

/* ---- query */

/* The one index in which all of the entity is one partition, or NULL; *several: there are more. */
static const struct entity_key *collection(const struct entity *x, bool *several)
{
    const struct entity_key *found = NULL;

    *several = false;
    for (size_t i = 1; i < x->key_count; i++) {
        const struct entity_key *k = &x->keys[i];
        const struct template *t = &k->parts[0];

        if (k->schema->partition_count != 1 || t->count != 1 || !t->parts[0].literal)
            continue;
        *several = found != NULL;
        found = k;
    }
    return found;
}

/* query Order between 2024 2025: by the index that has them all in one partition. */
static int by_index(struct meaning *m)
{
    bool several;
    const struct entity_key *k = collection(m->entity, &several);

    if (!k || several) {
        err_at(m->e, ERR_SYNTAX, first_word(m->st)->at,
               several ? "several indexes have all of %.*s" : "no index has all of %.*s",
               STR_ARG(m->entity->name));
        err_hint(m->e, several ? "name the index: query INDEX PARTITION-KEY …"
                               : "`scan where …` reads the whole table");
        return ERR_SYNTAX;
    }
    struct word *index = arena_new(m->arena, struct word);
    struct key *key = arena_new(m->arena, struct key);

    *index = (struct word){.text = k->index, .at = first_word(m->st)->at};
    *key = *m->st->keys;
    key->partition = key_word(m, k->parts[0].parts[0].text);
    m->made->index = index;
    m->made->keys = key;
    return 0;
}

/* The beginning of the keys of that entity below a partition: up to its first placeholder that is
 * not given. */
static struct str beginning(struct meaning *m, const struct entity *x)
{
    const struct entity_key *k = &x->keys[0];
    const struct template *t = &k->parts[k->schema->partition_count];
    _cleanup_(buf_free) struct buf b = {0};

    for (size_t i = 0; i < t->count; i++) {
        const struct str *value = map_get(&m->values, t->parts[i].text);
        struct str made;

        if (t->parts[i].literal)
            buf_str_add(&b, t->parts[i].text);
        else if (value && template_derive(m->arena, &t->parts[i], *value, &made))
            buf_str_add(&b, made);
        else
            break;
    }
    return arena_str(m->arena, buf_str(&b));
}

static size_t partition_fields(const struct entity *x, struct str *names)
{
    const struct template *t = &x->keys[0].parts[0];
    size_t count = 0;

    for (size_t i = 0; i < t->count && count < WORDS_MAX; i++) {
        if (!t->parts[i].literal)
            names[count++] = t->parts[i].text;
    }
    return count;
}

/* query User 42, query User 42 Order, query User 42 begins X */
static int by_partition(struct meaning *m, const struct word **words, size_t given, size_t fields)
{
    struct key *key = arena_new(m->arena, struct key);
    const struct sort_condition *rest = m->st->keys->sort;
    const struct entity_model *model = session_model(m->s, m->table);
    const struct entity *below = NULL;
    struct str text, missing;
    int r = make(m, &m->entity->keys[0], 0, &text, &missing);

    if (r <= 0)
        return r < 0 ? r : lacks(m, missing);
    for (size_t i = 0; i < fields; i++)
        rest = rest->next;
    *key = (struct key){.at = m->st->keys->at, .partition = key_word(m, text)};
    if (given > fields && words[fields]->form == WORD_BARE)
        below = model_entity(model, words[fields]->text);
    if (below && given == fields + 1 && m->table->key.sort_count) {
        key->sort = arena_new(m->arena, struct sort_condition);
        *key->sort = (struct sort_condition){
            .at = words[fields]->at, .op = SORT_BEGINS, .a = key_word(m, beginning(m, below))};
    } else {
        key->sort = (struct sort_condition *)rest;
    }
    m->made->keys = key;
    return 0;
}

static int query(struct meaning *m)
{
    struct str names[WORDS_MAX];
    const struct word *words[WORDS_MAX];
    size_t fields = partition_fields(m->entity, names), given = words_of(m->st->keys, words);
    const struct sort_condition *sort = m->st->keys->sort;
    bool ranged = sort && sort->op != SORT_EQ, several;

    if (fields && (ranged || (!given && collection(m->entity, &several))))
        return by_index(m);
    if (given < fields)
        return lacks(m, names[given]);
    for (size_t i = 0; i < fields; i++)
        give(m, names[i], words[i]->text);
    return by_partition(m, words, given, fields);
}

/* ---- put */

static const struct value *attribute(const struct statement *st, struct str name)
{
    return st->item ? value_member(st->item, name) : NULL;
}

static bool is_listed(const struct entity *x, struct str name)
{
    for (size_t i = 0; i < x->attribute_count; i++) {
        if (str_eq(x->attributes[i].name, name))
            return true;
    }
    return false;
}

/* Is the field an attribute of the item, too? What is known of the entity says; else it is. */
static bool is_stored(const struct entity *x, struct str name)
{
    return !x->attribute_count || is_listed(x, name);
}

static bool is_field(const struct entity *x, struct str name)
{
    for (size_t k = 0; k < x->key_count; k++) {
        struct str names[WORDS_MAX];
        size_t count = entity_fields_of(&x->keys[k], names, WORDS_MAX);

        for (size_t i = 0; i < count; i++) {
            if (str_eq(names[i], name))
                return true;
        }
    }
    return false;
}

static void add_text(struct meaning *m, struct value *item, struct value **last, struct str name,
                     struct str text, enum attr_type type)
{
    struct value *v = value_new_text(m->arena, type, text);

    value_set_name(v, arena_str(m->arena, name));
    value_append(item, last, v);
}

/* The keys of the indexes that the fields are enough for. */
static int add_index_keys(struct meaning *m, struct value *item, struct value **last)
{
    for (size_t k = 1; k < m->entity->key_count; k++) {
        const struct entity_key *key = &m->entity->keys[k];

        struct str texts[MODEL_KEY_PARTS] = {0}, missing = STR("");
        int r = 1;

        for (unsigned p = 0; r > 0 && p < key_part_count(key->schema); p++) {
            struct str name = key_part(key->schema, p)->name;

            if (!value_member(item, name) && !key_find(&m->table->key, name))
                r = make(m, key, p, &texts[p], &missing);
        }
        if (r < 0)
            return r;
        if (r == 0)
            session_note(m->s, "without %.*s it is not in %.*s", STR_ARG(missing),
                         STR_ARG(key->index));
        for (unsigned p = 0; r > 0 && p < key_part_count(key->schema); p++) {
            const struct key_part *part = key_part(key->schema, p);

            if (texts[p].s)
                add_text(m, item, last, part->name, texts[p], part->type);
        }
    }
    return 0;
}

static int put(struct meaning *m)
{
    struct value *item = value_new(m->arena, ATTR_M), *last = NULL;

    if (m->st->item) {
        value_each (v, m->st->item) {
            if (value_is_text(v) && v->type != ATTR_B)
                give(m, value_name(v), value_text(v));
            if (is_field(m->entity, value_name(v)) && !is_stored(m->entity, value_name(v)))
                continue;
            struct value *copy = value_copy(m->arena, v);

            value_set_name(copy, arena_str(m->arena, value_name(v)));
            value_append(item, &last, copy);
        }
    }
    for (size_t i = 0; i < m->entity->test_count; i++) {
        const struct entity_test *test = &m->entity->tests[i];

        if (!test->exists && !attribute(m->st, test->attribute))
            add_text(m, item, &last, test->attribute, test->value, ATTR_S);
    }
    int r = whole_key(m, &m->made->keys);

    if (r == 0)
        r = add_index_keys(m, item, &last);
    m->made->item = item;
    return r;
}

/* ---- update: index keys follow what they are made of */

static const struct update_action *set_of(const struct statement *st, struct str name)
{
    for (const struct update_action *u = st->updates; u; u = u->next) {
        if (u->kind == UPDATE_SET && !u->path->steps->next && str_eq(u->path->steps->name, name))
            return u;
    }
    return NULL;
}

static bool touches(const struct statement *st, const struct template *t)
{
    for (size_t i = 0; i < t->count; i++) {
        if (!t->parts[i].literal && set_of(st, t->parts[i].text))
            return true;
    }
    return false;
}

static void give_sets(struct meaning *m)
{
    for (const struct update_action *u = m->st->updates; u; u = u->next) {
        if (u->kind == UPDATE_SET && !u->path->steps->next && u->value->kind == EXPR_VALUE &&
            u->value->value->type <= ATTR_N)
            give(m, u->path->steps->name, value_text(u->value->value));
    }
}

static void append_set(struct meaning *m, const struct key_part *part, struct str text)
{
    struct update_action *u = arena_new(m->arena, struct update_action), **last = &m->made->updates;
    struct expr *value = arena_new(m->arena, struct expr);
    struct path *path = arena_new(m->arena, struct path);

    path->steps = arena_new(m->arena, struct path_step);
    path->steps->name = part->name;
    path->at = m->st->verb_at;
    *value = (struct expr){.kind = EXPR_VALUE,
                           .at = m->st->verb_at,
                           .value = value_new_text(m->arena, part->type, text)};
    *u = (struct update_action){
        .kind = UPDATE_SET, .at = m->st->verb_at, .path = path, .value = value};
    while (*last) {
        struct update_action *copy = arena_new(m->arena, struct update_action);

        *copy = **last; /* the statement's own list is not changed */
        *last = copy;
        last = &copy->next;
    }
    *last = u;
}

static int follow(struct meaning *m, const struct entity_key *k, unsigned p)
{
    const struct key_part *part = key_part(k->schema, p);
    struct str text, missing;

    if (template_is_bare(&k->parts[p]) || !touches(m->st, &k->parts[p]) ||
        set_of(m->st, part->name))
        return 0;
    int r = m->s->settings.keys_follow ? make(m, k, p, &text, &missing) : 0;

    if (r < 0)
        return r;
    if (r == 0) {
        session_warn(m->s, "%.*s of %.*s is made of what this changes, and stays as it is%s",
                     STR_ARG(part->name), STR_ARG(k->index),
                     m->s->settings.keys_follow ? ": not all of its fields are known here" : "");
        return 0;
    }
    append_set(m, part, text);
    session_note(m->s, "%.*s of %.*s follows: %.*s", STR_ARG(part->name), STR_ARG(k->index),
                 STR_ARG(text));
    return 0;
}

static int follow_keys(struct meaning *m)
{
    int r = 0;

    give_sets(m);
    for (size_t k = 1; r == 0 && k < m->entity->key_count; k++) {
        for (unsigned p = 0; r == 0 && p < key_part_count(m->entity->keys[k].schema); p++)
            r = follow(m, &m->entity->keys[k], p);
    }
    return r;
}

/* An update by its key: the entity is the one whose templates the key fits. */
static const struct entity *entity_by_key(struct meaning *m, const struct entity_model *model)
{
    const struct key *k = m->st->keys;
    struct value *item = value_new(m->arena, ATTR_M), *last = NULL;
    const struct key_schema *schema = &m->table->key;

    if (!k || k->next || !k->partition || schema->partition_count != 1)
        return NULL;
    add_text(m, item, &last, schema->partition[0].name, k->partition->text, ATTR_S);
    if (schema->sort_count && k->sort && k->sort->op == SORT_EQ)
        add_text(m, item, &last, schema->sort[0].name, k->sort->a->text, ATTR_S);
    const struct entity *x = model_entity_of(model, item);
    struct str values[TEMPLATE_PARTS_MAX], text;

    for (unsigned p = 0; x && p < key_part_count(schema); p++) {
        const struct template *t = &x->keys[0].parts[p];

        if (!entity_key_text(item, key_part(schema, p)->name, &text) ||
            !template_match(t, text, values))
            return NULL;
        for (size_t i = 0; i < t->count; i++) {
            if (!t->parts[i].literal)
                give(m, t->parts[i].text, values[i]);
        }
    }
    return x;
}

/* ---- all of it */

static int rewrite(struct meaning *m)
{
    switch (m->st->verb) {
    case VERB_QUERY:
        return query(m);
    case VERB_PUT:
        return put(m);
    default:
        return one_item(m);
    }
}

static int meant(struct meaning *m, const struct statement **ret)
{
    const struct word *w = first_word(m->st);
    const struct entity_model *model;
    int r = session_table(m->s, m->st->table, &m->table, m->e);

    if (r < 0)
        return r;
    model = session_model(m->s, m->table);
    if (!model)
        return 0;
    m->made = arena_new(m->arena, struct statement);
    *m->made = *m->st;
    m->entity = w ? model_entity(model, w->text) : NULL;
    if (m->entity) {
        r = rewrite(m);
    } else if (m->st->verb == VERB_UPDATE) {
        m->entity = entity_by_key(m, model);
    }
    if (r == 0 && m->entity && m->st->verb == VERB_UPDATE)
        r = follow_keys(m);
    if (r == 0 && m->entity)
        *ret = m->made;
    return r;
}

int entity_words(struct session *s, struct arena *a, const struct statement *st,
                 const struct statement **ret, struct err *e)
{
    struct meaning m = {.s = s, .arena = a, .st = st, .e = e};
    int r = 0;

    *ret = st;
    if (st->inner && st->inner->keys) {
        const struct statement *inner;
        struct statement *outer = arena_new(a, struct statement);

        r = entity_words(s, a, st->inner, &inner, e);
        if (r < 0 || inner == st->inner)
            return r;
        *outer = *st;
        outer->inner = (struct statement *)inner;
        *ret = outer;
        return 0;
    }
    if (!first_word(st) && st->verb != VERB_UPDATE)
        return 0;
    r = meant(&m, ret);
    map_free(&m.values, NULL);
    return r;
}

/* ---- remarks */

/* What the key itself says of the fields. */
static void give_captures(struct meaning *m, const struct entity *x, const struct value *item)
{
    const struct entity_key *k = &x->keys[0];
    struct str values[TEMPLATE_PARTS_MAX], text;

    for (unsigned p = 0; p < key_part_count(k->schema); p++) {
        const struct template *t = &k->parts[p];

        if (!entity_key_text(item, key_part(k->schema, p)->name, &text) ||
            !template_match(t, text, values))
            continue;
        for (size_t i = 0; i < t->count; i++) {
            if (!t->parts[i].literal && t->parts[i].form == FORM_PLAIN &&
                !value_member(item, t->parts[i].text))
                give(m, t->parts[i].text, values[i]);
        }
    }
}

static void remark_on_indexes(struct meaning *m, const struct entity *x, const struct value *item)
{
    struct session *s = m->s;

    give_captures(m, x, item);

    for (size_t k = 1; k < x->key_count; k++) {
        const struct entity_key *key = &x->keys[k];

        for (unsigned p = 0; p < key_part_count(key->schema); p++) {
            struct entity_fields f = {.values = &m->values, .item = item};
            struct str has, made, missing, name = key_part(key->schema, p)->name;
            struct err ignored;

            if (!template_is_bare(&key->parts[p]) && entity_key_text(item, name, &has) &&
                entity_make(m->arena, key, p, &f, &made, &missing, &ignored) == 1 &&
                !str_eq(made, has))
                session_warn(s, "%.*s is %.*s, where the model of %.*s makes %.*s", STR_ARG(name),
                             STR_ARG(has), STR_ARG(x->name), STR_ARG(made));
        }
    }
}

void entity_remarks(struct session *s, const struct statement *st)
{
    _cleanup_(arena_free) struct arena a = {0};
    const struct table *t;
    struct err ignored;

    if (st->verb != VERB_PUT || !st->keys || st->keys->next || !st->keys->partition ||
        session_table(s, st->table, &t, &ignored) < 0)
        return;
    const struct entity_model *model = session_model(s, t);

    if (!model || !model->entity_count || t->key.partition_count != 1)
        return;
    struct meaning m = {.s = s, .arena = &a, .st = st, .table = t};
    struct value *item = st->item ? value_copy(&a, st->item) : value_new(&a, ATTR_M), *last = NULL;

    for (struct value *v = item->first; v; v = v->next)
        last = v;
    add_text(&m, item, &last, t->key.partition[0].name, st->keys->partition->text, ATTR_S);
    if (t->key.sort_count && st->keys->sort)
        add_text(&m, item, &last, t->key.sort[0].name, st->keys->sort->a->text, ATTR_S);
    const struct entity *x = model_entity_of(model, item);

    if (!x)
        session_say(s, "this key fits no entity of the model");
    else
        remark_on_indexes(&m, x, item);
    map_free(&m.values, NULL);
}
