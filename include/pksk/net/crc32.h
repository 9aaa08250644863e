/* CRC-32 (IEEE 802.3, as in zlib), for the x-amz-crc32 header of DynamoDB's answers.
 *
 * The tables belong to the caller and never change after crc32_init(). Checking several gigabytes
 * a second, it costs little beside reading a page.
 */
#ifndef PKSK_NET_CRC32_H
#define PKSK_NET_CRC32_H

#include "pksk/base/str.h"

struct crc32 {
    uint32_t table[16][256];
    bool can_fold; /* the processor multiplies without carry; false is always right, but slower */
};

void crc32_init(struct crc32 *c);

/* Start with 0; feed the pieces in order. */
uint32_t crc32_add(const struct crc32 *c, uint32_t crc, struct str bytes);

#endif
