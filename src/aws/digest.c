#include "pksk/aws/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

static const char hex_digits[] = "0123456789abcdef";

void digest_hex(const unsigned char *bytes, size_t len, char *ret)
{
    for (size_t i = 0; i < len; i++) {
        *ret++ = hex_digits[bytes[i] >> 4];
        *ret++ = hex_digits[bytes[i] & 15];
    }
    *ret = '\0';
}

void digest_sha256(struct str bytes, unsigned char ret[DIGEST_LEN])
{
    /* Fails only when the library has no SHA-256, and then nothing here could work. */
    if (!EVP_Digest(bytes.s, bytes.len, ret, NULL, EVP_sha256(), NULL))
        abort();
}

void digest_sha256_hex(struct str bytes, char ret[DIGEST_HEX])
{
    unsigned char digest[DIGEST_LEN];

    digest_sha256(bytes, digest);
    digest_hex(digest, sizeof(digest), ret);
}

void digest_sha1_hex(struct str bytes, char ret[DIGEST_SHA1_HEX])
{
    unsigned char digest[20];

    if (!EVP_Digest(bytes.s, bytes.len, digest, NULL, EVP_sha1(), NULL))
        abort();
    digest_hex(digest, sizeof(digest), ret);
}

void digest_hmac(struct str key, struct str text, unsigned char ret[DIGEST_LEN])
{
    unsigned len = DIGEST_LEN;

    if (!HMAC(EVP_sha256(), key.s, (int)key.len, (const unsigned char *)text.s, text.len, ret,
              &len))
        abort();
}
