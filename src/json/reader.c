#include "pksk/json/reader.h"

#include <yajl/yajl_parse.h>

#include "pksk/base/utf8.h"

/* yajl checks neither nesting nor surrogates: an unpaired high one becomes "?", an unpaired low one
 * invalid UTF-8. Hence the depth kept here, and a look at every escape before yajl sees it. Its own
 * check of UTF-8 goes byte by byte and is off: the bytes are checked here, as they come, not the
 * strings that are made of them. */
enum escape {
    ESCAPE_NONE,
    ESCAPE_BACKSLASH, /* after a backslash */
    ESCAPE_HEX,       /* in the four digits of \u */
    ESCAPE_LOW_SLASH, /* after a high surrogate: a backslash … */
    ESCAPE_LOW_U,     /* … and a u with a low surrogate must follow */
};

struct json_reader {
    yajl_handle yajl;
    json_handler *handle;
    void *ctx;
    unsigned depth, max_depth;
    enum escape escape;
    unsigned digits, code_unit;
    bool want_low;
    char part[4]; /* of a character that is cut by the end of the bytes fed */
    size_t part_len;
    size_t offset; /* of the bytes fed before the present ones, then of all that were read */
    int failed;    /* the code that ended the reading, or 0 */
    struct err *e; /* of the call under way */
};

static int pass(struct json_reader *r, enum json_event event, const void *text, size_t len)
{
    r->failed = r->handle(r->ctx, event, (struct str){text, len}, r->e);
    return r->failed == 0;
}

static int pass_open(struct json_reader *r, enum json_event event)
{
    if (r->depth == r->max_depth) {
        r->failed = err_set(r->e, ERR_FAILED, "nested more than %u levels deep", r->max_depth);
        return 0;
    }
    r->depth++;
    return pass(r, event, "", 0);
}

static int on_null(void *ctx)
{
    return pass(ctx, JSON_NULL, "", 0);
}

static int on_boolean(void *ctx, int value)
{
    return pass(ctx, value ? JSON_TRUE : JSON_FALSE, "", 0);
}

static int on_number(void *ctx, const char *text, size_t len)
{
    return pass(ctx, JSON_NUMBER, text, len);
}

static int on_string(void *ctx, const unsigned char *text, size_t len)
{
    return pass(ctx, JSON_STRING, text, len);
}

static int on_name(void *ctx, const unsigned char *text, size_t len)
{
    return pass(ctx, JSON_NAME, text, len);
}

static int on_object(void *ctx)
{
    return pass_open(ctx, JSON_OBJECT_BEGIN);
}

static int on_array(void *ctx)
{
    return pass_open(ctx, JSON_ARRAY_BEGIN);
}

static int on_object_end(void *ctx)
{
    struct json_reader *r = ctx;

    r->depth--;
    return pass(r, JSON_OBJECT_END, "", 0);
}

static int on_array_end(void *ctx)
{
    struct json_reader *r = ctx;

    r->depth--;
    return pass(r, JSON_ARRAY_END, "", 0);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_object,
    .yajl_map_key = on_name,
    .yajl_end_map = on_object_end,
    .yajl_start_array = on_array,
    .yajl_end_array = on_array_end,
};

void json_reader_reset(struct json_reader *r)
{
    if (r->yajl)
        yajl_free(r->yajl);
    r->yajl = yajl_alloc(&callbacks, NULL, r);
    if (!r->yajl)
        abort();
    yajl_config(r->yajl, yajl_dont_validate_strings, 1);
    r->depth = 0;
    r->escape = ESCAPE_NONE;
    r->want_low = false;
    r->part_len = 0;
    r->offset = 0;
    r->failed = 0;
}

struct json_reader *json_reader_new(unsigned max_depth, json_handler *handle, void *ctx)
{
    struct json_reader *r = mem_resize(NULL, 1, sizeof(*r));

    *r = (struct json_reader){.handle = handle, .ctx = ctx, .max_depth = max_depth};
    json_reader_reset(r);
    return r;
}

