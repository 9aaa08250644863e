#include "pksk/model/document.h"

#include <stdarg.h>

#include "pksk/base/utf8.h"
#include "pksk/model/intrinsics.h"

#define MEMBERS_MAX 1000 /* of an object that is looked into; a template has 500 resources */
#define LEFT_MAX 400
#define SHOWN_MAX 60 /* bytes of a name or value in a message */

/* ---- the file as a tree */

struct filling {
    struct json_builder builder;
    size_t values;
};

static int take_event(void *ctx, enum json_event event, struct str text, struct err *e)
{
    struct filling *f = ctx;

    if (++f->values > MODEL_VALUES_MAX)
        return err_set(e, ERR_FAILED, "it has more than %d values", MODEL_VALUES_MAX);
    return json_builder_event(&f->builder, event, text, e);
}

int document_open(struct document *d, struct arena *a, const struct model_source *from,
                  struct err *e)
{
    struct filling f = {.builder = {.arena = a}};
    struct json_reader *r = json_reader_new(MODEL_DEPTH_MAX, take_event, &f);
    struct err why;
    int code = json_reader_feed(r, from->text, &why);

    *d = (struct document){.arena = a,
                           .file = from->file,
                           .region = from->region,
                           .scope = {.arena = a, .region = from->region},
                           .left = {.max = LEFT_MAX},
                           .e = e};
    if (code == 0)
        code = json_reader_finish(r, &why);
    if (code == 0)
        d->root = f.builder.root;
    else
        err_set(e, ERR_FAILED, "%.*s: %s", STR_ARG(from->file), why.text);
    json_reader_free(r);
    json_builder_free(&f.builder);
    return code == 0 ? 0 : ERR_FAILED;
}

void document_close(struct document *d)
{
    buf_free(&d->left);
}

struct word *document_word(struct document *d, struct str text)
{
    struct word *w = arena_new(d->arena, struct word);

    w->text = text;
    w->at = SPAN_NONE;
    return w;
}

/* ---- places */

struct place document_root(struct document *d)
{
    return (struct place){.doc = d, .value = d->root};
}

struct place place_of(const struct place *object, const struct json *member)
{
    return (struct place){.doc = object->doc,
                          .up = object,
                          .name = member->name,
                          .value = intrinsic_value(&object->doc->scope, member)};
}

struct place place_member(const struct place *object, const char *name)
{
    return (struct place){.doc = object->doc,
                          .up = object,
                          .name = str_of(name),
                          .value =
                              intrinsic_value(&object->doc->scope, json_get(object->value, name))};
}

struct place place_element(const struct place *array, const struct json *element, size_t index)
{
    return (struct place){.doc = array->doc,
                          .up = array,
                          .index = index,
                          .value = intrinsic_value(&array->doc->scope, element)};
}

static void add_shown(struct buf *b, struct str text)
{
    bool long_one = text.len > SHOWN_MAX;

    buf_str_add(b, long_one ? utf8_cut(text, SHOWN_MAX) : text);
    buf_str_add(b, long_one ? STR("…") : STR(""));
}

/* Resources.Shop.Properties.KeySchema[1], from behind the base. */
static void add_path(struct buf *b, const struct place *p, const struct place *base)
{
    if (!p->up || p == base)
        return;
    add_path(b, p->up, base);
    if (p->name.s) {
        buf_str_add(b, p->up->up && p->up != base ? STR(".") : STR(""));
        add_shown(b, p->name);
    } else {
        buf_addf(b, "[%zu]", p->index);
    }
}

void place_leave(const struct place *p)
{
    struct document *d = p->doc;

    if (d->left.len)
        buf_lit(&d->left, ", ");
    add_path(&d->left, p, d->base);
}

int place_fail(const struct place *p, const char *expected, const char *format, ...)
{
    _cleanup_(buf_free) struct buf path = {0}, text = {0};
    struct document *d = p->doc;
    va_list args;

    add_path(&path, p, NULL);
    va_start(args, format);
    buf_vaddf(&text, format, args);
    va_end(args);
    err_set(d->e, ERR_FAILED, "%.*s%s%s %s", STR_ARG(d->file), path.len ? ": " : "",
            buf_cstr(&path), buf_cstr(&text));
    if (expected)
        err_expected(d->e, "expected %s", expected);
    return ERR_FAILED;
}

bool place_is_function(const struct place *p)
{
    return intrinsic_is(p->value);
}

/* ---- values */

static void add_value(struct buf *b, const struct json *v)
{
    static const char *const kinds[] = {
        [JSON_IS_NULL] = "null", [JSON_IS_ARRAY] = "an array", [JSON_IS_OBJECT] = "an object"};

    if (intrinsic_is(v)) {
        buf_lit(b, "{\"");
        add_shown(b, v->first->name);
        buf_str_add(b, v->first->kind == JSON_IS_STRING ? STR("\": \"") : STR("\": "));
        if (v->first->kind == JSON_IS_STRING)
            add_shown(b, v->first->text);
        buf_str_add(b, v->first->kind == JSON_IS_STRING ? STR("\"}") : STR("…}"));
    } else if (v->kind == JSON_IS_STRING) {
        buf_char(b, '"');
        add_shown(b, v->text);
        buf_char(b, '"');
    } else if (v->kind == JSON_IS_NUMBER) {
        add_shown(b, v->text);
    } else if (v->kind == JSON_IS_BOOL) {
        buf_str_add(b, v->boolean ? STR("true") : STR("false"));
    } else {
        buf_str_add(b, str_of(kinds[v->kind]));
    }
}

