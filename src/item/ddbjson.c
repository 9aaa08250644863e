#include "pksk/item/ddbjson.h"

#include "pksk/base/map.h"
#include "pksk/base/utf8.h"
#include "pksk/item/base64.h"
#include "pksk/item/number.h"

/* A map, list or set that is open, and how far the member or element under way has come. */
enum stage {
    STAGE_BETWEEN, /* a name, an element, or the end */
    STAGE_TYPE,    /* in {"S": …}: the type's name */
    STAGE_PAYLOAD,
    STAGE_END, /* in {"S": …}: the closing brace */
};

struct ddb_frame {
    struct value *value; /* being filled */
    struct value *last;  /* its last member or element */
    struct value *kid;   /* the member or element under way; from STAGE_END on */
    struct str name;     /* its name, in a map */
    uint64_t seen;       /* a bit for each name in the map; two names may share one */
    struct map *names;   /* of a large map, to find names that come twice */
    enum stage stage;
    enum attr_type type; /* of the member or element under way; from STAGE_PAYLOAD on */
};

#define FRAMES_MAX (DDB_JSON_DEPTH_MAX / 2)
#define NAMES_SCANNED_MAX 24 /* members of a map that are compared one by one */

static inline struct ddb_frame *top(const struct ddb_decoder *d)
{
    return &d->frames[d->depth - 1];
}

