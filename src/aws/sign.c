#include "pksk/aws/sign.h"

#include "pksk/aws/canonical.h"
#include "pksk/aws/digest.h"
#include "pksk/base/port.h"

static struct str digest_str(const unsigned char digest[DIGEST_LEN])
{
    return (struct str){(const char *)digest, DIGEST_LEN};
}

/* ---- the signing key ---- */

void sign_cache_clear(struct sign_cache *c)
{
    port_wipe(c, sizeof(*c));
}

static void derive_key(struct str secret, struct str day, const struct sign_scope *scope,
                       unsigned char ret[DIGEST_LEN])
{
    struct buf first = {0};

    buf_lit(&first, "AWS4");
    buf_str_add(&first, secret);
    digest_hmac(buf_str(&first), day, ret);
    buf_wipe(&first);
    digest_hmac(digest_str(ret), scope->region, ret);
    digest_hmac(digest_str(ret), scope->service, ret);
    digest_hmac(digest_str(ret), STR("aws4_request"), ret);
}

static void fingerprint(struct str secret, struct str day, const struct sign_scope *scope,
                        unsigned char ret[DIGEST_LEN])
{
    struct buf all = {0};

    buf_str_add(&all, day);
    buf_char(&all, '/');
    buf_str_add(&all, scope->region);
    buf_char(&all, '/');
    buf_str_add(&all, scope->service);
    buf_char(&all, '/');
    buf_str_add(&all, secret); /* last, since it alone may hold a slash */
    digest_sha256(buf_str(&all), ret);
    buf_wipe(&all);
}

static void signing_key(struct str secret, struct str day, const struct sign_scope *scope,
                        struct sign_cache *cache, unsigned char ret[DIGEST_LEN])
{
    unsigned char print[DIGEST_LEN];
    struct sign_cache_entry *entry;

    if (!cache) {
        derive_key(secret, day, scope, ret);
        return;
    }
    fingerprint(secret, day, scope, print);
    for (size_t i = 0; i < ARRAY_LEN(cache->entries); i++) {
        entry = &cache->entries[i];
        if (entry->used && memcmp(entry->fingerprint, print, sizeof(print)) == 0) {
            memcpy(ret, entry->key, DIGEST_LEN);
            return;
        }
    }
    derive_key(secret, day, scope, ret);
    entry = &cache->entries[cache->next++ % ARRAY_LEN(cache->entries)];
    entry->used = true;
    memcpy(entry->fingerprint, print, sizeof(print));
    memcpy(entry->key, ret, DIGEST_LEN);
}

/* ---- the signature ---- */

static void reset_result(struct sign_result *r)
{
    buf_reset(&r->authorization);
    buf_reset(&r->canonical);
    buf_reset(&r->string_to_sign);
}

void sign_result_free(struct sign_result *r)
{
    buf_free(&r->authorization);
    buf_wipe(&r->canonical);
    buf_free(&r->string_to_sign);
    *r = (struct sign_result){0};
}

static void set_date(const struct sign_request *q, int64_t time_ms, char ret[CLOCK_AMZ_LEN])
{
    struct str given;

    if (canonical_find(q, "x-amz-date", &given) && given.len == CLOCK_AMZ_LEN - 1) {
        memcpy(ret, given.s, given.len);
        ret[given.len] = '\0';
        return;
    }
    clock_format_amz(time_ms, ret);
}

void sign_v4(const struct sign_request *request, const struct sign_credentials *credentials,
             const struct sign_scope *scope, int64_t time_ms, struct sign_cache *cache,
             struct sign_result *ret)
{
    struct header_list list = {0};
    unsigned char key[DIGEST_LEN], signature[DIGEST_LEN];
    char hash[DIGEST_HEX];

    reset_result(ret);
    set_date(request, time_ms, ret->date);
    struct str day = {ret->date, 8};

    canonical_list(request, credentials->token, str_of(ret->date), &list);
    canonical_add(request, &list, &ret->canonical);
    digest_sha256_hex(buf_str(&ret->canonical), hash);
    buf_addf(&ret->string_to_sign, "AWS4-HMAC-SHA256\n%s\n%.8s/%.*s/%.*s/aws4_request\n%s",
             ret->date, day.s, STR_ARG(scope->region), STR_ARG(scope->service), hash);
    signing_key(credentials->secret, day, scope, cache, key);
    digest_hmac(digest_str(key), buf_str(&ret->string_to_sign), signature);
    port_wipe(key, sizeof(key));
    digest_hex(signature, sizeof(signature), ret->signature);
    buf_addf(&ret->authorization,
             "AWS4-HMAC-SHA256 Credential=%.*s/%.8s/%.*s/%.*s/aws4_request, SignedHeaders=",
             STR_ARG(credentials->access_key_id), day.s, STR_ARG(scope->region),
             STR_ARG(scope->service));
    canonical_add_names(&list, &ret->authorization);
    buf_addf(&ret->authorization, ", Signature=%s", ret->signature);
    free(list.headers);
}

void sign_redact(struct str canonical, struct buf *ret)
{
    struct str rest = canonical, line;
    bool first = true;
    size_t colon;

    while (str_split(&rest, '\n', &line)) {
        if (!first)
            buf_char(ret, '\n');
        first = false;
        if (str_find_char(line, ':', &colon) && sign_header_is_secret(str_slice(line, 0, colon))) {
            buf_str_add(ret, str_slice(line, 0, colon + 1));
            buf_lit(ret, "***");
            continue;
        }
        buf_str_add(ret, line);
    }
}
