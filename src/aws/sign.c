#include "pksk/aws/sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "pksk/base/port.h"

static const char hex_digits[] = "0123456789abcdef";

static void to_hex(const unsigned char *bytes, size_t len, char *ret)
{
    for (size_t i = 0; i < len; i++) {
        *ret++ = hex_digits[bytes[i] >> 4];
        *ret++ = hex_digits[bytes[i] & 15];
    }
    *ret = '\0';
}

void sign_sha256(struct str bytes, unsigned char ret[SIGN_SHA256])
{
    /* Fails only when the library has no SHA-256, and then nothing here could work. */
    if (!EVP_Digest(bytes.s, bytes.len, ret, NULL, EVP_sha256(), NULL))
        abort();
}

void sign_sha256_hex(struct str bytes, char ret[SIGN_HEX])
{
    unsigned char digest[SIGN_SHA256];

    sign_sha256(bytes, digest);
    to_hex(digest, sizeof(digest), ret);
}

void sign_sha1_hex(struct str bytes, char ret[SIGN_SHA1_HEX])
{
    unsigned char digest[20];

    if (!EVP_Digest(bytes.s, bytes.len, digest, NULL, EVP_sha1(), NULL))
        abort();
    to_hex(digest, sizeof(digest), ret);
}

static void hmac(struct str key, struct str text, unsigned char ret[SIGN_SHA256])
{
    unsigned len = SIGN_SHA256;

    if (!HMAC(EVP_sha256(), key.s, (int)key.len, (const unsigned char *)text.s, text.len, ret,
              &len))
        abort();
}

static struct str digest_str(const unsigned char digest[SIGN_SHA256])
{
    return (struct str){(const char *)digest, SIGN_SHA256};
}

/* ---- which headers, and how they are written ---- */

static const char *const unsigned_headers[] = {
    "authorization",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
};

static bool is_one_of(struct str name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_ci(name, str_of(names[i])))
            return true;
    return false;
}

