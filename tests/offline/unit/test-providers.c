/* IAM Identity Center, login sessions, credential_process, containers, instances. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "pksk/aws/dpop.h"
#include "pksk/aws/imds.h"
#include "pksk/aws/provider.h"
#include "pksk/aws/words.h"

#include "test.h"

#include "aws-world.h"

/* ---- IAM Identity Center ---- */

#define SSO_CONFIG                                                                                 \
    "[profile p]\nsso_session = my-sso\nsso_account_id = 123456789012\nsso_role_name = Admin\n"    \
    "[sso-session my-sso]\nsso_region = us-east-2\nsso_start_url = https://x.awsapps.com/start\n"
#define LEGACY_CONFIG                                                                              \
    "[profile p]\nsso_start_url = https://x.awsapps.com/start\nsso_region = us-east-2\n"           \
    "sso_account_id = 123456789012\nsso_role_name = Ad min\n"
#define SSO_CACHE ".aws/cli/cache/c30b99aca80d8f5b3178e353f05b2abcc9a4ccd3.json"
#define TOKEN(until)                                                                               \
    "{\"startUrl\": \"https://x.awsapps.com/start\", \"region\": \"us-east-2\", \"accessToken\": " \
    "\"acc\", \"expiresAt\": \"" until "\", \"clientId\": \"cid\", \"clientSecret\": \"cs\", "     \
    "\"registrationExpiresAt\": \"2026-03-01T00:00:00Z\", \"refreshToken\": \"ref\"}"
#define LATER "2026-01-02T11:04:05Z"
#define SOON "2026-01-02T03:14:05Z"
#define PAST "2026-01-02T03:00:00Z"
#define SSO_ANSWER                                                                                 \
    "{\"roleCredentials\":{\"accessKeyId\":\"k\",\"secretAccessKey\":\"s\",\"sessionToken\":"      \
    "\"t\",\"expiration\":1767326645000}}"

/* The token file of a session or start URL. */
static void write_token(const char *name, const char *text)
{
    char hash[DIGEST_SHA1_HEX], path[100];

    digest_sha1_hex(str_of(name), hash);
    snprintf(path, sizeof(path), ".aws/sso/cache/%s.json", hash);
    write_file(path, text);
}

static struct str read_token(const char *name)
{
    char hash[DIGEST_SHA1_HEX], path[100];

    digest_sha1_hex(str_of(name), hash);
    snprintf(path, sizeof(path), ".aws/sso/cache/%s.json", hash);
    return read_file(path);
}

TEST(sso)
{
    begin(SSO_CONFIG, NULL);
    write_token("my-sso", TOKEN(LATER));
    ANSWERS({200, SSO_ANSWER});
    CHECK_STR(credentials_of("p"), "k s t 123456789012 from IAM Identity Center");
    CHECK(got->expires_ms == T0 + 3600000);
    CHECK(was_said("GET https://portal.sso.us-east-2.amazonaws.com/federation/credentials"
                   "?role_name=Admin&account_id=123456789012\nx-amz-sso_bearer_token: acc\n"));
    CHECK_STR(read_file(SSO_CACHE),
              "{\"ProviderType\":\"sso\",\"Credentials\":{\"AccessKeyId\":\"k\","
              "\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\",\"Expiration\":"
              "\"2026-01-02T04:04:05Z\",\"AccountId\":\"123456789012\"}}");
    CHECK_STR(credentials_of("p"), "k s t 123456789012 from IAM Identity Center");
    CHECK(asked == 1);
}

TEST(sso_legacy)
{
    begin(LEGACY_CONFIG, NULL);
    write_token("https://x.awsapps.com/start", TOKEN(LATER));
    ANSWERS({200, SSO_ANSWER});
    CHECK_STR(credentials_of("p"), "k s t 123456789012 from IAM Identity Center");
    CHECK(was_said("?role_name=Ad%20min&account_id="));
    begin(LEGACY_CONFIG, NULL);
    write_token("https://x.awsapps.com/start", TOKEN(PAST));
    CHECK_STR(credentials_of("p"), "error: the sign-in of the profile \"p\" has expired");
    CHECK_STR(str_of(failure.hint), "`aws sso login --profile p`");
    CHECK(asked == 0);
}

