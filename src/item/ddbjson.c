#include "pksk/item/ddbjson.h"

#include "pksk/base/map.h"
#include "pksk/base/utf8.h"
#include "pksk/item/base64.h"
#include "pksk/item/number.h"

/* What is open. A map's or list's value is a frame, and so is each {"S": …} around a value. */
enum frame_kind {
    FRAME_MAP,  /* wants a name, or a wrapper for the name that came */
    FRAME_LIST, /* wants wrappers */
    FRAME_SET,  /* wants strings */
    FRAME_TYPED /* a wrapper: wants its type's name, then the payload, then its end */
};

struct ddb_frame {
    enum frame_kind kind;
    enum attr_type type; /* of the payload; FRAME_TYPED: ATTR_TYPES until its name came */
    struct value *value; /* being filled; FRAME_TYPED: NULL until the payload came */
    struct value *last;  /* its last member or element */
    struct str name;     /* FRAME_MAP: the member under way */
    struct map *names;   /* FRAME_MAP: of a large map, to find names that come twice */
};

#define FRAMES_MAX DDB_JSON_DEPTH_MAX
#define NAMES_SCANNED_MAX 24 /* members of a map that are compared one by one */

static struct ddb_frame *top(struct ddb_decoder *d)
{
    return &d->frames[d->depth - 1];
}

/* Where the decoder stands: "a.b[2]". */
static struct str path(const struct ddb_decoder *d, struct buf *b)
{
    for (unsigned i = 0; i < d->depth; i++) {
        const struct ddb_frame *f = &d->frames[i];

        if (f->kind == FRAME_MAP && f->name.s) {
            buf_str_add(b, b->len ? STR(".") : STR(""));
            buf_str_add(b, f->name);
        } else if (f->kind == FRAME_LIST || f->kind == FRAME_SET) {
            buf_addf(b, "[%u]", f->value->len);
        }
    }
    return buf_str(b);
}

static int refuse(const struct ddb_decoder *d, struct err *e, const char *format, ...)
    printf_like(3, 4);

static int refuse(const struct ddb_decoder *d, struct err *e, const char *format, ...)
{
    _cleanup_(buf_free) struct buf where = {.max = 256}, what = {.max = 400};
    struct str at = path(d, &where);
    va_list args;

    va_start(args, format);
    buf_vaddf(&what, format, args);
    va_end(args);
    if (!at.len)
        return err_set(e, ERR_FAILED, "not an item in DynamoDB JSON: %.*s",
                       STR_ARG(buf_str(&what)));
    return err_set(e, ERR_FAILED, "attribute %.*s: %.*s", STR_ARG(at), STR_ARG(buf_str(&what)));
}

static int push(struct ddb_decoder *d, enum frame_kind kind, enum attr_type type,
                struct value *value, struct err *e)
{
    if (d->depth == FRAMES_MAX)
        return refuse(d, e, "nested deeper than the %d levels of DynamoDB", VALUE_DEPTH_MAX);
    if (d->depth == d->cap) {
        d->cap = MAX(d->cap * 2, 16u);
        d->frames = mem_resize(d->frames, d->cap, sizeof(*d->frames));
    }
    d->frames[d->depth++] = (struct ddb_frame){.kind = kind, .type = type, .value = value};
    return 0;
}

static void drop_names(struct ddb_frame *f)
{
    if (!f->names)
        return;
    map_free(f->names, NULL);
    free(f->names);
    f->names = NULL;
}

static void drop_frames(struct ddb_decoder *d)
{
    while (d->depth)
        drop_names(&d->frames[--d->depth]);
}

void ddb_decoder_begin(struct ddb_decoder *d, struct arena *a)
{
    drop_frames(d);
    d->arena = a;
    d->item = NULL;
    d->done = false;
}

void ddb_decoder_free(struct ddb_decoder *d)
{
    drop_frames(d);
    free(d->frames);
    *d = (struct ddb_decoder){0};
}

static bool seen_before(struct ddb_frame *f, struct str name)
{
    if (f->value->len < NAMES_SCANNED_MAX) {
        value_each (member, f->value) {
            if (member->name_bytes == name.s || str_eq(value_name(member), name))
                return true;
        }
        return false;
    }
    if (!f->names) {
        f->names = mem_resize(NULL, 1, sizeof(*f->names));
        *f->names = (struct map){0};
        value_each (member, f->value)
            map_put(f->names, value_name(member), f);
    }
    return map_put(f->names, name, f) != NULL;
}