bool sign_header_is_secret(struct str name)
{
    static const char *const names[] = {
        "authorization", "x-amz-security-token",     "x-amz-sso_bearer_token",
        "dpop",          "x-aws-ec2-metadata-token", "cookie",
        "set-cookie",    "proxy-authorization",
    };

    return is_one_of(name, names, ARRAY_LEN(names));
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static void add_lower(struct buf *b, struct str t)
{
    for (size_t i = 0; i < t.len; i++)
        buf_char(b, lower(t.s[i]));
}

/* Blanks at the ends go, runs of blanks (and folded lines) become one. */
static void add_value(struct buf *b, struct str t)
{
    bool gap = false, any = false;

    for (size_t i = 0; i < t.len; i++) {
        if (is_blank(t.s[i])) {
            gap = any;
            continue;
        }
        if (gap)
            buf_char(b, ' ');
        gap = false;
        any = true;
        buf_char(b, t.s[i]);
    }
}

static int compare_ci(struct str a, struct str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int d = (unsigned char)lower(a.s[i]) - (unsigned char)lower(b.s[i]);

        if (d)
            return d;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

/* The headers to sign in order of their names; equal names keep the order they came in. */
struct header_list {
    struct sign_header *headers;
    size_t count;
};

static void list_add(struct header_list *l, struct str name, struct str value)
{
    size_t i = l->count++;

    for (; i > 0 && compare_ci(l->headers[i - 1].name, name) > 0; i--)
        l->headers[i] = l->headers[i - 1];
    l->headers[i] = (struct sign_header){name, value};
}

static bool find_header(const struct sign_request *q, const char *name, struct str *value)
{
    for (size_t i = 0; i < q->header_count; i++)
        if (str_eq_ci(q->headers[i].name, str_of(name))) {
            *value = q->headers[i].value;
            return true;
        }
    return false;
}

static void list_headers(const struct sign_request *q, struct str token, struct str date,
                         struct header_list *l)
{
    struct str ignored;

    l->headers = mem_resize(NULL, q->header_count + 3, sizeof(*l->headers));
    for (size_t i = 0; i < q->header_count; i++)
        if (!is_one_of(q->headers[i].name, unsigned_headers, ARRAY_LEN(unsigned_headers)))
            list_add(l, q->headers[i].name, q->headers[i].value);
    if (!find_header(q, "host", &ignored))
        list_add(l, STR("host"), q->host);
    if (!find_header(q, "x-amz-date", &ignored))
        list_add(l, STR("x-amz-date"), date);
    if (token.len && !find_header(q, "x-amz-security-token", &ignored))
        list_add(l, STR("x-amz-security-token"), token);
}

static void add_canonical_headers(const struct header_list *l, struct buf *b)
{
    for (size_t i = 0; i < l->count; i++) {
        bool again = i > 0 && compare_ci(l->headers[i].name, l->headers[i - 1].name) == 0;

        if (again) {
            b->len--; /* the newline of the value before */
            buf_char(b, ',');
        } else {
            add_lower(b, l->headers[i].name);
            buf_char(b, ':');
        }
        add_value(b, l->headers[i].value);
        buf_char(b, '\n');
    }
}

static void add_signed_names(const struct header_list *l, struct buf *b)
{
    for (size_t i = 0; i < l->count; i++) {
        if (i > 0 && compare_ci(l->headers[i].name, l->headers[i - 1].name) == 0)
            continue;
        if (i > 0)
            buf_char(b, ';');
        add_lower(b, l->headers[i].name);
    }
}

/* ---- path and query ---- */

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

/* A path is encoded once more than it is sent, for every service but S3. */
static void add_path(struct buf *b, struct str path)
{
    if (!path.len)
        buf_char(b, '/');
    for (size_t i = 0; i < path.len; i++) {
        if (is_unreserved(path.s[i]) || path.s[i] == '/')
            buf_char(b, path.s[i]);
        else
            buf_addf(b, "%%%02X", (unsigned char)path.s[i]);
    }
}

static int compare_pairs(const void *x, const void *y)
{
    struct str a = *(const struct str *)x, b = *(const struct str *)y;
    size_t i = a.len, j = b.len;

    str_find_char(a, '=', &i);
    str_find_char(b, '=', &j);
    int by_name = str_cmp(str_slice(a, 0, i), str_slice(b, 0, j));

    return by_name ? by_name : str_cmp(str_slice(a, i, a.len), str_slice(b, j, b.len));
}

static void add_query(struct buf *b, struct str query)
{
    struct str rest = query, pair, *pairs = NULL;
    size_t count = 0, ignored;

    if (!query.len)
        return;
    while (str_split(&rest, '&', &pair)) {
        pairs = mem_resize(pairs, count + 1, sizeof(*pairs));
        pairs[count++] = pair;
    }
    qsort(pairs, count, sizeof(*pairs), compare_pairs);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_char(b, '&');
        buf_str_add(b, pairs[i]);
        if (!str_find_char(pairs[i], '=', &ignored))
            buf_char(b, '=');
    }
    free(pairs);
}

/* ---- the signing key ---- */

void sign_cache_clear(struct sign_cache *c)
{
    port_wipe(c, sizeof(*c));
}

static void derive_key(struct str secret, struct str day, const struct sign_scope *scope,
                       unsigned char ret[SIGN_SHA256])
{
    struct buf first = {0};

    buf_lit(&first, "AWS4");
    buf_str_add(&first, secret);
    hmac(buf_str(&first), day, ret);
    buf_wipe(&first);
    hmac(digest_str(ret), scope->region, ret);
    hmac(digest_str(ret), scope->service, ret);
    hmac(digest_str(ret), STR("aws4_request"), ret);
}

static void fingerprint(struct str secret, struct str day, const struct sign_scope *scope,
                        unsigned char ret[SIGN_SHA256])
{
    struct buf all = {0};

    buf_str_add(&all, day);
    buf_char(&all, '/');
    buf_str_add(&all, scope->region);
    buf_char(&all, '/');
    buf_str_add(&all, scope->service);
    buf_char(&all, '/');
    buf_str_add(&all, secret); /* last, since it alone may hold a slash */
    sign_sha256(buf_str(&all), ret);
    buf_wipe(&all);
}

static void signing_key(struct str secret, struct str day, const struct sign_scope *scope,
                        struct sign_cache *cache, unsigned char ret[SIGN_SHA256])
{
    unsigned char print[SIGN_SHA256];
    struct sign_cache_entry *entry;

    if (!cache) {
        derive_key(secret, day, scope, ret);
        return;
    }
    fingerprint(secret, day, scope, print);
    for (size_t i = 0; i < ARRAY_LEN(cache->entries); i++) {
        entry = &cache->entries[i];
        if (entry->used && memcmp(entry->fingerprint, print, sizeof(print)) == 0) {
            memcpy(ret, entry->key, SIGN_SHA256);
            return;
        }
    }
    derive_key(secret, day, scope, ret);
    entry = &cache->entries[cache->next++ % ARRAY_LEN(cache->entries)];
    entry->used = true;
    memcpy(entry->fingerprint, print, sizeof(print));
    memcpy(entry->key, ret, SIGN_SHA256);
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

    if (find_header(q, "x-amz-date", &given) && given.len == CLOCK_AMZ_LEN - 1) {
        memcpy(ret, given.s, given.len);
        ret[given.len] = '\0';
        return;
    }
    clock_format_amz(time_ms, ret);
}

static void add_canonical(const struct sign_request *q, const struct header_list *l, struct buf *b)
{
    char hash[SIGN_HEX];

    buf_str_add(b, q->method);
    buf_char(b, '\n');
    add_path(b, q->path);
    buf_char(b, '\n');
    add_query(b, q->query);
    buf_char(b, '\n');
    add_canonical_headers(l, b);
    buf_char(b, '\n');
    add_signed_names(l, b);
    buf_char(b, '\n');
    if (q->body_sha256.len) {
        buf_str_add(b, q->body_sha256);
        return;
    }
    sign_sha256_hex(q->body, hash);
    buf_str_add(b, str_of(hash));
}

void sign_v4(const struct sign_request *request, const struct sign_credentials *credentials,
             const struct sign_scope *scope, int64_t time_ms, struct sign_cache *cache,
             struct sign_result *ret)
{
    struct header_list list = {0};
    unsigned char key[SIGN_SHA256], signature[SIGN_SHA256];
    char hash[SIGN_HEX];

    reset_result(ret);
    set_date(request, time_ms, ret->date);
    struct str day = {ret->date, 8};

    list_headers(request, credentials->token, str_of(ret->date), &list);
    add_canonical(request, &list, &ret->canonical);
    sign_sha256_hex(buf_str(&ret->canonical), hash);
    buf_addf(&ret->string_to_sign, "AWS4-HMAC-SHA256\n%s\n%.8s/%.*s/%.*s/aws4_request\n%s",
             ret->date, day.s, STR_ARG(scope->region), STR_ARG(scope->service), hash);
    signing_key(credentials->secret, day, scope, cache, key);
    hmac(digest_str(key), buf_str(&ret->string_to_sign), signature);
    port_wipe(key, sizeof(key));
    to_hex(signature, sizeof(signature), ret->signature);
    buf_addf(&ret->authorization,
             "AWS4-HMAC-SHA256 Credential=%.*s/%.8s/%.*s/%.*s/aws4_request, SignedHeaders=",
             STR_ARG(credentials->access_key_id), day.s, STR_ARG(scope->region),
             STR_ARG(scope->service));
    add_signed_names(&list, &ret->authorization);
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