TEST(sso_token_is_renewed)
{
    begin(SSO_CONFIG, NULL);
    write_token("my-sso", TOKEN(PAST));
    ANSWERS({200, "{\"accessToken\":\"new\",\"expiresIn\":28800,\"refreshToken\":\"ref2\","
                  "\"tokenType\":\"Bearer\"}"},
            {200, SSO_ANSWER});
    CHECK_STR(credentials_of("p"), "k s t 123456789012 from IAM Identity Center");
    CHECK(was_said("POST https://oidc.us-east-2.amazonaws.com/token\n"
                   "Content-Type: application/json\n{\"grantType\":\"refresh_token\","
                   "\"clientId\":\"cid\",\"clientSecret\":\"cs\",\"refreshToken\":\"ref\"}\n"));
    CHECK(was_said("x-amz-sso_bearer_token: new\n"));
    CHECK_STR(read_token("my-sso"),
              "{\"startUrl\":\"https://x.awsapps.com/start\",\"region\":\"us-east-2\","
              "\"accessToken\":\"new\",\"expiresAt\":\"" LATER "\",\"clientId\":\"cid\","
              "\"clientSecret\":\"cs\",\"registrationExpiresAt\":\"2026-03-01T00:00:00Z\","
              "\"refreshToken\":\"ref2\"}");
}

TEST(sso_token_that_cannot_be_renewed)
{
    begin(SSO_CONFIG, NULL);
    write_token("my-sso", TOKEN(SOON));
    ANSWERS({400, "{\"error\":\"invalid_grant\"}"}, {200, SSO_ANSWER});
    CHECK_STR(credentials_of("p"), "k s t 123456789012 from IAM Identity Center");
    CHECK(was_said("x-amz-sso_bearer_token: acc\n")); /* it still holds for ten minutes */
    begin(SSO_CONFIG, NULL);
    write_token("my-sso", TOKEN(PAST));
    ANSWERS({400, "{\"error\":\"invalid_grant\"}"});
    CHECK_STR(credentials_of("p"), "error: the sign-in of the profile \"p\" has expired");
}

TEST(sso_token_is_not_asked_for_all_the_time)
{
    begin(SSO_CONFIG, NULL);
    write_token("my-sso", TOKEN(PAST));
    ANSWERS({400, "{}"}, {200, "{\"accessToken\":\"new\",\"expiresIn\":28800}"}, {200, SSO_ANSWER});
    open_chain("p");
    CHECK(get() == ERR_CONNECT && get() == ERR_CONNECT && asked == 1);
    now_ms += 61000;
    CHECK_STR(show(get()), "k s t 123456789012 from IAM Identity Center");
}

TEST(sso_refused)
{
    begin(SSO_CONFIG, NULL);
    CHECK_STR(credentials_of("p"), "error: the sign-in of the profile \"p\" has not been made");
    write_token("my-sso", TOKEN(LATER));
    ANSWERS({401, "{\"message\":\"Session token not found or invalid\"}"},
            {403, "{\"message\":\"No access\",\"__type\":\"ForbiddenException\"}"}, {200, "{}"},
            {200, "{\"roleCredentials\":{\"accessKeyId\":\"k\",\"secretAccessKey\":\"s\"}}"},
            {200, "{\"roleCredentials\":{\"accessKeyId\":\"k\",\"secretAccessKey\":\"s\","
                  "\"sessionToken\":\"t\"}}"},
            {200, "{\"roleCredentials\":{\"accessKeyId\":7,\"secretAccessKey\":\"s\"}}"});
    CHECK_STR(credentials_of("p"),
              "error: the sign-in of the profile \"p\" is not accepted any more");
    CHECK_STR(credentials_of("p"), "error: IAM Identity Center refused the role Admin in account "
                                   "123456789012 with HTTP status 403: No access");
    CHECK_STR(credentials_of("p"), "error: the answer of IAM Identity Center has no accessKeyId");
    CHECK_STR(credentials_of("p"), "error: the answer of IAM Identity Center has no sessionToken "
                                   "that is text");
    CHECK_STR(credentials_of("p"),
              "error: the answer of IAM Identity Center has no expiration that is a time");
    CHECK_STR(credentials_of("p"), "error: the answer of IAM Identity Center has no accessKeyId");
    write_token("my-sso", "[]");
    CHECK(str_starts(credentials_of("p"), STR("error: /tmp/pksk-aws-")));
    write_token("my-sso", "{\"accessToken\":\"a\\r\\nX: y\",\"expiresAt\":\"" LATER "\"}");
    CHECK(str_starts(credentials_of("p"), STR("error: the access key id or session token from ")));
}

