#include "test.h"

#include "pksk/net/crc32.h"

TEST(crc32_of_known_texts)
{
    struct crc32 c;

    crc32_init(&c);
    CHECK(crc32_add(&c, 0, STR("")) == 0);
    CHECK(crc32_add(&c, 0, STR("123456789")) == 0xcbf43926u); /* the catalogue's check value */
    CHECK(crc32_add(&c, 0, STR("{}")) == 2745614147u);        /* what DynamoDB sends for it */
    CHECK(crc32_add(&c, 0, STR("The quick brown fox jumps over the lazy dog")) == 0x414fa339u);
}

/* Bit by bit, as the standard defines it. */
static uint32_t slowly(const unsigned char *p, size_t len)
{
    uint32_t crc = 0xffffffffu;

    for (size_t i = 0; i < len; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

TEST(crc32_of_every_length_at_every_offset)
{
    struct crc32 c, plain;
    unsigned char bytes[400];
    uint32_t state = 7;

    crc32_init(&c);
    plain = c;
    plain.can_fold = false;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)((state = state * 1103515245u + 12345u) >> 16);
    for (size_t from = 0; from < 17; from++) {
        for (size_t len = 0; from + len <= sizeof(bytes); len++) {
            struct str t = {(char *)bytes + from, len};

            CHECK(crc32_add(&c, 0, t) == slowly(bytes + from, len));
            CHECK(crc32_add(&plain, 0, t) == slowly(bytes + from, len));
        }
    }
}

TEST(crc32_of_pieces_is_that_of_the_whole)
{
    struct crc32 c;
    struct str whole = STR("{\"Item\":{\"pk\":{\"S\":\"USER#42\"},\"sk\":{\"S\":\"PROFILE\"}}}");
    uint32_t want;

    crc32_init(&c);
    want = crc32_add(&c, 0, whole);
    for (size_t cut = 0; cut <= whole.len; cut++) {
        uint32_t crc = crc32_add(&c, 0, str_slice(whole, 0, cut));

        CHECK(crc32_add(&c, crc, str_slice(whole, cut, whole.len)) == want);
    }
}

TEST_MAIN()
