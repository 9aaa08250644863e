#include "pksk/aws/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include "pksk/base/log.h"

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

bool digest_md5_of(int fd, unsigned char ret[DIGEST_MD5_LEN])
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    char bytes[64 << 10];
    ssize_t n = 0;

    errno = 0;
    bool good = c && EVP_DigestInit_ex(c, EVP_md5(), NULL);

    while (good && !cancel_flag && (n = read(fd, bytes, sizeof(bytes))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        good = n > 0 && EVP_DigestUpdate(c, bytes, (size_t)n);
    }
    good = good && EVP_DigestFinal_ex(c, ret, NULL);
    EVP_MD_CTX_free(c);
    return good;
}

void digest_hmac(struct str key, struct str text, unsigned char ret[DIGEST_LEN])
{
    unsigned len = DIGEST_LEN;

    if (!HMAC(EVP_sha256(), key.s, (int)key.len, (const unsigned char *)text.s, text.len, ret,
              &len))
        abort();
}
