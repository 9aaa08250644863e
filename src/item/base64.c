#include "pksk/item/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_add(struct buf *b, struct str t)
{
    const unsigned char *p = (const unsigned char *)t.s;
    char *out = buf_room(b, (t.len + 2) / 3 * 4);
    size_t i = 0;

    if (!out)
        return;
    for (; t.len - i >= 3; i += 3) {
        uint32_t bits = (uint32_t)p[i] << 16 | (uint32_t)p[i + 1] << 8 | p[i + 2];

        *out++ = alphabet[bits >> 18];
        *out++ = alphabet[bits >> 12 & 63];
        *out++ = alphabet[bits >> 6 & 63];
        *out++ = alphabet[bits & 63];
    }
    if (i < t.len) {
        bool two = t.len - i == 2;
        uint32_t bits = (uint32_t)p[i] << 16 | (two ? (uint32_t)p[i + 1] << 8 : 0);

        *out++ = alphabet[bits >> 18];
        *out++ = alphabet[bits >> 12 & 63];
        *out++ = two ? alphabet[bits >> 6 & 63] : '=';
        *out++ = '=';
    }
    b->len += (t.len + 2) / 3 * 4;
}

static int sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct str t, char *ret, size_t *len)
{
    size_t pad = 0, n = 0;

    if (t.len % 4)
        return false;
    while (pad < 2 && pad < t.len && t.s[t.len - 1 - pad] == '=')
        pad++;
    for (size_t i = 0; i < t.len; i += 4) {
        size_t chars = i + 4 == t.len ? 4 - pad : 4;
        uint32_t bits = 0;

        for (size_t k = 0; k < chars; k++) {
            int six = sextet(t.s[i + k]);

            if (six < 0)
                return false;
            bits |= (uint32_t)six << (18 - 6 * k);
        }
        if ((chars == 2 && bits & 0xffff) || (chars == 3 && bits & 0xff))
            return false; /* bits that no byte has */
        for (size_t k = 0; k + 1 < chars; k++)
            ret[n++] = (char)(bits >> (16 - 8 * k));
    }
    *len = n;
    return true;
}
