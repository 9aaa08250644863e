/* The signer: vectors that botocore 1.29 and 1.43 both give, the key cache, and redaction. */
#include "pksk/aws/sign.h"

#include "test.h"

#define T0 1767323045000 /* 2026-01-02T03:04:05Z */
#define SECRET STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

struct vector {
    const char *name;
    const char *method, *host, *path, *query, *region, *service, *token, *body;
    struct sign_header headers[6];
    const char *signed_headers, *signature;
};

#define DYNAMODB_HEADERS                                                                           \
    {                                                                                              \
        {STR("X-Amz-Target"), STR("DynamoDB_20120810.ListTables")},                                \
        {                                                                                          \
            STR("Content-Type"), STR("application/x-amz-json-1.0")                                 \
        }                                                                                          \
    }

static const struct vector vectors[] = {
    {"DynamoDB", "POST", "dynamodb.us-east-1.amazonaws.com", "/", "", "us-east-1", "dynamodb", "",
     "{\"Limit\": 1}", DYNAMODB_HEADERS, "content-type;host;x-amz-date;x-amz-target",
     "e9a007739f01480b1ba7d5cccd9671cd6c7d79eab415c28bf9525e64172437db"},
    {"with a session token", "POST", "dynamodb.us-east-1.amazonaws.com", "/", "", "us-east-1",
     "dynamodb", "TOKEN/+=", "{\"Limit\": 1}", DYNAMODB_HEADERS,
     "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
     "0ba35793387b05cffe38757bc8bab1666a4e564a3661af3ca82d078a0b592a62"},
    {"a port", "POST", "localhost:8000", "/", "", "us-east-1", "dynamodb", "", "{\"Limit\": 1}",
     DYNAMODB_HEADERS, "content-type;host;x-amz-date;x-amz-target",
     "678e44606a73c4b61c3f0d8fed6efb53afcb1b22b1ba7e9116c15383b30ba26c"},
    {"IPv6", "POST", "[::1]:8000", "", "", "us-east-1", "dynamodb", "", "{}", DYNAMODB_HEADERS,
     "content-type;host;x-amz-date;x-amz-target",
     "060c09ac7b5ccd3d1e6acaf4783ea5a750c1e68839a168bd646b4aca364a2a74"},
    {"a path that is encoded once more", "POST", "localhost:4566", "/a%20b/c/", "", "us-east-1",
     "dynamodb", "", "{}", DYNAMODB_HEADERS, "content-type;host;x-amz-date;x-amz-target",
     "d64137354e1ba2d4f29c11032faf8a77d97c28c65ad4876fee09fc2765c1f25b"},
    {"runs of blanks",
     "GET",
     "example.amazonaws.com",
     "/",
     "",
     "us-east-1",
     "service",
     "",
     "",
     {{STR("My-Header1"), STR("  a   b  c  ")}, {STR("My-Header2"), STR("\"a   b   c\"")}},
     "host;my-header1;my-header2;x-amz-date",
     "ae9baf5776cc757d07b7f984830b8594f0aae7765732d4f004d5f963c9f6ca9f"},
    {"a folded header",
     "GET",
     "example.amazonaws.com",
     "/",
     "",
     "us-east-1",
     "service",
     "",
     "",
     {{STR("My-Header1"), STR("value1\n  value2\n     value3")}},
     "host;my-header1;x-amz-date",
     "2193e2ada6fa7fd2fc919b087ee29723f277a344f4efe646506d2386c7992863"},
    {"a repeated header",
     "GET",
     "example.amazonaws.com",
     "/",
     "",
     "us-east-1",
     "service",
     "",
     "",
     {{STR("My-Header1"), STR("value4")},
      {STR("my-header1"), STR("value1")},
      {STR("My-Header1"), STR("value3")},
      {STR("MY-Header1"), STR("value2")}},
     "host;my-header1;x-amz-date",
     "36e2161011e7508337c177d6661c81851d6c1c076941d2467917ae31bde80289"},
    {"order, case and what is not signed",
     "POST",
     "example.amazonaws.com",
     "/",
     "",
     "us-east-1",
     "service",
     "",
     "",
     {{STR("my-HEADER"), STR("x")},
      {STR("User-Agent"), STR("no")},
      {STR("Connection"), STR("close")},
      {STR("Zeta"), STR("z")},
      {STR("alpha"), STR("a")},
      {STR("Authorization"), STR("old")}},
     "alpha;host;my-header;x-amz-date;zeta",
     "9bfc15b722e7bf1eb73ea9b96e752b12f312a281086e4df4b767b97d3e43c1df"},
    {"a query",
     "GET",
     "portal.sso.eu-west-1.amazonaws.com",
     "/federation/credentials",
     "role_name=Admin&account_id=1&b=2&b=1&empty",
     "eu-west-1",
     "awsssoportal",
     "",
     "",
     {{{0}}},
     "host;x-amz-date",
     "c27364fe3f2f961b8e7075c4085a22ed6deac2d2db4a22d1579540a50a4f14a7"},
    {"STS",
     "POST",
     "sts.eu-central-1.amazonaws.com",
     "/",
     "",
     "eu-central-1",
     "sts",
     "",
     "Action=GetCallerIdentity&Version=2011-06-15",
     {{STR("Content-Type"), STR("application/x-www-form-urlencoded; charset=utf-8")}},
     "content-type;host;x-amz-date",
     "9e91740e991622190c9b19c6d392d4a780e24bd0e3cd8356742e76bad40e46b0"},
};

