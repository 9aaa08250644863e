#include "pksk/aws/dpop.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "pksk/json/writer.h"

#define P256_BYTES 32

/* base64url without padding (RFC 7515 §2). */
static void add_base64url(struct buf *b, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    for (size_t i = 0; i < len; i += 3) {
        size_t have = MIN(len - i, (size_t)3);
        uint32_t n = (uint32_t)bytes[i] << 16;

        if (have > 1)
            n |= (uint32_t)bytes[i + 1] << 8;
        if (have > 2)
            n |= bytes[i + 2];
        for (size_t k = 0; k <= have; k++)
            buf_char(b, digits[n >> (18 - 6 * k) & 63]);
    }
}

/* Without it the library would ask the terminal for the password of an encrypted key. */
static int no_password(unused_arg char *to, unused_arg int size, unused_arg int writing,
                       unused_arg void *ctx)
{
    return -1;
}

static EVP_PKEY *read_key(struct str pem)
{
    BIO *bio = BIO_new_mem_buf(pem.s, (int)pem.len);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
    char group[40];

    BIO_free(bio);
    if (key &&
        EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group),
                                       NULL) &&
        strcmp(group, "prime256v1") == 0)
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

static bool coordinate(const EVP_PKEY *key, const char *name, unsigned char ret[P256_BYTES])
{
    BIGNUM *n = NULL;
    bool fine = EVP_PKEY_get_bn_param(key, name, &n) && BN_bn2binpad(n, ret, P256_BYTES) > 0;

    BN_free(n);
    return fine;
}

static bool add_head(EVP_PKEY *key, struct buf *b)
{
    unsigned char x[P256_BYTES], y[P256_BYTES];
    struct buf json = {0};

    if (!coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, x) ||
        !coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, y))
        return false;
    buf_lit(&json, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"x\":\"");
    add_base64url(&json, x, sizeof(x));
    buf_lit(&json, "\",\"y\":\"");
    add_base64url(&json, y, sizeof(y));
    buf_lit(&json, "\",\"crv\":\"P-256\"}}");
    add_base64url(b, (const unsigned char *)json.s, json.len);
    buf_free(&json);
    return true;
}

static bool add_claims(struct str method, struct str url, struct str id, int64_t seconds,
                       struct buf *b)
{
    struct buf json = {0};
    unsigned char random[16];

    if (!id.len && RAND_bytes(random, sizeof(random)) != 1)
        return false;
    buf_lit(&json, "{\"jti\":\"");
    if (id.len)
        buf_str_add(&json, id);
    else
        add_base64url(&json, random, sizeof(random));
    buf_lit(&json, "\",\"htm\":");
    json_add_string(&json, method);
    buf_lit(&json, ",\"htu\":");
    json_add_string(&json, url);
    buf_addf(&json, ",\"iat\":%lld}", (long long)seconds);
    add_base64url(b, (const unsigned char *)json.s, json.len);
    buf_free(&json);
    return true;
}

/* r and s, 32 bytes each, from the DER that OpenSSL writes (RFC 7518 §3.4). */
static bool add_raw(const unsigned char *der, size_t len, struct buf *b)
{
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)len);
    unsigned char raw[2 * P256_BYTES];
    bool fine = signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, P256_BYTES) > 0 &&
                BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + P256_BYTES, P256_BYTES) > 0;

    if (fine)
        add_base64url(b, raw, sizeof(raw));
    ECDSA_SIG_free(signature);
    return fine;
}

static bool add_signature(EVP_PKEY *key, struct str text, struct buf *b)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char der[128];
    size_t len = sizeof(der);
    bool fine = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSign(context, der, &len, (const unsigned char *)text.s, text.len) == 1 &&
                add_raw(der, len, b);

    EVP_MD_CTX_free(context);
    return fine;
}

int dpop_header(struct str key, struct str method, struct str url, struct str id, int64_t seconds,
                struct buf *ret, struct err *e)
{
    struct buf text = {0}, signature = {0};
    EVP_PKEY *pkey = key.len && key.len < 65536 ? read_key(key) : NULL;
    bool fine = pkey && add_head(pkey, &text);

    buf_char(&text, '.');
    fine = fine && add_claims(method, url, id, seconds, &text) &&
           add_signature(pkey, buf_str(&text), &signature);
    if (fine) {
        buf_str_add(ret, buf_str(&text));
        buf_char(ret, '.');
        buf_str_add(ret, buf_str(&signature));
    }
    buf_free(&text);
    buf_free(&signature);
    EVP_PKEY_free(pkey);
    return fine ? 0 : err_set(e, ERR_CONNECT, "the sign-in's key is no private key on P-256");
}