TEST(sso_settings_that_contradict)
{
    static const struct {
        const char *config, *want;
    } cases[] = {
        {"[profile p]\nsso_account_id=1\n",
         "error: the profile \"p\" wants IAM Identity Center and lacks sso_role_name"},
        {"[profile p]\nsso_account_id=1\nsso_role_name=r\nsso_region=x\n",
         "error: the profile \"p\" wants IAM Identity Center and lacks sso_start_url"},
        {"[profile p]\nsso_role_name=r\nsso_account_id=1\nsso_session=s\nsso_region=a\n"
         "[sso-session s]\nsso_region=b\nsso_start_url=u\n",
         "error: the profile \"p\" and its sso-session s differ in sso_region"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        begin(cases[i].config, NULL);
        CHECK_STR(credentials_of("p"), cases[i].want);
    }
    begin("[profile p]\nsso_role_name=r\nsso_account_id=1\nsso_session=s\n", NULL);
    CHECK(str_starts(credentials_of("p"), STR("error: the profile \"p\" names sso_session = s, ")));
}

TEST(a_token_file_that_others_may_write)
{
    char path[200], hash[DIGEST_SHA1_HEX];

    begin(SSO_CONFIG, NULL);
    write_token("my-sso", TOKEN(LATER));
    digest_sha1_hex(STR("my-sso"), hash);
    snprintf(path, sizeof(path), "%s/.aws/sso/cache/%s.json", home, hash);
    chmod(path, 0666);
    CHECK(str_starts(credentials_of("p"), STR("error: /tmp/pksk-aws-")));
    CHECK(asked == 0);
}

/* ---- DPoP ---- */

static struct buf pem;
static EVP_PKEY *key;

static void make_key(void)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;

    EVP_PKEY_free(key);
    key = EVP_EC_gen("P-256");
    PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL);
    long len = BIO_get_mem_data(bio, &text);

    buf_reset(&pem);
    buf_add(&pem, text, (size_t)len);
    BIO_free(bio);
}

static void decode_base64url(struct str t, struct buf *ret)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t n = 0;
    int bits = 0;

    for (size_t i = 0; i < t.len; i++) {
        n = n << 6 | (uint32_t)(strchr(digits, t.s[i]) - digits);
        bits += 6;
        if (bits >= 8)
            buf_char(ret, (char)(n >> (bits -= 8) & 255));
    }
}

static bool signature_holds(struct str text, struct str raw)
{
    ECDSA_SIG *signature = ECDSA_SIG_new();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char *der = NULL;
    bool fine = false;

    if (raw.len == 64) {
        const unsigned char *bytes = (const unsigned char *)raw.s;

        ECDSA_SIG_set0(signature, BN_bin2bn(bytes, 32, NULL), BN_bin2bn(bytes + 32, 32, NULL));
        int len = i2d_ECDSA_SIG(signature, &der);

        fine = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
               EVP_DigestVerify(context, der, (size_t)len, (const unsigned char *)text.s,
                                text.len) == 1;
    }
    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    ECDSA_SIG_free(signature);
    return fine;
}

TEST(dpop)
{
    struct buf token = {0}, head = {0}, claims = {0}, raw = {0};
    struct str rest, part[3];
    struct err e = {0};

    make_key();
    CHECK(dpop_header(buf_str(&pem), STR("POST"), STR("https://h/v1/token"), STR("id"), 42, &token,
                      &e) == 0);
    rest = buf_str(&token);
    for (size_t i = 0; i < 3; i++)
        CHECK(str_split(&rest, '.', &part[i]));
    CHECK(!rest.s);
    decode_base64url(part[0], &head);
    decode_base64url(part[1], &claims);
    decode_base64url(part[2], &raw);
    CHECK(str_starts(buf_str(&head), STR("{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":"
                                         "{\"kty\":\"EC\",\"x\":\"")));
    CHECK(str_ends(buf_str(&head), STR("\",\"crv\":\"P-256\"}}")));
    CHECK_STR(buf_str(&claims), "{\"jti\":\"id\",\"htm\":\"POST\",\"htu\":\"https://h/v1/token\","
                                "\"iat\":42}");
    CHECK(signature_holds(str_slice(buf_str(&token), 0, part[0].len + part[1].len + 1),
                          buf_str(&raw)));
    buf_free(&token);
    buf_free(&head);
    buf_free(&claims);
    buf_free(&raw);
}

