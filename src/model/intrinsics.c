#include "pksk/model/intrinsics.h"

#define NESTING_MAX 16             /* functions in functions, conditions in conditions */
#define STEPS_MAX 100000           /* of one file: conditions may name each other many times over */
#define TEXT_MAX ((size_t)4 << 10) /* of what is joined or substituted */

static const struct json *evaluate(struct intrinsic_scope *s, const struct json *v, unsigned deep);

bool intrinsic_is(const struct json *v)
{
    if (!v || v->kind != JSON_IS_OBJECT || v->count != 1)
        return false;
    return (str_is(v->first->name, "Ref") && v->first->kind == JSON_IS_STRING) ||
           str_starts(v->first->name, STR("Fn::"));
}

static const struct json *member(const struct json *object, struct str name)
{
    const struct json *found = NULL;

    for (const struct json *m = object ? object->first : NULL; m; m = m->next)
        found = m->name.s && str_eq(m->name, name) ? m : found;
    return found;
}

/* The n-th element; NULL when there are fewer, or this is no array. */
static const struct json *element(const struct json *array, size_t n)
{
    const struct json *e = array && array->kind == JSON_IS_ARRAY ? array->first : NULL;

    while (e && n--)
        e = e->next;
    return e;
}

static struct json *new_text(struct intrinsic_scope *s, struct str text)
{
    struct json *v = arena_new(s->arena, struct json);

    *v = (struct json){.kind = JSON_IS_STRING, .text = arena_str(s->arena, text)};
    return v;
}

static struct json *new_array(struct intrinsic_scope *s)
{
    struct json *v = arena_new(s->arena, struct json);

    *v = (struct json){.kind = JSON_IS_ARRAY};
    return v;
}

static void append(struct json *array, struct json *v)
{
    if (array->last)
        array->last->next = v;
    else
        array->first = v;
    array->last = v;
    array->count++;
}

/* What a parameter is without a deployment: its default. That of one kept in the Parameter Store is
 * only the name it has there. */
static const struct json *parameter(struct intrinsic_scope *s, struct str name)
{
    const struct json *p = member(s->parameters, name);

    return str_starts(json_text(p, "Type"), STR("AWS::SSM::")) ? NULL : json_get(p, "Default");
}

/* A string's text, of what v comes to. Unlike elsewhere, the region has a value here. */
static bool text_of(struct intrinsic_scope *s, const struct json *v, unsigned deep, struct str *ret)
{
    if (s->region.len && intrinsic_is(v) && str_is(v->first->text, "AWS::Region")) {
        *ret = s->region;
        return true;
    }
    v = v ? evaluate(s, v, deep) : NULL;
    if (v && v->kind == JSON_IS_BOOL)
        *ret = v->boolean ? STR("true") : STR("false");
    else if (v && (v->kind == JSON_IS_STRING || v->kind == JSON_IS_NUMBER))
        *ret = v->text;
    else
        return false;
    return true;
}

/* ---- conditions: 1, 0, or -1 where it depends on the deployment */

static int condition(struct intrinsic_scope *s, const struct json *v, unsigned deep);

static int both_equal(struct intrinsic_scope *s, const struct json *args, unsigned deep)
{
    struct str a, b;

    if (!text_of(s, element(args, 0), deep, &a) || !text_of(s, element(args, 1), deep, &b))
        return -1;
    return str_eq(a, b);
}

/* And ends at the first that is 0, Or at the first that is 1. */
static int first_of(struct intrinsic_scope *s, const struct json *args, unsigned deep, int end)
{
    int all = !end;

    for (const struct json *e = element(args, 0); e; e = e->next) {
        int one = condition(s, e, deep);

        if (one == end)
            return end;
        all = one < 0 ? -1 : all;
    }
    return all;
}

