#include "pksk/net/crc32.h"

#include "pksk/base/port.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

void crc32_init(struct crc32 *c)
{
#if defined(__x86_64__)
    c->can_fold = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
#else
    c->can_fold = false;
#endif
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

/* The table's way; crc is not inverted here. */
static uint32_t by_table(const struct crc32 *c, uint32_t crc, const char *p, size_t len)
{
    const char *end = p + len;

    for (; end - p >= 16; p += 16) {
        uint32_t word[4];

        memcpy(word, p, sizeof(word));
        crc = four(c, 12, port_le32(word[0]) ^ crc) ^ four(c, 8, port_le32(word[1])) ^
              four(c, 4, port_le32(word[2])) ^ four(c, 0, port_le32(word[3]));
    }
    for (; p < end; p++)
        crc = (crc >> 8) ^ c->table[0][(crc ^ (unsigned char)*p) & 0xff];
    return crc;
}

#if defined(__x86_64__)
/* With carry-less multiplication, sixteen bytes are moved over the next ones and added to them:
 * what is left is a short text with the same remainder. Source of the method and of the constants
 * (powers of x modulo the polynomial): Gopal et al., "Fast CRC Computation for Generic Polynomials
 * Using PCLMULQDQ", Intel 2009. */
#define FOLD_MIN 64

__attribute__((target("pclmul,sse4.1"))) static __m128i fold(__m128i from, __m128i onto, __m128i by)
{
    __m128i low = _mm_clmulepi64_si128(from, by, 0x00);
    __m128i high = _mm_clmulepi64_si128(from, by, 0x11);

    return _mm_xor_si128(onto, _mm_xor_si128(low, high));
}

static __m128i load(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* len: a multiple of 64, and not 0 */
__attribute__((target("pclmul,sse4.1"))) static uint32_t
by_folding(const struct crc32 *c, uint32_t crc, const char *p, size_t len)
{
    const __m128i over_64 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    const __m128i over_16 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    __m128i x[4];
    char left[16];

    for (int i = 0; i < 4; i++)
        x[i] = load(p + (ptrdiff_t)16 * i);
    x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128((int)crc));
    for (p += 64, len -= 64; len; p += 64, len -= 64) {
        for (int i = 0; i < 4; i++)
            x[i] = fold(x[i], load(p + (ptrdiff_t)16 * i), over_64);
    }
    for (int i = 0; i < 3; i++)
        x[i + 1] = fold(x[i], x[i + 1], over_16);
    memcpy(left, &x[3], sizeof(left));
    return by_table(c, 0, left, sizeof(left));
}
#endif

uint32_t crc32_add(const struct crc32 *c, uint32_t crc, struct str bytes)
{
    crc = ~crc;
#if defined(__x86_64__)
    if (bytes.len >= FOLD_MIN && c->can_fold) {
        size_t whole = bytes.len & ~(size_t)(FOLD_MIN - 1);

        crc = by_folding(c, crc, bytes.s, whole);
        bytes = str_slice(bytes, whole, bytes.len);
    }
#endif
    return ~by_table(c, crc, bytes.s, bytes.len);
}