TEST(dpop_with_a_key_that_is_none)
{
    struct buf token = {0};
    struct err e = {0};

    CHECK(dpop_header(STR("nonsense"), STR("POST"), STR("u"), STR(""), 1, &token, &e) ==
          ERR_CONNECT);
    CHECK(dpop_header(STR(""), STR("POST"), STR("u"), STR(""), 1, &token, &e) == ERR_CONNECT);
    CHECK_STR(str_of(e.text), "the sign-in's key is no private key on P-256");
    CHECK(token.len == 0);
}

/* ---- login sessions ---- */

#define LOGIN_CONFIG "[default]\nlogin_session = arn:aws:iam::5:user/me\n"
#define LOGIN_ANSWER                                                                               \
    "{\"accessToken\":{\"accessKeyId\":\"k2\",\"secretAccessKey\":\"s2\",\"sessionToken\":"        \
    "\"t2\"},\"tokenType\":\"aws_sigv4\",\"expiresIn\":900,\"refreshToken\":\"ref2\"}"

static char login_path[120];

static void write_login(const char *until)
{
    char hash[DIGEST_HEX];
    struct buf text = {0};

    make_key();
    digest_sha256_hex(STR("arn:aws:iam::5:user/me"), hash);
    snprintf(login_path, sizeof(login_path), ".aws/login/cache/%s.json", hash);
    buf_addf(&text,
             "{\"accessToken\":{\"accessKeyId\":\"k1\",\"secretAccessKey\":\"s1\","
             "\"sessionToken\":\"t1\",\"accountId\":\"5\",\"expiresAt\":\"%s\"},\"tokenType\":"
             "\"aws_sigv4\",\"clientId\":\"arn:aws:signin:::devtools/same-device\","
             "\"refreshToken\":\"ref\",\"idToken\":\"id\",\"dpopKey\":\"",
             until);
    for (size_t i = 0; i < pem.len; i++) {
        if (pem.s[i] == '\n')
            buf_lit(&text, "\\n");
        else
            buf_char(&text, pem.s[i]);
    }
    buf_lit(&text, "\"}");
    write_file(login_path, buf_cstr(&text));
    buf_free(&text);
}

TEST(login)
{
    begin(LOGIN_CONFIG, NULL);
    write_login("2026-01-02T03:14:05Z");
    CHECK_STR(credentials_of(NULL), "k1 s1 t1 5 from login session");
    CHECK(asked == 0);
}

TEST(login_is_renewed)
{
    size_t at;

    begin(LOGIN_CONFIG, NULL);
    write_login("2026-01-02T03:08:05Z");
    ANSWERS({200, LOGIN_ANSWER});
    CHECK_STR(credentials_of(NULL), "k2 s2 t2 5 from login session");
    CHECK(got->expires_ms == T0 + 900000);
    CHECK(was_said("POST https://eu-west-1.signin.aws.amazon.com/v1/token\n"
                   "Content-Type: application/json\nDPoP: ey"));
    CHECK(was_said("\n{\"clientId\":\"arn:aws:signin:::devtools/same-device\",\"grantType\":"
                   "\"refresh_token\",\"refreshToken\":\"ref\"}\n"));
    CHECK(
        str_find(read_file(login_path), STR("\"refreshToken\":\"ref2\",\"idToken\":\"id\""), &at));
    CHECK(str_find(read_file(login_path),
                   STR("\"accountId\":\"5\",\"expiresAt\":"
                       "\"2026-01-02T03:19:05Z\""),
                   &at));
}