static int condition(struct intrinsic_scope *s, const struct json *v, unsigned deep)
{
    const struct json *f = v && v->kind == JSON_IS_OBJECT && v->count == 1 ? v->first : NULL;

    if (!f || deep >= NESTING_MAX || ++s->steps > STEPS_MAX)
        return -1;
    if (str_is(f->name, "Condition"))
        return condition(s, member(s->conditions, f->text), deep + 1);
    if (str_is(f->name, "Fn::Equals"))
        return both_equal(s, f, deep + 1);
    if (str_is(f->name, "Fn::And"))
        return first_of(s, f, deep + 1, 0);
    if (str_is(f->name, "Fn::Or"))
        return first_of(s, f, deep + 1, 1);
    if (str_is(f->name, "Fn::Not")) {
        int inner = condition(s, element(f, 0), deep + 1);

        return inner < 0 ? -1 : !inner;
    }
    return -1;
}

bool intrinsic_is_left_out(struct intrinsic_scope *s, const struct json *resource)
{
    struct str name = json_text(resource, "Condition");

    return name.len && condition(s, member(s->conditions, name), 0) == 0;
}

/* ---- functions: what they come to, or the function itself where it has no value yet */

static const struct json *do_if(struct intrinsic_scope *s, const struct json *f, unsigned deep)
{
    const struct json *name = element(f, 0);
    int is = name && name->kind == JSON_IS_STRING
                 ? condition(s, member(s->conditions, name->text), deep)
                 : -1;
    const struct json *chosen = is < 0 ? NULL : element(f, is ? 1 : 2);

    return chosen ? evaluate(s, chosen, deep) : f;
}

/* The elements of a list, which may be a text with commas. False where it has no value yet. */
static bool list_of(struct intrinsic_scope *s, const struct json *v, unsigned deep,
                    const struct json **ret)
{
    v = v ? evaluate(s, v, deep) : NULL;
    if (v && v->kind == JSON_IS_STRING) {
        struct json *list = new_array(s);
        struct str rest = v->text;
        size_t at;

        while (str_find_char(rest, ',', &at)) {
            append(list, new_text(s, str_trim(str_slice(rest, 0, at))));
            rest = str_slice(rest, at + 1, rest.len);
        }
        append(list, new_text(s, str_trim(rest)));
        v = list;
    }
    *ret = v;
    return v && v->kind == JSON_IS_ARRAY;
}

static const struct json *do_join(struct intrinsic_scope *s, const struct json *f, unsigned deep)
{
    _cleanup_(buf_free) struct buf text = {.max = TEXT_MAX};
    const struct json *list;
    struct str between, part;

    if (!text_of(s, element(f, 0), deep, &between) || !list_of(s, element(f, 1), deep, &list))
        return f;
    for (const struct json *e = list->first; e; e = e->next) {
        if (!text_of(s, e, deep, &part))
            return f;
        if (e != list->first)
            buf_str_add(&text, between);
        buf_str_add(&text, part);
    }
    return text.over ? f : new_text(s, buf_str(&text));
}

static const struct json *do_select(struct intrinsic_scope *s, const struct json *f, unsigned deep)
{
    const struct json *list;
    struct str number;
    uint64_t n;

    if (!text_of(s, element(f, 0), deep, &number) || !str_to_u64(number, &n) ||
        !list_of(s, element(f, 1), deep, &list) || !element(list, (size_t)n))
        return f;
    return evaluate(s, element(list, (size_t)n), deep);
}

static const struct json *do_split(struct intrinsic_scope *s, const struct json *f, unsigned deep)
{
    struct json *list = new_array(s);
    struct str by, rest;
    size_t at;

    if (!text_of(s, element(f, 0), deep, &by) || !by.len || !text_of(s, element(f, 1), deep, &rest))
        return f;
    while (str_find(rest, by, &at)) {
        append(list, new_text(s, str_slice(rest, 0, at)));
        rest = str_slice(rest, at + by.len, rest.len);
    }
    append(list, new_text(s, rest));
    return list;
}