static int member_name(struct ddb_decoder *d, struct str text, struct err *e)
{
    struct ddb_frame *f = top(d);

    f->name = arena_intern(d->arena, text);
    if (seen_before(f, f->name))
        return refuse(d, e, "the name stands there twice");
    return 0;
}

static int type_name(struct ddb_decoder *d, struct str text, struct err *e)
{
    struct ddb_frame *f = top(d);

    if (f->type != ATTR_TYPES)
        return refuse(d, e, "two types in one value");
    if (!attr_type_from(text, &f->type))
        return refuse(d, e, "unknown type \"%.*s\"", STR_ARG(utf8_cut(text, 40)));
    return 0;
}

/* The value of a string that stands for an S, N or B. */
static int text_value(struct ddb_decoder *d, enum attr_type type, struct str text,
                      struct value **ret, struct err *e)
{
    if (text.len > UINT32_MAX)
        return refuse(d, e, "the text is too long");
    if (type == ATTR_N && !number_looks_like(text))
        return refuse(d, e, "\"%.*s\" is not a number", STR_ARG(utf8_cut(text, 80)));
    struct value *v = value_new_text(d->arena, type, text);
    size_t len = 0;

    if (type == ATTR_B) {
        if (!base64_decode(text, (char *)(v + 1), &len))
            return refuse(d, e, "not base64");
        v->len = (uint32_t)len;
    }
    *ret = v;
    return 0;
}

static int wrong_payload(const struct ddb_decoder *d, enum attr_type type, struct err *e)
{
    static const char *const wanted[ATTR_TYPES] = {
        [ATTR_S] = "a string",
        [ATTR_N] = "a number in quotes",
        [ATTR_B] = "base64 in quotes",
        [ATTR_BOOL] = "true or false",
        [ATTR_NULL] = "true",
        [ATTR_M] = "an object",
        [ATTR_L] = "an array",
        [ATTR_SS] = "an array of strings",
        [ATTR_NS] = "an array of numbers in quotes",
        [ATTR_BS] = "an array of base64 in quotes",
    };

    return refuse(d, e, "%s must be %s", attr_type_name(type), wanted[type]);
}

static int open_payload(struct ddb_decoder *d, struct ddb_frame *f, struct err *e)
{
    enum frame_kind kind = f->type == ATTR_M   ? FRAME_MAP
                           : f->type == ATTR_L ? FRAME_LIST
                                               : FRAME_SET;

    f->value = value_new(d->arena, f->type);
    return push(d, kind, f->type, f->value, e);
}

static int payload(struct ddb_decoder *d, enum json_event event, struct str text, struct err *e)
{
    struct ddb_frame *f = top(d);
    enum attr_type type = f->type;

    if (type <= ATTR_B && event == JSON_STRING)
        return text_value(d, type, text, &f->value, e);
    if ((type == ATTR_M && event == JSON_OBJECT_BEGIN) ||
        (type >= ATTR_L && event == JSON_ARRAY_BEGIN))
        return open_payload(d, f, e);
    bool is_true = event == JSON_TRUE;

    if ((type == ATTR_NULL && is_true) || (type == ATTR_BOOL && (is_true || event == JSON_FALSE))) {
        f->value = value_new(d->arena, type);
        f->value->boolean = is_true && type == ATTR_BOOL;
        return 0;
    }
    return wrong_payload(d, type, e);
}

/* A wrapper ends: its value becomes a member or element of what is below it. */
static int end_typed(struct ddb_decoder *d, struct err *e)
{
    struct value *v = top(d)->value;

    if (!v)
        return refuse(d, e, "{} is no value: a type must stand in it");
    d->depth--;
    struct ddb_frame *f = top(d);

    if (f->kind == FRAME_MAP) {
        v->name_bytes = f->name.s;
        v->name_len = (uint32_t)f->name.len;
        f->name.s = NULL;
    }
    value_append(f->value, &f->last, v);
    return 0;
}

static int in_typed(struct ddb_decoder *d, enum json_event event, struct str text, struct err *e)
{
    if (event == JSON_NAME)
        return type_name(d, text, e);
    if (event == JSON_OBJECT_END)
        return end_typed(d, e);
    return payload(d, event, text, e);
}

