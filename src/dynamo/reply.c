#include "pksk/dynamo/reply.h"

#include "pksk/base/utf8.h"
#include "pksk/dynamo/items.h"

/* yajl reads a string that spans pieces again from its start with each of them. An item's longest
 * string is 400 KB, and six times that when every byte is escaped. */
#define STRING_MAX ((size_t)4 << 20)
#define JSON_DEPTH_MAX 128 /* 32 levels of a value are 64 of JSON, in an envelope of a few */

enum member {
    MEMBER_REST,
    MEMBER_ITEMS,
    MEMBER_ITEM,
    MEMBER_ATTRIBUTES,
    MEMBER_LAST_KEY,
    MEMBER_RESPONSES,
    MEMBER_COUNT,
    MEMBER_SCANNED,
};

enum where {
    BEFORE,  /* nothing read yet */
    TOP,     /* in the answer's object, before a name or its end */
    MEMBER,  /* before the value of a member that is decoded here */
    REST,    /* in the value of any other member */
    LIST,    /* in a list of items, before one or the end */
    ITEM,    /* in an item */
    TABLES,  /* in Responses of BatchGetItem, before a table's name or the end */
    TABLE,   /* before that table's list of items */
    RESULTS, /* in Responses of TransactGetItems, before a result or the end */
    RESULT,  /* in a result, before a name or its end */
    VALUE,   /* before the value of a result's member */
    SKIP,    /* in a value that nobody wants */
    AFTER,
};

struct reply_decoder {
    struct json_reader *reader;
    struct arena *arena;
    struct reply *reply;
    struct ddb_decoder item;
    struct json_builder rest;
    enum where where, list_in, item_in, skip_in;
    enum member member;
    unsigned seen;  /* a bit for each member that was there */
    unsigned depth; /* within REST and SKIP */
    struct value *last;
    size_t items;
    size_t silent;        /* bytes since the last event */
    bool plain;           /* everything goes to `rest` */
    bool plain_responses; /* Responses goes to `rest`: BatchExecuteStatement's belong to their place
                           */
    bool has_items, has_scanned;
    bool apart;          /* within Items, whose usual items the JSON reader does not see */
    bool reader_has_one; /* of them it has seen one */
    struct items page;
};

static int wrong_shape(struct err *e, const char *what)
{
    return err_set(e, ERR_FAILED, "the answer is not DynamoDB's: %s", what);
}

static enum member member_of(const struct reply_decoder *d, struct str name)
{
    static const struct {
        const char *name;
        enum member member;
    } members[] = {
        {"Items", MEMBER_ITEMS},           {"Item", MEMBER_ITEM},
        {"Attributes", MEMBER_ATTRIBUTES}, {"LastEvaluatedKey", MEMBER_LAST_KEY},
        {"Responses", MEMBER_RESPONSES},   {"Count", MEMBER_COUNT},
        {"ScannedCount", MEMBER_SCANNED},
    };

    for (size_t i = 0; i < ARRAY_LEN(members) && !d->plain; i++) {
        if (str_is(name, members[i].name))
            return members[i].member == MEMBER_RESPONSES && d->plain_responses ? MEMBER_REST
                                                                               : members[i].member;
    }
    return MEMBER_REST;
}

static void append_item(struct reply_decoder *d, struct value *item)
{
    if (d->last)
        d->last->next = item;
    else
        d->reply->items = item;
    d->last = item;
    d->items++;
}

static int begin_item(struct reply_decoder *d, enum member member, enum where then, struct err *e)
{
    d->member = member;
    d->item_in = then;
    d->where = ITEM;
    ddb_decoder_begin(&d->item, d->arena);
    return ddb_decoder_event(&d->item, JSON_OBJECT_BEGIN, STR(""), e);
}

__attribute__((noinline)) static void end_item(struct reply_decoder *d)
{
    d->where = d->item_in;
    switch (d->member) {
    case MEMBER_ATTRIBUTES:
        d->reply->attributes = d->item.item;
        break;
    case MEMBER_LAST_KEY:
        /* An empty key would begin from the start again, for ever. */
        d->reply->last_key = d->item.item->first ? d->item.item : NULL;
        break;
    default:
        append_item(d, d->item.item);
        break;
    }
}

static bool opens(enum json_event event)
{
    return event == JSON_OBJECT_BEGIN || event == JSON_ARRAY_BEGIN;
}