/* The value cannot be meant here. */
static int wrong(const struct place *p, const char *expected)
{
    _cleanup_(buf_free) struct buf value = {0};

    add_value(&value, p->value);
    if (!intrinsic_is(p->value))
        return place_fail(p, expected, "is %s", buf_cstr(&value));
    place_fail(p, expected, "is %s, which has a value only when the stack is deployed",
               buf_cstr(&value));
    err_hint(p->doc->e, "write the value in its place in a copy of the file, or give the parameter "
                        "a Default");
    return ERR_FAILED;
}

static bool among(const char *const *known, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_is(name, known[i]))
            return true;
    }
    return false;
}

int place_object(const struct place *p, const char *const *known, size_t count)
{
    const struct json *v = p->value;

    if (!v)
        return 0;
    if (v->kind != JSON_IS_OBJECT || intrinsic_is(v))
        return wrong(p, "an object");
    if (v->count > MEMBERS_MAX)
        return place_fail(p, NULL, "has more than %d members", MEMBERS_MAX);
    for (const struct json *m = v->first; m; m = m->next) {
        struct place here = place_of(p, m);

        for (const struct json *other = v->first; other != m; other = other->next) {
            if (str_eq(other->name, m->name))
                return place_fail(&here, NULL, "is there twice");
        }
        if (known && here.value && !among(known, count, m->name))
            place_leave(&here);
    }
    return 1;
}

int place_array(const struct place *p, size_t max)
{
    if (!p->value)
        return 0;
    if (p->value->kind != JSON_IS_ARRAY)
        return wrong(p, "an array");
    if (p->value->count > max)
        return place_fail(p, NULL, "has more than %zu elements", max);
    return 1;
}

int place_text(const struct place *p, struct str *ret)
{
    if (!p->value)
        return 0;
    if (p->value->kind != JSON_IS_STRING)
        return wrong(p, "a string");
    if (!p->value->text.len)
        return place_fail(p, NULL, "is empty");
    *ret = p->value->text;
    return 1;
}

int place_choice(const struct place *p, const struct choice *choices, size_t count, int *ret)
{
    _cleanup_(buf_free) struct buf words = {0};

    if (!p->value)
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (p->value->kind == JSON_IS_STRING && str_is(p->value->text, choices[i].word)) {
            *ret = choices[i].value;
            return 1;
        }
        buf_addf(&words, "%s%s", !i ? "" : i + 1 < count ? ", " : " or ", choices[i].word);
    }
    return wrong(p, buf_cstr(&words));
}

/* CloudFormation takes "true" for true and "5" for 5, as parameters are always text. */
int place_bool(const struct place *p, bool *ret)
{
    const struct json *v = p->value;

    if (!v)
        return 0;
    if (v->kind != JSON_IS_BOOL && !str_is(v->text, "true") && !str_is(v->text, "false"))
        return wrong(p, "true or false");
    *ret = v->kind == JSON_IS_BOOL ? v->boolean : str_is(v->text, "true");
    return 1;
}

int place_number(const struct place *p, uint64_t max, uint64_t *ret)
{
    const struct json *v = p->value;
    uint64_t n;

    if (!v)
        return 0;
    if ((v->kind != JSON_IS_NUMBER && v->kind != JSON_IS_STRING) || !str_to_u64(v->text, &n) ||
        !n || n > max) {
        _cleanup_(buf_free) struct buf expected = {0};

        buf_addf(&expected, "a whole number from 1 to %zu", (size_t)max);
        return wrong(p, buf_cstr(&expected));
    }
    *ret = n;
    return 1;
}

int place_need(int code, const struct place *p)
{
    if (code)
        return MIN(code, 0);
    return p->name.s ? place_fail(p->up, NULL, "lacks %.*s", STR_ARG(p->name))
                     : place_fail(p, NULL, "has no value");
}

/* ---- what templates and models say in the same way */

int place_attribute_type(const struct place *p, enum attr_type *ret)
{
    static const struct choice types[] = {{"S", ATTR_S}, {"N", ATTR_N}, {"B", ATTR_B}};
    int type;
    int code = place_need(place_choice(p, types, ARRAY_LEN(types), &type), p);

    if (code == 0)
        *ret = (enum attr_type)type;
    return code;
}

static int read_include(const struct place *p, struct index_def *index)
{
    struct word **last = &index->include;
    int code = place_need(place_array(p, 100), p);
    size_t i = 0;

    if (code < 0)
        return code;
    for (const struct json *n = p->value->first; n; n = n->next) {
        struct place name = place_element(p, n, i++);
        struct str text;

        code = place_need(place_text(&name, &text), &name);
        if (code < 0)
            return code;
        *last = document_word(p->doc, text);
        last = &(*last)->next;
    }
    return 0;
}

int place_projection(const struct place *p, struct index_def *index)
{
    static const struct choice kinds[] = {
        {"ALL", PROJECT_ALL}, {"KEYS_ONLY", PROJECT_KEYS}, {"INCLUDE", PROJECT_INCLUDE}};
    static const char *const known[] = {"ProjectionType", "NonKeyAttributes"};
    int code = place_need(place_object(p, known, ARRAY_LEN(known)), p), kind;

    if (code < 0)
        return code;
    struct place type = place_member(p, "ProjectionType");
    struct place names = place_member(p, "NonKeyAttributes");

    code = place_need(place_choice(&type, kinds, ARRAY_LEN(kinds), &kind), &type);
    if (code < 0)
        return code;
    index->projection = (enum projection_kind)kind;
    if (index->projection == PROJECT_INCLUDE)
        return read_include(&names, index);
    if (names.value && names.value->count)
        place_leave(&names);
    return 0;
}