static const struct json *do_find(struct intrinsic_scope *s, const struct json *f, unsigned deep)
{
    const struct json *at = s->mappings;

    for (size_t i = 0; i < 3; i++) {
        struct str name;

        if (!text_of(s, element(f, i), deep, &name))
            return f;
        at = member(at, name);
    }
    return at ? at : f;
}

/* What ${name} stands for: one of the function's own, a parameter, the region. */
static bool substitute(struct intrinsic_scope *s, const struct json *own, struct str name,
                       unsigned deep, struct str *ret)
{
    const struct json *v = member(own, name);

    if (!v && str_is(name, "AWS::Region") && s->region.len) {
        *ret = s->region;
        return true;
    }
    return text_of(s, v ? v : parameter(s, name), deep, ret);
}

static const struct json *do_sub(struct intrinsic_scope *s, const struct json *f, unsigned deep)
{
    _cleanup_(buf_free) struct buf text = {.max = TEXT_MAX};
    const struct json *first = f->kind == JSON_IS_STRING ? f : element(f, 0), *own = element(f, 1);
    struct str rest, value;
    size_t at, end;

    if (!first || first->kind != JSON_IS_STRING)
        return f;
    rest = first->text;
    while (str_find(rest, STR("${"), &at)) {
        buf_str_add(&text, str_slice(rest, 0, at));
        rest = str_slice(rest, at + 2, rest.len);
        if (!str_find_char(rest, '}', &end))
            return f;
        struct str name = str_slice(rest, 0, end);

        rest = str_slice(rest, end + 1, rest.len);
        if (str_starts(name, STR("!"))) { /* ${!x} is the text ${x} */
            buf_addf(&text, "${%.*s}", STR_ARG(str_slice(name, 1, name.len)));
            continue;
        }
        if (!substitute(s, own, name, deep, &value))
            return f;
        buf_str_add(&text, value);
    }
    buf_str_add(&text, rest);
    return text.over ? f : new_text(s, buf_str(&text));
}

static const struct {
    const char *name;
    const struct json *(*run)(struct intrinsic_scope *s, const struct json *f, unsigned deep);
} functions[] = {
    {"Fn::If", do_if},       {"Fn::Join", do_join},      {"Fn::Select", do_select},
    {"Fn::Split", do_split}, {"Fn::FindInMap", do_find}, {"Fn::Sub", do_sub},
};

static const struct json *reference(struct intrinsic_scope *s, const struct json *v)
{
    if (str_is(v->first->text, "AWS::NoValue"))
        return NULL;
    const struct json *p = parameter(s, v->first->text);

    return p ? p : v;
}

static const struct json *evaluate(struct intrinsic_scope *s, const struct json *v, unsigned deep)
{
    if (!intrinsic_is(v) || deep >= NESTING_MAX || ++s->steps > STEPS_MAX)
        return v;
    if (str_is(v->first->name, "Ref"))
        return reference(s, v);
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        if (!str_is(v->first->name, functions[i].name))
            continue;
        const struct json *to = functions[i].run(s, v->first, deep + 1);

        return to == v->first ? v : to;
    }
    return v;
}

/* Elements that come to nothing are none. */
static const struct json *without_nothing(struct intrinsic_scope *s, const struct json *array)
{
    struct json *list;
    bool some = false;

    for (const struct json *e = array->first; e; e = e->next)
        some |= !evaluate(s, e, 0);
    if (!some)
        return array;
    list = new_array(s);
    for (const struct json *e = array->first; e; e = e->next) {
        if (!evaluate(s, e, 0))
            continue;
        struct json *copy = arena_new(s->arena, struct json);

        *copy = *e;
        copy->next = NULL;
        append(list, copy);
    }
    return list;
}

const struct json *intrinsic_value(struct intrinsic_scope *s, const struct json *v)
{
    v = v ? evaluate(s, v, 0) : NULL;
    return v && v->kind == JSON_IS_ARRAY ? without_nothing(s, v) : v;
}