static bool closes(enum json_event event)
{
    return event == JSON_OBJECT_END || event == JSON_ARRAY_END;
}

/* True when the event ends the value. */
static bool value_ends(struct reply_decoder *d, enum json_event event)
{
    if (opens(event))
        d->depth++;
    else if (closes(event))
        d->depth--;
    return d->depth == 0 && event != JSON_NAME;
}

static int in_top(struct reply_decoder *d, enum json_event event, struct str text, struct err *e)
{
    if (event == JSON_OBJECT_END) {
        d->where = AFTER;
        return json_builder_event(&d->rest, event, text, e);
    }
    d->member = member_of(d, text);
    d->depth = 0;
    if (d->member != MEMBER_REST) {
        if (d->seen & 1u << d->member)
            return wrong_shape(e, "a name stands there twice");
        d->seen |= 1u << d->member;
        d->where = MEMBER;
        return 0;
    }
    d->where = REST;
    return json_builder_event(&d->rest, event, text, e);
}

static int begin_list(struct reply_decoder *d, enum json_event event, enum where then,
                      struct err *e)
{
    if (event != JSON_ARRAY_BEGIN)
        return wrong_shape(e, "a list of items is something else");
    d->where = LIST;
    d->list_in = then;
    return 0;
}

static int read_count(struct reply_decoder *d, enum json_event event, struct str text,
                      struct err *e)
{
    uint64_t n;

    if (event != JSON_NUMBER || !str_to_u64(text, &n))
        return wrong_shape(e, "a count is not a number");
    d->where = TOP;
    if (d->member == MEMBER_SCANNED) {
        d->reply->scanned = n;
        d->has_scanned = true;
    } else {
        d->reply->count = (size_t)n; /* for Select=COUNT, whose answer has nothing else */
    }
    return 0;
}

static int begin_responses(struct reply_decoder *d, enum json_event event, struct err *e)
{
    if (!opens(event))
        return wrong_shape(e, "Responses is neither a list nor an object");
    d->where = event == JSON_ARRAY_BEGIN ? RESULTS : TABLES;
    return 0;
}

static int in_member(struct reply_decoder *d, enum json_event event, struct str text, struct err *e)
{
    if (event == JSON_NULL) {
        d->where = TOP;
        return 0;
    }
    switch (d->member) {
    case MEMBER_ITEMS:
        d->has_items = true;
        return begin_list(d, event, TOP, e);
    case MEMBER_COUNT:
    case MEMBER_SCANNED:
        return read_count(d, event, text, e);
    case MEMBER_RESPONSES:
        return begin_responses(d, event, e);
    default:
        if (event != JSON_OBJECT_BEGIN)
            return wrong_shape(e, "an item is not an object");
        return begin_item(d, d->member, TOP, e);
    }
}

static int in_list(struct reply_decoder *d, enum json_event event, struct err *e)
{
    if (event == JSON_OBJECT_BEGIN)
        return begin_item(d, MEMBER_ITEMS, LIST, e);
    if (event != JSON_ARRAY_END)
        return wrong_shape(e, "an item is not an object");
    d->where = d->list_in;
    return 0;
}

static int in_results(struct reply_decoder *d, enum json_event event, struct err *e)
{
    if (event == JSON_ARRAY_END)
        d->where = TOP;
    else if (event == JSON_OBJECT_BEGIN)
        d->where = RESULT;
    else if (event != JSON_NULL)
        return wrong_shape(e, "a result of Responses is not an object");
    return 0;
}

static int in_result(struct reply_decoder *d, enum json_event event, struct str text)
{
    d->where = event == JSON_OBJECT_END ? RESULTS : VALUE;
    d->member = str_is(text, "Item") ? MEMBER_ITEM : MEMBER_REST;
    return 0;
}

static int in_value(struct reply_decoder *d, enum json_event event, struct err *e)
{
    if (d->member == MEMBER_ITEM && event == JSON_OBJECT_BEGIN)
        return begin_item(d, MEMBER_ITEM, RESULT, e);
    d->depth = 0;
    d->skip_in = RESULT;
    d->where = value_ends(d, event) ? RESULT : SKIP;
    return 0;
}

static int in_rest(struct reply_decoder *d, enum json_event event, struct str text, struct err *e)
{
    if (value_ends(d, event))
        d->where = TOP;
    return json_builder_event(&d->rest, event, text, e);
}