TEST(login_refused)
{
    begin(LOGIN_CONFIG, NULL);
    CHECK_STR(credentials_of(NULL),
              "error: the login session of the profile \"default\" has not been made");
    CHECK_STR(str_of(failure.hint), "`aws login --profile default`");
    write_login(PAST);
    ANSWERS({401, "{\"error\":\"TOKEN_EXPIRED\",\"message\":\"m\"}"},
            {403, "{\"error\":\"USER_CREDENTIALS_CHANGED\"}"},
            {403, "{\"error\":\"INSUFFICIENT_PERMISSIONS\"}"}, {400, "?"}, {200, "{}"},
            {200, "nonsense"});
    CHECK_STR(credentials_of(NULL),
              "error: the login session of the profile \"default\" has expired");
    CHECK_STR(credentials_of(NULL), "error: the login session of the profile \"default\" ended "
                                    "since the user's credentials changed");
    CHECK_STR(credentials_of(NULL), "error: the user of the profile \"default\" may not renew the "
                                    "login session: signin:CreateOAuth2Token is not allowed");
    CHECK_STR(credentials_of(NULL), "error: the sign-in service answered with HTTP status 400");
    CHECK_STR(credentials_of(NULL),
              "error: the answer of the sign-in service holds no credentials");
    CHECK_STR(credentials_of(NULL),
              "error: the answer of the sign-in service is not a JSON object");
    write_file(login_path, "{\"accessToken\":{}}");
    CHECK_STR(credentials_of(NULL),
              "error: the login session of the profile \"default\" is not complete in its cache");
}

TEST(login_cache_elsewhere)
{
    char hash[DIGEST_HEX], path[120];

    begin(LOGIN_CONFIG, NULL);
    setenv("AWS_LOGIN_CACHE_DIRECTORY", "$HOME/cache", 1);
    write_login("2026-01-02T03:14:05Z");
    digest_sha256_hex(STR("arn:aws:iam::5:user/me"), hash);
    snprintf(path, sizeof(path), "cache/%s.json", hash);
    CHECK(str_starts(credentials_of(NULL), STR("error: the login session ")));
    struct buf kept = {0};

    buf_str_add(&kept, read_file(login_path));
    write_file(path, buf_cstr(&kept));
    buf_free(&kept);
    CHECK_STR(credentials_of(NULL), "k1 s1 t1 5 from login session");
}

/* ---- credential_process ---- */

static struct str process_says(const char *script)
{
    char text[1200];

    begin(NULL, NULL);
    write_file("script", script);
    snprintf(text, sizeof(text), "[default]\ncredential_process = /bin/sh \"%s/script\" 'a b'\n",
             home);
    write_file(".aws/config", text);
    return credentials_of(NULL);
}

TEST(process)
{
    CHECK_STR(process_says("echo '{\"Version\":1,\"AccessKeyId\":\"k\",\"SecretAccessKey\":\"'$1'"
                           "\",\"SessionToken\":\"t\",\"Expiration\":\"2026-01-02T04:04:05Z\","
                           "\"AccountId\":\"7\"}'\n"),
              "k a b t 7 from credential_process");
    CHECK(got->expires_ms == T0 + 3600000);
    CHECK_STR(
        process_says("echo '{\"Version\":1,\"AccessKeyId\":\"k\",\"SecretAccessKey\":\"s\"}'"),
        "k s - - from credential_process");
    CHECK(got->expires_ms == 0);
}

TEST(process_runs_again)
{
    process_says("echo x >> ~/count\n"
                 "echo '{\"Version\":1,\"AccessKeyId\":\"k'$(wc -l < ~/count)'\","
                 "\"SecretAccessKey\":\"s\",\"Expiration\":\"2026-01-02T04:04:05Z\"}'\n");
    CHECK_STR(show(get()), "k1 s - - from credential_process");
    now_ms += 50 * 60000;
    CHECK_STR(show(get()), "k2 s - - from credential_process");
    CHECK(aws_credentials_expire(chain, got->number));
    CHECK_STR(show(get()), "k3 s - - from credential_process");
}