static void sign(const struct vector *v, struct str secret, struct sign_cache *cache,
                 struct sign_result *ret)
{
    struct sign_request q = {.method = str_of(v->method),
                             .host = str_of(v->host),
                             .path = str_of(v->path),
                             .query = str_of(v->query),
                             .headers = v->headers,
                             .body = str_of(v->body)};
    struct sign_credentials c = {STR("AKIDEXAMPLE"), secret, str_of(v->token)};
    struct sign_scope scope = {str_of(v->region), str_of(v->service)};

    while (q.header_count < ARRAY_LEN(v->headers) && v->headers[q.header_count].name.len)
        q.header_count++;
    sign_v4(&q, &c, &scope, T0, cache, ret);
}

TEST(vectors)
{
    struct sign_result r = {0};
    struct sign_cache cache = {0};

    for (size_t i = 0; i < 2 * ARRAY_LEN(vectors); i++) { /* twice: once from the cache */
        const struct vector *v = &vectors[i % ARRAY_LEN(vectors)];
        struct buf want = {0};

        sign(v, SECRET, &cache, &r);
        buf_addf(&want,
                 "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/%s/%s/aws4_request, "
                 "SignedHeaders=%s, Signature=%s",
                 v->region, v->service, v->signed_headers, v->signature);
        if (!str_eq(buf_str(&want), buf_str(&r.authorization)))
            printf("# %s:\n%.*s\n", v->name, STR_ARG(buf_str(&r.canonical)));
        CHECK_STR(buf_str(&r.authorization), buf_cstr(&want));
        CHECK_STR(str_of(r.signature), v->signature);
        CHECK_STR(str_of(r.date), "20260102T030405Z");
        buf_free(&want);
    }
    sign_result_free(&r);
}

TEST(canonical_request_and_string_to_sign)
{
    struct sign_result r = {0};
    char hash[DIGEST_HEX];

    sign(&vectors[0], SECRET, NULL, &r);
    digest_sha256_hex(buf_str(&r.canonical), hash);
    CHECK_STR(str_of(hash), "c5d11741d2db2fa672bf8e9664434f5e5de481ca486320cedec8702e845e1cff");
    CHECK_STR(buf_str(&r.canonical),
              "POST\n/\n\ncontent-type:application/x-amz-json-1.0\n"
              "host:dynamodb.us-east-1.amazonaws.com\nx-amz-date:20260102T030405Z\n"
              "x-amz-target:DynamoDB_20120810.ListTables\n\n"
              "content-type;host;x-amz-date;x-amz-target\n"
              "65d0b99ccb96b0e186fbe9801c78411017f5188af83639d6b348da161950d5aa");
    CHECK_STR(buf_str(&r.string_to_sign),
              "AWS4-HMAC-SHA256\n20260102T030405Z\n20260102/us-east-1/dynamodb/aws4_request\n"
              "c5d11741d2db2fa672bf8e9664434f5e5de481ca486320cedec8702e845e1cff");
    sign_result_free(&r);
}

