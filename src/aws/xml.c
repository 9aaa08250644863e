#include "pksk/aws/provider.h"
#include "pksk/base/utf8.h"

/* Enough XML for the answers of STS: elements without attributes that matter, text, entities. No
 * document type, no recursion, nothing fetched. */

static const struct {
    const char *name;
    char c;
} entities[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};

static bool add_number(struct buf *b, struct str digits)
{
    bool hex = digits.len && (digits.s[0] == 'x' || digits.s[0] == 'X');
    uint32_t n = 0;

    if (digits.len < 1u + hex || digits.len > 8)
        return false;
    for (size_t i = hex; i < digits.len; i++) {
        char c = digits.s[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 99;

        if (digit >= (hex ? 16u : 10u))
            return false;
        n = n * (hex ? 16 : 10) + digit;
    }
    utf8_encode(b, n == 0 || n > 0x10ffff ? 0xfffd : n);
    return true;
}

/* What is no entity stays as it is. */
static size_t add_entity(struct buf *b, struct str t, size_t at)
{
    struct str name = str_slice(t, at + 1, MIN(t.len, at + 12)); /* "#x10ffff;" is the longest */
    size_t end;

    if (!str_find_char(name, ';', &end)) {
        buf_char(b, '&');
        return at + 1;
    }
    name.len = end;
    if (name.len && name.s[0] == '#' && add_number(b, str_slice(name, 1, name.len)))
        return at + end + 2;
    for (size_t i = 0; i < ARRAY_LEN(entities); i++)
        if (str_is(name, entities[i].name)) {
            buf_char(b, entities[i].c);
            return at + end + 2;
        }
    buf_char(b, '&');
    return at + 1;
}

static struct str decode(struct arena *a, struct str t)
{
    struct buf b = {0};

    for (size_t i = 0; i < t.len;) {
        if (t.s[i] == '&')
            i = add_entity(&b, t, i);
        else
            buf_char(&b, t.s[i++]);
    }
    struct str kept = arena_str(a, buf_str(&b));

    buf_wipe(&b);
    return kept;
}

/* Behind "<name>" or "<name …>". */
static bool find_open(struct str xml, const char *name, size_t *at)
{
    size_t len = strlen(name), close;

    for (size_t i = 0; i + len + 2 <= xml.len; i++) {
        if (xml.s[i] != '<' || memcmp(xml.s + i + 1, name, len) != 0)
            continue;
        if (!strchr("> \t\r\n", xml.s[i + 1 + len]) || !xml.s[i + 1 + len])
            continue;
        if (!str_find_char(str_slice(xml, i, xml.len), '>', &close))
            return false;
        *at = i + close + 1;
        return true;
    }
    return false;
}

bool xml_find(struct arena *a, struct str xml, const char *name, struct str *ret)
{
    size_t from, len;

    if (!find_open(xml, name, &from))
        return false;
    xml = str_slice(xml, from, xml.len);
    if (!str_find_char(xml, '<', &len))
        return false;
    *ret = str_trim(decode(a, str_slice(xml, 0, len)));
    return true;
}
