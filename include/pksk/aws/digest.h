/* SHA-256, SHA-1, MD5 and HMAC, by OpenSSL. Pure; none can fail but by a library without SHA-256,
 * where nothing here could work: the program then ends.
 */
#ifndef PKSK_AWS_DIGEST_H
#define PKSK_AWS_DIGEST_H

#include "pksk/base/str.h"

#define DIGEST_LEN 32      /* bytes of a SHA-256 */
#define DIGEST_HEX 65      /* it as hex, lower case, and its NUL */
#define DIGEST_SHA1_HEX 41 /* the same of a SHA-1 */

void digest_sha256(struct str bytes, unsigned char ret[DIGEST_LEN]);
void digest_sha256_hex(struct str bytes, char ret[DIGEST_HEX]);
void digest_sha1_hex(struct str bytes, char ret[DIGEST_SHA1_HEX]); /* names of cache files */
/* The MD5 of what a descriptor holds from its place on, as manifests of S3 have it. False: it
 * cannot be read, or the library refuses MD5; errno says which (0: the library). */
#define DIGEST_MD5_LEN 16
bool digest_md5_of(int fd, unsigned char ret[DIGEST_MD5_LEN]);
void digest_hmac(struct str key, struct str text, unsigned char ret[DIGEST_LEN]); /* of SHA-256 */
void digest_hex(const unsigned char *bytes, size_t len, char *ret); /* 2 * len + 1 bytes */

#endif