/* Where the decoder stands: "a.b[2]". */
static struct str path(const struct ddb_decoder *d, struct buf *b)
{
    for (unsigned i = 0; i < d->depth; i++) {
        const struct ddb_frame *f = &d->frames[i];

        if (f->value->type != ATTR_M) {
            buf_addf(b, "[%u]", f->value->len);
        } else if (f->name.s) {
            buf_str_add(b, b->len ? STR(".") : STR(""));
            buf_str_add(b, f->name);
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

static int push(struct ddb_decoder *d, struct value *value, struct err *e)
{
    if (d->depth == FRAMES_MAX)
        return refuse(d, e, "nested deeper than the %d levels of DynamoDB", VALUE_DEPTH_MAX);
    if (d->depth == d->cap) {
        d->cap = MAX(d->cap * 2, 16u);
        d->frames = mem_resize(d->frames, d->cap, sizeof(*d->frames));
    }
    d->frames[d->depth++] = (struct ddb_frame){.value = value};
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

static bool is_member(struct ddb_frame *f, struct str name)
{
    if (f->value->len < NAMES_SCANNED_MAX)
        return value_member(f->value, name) != NULL;
    if (!f->names) {
        f->names = mem_resize(NULL, 1, sizeof(*f->names));
        *f->names = (struct map){0};
        value_each (member, f->value)
            map_put(f->names, value_name(member), f);
    }
    return map_put(f->names, name, f) != NULL;
}

static int member_name(struct ddb_decoder *d, struct ddb_frame *f, struct str text, struct err *e)
{
    uint64_t bit = 1;

    if (text.len > VALUE_NAME_MAX)
        return refuse(d, e, "a name is longer than %d bytes", VALUE_NAME_MAX);
    if (text.len)
        bit <<= ((unsigned char)text.s[0] * 5 + (unsigned char)text.s[text.len - 1] * 3 +
                 (unsigned char)text.s[text.len / 2] + text.len) &
                63;
    f->name = arena_intern(d->arena, text);
    if ((f->seen & bit || f->names) && is_member(f, f->name))
        return refuse(d, e, "the name stands there twice");
    f->seen |= bit;
    return 0;
}

static int binary_value(struct ddb_decoder *d, struct str text, struct value **ret, struct err *e)
{
    char *bytes = arena_bytes(d->arena, text.len / 4 * 3);
    size_t len = 0;

    if (!base64_decode(text, bytes, &len))
        return refuse(d, e, "not base64");
    *ret = value_new(d->arena, ATTR_B);
    (*ret)->bytes = bytes;
    (*ret)->len = (uint32_t)len;
    return 0;
}

/* The value of a string that stands for an S, N or B. */
static int text_value(struct ddb_decoder *d, enum attr_type type, struct str text,
                      struct value **ret, struct err *e)
{
    if (text.len > UINT32_MAX)
        return refuse(d, e, "the text is too long");
    if (type == ATTR_B)
        return binary_value(d, text, ret, e);
    if (type == ATTR_N && !number_looks_like(text))
        return refuse(d, e, "\"%.*s\" is not a number", STR_ARG(utf8_cut(text, 80)));
    *ret = value_new_text(d->arena, type, text);
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

static int payload(struct ddb_decoder *d, struct ddb_frame *f, enum json_event event,
                   struct str text, struct err *e)
{
    enum attr_type type = f->type;
    bool is_true = event == JSON_TRUE;

    f->stage = STAGE_END;
    if (type <= ATTR_B && event == JSON_STRING)
        return text_value(d, type, text, &f->kid, e);
    if ((type == ATTR_M && event == JSON_OBJECT_BEGIN) ||
        (type >= ATTR_L && event == JSON_ARRAY_BEGIN)) {
        f->kid = value_new(d->arena, type);
        return push(d, f->kid, e);
    }
    if ((type == ATTR_NULL && is_true) || (type == ATTR_BOOL && (is_true || event == JSON_FALSE))) {
        f->kid = value_new(d->arena, type);
        f->kid->boolean = is_true && type == ATTR_BOOL;
        return 0;
    }
    return wrong_payload(d, type, e);
}

static int end_of_typed(struct ddb_decoder *d, struct ddb_frame *f, enum json_event event,
                        struct err *e)
{
    if (event != JSON_OBJECT_END)
        return refuse(d, e, "two types in one value");
    if (f->name.s) {
        value_set_name(f->kid, f->name);
        f->name.s = NULL;
    }
    value_append(f->value, &f->last, f->kid);
    f->stage = STAGE_BETWEEN;
    return 0;
}

static int type_name(struct ddb_decoder *d, struct ddb_frame *f, enum json_event event,
                     struct str text, struct err *e)
{
    if (event == JSON_OBJECT_END && d->bare_maps) {
        f->kid = value_new(d->arena, ATTR_M);
        return end_of_typed(d, f, event, e);
    }
    if (event == JSON_OBJECT_END)
        return refuse(d, e, "{} is no value: a type must stand in it");
    if (!attr_type_from(text, &f->type))
        return refuse(d, e, "unknown type \"%.*s\"", STR_ARG(utf8_cut(text, 40)));
    f->stage = STAGE_PAYLOAD;
    return 0;
}

static int end_of_frame(struct ddb_decoder *d, struct ddb_frame *f, struct err *e)
{
    bool empty_set = f->value->type >= ATTR_SS && !f->value->len;

    drop_names(f);
    d->done = --d->depth == 0;
    return empty_set ? refuse(d, e, "a set cannot be empty") : 0;
}

static int set_element(struct ddb_decoder *d, struct ddb_frame *f, enum json_event event,
                       struct str text, struct err *e)
{
    enum attr_type type = f->value->type;
    struct value *v = NULL;

    if (event != JSON_STRING)
        return wrong_payload(d, type, e);
    int code = text_value(d, type - ATTR_SS + ATTR_S, text, &v, e);

    if (!code)
        value_append(f->value, &f->last, v);
    return code;
}

static int between(struct ddb_decoder *d, struct ddb_frame *f, enum json_event event,
                   struct str text, struct err *e)
{
    if (event == JSON_NAME)
        return member_name(d, f, text, e);
    if (event == JSON_OBJECT_END || event == JSON_ARRAY_END)
        return end_of_frame(d, f, e);
    if (f->value->type >= ATTR_SS)
        return set_element(d, f, event, text, e);
    if (event != JSON_OBJECT_BEGIN)
        return refuse(d, e, "expected a typed value such as {\"S\":\"text\"}");
    f->stage = STAGE_TYPE;
    return 0;
}

static int outermost(struct ddb_decoder *d, enum json_event event, struct err *e)
{
    if (d->done || event != JSON_OBJECT_BEGIN)
        return refuse(d, e, "expected an object");
    d->item = value_new(d->arena, ATTR_M);
    return push(d, d->item, e);
}

int ddb_decoder_event(struct ddb_decoder *d, enum json_event event, struct str text, struct err *e)
{
    if (!d->depth)
        return outermost(d, event, e);
    struct ddb_frame *f = top(d);

    switch (f->stage) {
    case STAGE_BETWEEN:
        return between(d, f, event, text, e);
    case STAGE_TYPE:
        return type_name(d, f, event, text, e);
    case STAGE_PAYLOAD:
        return payload(d, f, event, text, e);
    default:
        return end_of_typed(d, f, event, e);
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

static int from_tree(struct arena *a, const struct json *tree, bool bare_maps, struct value **item,
                     struct err *e)
{
    _cleanup_(ddb_decoder_free) struct ddb_decoder d = {.bare_maps = bare_maps};

    ddb_decoder_begin(&d, a);
    int code = tree ? replay(&d, tree, e) : refuse(&d, e, "expected an object");

    if (!code)
        *item = d.item;
    return code;
}

int ddb_from_json(struct arena *a, const struct json *tree, struct value **item, struct err *e)
{
    return from_tree(a, tree, false, item, e);
}

int ddb_from_stream(struct arena *a, const struct json *tree, struct value **item, struct err *e)
{
    return from_tree(a, tree, true, item, e);
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