void json_reader_free(struct json_reader *r)
{
    if (!r)
        return;
    yajl_free(r->yajl);
    free(r);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One byte of an escape. False when it leaves a surrogate without its other half. */
static bool escape_byte(struct json_reader *r, char c)
{
    switch (r->escape) {
    case ESCAPE_NONE:
        return true;
    case ESCAPE_LOW_SLASH:
        r->escape = ESCAPE_LOW_U;
        return c == '\\';
    case ESCAPE_LOW_U:
    case ESCAPE_BACKSLASH:
        if (c != 'u') {
            bool lone = r->escape == ESCAPE_LOW_U;

            r->escape = ESCAPE_NONE;
            return !lone;
        }
        r->escape = ESCAPE_HEX;
        r->digits = r->code_unit = 0;
        return true;
    case ESCAPE_HEX:
        break;
    }
    int digit = hex_digit(c);

    if (digit < 0) { /* yajl refuses it */
        r->escape = ESCAPE_NONE;
        return true;
    }
    r->code_unit = r->code_unit << 4 | (unsigned)digit;
    if (++r->digits < 4)
        return true;
    bool is_low = r->code_unit >= 0xdc00 && r->code_unit <= 0xdfff;
    bool wanted = r->want_low;

    r->want_low = r->code_unit >= 0xd800 && r->code_unit <= 0xdbff;
    r->escape = r->want_low ? ESCAPE_LOW_SLASH : ESCAPE_NONE;
    return wanted == is_low;
}

/* How many of the bytes come before a lone surrogate: all of them when there is none. */
static size_t check_escapes(struct json_reader *r, struct str bytes)
{
    size_t i = 0;

    while (i < bytes.len) {
        if (r->escape == ESCAPE_NONE) {
            const char *next = memchr(bytes.s + i, '\\', bytes.len - i);

            if (!next)
                break;
            r->escape = ESCAPE_BACKSLASH;
            i = (size_t)(next - bytes.s) + 1;
        } else if (escape_byte(r, bytes.s[i])) {
            i++;
        } else {
            return i;
        }
    }
    return bytes.len;
}

static size_t skip_ascii(struct str t, size_t i)
{
    uint64_t x[4];

    for (; t.len - i >= sizeof(x); i += sizeof(x)) {
        memcpy(x, t.s + i, sizeof(x));
        if ((x[0] | x[1] | x[2] | x[3]) & 0x8080808080808080u)
            break;
    }
    while (i < t.len && !(t.s[i] & 0x80))
        i++;
    return i;
}

/* 1 for what begins no character beyond ASCII. */
static size_t character_len(char first)
{
    unsigned char c = (unsigned char)first;

    return c < 0xc2 || c > 0xf4 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* The next byte of a character that was cut. False when it cannot be that. */
static bool part_byte(struct json_reader *r, char c)
{
    size_t len;

    r->part[r->part_len++] = c;
    if ((c & 0xc0) != 0x80)
        return false;
    if (r->part_len < character_len(r->part[0]))
        return true;
    struct str whole = {r->part, r->part_len};

    r->part_len = 0;
    return utf8_decode(whole, 0, &len) >= 0;
}

/* How many of the bytes come before one that is not UTF-8: all of them when there is none. */
static size_t check_utf8(struct json_reader *r, struct str bytes)
{
    size_t i = 0, len;

    while (r->part_len && i < bytes.len) {
        if (!part_byte(r, bytes.s[i]))
            return i;
        i++;
    }
    while ((i = skip_ascii(bytes, i)) < bytes.len) {
        if (bytes.len - i < character_len(bytes.s[i]))
            break;
        if (utf8_decode(bytes, i, &len) < 0)
            return i;
        i += len;
    }
    for (bool first = true; i < bytes.len; i++, first = false) {
        if (first)
            r->part[r->part_len++] = bytes.s[i];
        else if (!part_byte(r, bytes.s[i]))
            return i;
    }
    return i;
}

static int fail(struct json_reader *r, struct str bytes, struct err *e)
{
    unsigned char *reason = yajl_get_error(r->yajl, 0, (const unsigned char *)bytes.s, bytes.len);
    struct str why = str_trim(str_of((const char *)reason));

    if (str_starts(why, STR("parse error: ")))
        why = str_slice(why, 13, why.len);
    if (str_is(why, "premature EOF"))
        r->failed = err_set(e, ERR_FAILED, "the JSON text ends too early");
    else
        r->failed = err_set(e, ERR_FAILED, "not JSON at byte %zu: %.*s", r->offset, STR_ARG(why));
    yajl_free_error(r->yajl, reason);
    return r->failed;
}

int json_reader_feed(struct json_reader *r, struct str bytes, struct err *e)
{
    if (r->failed)
        return err_set(e, r->failed, "this JSON text was refused before");
    if (!bytes.len)
        return 0;
    size_t utf8 = check_utf8(r, bytes), good = check_escapes(r, str_slice(bytes, 0, utf8));

    r->e = e;
    yajl_status status = yajl_parse(r->yajl, (const unsigned char *)bytes.s, good);

    r->e = NULL;
    if (status != yajl_status_ok) {
        r->offset += MIN(yajl_get_bytes_consumed(r->yajl), good);
        return r->failed ? r->failed : fail(r, str_slice(bytes, 0, good), e);
    }
    r->offset += good;
    if (good < bytes.len)
        r->failed = err_set(e, ERR_FAILED, "not JSON at byte %zu: %s", r->offset,
                            good < utf8 ? "a lone surrogate" : "not UTF-8");
    return r->failed;
}

int json_reader_finish(struct json_reader *r, struct err *e)
{
    if (r->failed)
        return err_set(e, r->failed, "this JSON text was refused before");
    r->e = e;
    yajl_status status = yajl_complete_parse(r->yajl);

    r->e = NULL;
    if (status == yajl_status_ok || r->failed)
        return r->failed;
    return fail(r, STR(""), e);
}

size_t json_reader_offset(const struct json_reader *r)
{
    return r->offset;
}
