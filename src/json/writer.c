#include "pksk/json/writer.h"

#include "pksk/base/utf8.h"

/* What stands behind the backslash; 'u' for \u00XX; 0: the byte is itself; 1: not ASCII. */
static const unsigned char escapes[256] = {
    [0] = 'u', 'u', 'u', 'u', 'u',         'u',           'u',
    'u',       'b', 't', 'n', 'u',         'f',           'r',
    'u',       'u', 'u', 'u', 'u',         'u',           'u',
    'u',       'u', 'u', 'u', 'u',         'u',           'u',
    'u',       'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\', [0x80 ... 0xff] = 1,
};

#define ONES 0x0101010101010101u
#define HIGH 0x8080808080808080u

/* Non-zero when one of the eight bytes is a control character, a quote, a backslash or not ASCII.
 */
static inline uint64_t needs_care(uint64_t x)
{
    uint64_t quote = x ^ ONES * '"', backslash = x ^ ONES * '\\';

    return ((x - ONES * 0x20) | (quote - ONES) | (backslash - ONES) | x) & HIGH;
}

static size_t plain_run(const char *s, size_t from, size_t len)
{
    size_t i = from;
    uint64_t eight;

    for (; len - i >= 8; i += 8) {
        memcpy(&eight, s + i, 8);
        if (needs_care(eight))
            break;
    }
    while (i < len && !escapes[(unsigned char)s[i]])
        i++;
    return i;
}

static void add_escaped(struct buf *b, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    if (escapes[c] == 'u') {
        char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

        buf_add(b, text, sizeof(text));
    } else {
        char text[2] = {'\\', (char)escapes[c]};

        buf_add(b, text, sizeof(text));
    }
}

/* Copies the text while it needs no care, eight bytes at a time, and says how much that was. */
static size_t copy_plain(char *to, struct str t)
{
    size_t i = 0;
    uint64_t eight;

    for (; t.len - i >= 8; i += 8) {
        memcpy(&eight, t.s + i, 8);
        if (needs_care(eight))
            return i;
        memcpy(to + i, &eight, 8);
    }
    for (; i < t.len && !escapes[(unsigned char)t.s[i]]; i++)
        to[i] = t.s[i];
    return i;
}

/* From the byte at `i` on, which needs care; before it everything has been added. */
static void add_carefully(struct buf *b, struct str t, size_t i)
{
    size_t from = i, len;

    for (; (i = plain_run(t.s, i, t.len)) < t.len; i += len) {
        unsigned char c = (unsigned char)t.s[i];
        bool ascii = escapes[c] != 1;

        len = 1;
        if (!ascii && utf8_decode(t, i, &len) >= 0)
            continue;
        buf_add(b, t.s + from, i - from);
        from = i + 1;
        if (ascii)
            add_escaped(b, c);
        else
            buf_lit(b, "\xef\xbf\xbd");
    }
    buf_add(b, t.s + from, t.len - from);
}

void json_add_string(struct buf *b, struct str t)
{
    size_t room = b->cap - b->len, done = 0;

    if (room > 2 && room - 2 > t.len) {
        char *to = b->s + b->len;

        to[0] = '"';
        done = copy_plain(to + 1, t);
        if (done == t.len) {
            to[1 + done] = '"';
            b->len += 2 + done;
            return;
        }
        b->len += 1 + done;
    } else {
        buf_char(b, '"');
    }
    add_carefully(b, t, done);
    buf_char(b, '"');
}

static void before_value(struct json_writer *w)
{
    if (w->need_comma)
        buf_char(w->out, ',');
    w->need_comma = true;
}

static void begin(struct json_writer *w, char bracket)
{
    before_value(w);
    buf_char(w->out, bracket);
    w->need_comma = false;
}

static void end(struct json_writer *w, char bracket)
{
    buf_char(w->out, bracket);
    w->need_comma = true;
}

void json_begin_object(struct json_writer *w)
{
    begin(w, '{');
}

void json_end_object(struct json_writer *w)
{
    end(w, '}');
}

void json_begin_array(struct json_writer *w)
{
    begin(w, '[');
}

void json_end_array(struct json_writer *w)
{
    end(w, ']');
}

void json_name(struct json_writer *w, struct str name)
{
    before_value(w);
    json_add_string(w->out, name);
    buf_char(w->out, ':');
    w->need_comma = false;
}

void json_string(struct json_writer *w, struct str text)
{
    before_value(w);
    json_add_string(w->out, text);
}

void json_raw(struct json_writer *w, struct str json)
{
    before_value(w);
    buf_str_add(w->out, json);
}

void json_uint(struct json_writer *w, uint64_t n)
{
    before_value(w);
    buf_addf(w->out, "%llu", (unsigned long long)n);
}

void json_bool(struct json_writer *w, bool value)
{
    json_raw(w, value ? STR("true") : STR("false"));
}

void json_null(struct json_writer *w)
{
    json_raw(w, STR("null"));
}

void json_text_member(struct json_writer *w, const char *name, struct str text)
{
    if (!text.len)
        return;
    json_name(w, str_of(name));
    json_string(w, text);
}
