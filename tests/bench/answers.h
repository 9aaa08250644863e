/* What the canned server says: DynamoDB answers from memory, or computed, without any table.
 *
 * answers_load() builds the pages once; they live until the program ends. One thread.
 */
#ifndef PKSK_TESTS_BENCH_ANSWERS_H
#define PKSK_TESTS_BENCH_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

/* One answer: a body in two parts, the first of them shared and never freed, with its CRC-32. */
struct answer {
    const char *shared;
    size_t shared_length;
    char *tail; /* the receiver's to free; may be NULL */
    size_t tail_length;
    uint32_t crc;
};

/* Reads one typed item a line, and makes pages of at most page_bytes of them; a Scan goes through
 * the pages again and again until that many megabytes are answered. Ends the program when it
 * cannot. */
void answers_load(const char *path, size_t megabytes, size_t page_bytes);

/* Writes what a whole Scan answers to standard output, a body a line. */
void answers_dump(void);

/* The answer to one request. Scan honours Segment, TotalSegments and ExclusiveStartKey; Query
 * serves a partition of KEY_COUNT sort keys in KEY_FAMILIES families, and honours every key
 * condition, Limit, ScanIndexForward and ExclusiveStartKey. Both bodies are zero-terminated. */
void answers_make(const char *operation, const char *body, struct answer *ret);

#define KEY_COUNT 1000000u
#define KEY_FAMILIES 12u

#endif