TEST(process_that_fails)
{
    static const struct {
        const char *script, *want;
    } cases[] = {
        {"exit 3\n", "error: the credential_process of the profile \"default\" (/bin/sh) failed "
                     "with status 3"},
        {"kill -9 $$\n", "error: the credential_process of the profile \"default\" (/bin/sh) was "
                         "killed by signal 9"},
        {"echo SECRET\n", "error: the answer of credential_process is not a JSON object"},
        {"echo '{}'\n", "error: the answer of credential_process has no Version 1, the only one "
                        "there is"},
        {"echo '{\"Version\":2}'\n", "error: the answer of credential_process has no Version 1, "
                                     "the only one there is"},
        {"echo '{\"Version\":1}'\n", "error: the answer of credential_process has no AccessKeyId"},
        {"echo '{\"Version\":1,\"AccessKeyId\":\"k\"}'\n",
         "error: the answer of credential_process has no SecretAccessKey"},
        {"echo '{\"Version\":1,\"AccessKeyId\":\"k\",\"SecretAccessKey\":\"s\",\"Expiration\":"
         "\"never\"}'\n",
         "error: the answer of credential_process has no Expiration that is a time"},
        {"yes\n", "error: the credential_process of the profile \"default\" (/bin/sh) prints far "
                  "too much"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_STR(process_says(cases[i].script), cases[i].want);
    begin("[default]\ncredential_process = /nonexistent/program\n", NULL);
    CHECK_STR(credentials_of(NULL), "error: the credential_process of the profile \"default\" "
                                    "(/nonexistent/program) cannot be started: No such file or "
                                    "directory");
    begin("[default]\ncredential_process = sh 'open\n", NULL);
    CHECK_STR(credentials_of(NULL), "error: the credential_process of the profile \"default\" has "
                                    "an open quote or is empty");
}

/* ---- containers ---- */

#define CONTAINER_ANSWER                                                                           \
    "{\"RoleArn\":\"r\",\"AccessKeyId\":\"k\",\"SecretAccessKey\":\"s\",\"Token\":\"t\","          \
    "\"Expiration\":\"2026-01-02T04:04:05Z\",\"AccountId\":\"6\"}"

TEST(container)
{
    begin(NULL, NULL);
    setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x", 1);
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example/", 1);
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "tok", 1);
    ANSWERS({200, CONTAINER_ANSWER});
    CHECK_STR(credentials_of(NULL), "k s t 6 from container");
    CHECK(was_said("GET http://169.254.170.2/v2/credentials/x directly\nAccept: application/json\n"
                   "Authorization: tok\n"));
}

TEST(container_token_file)
{
    char path[200];

    begin(NULL, NULL);
    snprintf(path, sizeof(path), "%s/token", home);
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials", 1);
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path, 1);
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "not this", 1);
    CHECK(str_starts(credentials_of(NULL),
                     STR("error: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: cannot open ")));
    write_file("token", "from-file");
    ANSWERS({0}, {500, ""}, {200, CONTAINER_ANSWER}, {200, CONTAINER_ANSWER});
    CHECK_STR(credentials_of(NULL), "k s t 6 from container");
    CHECK(paused_ms == 2000);
    CHECK(was_said("Authorization: from-file\n"));
    write_file("token", "renewed");
    CHECK(aws_credentials_expire(chain, got->number) && get() == 0);
    CHECK(was_said("Authorization: renewed\n"));
    write_file("token", "a\r\nX-Evil: b");
    CHECK(str_starts(credentials_of(NULL), STR("error: the container's authorization token ")));
}

TEST(container_hosts)
{
    static const char *const allowed[] = {
        "http://127.0.0.1/x",     "http://127.9.8.7:81/x",  "http://[::1]/x",
        "http://localhost:99/x",  "http://169.254.170.2/x", "http://169.254.170.23/x",
        "http://[fd00:ec2::23]/", "https://any.example/x",  "http://[0:0:0:0:0:0:0:1]/x",
    };
    static const char *const refused[] = {
        "http://evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://169.254.170.3/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://[::ffff:1.2.3.4]/",
        "http://localhost.evil/",
        "http://127.0.0.1@evil.example/",
        "ftp://127.0.0.1/",
        "http://evil.example#@localhost/",
        "http://169.254.169.254/",
        "http://[fd00:ec2::24]/",
        "https://user:pw@any.example/",
    };
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++) {
        begin(NULL, NULL);
        setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", allowed[i], 1);
        ANSWERS({200, CONTAINER_ANSWER});
        CHECK_STR(credentials_of(NULL), "k s t 6 from container");
    }
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        begin(NULL, NULL);
        setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", refused[i], 1);
        CHECK(str_starts(credentials_of(NULL), STR("error: AWS_CONTAINER_CREDENTIALS_FULL_URI ")));
        CHECK(asked == 0 && failure.code == ERR_CONNECT);
    }
    begin(NULL, NULL);
    setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@evil.example/", 1);
    CHECK(str_starts(credentials_of(NULL), STR("error: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ")));
}

TEST(container_refused)
{
    begin(NULL, NULL);
    setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x", 1);
    ANSWERS({403, ""}, {200, ""}, {200, "{\"AccessKeyId\":\"k\"}"}, {0}, {0}, {0});
    CHECK_STR(credentials_of(NULL),
              "error: the container's credential service answered with HTTP status 403");
    CHECK_STR(credentials_of(NULL), "error: the answer of the container's credential service is "
                                    "not a JSON object");
    CHECK_STR(credentials_of(NULL),
              "error: the answer of the container's credential service has no SecretAccessKey");
    CHECK(str_starts(credentials_of(NULL), STR("error: nobody answers at ")));
}