TEST(what_the_request_brings_is_kept)
{
    struct sign_header headers[] = {
        {STR("X-Amz-Target"), STR("DynamoDB_20120810.ListTables")},
        {STR("Content-Type"), STR("application/x-amz-json-1.0")},
        {STR("Host"), STR("dynamodb.us-east-1.amazonaws.com")},
        {STR("X-Amz-Date"), STR("20260102T030405Z")},
    };
    struct sign_request q = {
        .method = STR("POST"),
        .headers = headers,
        .header_count = ARRAY_LEN(headers),
        .body_sha256 = STR("65d0b99ccb96b0e186fbe9801c78411017f5188af83639d6b348da161950d5aa"),
    };
    struct sign_credentials c = {STR("AKIDEXAMPLE"), SECRET, STR("")};
    struct sign_scope scope = {STR("us-east-1"), STR("dynamodb")};
    struct sign_result r = {0};

    sign_v4(&q, &c, &scope, 0, NULL, &r);
    CHECK_STR(str_of(r.signature), vectors[0].signature);
    CHECK_STR(str_of(r.date), "20260102T030405Z");
    sign_result_free(&r);
}

TEST(cache_is_keyed_on_the_secret)
{
    struct sign_result r = {0};
    struct sign_cache cache = {0};

    sign(&vectors[0], SECRET, &cache, &r);
    sign(&vectors[0], STR("another"), &cache, &r);
    CHECK(!str_is(str_of(r.signature), vectors[0].signature));
    sign(&vectors[0], SECRET, &cache, &r);
    CHECK_STR(str_of(r.signature), vectors[0].signature);
    CHECK(cache.next == 2);
    sign_cache_clear(&cache);
    CHECK(!cache.entries[0].used);
    sign_result_free(&r);
}

TEST(cache_outlives_its_slots)
{
    struct sign_result r = {0};
    struct sign_cache cache = {0};

    for (unsigned i = 0; i < 10; i++) {
        char secret[20];

        snprintf(secret, sizeof(secret), "secret%u", i);
        sign(&vectors[0], str_of(secret), &cache, &r);
        sign(&vectors[0], SECRET, &cache, &r);
        CHECK_STR(str_of(r.signature), vectors[0].signature);
    }
    sign_result_free(&r);
}

TEST(redaction)
{
    struct sign_result r = {0};
    struct buf shown = {0};
    size_t at;

    sign(&vectors[1], SECRET, NULL, &r);
    sign_redact(buf_str(&r.canonical), &shown);
    CHECK(str_find(buf_str(&r.canonical), STR("TOKEN/+="), &at));
    CHECK(!str_find(buf_str(&shown), STR("TOKEN/+="), &at));
    CHECK(str_find(buf_str(&shown), STR("\nx-amz-security-token:***\nx-amz-target:"), &at));
    CHECK(sign_header_is_secret(STR("DPoP")));
    CHECK(sign_header_is_secret(STR("X-Amz-Security-Token")));
    CHECK(sign_header_is_secret(STR("x-amz-sso_bearer_token")));
    CHECK(!sign_header_is_secret(STR("x-amz-target")));
    buf_free(&shown);
    sign_result_free(&r);
}

TEST(digests)
{
    char sha256[DIGEST_HEX], sha1[DIGEST_SHA1_HEX];

    digest_sha256_hex(STR(""), sha256);
    CHECK_STR(str_of(sha256), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digest_sha1_hex(STR("{\"RoleArn\": \"arn:aws:iam::123456789012:role/Admin\"}"), sha1);
    CHECK_STR(str_of(sha1), "51e7b105b5040ce662656c8dc6ab4de70c4de7ad");
}

TEST_MAIN()
