#include "pksk/lang/binary.h"

#include "pksk/item/base64.h"

int binary_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool binary_from_hex(struct str t, struct buf *ret)
{
    if (t.len % 2)
        return false;
    for (size_t i = 0; i < t.len; i += 2) {
        int high = binary_hex_digit(t.s[i]), low = binary_hex_digit(t.s[i + 1]);

        if (high < 0 || low < 0)
            return false;
        buf_char(ret, (char)(high << 4 | low));
    }
    return true;
}

bool binary_from_base64(struct str t, struct buf *ret)
{
    char *room = buf_room(ret, t.len / 4 * 3 + 1);
    size_t len;

    if (!room || !base64_decode(t, room, &len))
        return false;
    ret->len += len;
    return true;
}

bool binary_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}