__attribute__((noinline)) static int between_items(struct reply_decoder *d, enum json_event event,
                                                   struct str text, struct err *e)
{
    switch (d->where) {
    case LIST:
        return in_list(d, event, e);
    case BEFORE:
        if (event != JSON_OBJECT_BEGIN)
            return wrong_shape(e, "it is JSON, but not an object");
        d->where = TOP;
        return json_builder_event(&d->rest, event, text, e);
    case TOP:
        return in_top(d, event, text, e);
    case MEMBER:
        return in_member(d, event, text, e);
    case REST:
        return in_rest(d, event, text, e);
    case TABLES:
        d->where = event == JSON_OBJECT_END ? TOP : TABLE;
        return 0;
    case TABLE:
        return begin_list(d, event, TABLES, e);
    case RESULTS:
        return in_results(d, event, e);
    case RESULT:
        return in_result(d, event, text);
    case VALUE:
        return in_value(d, event, e);
    case SKIP:
        if (value_ends(d, event))
            d->where = d->skip_in;
        return 0;
    default:
        return wrong_shape(e, "something follows its end");
    }
}

/* Nearly every event of a page is within an item: the short way comes first. */
static int handle(void *ctx, enum json_event event, struct str text, struct err *e)
{
    struct reply_decoder *d = ctx;

    d->silent = 0;
    if (d->where != ITEM)
        return between_items(d, event, text, e);
    int r = ddb_decoder_event(&d->item, event, text, e);

    if (r == 0 && d->item.done)
        end_item(d);
    return r;
}

struct reply_decoder *reply_decoder_new(void)
{
    struct reply_decoder *d = mem_resize(NULL, 1, sizeof(*d));

    *d = (struct reply_decoder){0};
    d->reader = json_reader_new(JSON_DEPTH_MAX, handle, d);
    return d;
}

void reply_decoder_free(struct reply_decoder *d)
{
    if (!d)
        return;
    json_reader_free(d->reader);
    ddb_decoder_free(&d->item);
    json_builder_free(&d->rest);
    items_free(&d->page);
    free(d);
}

void reply_decoder_begin(struct reply_decoder *d, struct str operation, bool plain, struct arena *a,
                         struct reply *ret)
{
    json_reader_reset(d->reader);
    json_builder_free(&d->rest);
    d->rest = (struct json_builder){.arena = a};
    d->arena = a;
    d->reply = ret;
    d->where = BEFORE;
    d->last = NULL;
    d->items = 0;
    d->seen = 0;
    d->silent = 0;
    d->has_items = d->has_scanned = d->apart = false;
    d->plain = plain;
    d->plain_responses = str_is(operation, "BatchExecuteStatement");
}

/* An unusual item; to the reader it is the next of a list of such items only. */
static int feed_item(struct reply_decoder *d, struct str text, struct err *e)
{
    int r = d->reader_has_one ? json_reader_feed(d->reader, STR(","), e) : 0;

    d->reader_has_one = true;
    return r < 0 ? r : json_reader_feed(d->reader, text, e);
}

/* The list of items, as far as it has come. What stands behind it is left in *bytes. */
static int feed_page(struct reply_decoder *d, struct str *bytes, struct err *e)
{
    for (;;) {
        struct value *item;
        struct str text;
        int r = 0;

        switch (items_next(&d->page, d->arena, bytes, &item, &text)) {
        case ITEMS_ONE:
            append_item(d, item);
            d->silent = 0;
            break;
        case ITEMS_TEXT:
            r = feed_item(d, text, e);
            break;
        case ITEMS_WAIT:
            return 0;
        case ITEMS_END:
            d->apart = false;
            if (d->page.behind && bytes->s[0] != ']')
                return wrong_shape(e, "neither a comma nor the end follows an item");
            return d->page.comma ? json_reader_feed(d->reader, STR(","), e) : 0;
        }
        if (r < 0)
            return r;
    }
}

/* What comes up to the list of items, its bracket included; all of it when there is none. */
static struct str before_items(const struct reply_decoder *d, struct str bytes)
{
    const struct str opening = STR("\"Items\":[");
    size_t at;

    if (d->plain || d->has_items || !str_find(bytes, opening, &at))
        return bytes;
    return str_slice(bytes, 0, at + opening.len);
}

