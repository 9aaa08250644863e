#include "pksk/net/crc32.h"

#include <endian.h>

void crc32_init(struct crc32 *c)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;

        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
        c->table[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256; i++) {
        for (int t = 1; t < 16; t++) {
            uint32_t before = c->table[t - 1][i];

            c->table[t][i] = (before >> 8) ^ c->table[0][before & 0xff];
        }
    }
}

/* Four bytes, of which the last has t zero bytes behind it in this step. */
static inline uint32_t four(const struct crc32 *c, int t, uint32_t word)
{
    return c->table[t + 3][word & 0xff] ^ c->table[t + 2][(word >> 8) & 0xff] ^
           c->table[t + 1][(word >> 16) & 0xff] ^ c->table[t][word >> 24];
}

uint32_t crc32_add(const struct crc32 *c, uint32_t crc, struct str bytes)
{
    const char *p = bytes.s, *end = p + bytes.len;

    crc = ~crc;
    for (; end - p >= 16; p += 16) {
        uint32_t word[4];

        memcpy(word, p, sizeof(word));
        crc = four(c, 12, le32toh(word[0]) ^ crc) ^ four(c, 8, le32toh(word[1])) ^
              four(c, 4, le32toh(word[2])) ^ four(c, 0, le32toh(word[3]));
    }
    for (; p < end; p++)
        crc = (crc >> 8) ^ c->table[0][(crc ^ (unsigned char)*p) & 0xff];
    return ~crc;
}