/* ---- instances ---- */

#define INSTANCE_ANSWER                                                                            \
    "{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"k\",\"SecretAccessKey\":\"s\"," \
    "\"Token\":\"t\",\"Expiration\":\"2026-01-02T09:04:05Z\"}"

TEST(instance)
{
    begin(NULL, NULL);
    ANSWERS({200, "tok=="}, {200, "my-role"}, {200, INSTANCE_ANSWER});
    CHECK_STR(credentials_of(NULL), "k s t - from instance metadata");
    CHECK(was_said("PUT http://169.254.169.254/latest/api/token directly\n"
                   "x-aws-ec2-metadata-token-ttl-seconds: 21600\n"));
    CHECK(was_said("GET http://169.254.169.254/latest/meta-data/iam/security-credentials/ directly"
                   "\nx-aws-ec2-metadata-token: tok==\n"));
    CHECK(was_said("/iam/security-credentials/my-role directly\n"));
}

TEST(instance_version_1)
{
    begin(NULL, NULL);
    ANSWERS({404, ""}, {200, "my-role"}, {200, INSTANCE_ANSWER});
    CHECK_STR(credentials_of(NULL), "k s t - from instance metadata");
    CHECK(was_not_said("x-aws-ec2-metadata-token:"));
    ANSWERS({-1, ""}, {200, "my-role"}, {200, INSTANCE_ANSWER});
    CHECK_STR(credentials_of(NULL), "k s t - from instance metadata");
    setenv("AWS_EC2_METADATA_V1_DISABLED", "true", 1);
    ANSWERS({403, ""}, {200, "my-role"}, {200, INSTANCE_ANSWER});
    CHECK(str_starts(credentials_of(NULL), STR("error: no credentials: ")));
    CHECK(asked == 1);
}

TEST(instance_elsewhere)
{
    begin("[default]\nmetadata_service_num_attempts = 2\n", NULL);
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6", 1);
    ANSWERS({0}, {200, "tok"}, {200, "r"}, {200, INSTANCE_ANSWER});
    CHECK_STR(credentials_of(NULL), "k s t - from instance metadata");
    CHECK(was_said("PUT http://[fd00:ec2::254]/latest/api/token "));
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338/", 1);
    ANSWERS({200, "tok"}, {200, "r"}, {200, INSTANCE_ANSWER});
    CHECK_STR(credentials_of(NULL), "k s t - from instance metadata");
    CHECK(was_said("PUT http://127.0.0.1:1338/latest/api/token "));
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "127.0.0.1", 1);
    CHECK(str_starts(credentials_of(NULL), STR("error: the endpoint of the instance metadata ")));
}

TEST(instance_without_a_role)
{
    static const struct answer cases[][3] = {
        {{200, "tok"}, {404, ""}},
        {{200, "tok"}, {200, "r"}, {404, ""}},
        {{200, "tok"}, {200, "r"}, {200, "nonsense"}},
        {{200, "tok"}, {200, "r"}, {200, "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}"}},
        {{200, "tok"}, {200, "a/../b"}, {200, INSTANCE_ANSWER}},
        {{400, ""}, {200, "r"}, {200, INSTANCE_ANSWER}},
        {{200, "a\r\nb"}, {200, "r"}, {200, INSTANCE_ANSWER}},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        begin(NULL, NULL);
        set_answers(cases[i], 3);
        CHECK(str_starts(credentials_of(NULL), STR("error: no credentials: ")));
    }
}

TEST(instance_past_its_time)
{
    begin(NULL, NULL);
    ANSWERS({200, "tok"}, {200, "r"}, {200, INSTANCE_ANSWER});
    now_ms = T0 + 7 * 3600000;
    CHECK_STR(credentials_of(NULL), "k s t - from instance metadata");
    CHECK(got->expires_ms >= now_ms + 17 * 60000 && got->expires_ms <= now_ms + 25 * 60000);
}