int reply_decoder_feed(struct reply_decoder *d, struct str bytes, struct err *e)
{
    d->silent += bytes.len;
    if (d->silent > STRING_MAX)
        return err_set(e, ERR_FAILED, "a string is longer than %zu MB", STRING_MAX >> 20);
    while (bytes.len) {
        struct str part = d->apart ? STR("") : before_items(d, bytes);
        int r = d->apart ? feed_page(d, &bytes, e) : json_reader_feed(d->reader, part, e);

        if (r < 0)
            return r;
        bytes = str_slice(bytes, part.len, bytes.len);
        if (part.len && d->where == LIST && d->list_in == TOP && !d->items && bytes.len) {
            d->apart = true;
            d->reader_has_one = false;
            items_begin(&d->page);
        }
    }
    return 0;
}

bool reply_capacity(struct str text, struct capacity *ret)
{
    uint64_t digits = 0;
    int64_t scale = 0, exponent = 0; /* value = digits × 10^(scale + exponent) */
    size_t i = 0;
    bool point = false;

    for (; i < text.len && text.s[i] != 'e' && text.s[i] != 'E'; i++) {
        if (text.s[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (text.s[i] < '0' || text.s[i] > '9')
            return false;
        if (digits > UINT64_MAX / 100) {
            scale += !point; /* beyond any capacity: only the magnitude matters */
            continue;
        }
        digits = digits * 10 + (uint64_t)(text.s[i] - '0');
        scale -= point;
    }
    if (i == 0)
        return false;
    if (i < text.len) {
        struct str e = str_slice(text, i + 1, text.len);

        if (str_starts(e, STR("+")))
            e = str_slice(e, 1, e.len);
        if (!str_to_i64(e, &exponent) || exponent > 30 || exponent < -30)
            return false;
    }
    for (scale += exponent + 1; scale > 0 && digits <= UINT64_MAX / 10; scale--)
        digits *= 10;
    for (; scale < -1; scale++)
        digits /= 10;
    if (scale == -1)
        digits = (digits + 5) / 10;
    ret->tenths = digits;
    return true;
}

static void add_capacity(const struct json *consumed, struct capacity *sum)
{
    struct capacity one;

    if (reply_capacity(json_text(consumed, "CapacityUnits"), &one))
        sum->tenths += one.tenths;
}

int reply_decoder_finish(struct reply_decoder *d, struct err *e)
{
    int r = json_reader_finish(d->reader, e);

    if (r < 0)
        return r;
    d->reply->rest = d->rest.root;
    const struct json *consumed = json_get(d->reply->rest, "ConsumedCapacity");

    if (consumed && consumed->kind == JSON_IS_ARRAY) {
        for (const struct json *one = consumed->first; one; one = one->next)
            add_capacity(one, &d->reply->capacity);
    } else {
        add_capacity(consumed, &d->reply->capacity);
    }
    if (d->reply->items || d->has_items) /* what the service says of it is not needed */
        d->reply->count = d->items;
    if (!d->has_scanned)
        d->reply->scanned = d->reply->count;
    return 0;
}

/* "com.amazonaws.dynamodb.v20120810#ValidationException:http://…" → "ValidationException" */
static struct str plain_code(struct str code)
{
    size_t at;

    if (str_find_char(code, ':', &at))
        code = str_slice(code, 0, at);
    while (str_find_char(code, '#', &at))
        code = str_slice(code, at + 1, code.len);
    return code;
}

void reply_decode_error(struct arena *a, struct str body, struct reply *ret, struct str *code,
                        struct str *message)
{
    struct json *tree = ret->rest;
    struct err ignored;

    *code = *message = STR("");
    if (!tree && json_parse(a, body, JSON_DEPTH_MAX, &tree, &ignored) < 0)
        return;
    if (tree->kind != JSON_IS_OBJECT)
        return;
    ret->rest = tree;
    *code = json_text(tree, "__type");
    if (!code->len)
        *code = json_text(tree, "code");
    *code = utf8_without_nul(a, plain_code(*code));
    *message = json_text(tree, "message");
    if (!message->len)
        *message = json_text(tree, "Message");
    *message = utf8_without_nul(a, *message);

    const struct json *item = json_get(tree, "Item");

    if (item && ddb_from_json(a, item, &ret->attributes, &ignored) < 0)
        ret->attributes = NULL;
}