static int in_map(struct ddb_decoder *d, enum json_event event, struct str text, struct err *e)
{
    if (event == JSON_NAME)
        return member_name(d, text, e);
    if (event == JSON_OBJECT_BEGIN)
        return push(d, FRAME_TYPED, ATTR_TYPES, NULL, e);
    if (event != JSON_OBJECT_END)
        return refuse(d, e, "expected a typed value such as {\"S\":\"text\"}");
    drop_names(top(d));
    d->done = --d->depth == 0;
    return 0;
}

static int in_list(struct ddb_decoder *d, enum json_event event, struct err *e)
{
    if (event == JSON_OBJECT_BEGIN)
        return push(d, FRAME_TYPED, ATTR_TYPES, NULL, e);
    if (event != JSON_ARRAY_END)
        return refuse(d, e, "expected a typed value such as {\"S\":\"text\"}");
    d->depth--;
    return 0;
}

static int in_set(struct ddb_decoder *d, enum json_event event, struct str text, struct err *e)
{
    struct ddb_frame *f = top(d);
    struct value *v = NULL;

    if (event == JSON_ARRAY_END) {
        d->depth--;
        return f->value->len ? 0 : refuse(d, e, "a set cannot be empty");
    }
    if (event != JSON_STRING)
        return wrong_payload(d, f->type, e);
    int code = text_value(d, f->type - ATTR_SS + ATTR_S, text, &v, e);

    if (!code)
        value_append(f->value, &f->last, v);
    return code;
}

int ddb_decoder_event(struct ddb_decoder *d, enum json_event event, struct str text, struct err *e)
{
    if (!d->depth) {
        if (d->done || event != JSON_OBJECT_BEGIN)
            return refuse(d, e, "expected an object");
        d->item = value_new(d->arena, ATTR_M);
        return push(d, FRAME_MAP, ATTR_M, d->item, e);
    }
    switch (top(d)->kind) {
    case FRAME_TYPED:
        return in_typed(d, event, text, e);
    case FRAME_MAP:
        return in_map(d, event, text, e);
    case FRAME_LIST:
        return in_list(d, event, e);
    default:
        return in_set(d, event, text, e);
    }
}

static int on_event(void *ctx, enum json_event event, struct str text, struct err *e)
{
    return ddb_decoder_event(ctx, event, text, e);
}

/* The events that a reader would have made of the tree. */
static int replay(struct ddb_decoder *d, const struct json *node, struct err *e)
{
    static const enum json_event events[] = {
        [JSON_IS_NULL] = JSON_NULL,           [JSON_IS_NUMBER] = JSON_NUMBER,
        [JSON_IS_STRING] = JSON_STRING,       [JSON_IS_ARRAY] = JSON_ARRAY_BEGIN,
        [JSON_IS_OBJECT] = JSON_OBJECT_BEGIN,
    };
    enum json_event event =
        node->kind == JSON_IS_BOOL ? node->boolean ? JSON_TRUE : JSON_FALSE : events[node->kind];
    int code = ddb_decoder_event(d, event, node->text, e);

    if (node->kind != JSON_IS_ARRAY && node->kind != JSON_IS_OBJECT)
        return code;
    for (const struct json *child = node->first; child && !code; child = child->next) {
        if (node->kind == JSON_IS_OBJECT)
            code = ddb_decoder_event(d, JSON_NAME, child->name, e);
        if (!code)
            code = replay(d, child, e);
    }
    if (code)
        return code;
    return ddb_decoder_event(d, node->kind == JSON_IS_OBJECT ? JSON_OBJECT_END : JSON_ARRAY_END,
                             STR(""), e);
}

int ddb_from_json(struct arena *a, const struct json *tree, struct value **item, struct err *e)
{
    _cleanup_(ddb_decoder_free) struct ddb_decoder d = {0};

    ddb_decoder_begin(&d, a);
    int code = tree ? replay(&d, tree, e) : refuse(&d, e, "expected an object");

    if (!code)
        *item = d.item;
    return code;
}

int ddb_parse_item(struct arena *a, struct str text, struct value **item, struct err *e)
{
    _cleanup_(ddb_decoder_free) struct ddb_decoder d = {0};
    struct json_reader *r = json_reader_new(DDB_JSON_DEPTH_MAX, on_event, &d);

    ddb_decoder_begin(&d, a);
    int code = json_reader_feed(r, text, e);

    if (!code)
        code = json_reader_finish(r, e);
    json_reader_free(r);
    if (!code)
        *item = d.item;
    return code;
}
