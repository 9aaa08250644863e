#include "pksk/base/utf8.h"

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

int32_t utf8_decode(struct str t, size_t at, size_t *len)
{
    const unsigned char *p = (const unsigned char *)t.s + at;
    size_t left = t.len - at;
    int32_t c = -1;

    *len = 1;
    if (p[0] < 0x80)
        return p[0];
    if (p[0] >= 0xc2 && p[0] <= 0xdf && left >= 2 && is_tail(p[1])) {
        *len = 2;
        return (p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    }
    if ((p[0] & 0xf0) == 0xe0 && left >= 3 && is_tail(p[1]) && is_tail(p[2])) {
        c = (p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
        if (c < 0x800 || (c >= 0xd800 && c <= 0xdfff))
            return -1;
        *len = 3;
        return c;
    }
    if ((p[0] & 0xf8) == 0xf0 && left >= 4 && is_tail(p[1]) && is_tail(p[2]) && is_tail(p[3])) {
        c = (p[0] & 0x07) << 18 | (p[1] & 0x3f) << 12 | (p[2] & 0x3f) << 6 | (p[3] & 0x3f);
        if (c < 0x10000 || c > 0x10ffff)
            return -1;
        *len = 4;
        return c;
    }
    return -1;
}

bool utf8_valid(struct str t)
{
    size_t i = 0, len;

    while (i < t.len) {
        uint64_t eight;

        if (t.len - i >= 8) { /* most text is ASCII: eight bytes at a time */
            memcpy(&eight, t.s + i, 8);
            if (!(eight & 0x8080808080808080u)) {
                i += 8;
                continue;
            }
        }
        if (utf8_decode(t, i, &len) < 0)
            return false;
        i += len;
    }
    return true;
}

void utf8_encode(struct buf *b, uint32_t c)
{
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        c = 0xfffd;
    if (c < 0x80) {
        buf_char(b, (char)c);
    } else if (c < 0x800) {
        buf_char(b, (char)(0xc0 | c >> 6));
        buf_char(b, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_char(b, (char)(0xe0 | c >> 12));
        buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_char(b, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_char(b, (char)(0xf0 | c >> 18));
        buf_char(b, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_char(b, (char)(0x80 | (c & 0x3f)));
    }
}

struct str utf8_cut(struct str t, size_t max)
{
    if (t.len <= max)
        return t;
    size_t back = 0;

    while (back < 3 && max > back && is_tail((unsigned char)t.s[max - back]))
        back++;
    if (!is_tail((unsigned char)t.s[max - back]))
        max -= back;
    return str_slice(t, 0, max);
}

bool utf8_steers(int32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad)
        return true;
    static const int32_t ranges[][2] = {
        {0x61c, 0x61c},     {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180e, 0x180e},
        {0x200b, 0x200f},   {0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164},
        {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff9, 0xfffb}, {0x1d173, 0x1d17a},
        {0xe0000, 0xe0fff},
    };

    if ((c & 0xfffe) == 0xfffe)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(ranges) && ranges[i][0] <= c; i++) {
        if (c <= ranges[i][1])
            return true;
    }
    return false;
}

struct str utf8_without_nul(struct arena *a, struct str t)
{
    _cleanup_(buf_free) struct buf b = {0};

    if (!str_find_char(t, '\0', NULL))
        return t;
    for (size_t i = 0; i < t.len; i++) {
        if (t.s[i])
            buf_char(&b, t.s[i]);
        else
            utf8_encode(&b, 0xfffd);
    }
    return arena_str(a, buf_str(&b));
}