TEST(region_of_the_instance)
{
    struct aws_options o = {0};
    struct str region;

    begin(NULL, NULL);
    ANSWERS({200, "tok"}, {200, "eu-central-1b"});
    o = (struct aws_options){STR(""), STR(""), STR(""), false};
    close_chain();
    config = aws_config_new(&o);
    CHECK(aws_config_region(config, &false_http, &region, &failure) == 0);
    CHECK_STR(region, "eu-central-1");
    CHECK(was_said("/latest/meta-data/placement/availability-zone/ directly\n"));
    CHECK(aws_config_region(config, &false_http, &region, &failure) == 0 && asked == 2);
    close_chain();
    config = aws_config_new(&o);
    CHECK(aws_config_region(config, &false_http, &region, &failure) == ERR_CONNECT);
}

/* ---- helpers ---- */

TEST(numbers_of_seconds)
{
    static const struct {
        const char *text;
        int64_t want;
    } cases[] = {
        {"1767323045", T0},
        {"1.767323045E9", T0},
        {"1767323045.5", T0 + 500},
        {"17673230450e-1", T0},
        {"1.767323045e+9", T0},
        {"1767323045.99999999999999999", T0 + 999},
        {"0", 0},
        {"1e30", -1},
        {"-5", -1},
        {"", -1},
        {"1.2.3", -1},
        {"1e", -1},
        {".", -1},
        {"99999999999999999999999999", -1},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t ms = -1;

        if (!number_to_ms(str_of(cases[i].text), &ms))
            ms = -1;
        if (ms != cases[i].want)
            printf("# %s: %lld\n", cases[i].text, (long long)ms);
        CHECK(ms == cases[i].want);
    }
}

TEST(xml)
{
    struct arena a = {0};
    struct str text;

    CHECK(xml_find(&a, STR("<a><Code/><Code x='y'>1 &lt; 2 &unknown; & &#0;&#xD83D;</Code>"),
                   "Code", &text));
    CHECK_STR(text, "1 < 2 &unknown; & \xef\xbf\xbd\xef\xbf\xbd");
    CHECK(!xml_find(&a, STR("<Codes>x</Codes>"), "Code", &text));
    CHECK(!xml_find(&a, STR("<Code"), "Code", &text));
    CHECK(!xml_find(&a, STR("<Code>x"), "Code", &text));
    CHECK(!xml_find(&a, STR(""), "Code", &text));
    arena_free(&a);
}

TEST(words)
{
    struct arena a = {0};
    struct str *words;
    size_t count;

    CHECK(words_split(&a, STR(" a  'b c'\"d\\\"\\x\"e \\f\\  '' "), &words, &count));
    CHECK(count == 4);
    CHECK_STR(words[0], "a");
    CHECK_STR(words[1], "b cd\"\\xe");
    CHECK_STR(words[2], "f ");
    CHECK_STR(words[3], "");
    CHECK(words_split(&a, STR("1 2 3 4 5 6 7 8 9 10 11 12 13"), &words, &count) && count == 13);
    CHECK_STR(words[12], "13");
    CHECK(words_split(&a, STR(""), &words, &count) && count == 0);
    CHECK(!words_split(&a, STR("'a"), &words, &count));
    CHECK(!words_split(&a, STR("a\\"), &words, &count));
    arena_free(&a);
}

TEST(words_quoted)
{
    char text[WORD_QUOTED];

    CHECK_STR(str_of(word_quote(STR("dev_1.x@eu"), text)), "dev_1.x@eu");
    CHECK_STR(str_of(word_quote(STR("a b"), text)), "'a b'");
    CHECK_STR(str_of(word_quote(STR("it's"), text)), "'it'\\''s'");
    CHECK_STR(str_of(word_quote(STR(""), text)), "''");
    CHECK_STR(str_of(word_quote(STR("b\xc3\xbcro"), text)), "b\xc3\xbcro");
}

/* json.dumps() of Python made the text, and hashlib the name. */
TEST(cache_keys_beyond_ascii)
{
    struct buf b = {0};

    cache_key_text(&b, STR("b\xc3\xbcro \xf0\x9f\x98\x80 \x7f\"/\\\t"));
    CHECK_STR(buf_str(&b), "\"b\\u00fcro \\ud83d\\ude00 \\u007f\\\"/\\\\\\t\"");
    buf_free(&b);
}

__attribute__((destructor)) static void finish(void)
{
    close_chain();
    EVP_PKEY_free(key);
    buf_free(&pem);
}

TEST_MAIN()
