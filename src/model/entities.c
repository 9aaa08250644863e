#include "pksk/model/entities.h"

#include "pksk/base/map.h"

/* ---- looking up */

const struct entity *model_entity(const struct entity_model *m, struct str name)
{
    for (size_t i = 0; i < m->entity_count; i++) {
        if (str_eq(m->entities[i].name, name))
            return &m->entities[i];
    }
    return NULL;
}

const struct access_pattern *model_pattern(const struct entity_model *m, struct str name)
{
    for (size_t i = 0; i < m->pattern_count; i++) {
        if (str_eq(m->patterns[i].name, name))
            return &m->patterns[i];
    }
    return NULL;
}

const struct entity_key *entity_key_in(const struct entity *x, struct str index)
{
    for (size_t i = 0; i < x->key_count; i++) {
        if (str_eq(x->keys[i].index, index))
            return &x->keys[i];
    }
    return NULL;
}

/* ---- what an item is */

bool entity_key_text(const struct value *item, struct str attribute, struct str *ret)
{
    const struct value *v = value_member(item, attribute);

    if (!v || (v->type != ATTR_S && v->type != ATTR_N))
        return false;
    *ret = value_text(v);
    return true;
}

static bool passes(const struct entity *x, const struct value *item)
{
    for (size_t i = 0; i < x->test_count; i++) {
        const struct entity_test *test = &x->tests[i];
        const struct value *v = value_member(item, test->attribute);

        if (!v || (!test->exists && !(value_is_text(v) && str_eq(value_text(v), test->value))))
            return false;
    }
    return true;
}

/* How much the template says: a literal's every letter, and a little for a form. */
static size_t weight(const struct template *t)
{
    size_t sum = 0;

    for (size_t i = 0; i < t->count; i++)
        sum += t->parts[i].literal ? 4 * t->parts[i].text.len : t->parts[i].form != FORM_PLAIN;
    return sum;
}

/* 0: it does not fit; else the more the better. */
static size_t fit(const struct entity *x, const struct value *item)
{
    const struct entity_key *k = &x->keys[0];
    struct str values[TEMPLATE_PARTS_MAX], text;
    size_t sum = 1 + 2 * x->test_count;

    for (unsigned p = 0; p < key_part_count(k->schema); p++) {
        if (!entity_key_text(item, key_part(k->schema, p)->name, &text) ||
            !template_match(&k->parts[p], text, values))
            return 0;
        sum += weight(&k->parts[p]);
    }
    return passes(x, item) ? sum : 0;
}

const struct entity *model_entity_of(const struct entity_model *m, const struct value *item)
{
    const struct entity *best = NULL;
    size_t most = 0;

    for (size_t i = 0; i < m->entity_count; i++) {
        size_t n = fit(&m->entities[i], item);

        if (n > most) {
            most = n;
            best = &m->entities[i];
        }
    }
    return best;
}

/* ---- entities that are hard to tell apart */

static bool same_tests(const struct entity *x, const struct entity *y)
{
    for (size_t i = 0; i < x->test_count && i < y->test_count; i++) {
        if (str_eq(x->tests[i].attribute, y->tests[i].attribute) && !x->tests[i].exists &&
            !y->tests[i].exists && !str_eq(x->tests[i].value, y->tests[i].value))
            return false;
    }
    return true;
}

/* The one that says more wins; only what says the same is a matter of chance. */
static bool overlap(struct arena *a, const struct entity *x, const struct entity *y,
                    struct str *example)
{
    const struct entity_key *k = &x->keys[0];
    _cleanup_(buf_free) struct buf b = {0};
    size_t mine = 0, other = 0;

    for (unsigned p = 0; p < key_part_count(k->schema); p++) {
        struct str key;

        if (!template_overlap(a, &k->parts[p], &y->keys[0].parts[p], &key))
            return false;
        buf_addf(&b, "%s%.*s", p ? " " : "", STR_ARG(key));
        mine += weight(&k->parts[p]);
        other += weight(&y->keys[0].parts[p]);
    }
    *example = arena_str(a, buf_str(&b));
    return mine == other && same_tests(x, y) && x->test_count == y->test_count;
}

bool model_ambiguous(struct arena *a, const struct entity_model *m, const struct entity **one,
                     const struct entity **other, struct str *example)
{
    for (size_t i = 0; i < m->entity_count; i++) {
        for (size_t k = i + 1; k < m->entity_count; k++) {
            if (overlap(a, &m->entities[i], &m->entities[k], example)) {
                *one = &m->entities[i];
                *other = &m->entities[k];
                return true;
            }
        }
    }
    return false;
}

/* ---- keys of fields */

static bool field(const struct entity_fields *f, struct str name, struct str *ret)
{
    const struct str *given = f->values ? map_get(f->values, name) : NULL;

    if (given) {
        *ret = *given;
        return true;
    }
    return f->item && entity_key_text(f->item, name, ret);
}

int entity_make(struct arena *a, const struct entity_key *k, unsigned part,
                const struct entity_fields *f, struct str *ret, struct str *missing, struct err *e)
{
    const struct template *t = &k->parts[part];
    _cleanup_(buf_free) struct buf b = {0};

    for (size_t i = 0; i < t->count; i++) {
        const struct template_part *p = &t->parts[i];
        struct str value, made;

        if (p->literal) {
            buf_str_add(&b, p->text);
            continue;
        }
        if (!field(f, p->text, &value)) {
            *missing = p->text;
            return 0;
        }
        if (!template_derive(a, p, value, &made)) {
            _cleanup_(buf_free) struct buf shown = {0};

            template_add(&shown, &(struct template){(struct template_part *)p, 1});
            return err_set(e, ERR_SYNTAX, "%.*s = %.*s does not fit %s", STR_ARG(p->text),
                           STR_ARG(value), buf_cstr(&shown));
        }
        buf_str_add(&b, made);
    }
    *ret = arena_str(a, buf_str(&b));
    return 1;
}

size_t entity_fields_of(const struct entity_key *k, struct str *names, size_t max)
{
    size_t count = 0;

    for (unsigned part = 0; part < key_part_count(k->schema); part++) {
        const struct template *t = &k->parts[part];

        for (size_t i = 0; i < t->count; i++) {
            bool known = t->parts[i].literal;

            for (size_t n = 0; n < count && !known; n++)
                known = str_eq(names[n], t->parts[i].text);
            if (!known && count < max)
                names[count++] = t->parts[i].text;
        }
    }
    return count;
}
