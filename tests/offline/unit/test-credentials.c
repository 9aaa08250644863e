/* The chain: its order, refreshing, keys in environment and files, roles and web identities. */
#include "pksk/aws/credentials.h"

#include "test.h"

#include "aws-world.h"

#define ROLE_ANSWER(key, expires)                                                                  \
    "{\"AssumeRoleResponse\":{\"AssumeRoleResult\":{\"Credentials\":{\"AccessKeyId\":\"" key       \
    "\",\"SecretAccessKey\":\"s3\",\"SessionToken\":\"t3\",\"Expiration\":" expires                \
    "},\"AssumedRoleUser\":{\"Arn\":\"arn:aws:sts::123456789012:assumed-role/Admin/x\","           \
    "\"AssumedRoleId\":\"AROA:x\"}},\"ResponseMetadata\":{\"RequestId\":\"r\"}}}"
#define IN_AN_HOUR "1.767326645E9" /* T0 + 3600 s */

/* ---- environment ---- */

TEST(environment)
{
    begin(NULL, NULL);
    setenv("AWS_ACCESS_KEY_ID", "id", 1);
    CHECK_STR(credentials_of(NULL), "error: AWS_ACCESS_KEY_ID is set in the environment, "
                                    "AWS_SECRET_ACCESS_KEY is not");
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    CHECK_STR(credentials_of(NULL), "id secret - - from environment");
    setenv("AWS_SESSION_TOKEN", "session", 1);
    setenv("AWS_ACCOUNT_ID", "123456789012", 1);
    CHECK_STR(credentials_of(NULL), "id secret session 123456789012 from environment");
    setenv("AWS_SECURITY_TOKEN", "security", 1);
    CHECK_STR(credentials_of(NULL), "id secret security 123456789012 from environment");
    CHECK(got->expires_ms == 0);
    setenv("AWS_CREDENTIAL_EXPIRATION", "2026-01-02T04:04:05Z", 1);
    credentials_of(NULL);
    CHECK(got->expires_ms == T0 + 3600000);
}

TEST(environment_that_cannot_be)
{
    begin(NULL, NULL);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    setenv("AWS_ACCESS_KEY_ID", "i\r\nd", 1);
    CHECK(str_starts(credentials_of(NULL), STR("error: the access key id or session token from "
                                               "the environment holds a blank")));
    setenv("AWS_ACCESS_KEY_ID", "id", 1);
    setenv("AWS_CREDENTIAL_EXPIRATION", "soon", 1);
    CHECK_STR(credentials_of(NULL), "error: AWS_CREDENTIAL_EXPIRATION is not a time");
}

TEST(environment_expires)
{
    begin(NULL, NULL);
    setenv("AWS_ACCESS_KEY_ID", "id", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    setenv("AWS_CREDENTIAL_EXPIRATION", "2026-01-02T04:04:05Z", 1);
    open_chain(NULL);
    CHECK(get() == 0);
    CHECK(!aws_credentials_expire(chain, got->number));
    now_ms += 3600000;
    CHECK_STR(show(get()),
              "error: the credentials from environment expired at 2026-01-02T04:04:05Z");
}

TEST(an_empty_key_is_none)
{
    begin(NULL, "[default]\naws_access_key_id=f\naws_secret_access_key=s\n");
    setenv("AWS_ACCESS_KEY_ID", "", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    CHECK_STR(credentials_of(NULL), "f s - - from shared credentials file");
}

/* ---- files ---- */

TEST(files)
{
    begin("[default]\naws_access_key_id=c\naws_secret_access_key=cs\naws_account_id=1\n",
          "[default]\naws_access_key_id=f\naws_secret_access_key=fs\naws_session_token=ft\n"
          "[half]\naws_access_key_id=h\n");
    CHECK_STR(credentials_of(NULL), "f fs ft - from shared credentials file");
    CHECK(str_starts(credentials_of("half"), STR("error: the profile \"half\" in ")));
    begin("[default]\naws_access_key_id=c\naws_secret_access_key=cs\naws_account_id=1\n", NULL);
    CHECK_STR(credentials_of(NULL), "c cs - 1 from config file");
}

/* ---- the order, by sources that contradict each other ---- */

#define ALL_CONFIG                                                                                 \
    "[default]\nlogin_session = arn:x\ncredential_process = sh -c \"echo "                         \
    "'{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"p\\\",\\\"SecretAccessKey\\\":\\\"s\\\"}'\"\n"    \
    "aws_access_key_id = c\naws_secret_access_key = s\n"

TEST(order)
{
    begin("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = default\n"
          "web_identity_token_file = /nonexistent\n",
          "[default]\naws_access_key_id=f\naws_secret_access_key=s\n");
    CHECK(str_starts(credentials_of(NULL), STR("error: the web identity token: ")));
    begin("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = x\n",
          "[default]\naws_access_key_id=f\naws_secret_access_key=s\n");
    CHECK(str_starts(credentials_of(NULL), STR("error: the profile \"default\" names "
                                               "source_profile = x, which does not exist")));
    setenv("AWS_ACCESS_KEY_ID", "e", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    CHECK_STR(credentials_of(NULL), "e s - - from environment");
    CHECK(str_starts(credentials_of("default"), STR("error: the profile \"default\" names ")));
    begin("[default]\nsso_account_id = 1\n", "[default]\naws_access_key_id=f\n");
    CHECK(str_starts(credentials_of(NULL), STR("error: the profile \"default\" wants IAM ")));
    begin(ALL_CONFIG, "[default]\naws_access_key_id=f\naws_secret_access_key=s\n");
    CHECK_STR(credentials_of(NULL), "f s - - from shared credentials file");
    begin(ALL_CONFIG, NULL);
    CHECK(str_starts(credentials_of(NULL), STR("error: the login session of the profile ")));
    begin("[default]\ncredential_process = false\naws_access_key_id = c\n"
          "aws_secret_access_key = s\n",
          NULL);
    CHECK(str_starts(credentials_of(NULL), STR("error: the credential_process of the profile ")));
    begin("[default]\naws_access_key_id = c\naws_secret_access_key = s\n", NULL);
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example", 1);
    CHECK_STR(credentials_of(NULL), "c s - - from config file");
    begin(NULL, NULL);
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example", 1);
    CHECK(str_starts(credentials_of(NULL), STR("error: AWS_CONTAINER_CREDENTIALS_FULL_URI ")));
}

TEST(a_profile_of_the_environment_leaves_the_keys_there_first)
{
    begin("[profile p]\n", "[p]\naws_access_key_id=f\naws_secret_access_key=s\n");
    setenv("AWS_ACCESS_KEY_ID", "e", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    setenv("AWS_PROFILE", "p", 1);
    CHECK_STR(credentials_of(NULL), "e s - - from environment");
    CHECK_STR(credentials_of("p"), "f s - - from shared credentials file");
}

TEST(none_anywhere)
{
    begin(NULL, NULL);
    CHECK(str_starts(credentials_of(NULL), STR("error: no credentials: none in the environment, "
                                               "none for the profile \"default\" in ")));
    CHECK(failure.code == ERR_CONNECT);
    CHECK(failure.hint[0]);
    CHECK(was_said("PUT http://169.254.169.254/latest/api/token directly\n"));
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    ANSWERS({0});
    credentials_of(NULL);
    CHECK(asked == 0);
}

TEST(local)
{
    struct aws_options o = {STR(""), STR(""), STR("http://127.0.0.1:8000"), true};

    begin("broken", "broken");
    setenv("AWS_ACCESS_KEY_ID", "real", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "real", 1);
    close_chain();
    config = aws_config_new(&o);
    chain = aws_chain_new(config, NULL, NULL, NULL);
    CHECK_STR(show(get()), "real real - - from environment");
    CHECK(!aws_credentials_expire(chain, got->number));
    unsetenv("AWS_SECRET_ACCESS_KEY"); /* half of a pair, and files that are refused */
    close_chain();
    config = aws_config_new(&o);
    chain = aws_chain_new(config, NULL, NULL, NULL);
    CHECK_STR(show(get()), "local local - - from made up for a local server");
    CHECK(!aws_credentials_expire(chain, got->number));
}

/* ---- roles ---- */

#define ROLE_CONFIG                                                                                \
    "[default]\nrole_arn = arn:aws:iam::123456789012:role/Admin\nsource_profile = base\n"          \
    "[profile base]\naws_access_key_id = b\naws_secret_access_key = bs\n"
#define ROLE_CACHE ".aws/cli/cache/51e7b105b5040ce662656c8dc6ab4de70c4de7ad.json"

TEST(role)
{
    begin(ROLE_CONFIG, NULL);
    ANSWERS({200, ROLE_ANSWER("r", IN_AN_HOUR)});
    CHECK_STR(credentials_of(NULL), "r s3 t3 123456789012 from assumed role");
    CHECK(got->expires_ms == T0 + 3600000);
    CHECK(was_said("POST https://sts.eu-west-1.amazonaws.com/\n"));
    CHECK(was_said("Content-Type: application/x-www-form-urlencoded; charset=utf-8\n"));
    CHECK(was_said("X-Amz-Date: 20260102T030405Z\n"));
    CHECK(was_said("Credential=b/20260102/eu-west-1/sts/aws4_request, "
                   "SignedHeaders=content-type;host;x-amz-date, "));
    CHECK(was_said("Accept: application/json\n"));
    CHECK(was_said("\nAction=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"
                   "123456789012%3Arole%2FAdmin&RoleSessionName=pksk-session-1767323045\n"));
}

TEST(role_is_shared_with_the_cli)
{
    begin(ROLE_CONFIG, NULL);
    ANSWERS({200, ROLE_ANSWER("r", IN_AN_HOUR)});
    credentials_of(NULL);
    CHECK_STR(read_file(ROLE_CACHE),
              "{\"Credentials\":{\"AccessKeyId\":\"r\",\"SecretAccessKey\":\"s3\","
              "\"SessionToken\":\"t3\",\"Expiration\":\"2026-01-02T04:04:05Z\","
              "\"AccountId\":\"123456789012\"},\"AssumedRoleUser\":{\"AssumedRoleId\":\"AROA:x\","
              "\"Arn\":\"arn:aws:sts::123456789012:assumed-role/Admin/x\"}}");
    CHECK_STR(credentials_of(NULL), "r s3 t3 123456789012 from assumed role");
    CHECK(asked == 1);
    now_ms = T0 + 46 * 60000; /* 14 minutes left: too few to begin with */
    CHECK(str_starts(credentials_of(NULL), STR("error: nobody answers at ")));
}

TEST(role_from_the_clis_own_cache)
{
    begin(ROLE_CONFIG, NULL);
    write_file(ROLE_CACHE,
               "{\"Credentials\": {\"AccessKeyId\": \"k\", \"SecretAccessKey\": \"s\", "
               "\"SessionToken\": \"t\", \"Expiration\": \"2026-01-02T04:04:05UTC\"}, "
               "\"AssumedRoleUser\": {\"Arn\": \"arn:aws:sts::42:assumed-role/Admin/y\"}}");
    CHECK_STR(credentials_of(NULL), "k s t 42 from assumed role");
    CHECK(asked == 0);
    write_file(ROLE_CACHE, "{\"Credentials\": nonsense");
    ANSWERS({200, ROLE_ANSWER("r", IN_AN_HOUR)});
    CHECK_STR(credentials_of(NULL), "r s3 t3 123456789012 from assumed role");
}

static struct str cache_names(void)
{
    static const char *const names[] = {
        ".aws/cli/cache/bd439a000c3c862f432771beefef8ef236bd2116.json", ROLE_CACHE};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (read_file(names[i]).len)
            return str_of(names[i]);
    return STR("");
}

TEST(role_with_everything)
{
    begin("[default]\nrole_arn = arn:aws:iam::123456789012:role/Admin\n"
          "credential_source = Environment\nexternal_id = x1\nduration_seconds = 3600\n",
          NULL);
    setenv("AWS_ACCESS_KEY_ID", "e", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "es", 1);
    setenv("AWS_SESSION_TOKEN", "et", 1);
    CHECK(str_starts(credentials_of("default"), STR("error: nobody answers at ")));
    CHECK(was_said("Credential=e/"));
    unsetenv("AWS_ACCESS_KEY_ID");
    CHECK_STR(credentials_of("default"), "error: the profile \"default\" names "
                                         "credential_source = Environment, which has none");
    begin("[default]\nrole_arn = arn:aws:iam::123456789012:role/Admin\n"
          "source_profile = base\nexternal_id = x1\nduration_seconds = 3600\n"
          "[profile base]\naws_access_key_id=b\naws_secret_access_key=s\naws_session_token=bt\n",
          NULL);
    ANSWERS({200, ROLE_ANSWER("r", IN_AN_HOUR)});
    CHECK_STR(credentials_of(NULL), "r s3 t3 123456789012 from assumed role");
    CHECK(was_said("&ExternalId=x1&DurationSeconds=3600\n"));
    CHECK(was_said("X-Amz-Security-Token: bt\n"));
    CHECK(was_said("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, "));
    CHECK_STR(cache_names(), ".aws/cli/cache/bd439a000c3c862f432771beefef8ef236bd2116.json");
}

TEST(roles_in_a_row)
{
    begin("[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n"
          "role_session_name = me\n"
          "[profile b]\nrole_arn = arn:aws:iam::2:role/b\nsource_profile = c\n"
          "[profile c]\naws_access_key_id=c\naws_secret_access_key=cs\n",
          NULL);
    ANSWERS({200, ROLE_ANSWER("rb", IN_AN_HOUR)}, {200, ROLE_ANSWER("ra", IN_AN_HOUR)});
    CHECK_STR(credentials_of(NULL), "ra s3 t3 123456789012 from assumed role");
    CHECK(was_said("Credential=c/"));
    CHECK(was_said("Credential=rb/"));
    CHECK(was_said("&RoleSessionName=me\n"));
}

TEST(role_settings_that_contradict)
{
    static const struct {
        const char *config, *want;
    } cases[] = {
        {"[default]\nrole_arn=a\n", "error: the profile \"default\" has a role_arn but neither "
                                    "source_profile nor credential_source"},
        {"[default]\nrole_arn=a\nsource_profile=b\ncredential_source=Environment\n",
         "error: the profile \"default\" has both source_profile and credential_source"},
        {"[default]\nrole_arn=a\ncredential_source=environment\n",
         "error: the profile \"default\" names credential_source = environment, which may be "
         "Environment, EcsContainer or Ec2InstanceMetadata"},
        {"[default]\nrole_arn=a\nsource_profile=default\n",
         "error: the profile \"default\" names source_profile = default, which leads back to it"},
        {"[default]\nrole_arn=a\nsource_profile=b\n[profile b]\nrole_arn=b\n"
         "source_profile=default\n",
         "error: the profile \"b\" names source_profile = default, which leads back to it"},
        {"[default]\nrole_arn=a\nsource_profile=b\n[profile b]\nregion=x\n",
         "error: the profile \"b\", which \"default\" names as source_profile, has no credentials"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        begin(cases[i].config, NULL);
        CHECK_STR(credentials_of(NULL), cases[i].want);
        CHECK(failure.code == ERR_CONNECT);
    }
}

TEST(role_of_a_profile_with_keys_of_its_own)
{
    begin("[default]\nrole_arn = arn:aws:iam::123456789012:role/Admin\nsource_profile = default\n",
          "[default]\naws_access_key_id=f\naws_secret_access_key=s\n");
    ANSWERS({200, ROLE_ANSWER("r", IN_AN_HOUR)});
    CHECK_STR(credentials_of(NULL), "r s3 t3 123456789012 from assumed role");
    CHECK(was_said("Credential=f/"));
}

static int mfa(void *ctx, struct str prompt, struct str *ret)
{
    buf_str_add(ctx, prompt);
    *ret = STR("123456\n");
    return 0;
}

TEST(mfa_code)
{
    struct buf prompts = {0};

    begin("[default]\nrole_arn = arn:aws:iam::123456789012:role/Admin\nsource_profile = base\n"
          "mfa_serial = arn:aws:iam::1:mfa/me\n"
          "[profile base]\naws_access_key_id = b\naws_secret_access_key = bs\n",
          NULL);
    ANSWERS({200, ROLE_ANSWER("r", IN_AN_HOUR)});
    CHECK_STR(credentials_of(NULL),
              "error: the profile \"default\" needs an MFA code, and there is nobody to ask");
    CHECK(asked == 0);
    asker = (struct aws_ask){mfa, &prompts};
    CHECK_STR(credentials_of(NULL), "r s3 t3 123456789012 from assumed role");
    CHECK_STR(buf_str(&prompts), "Enter MFA code for arn:aws:iam::1:mfa/me: ");
    CHECK(was_said("&SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fme&TokenCode=123456\n"));
    asker = (struct aws_ask){0};
    buf_free(&prompts);
}

#define XML_ANSWER                                                                                 \
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n<AssumeRoleResult>" \
    "<AssumedRoleUser><Arn>arn:aws:sts::9:assumed-role/a/b</Arn>"                                  \
    "<AssumedRoleId>A:b</AssumedRoleId></AssumedRoleUser><Credentials>"                            \
    "<AccessKeyId>x</AccessKeyId><SecretAccessKey>a&amp;b&#x3c;&#62;</SecretAccessKey>"            \
    "<SessionToken>\n t </SessionToken><Expiration>2026-01-02T04:04:05Z</Expiration>"              \
    "</Credentials></AssumeRoleResult></AssumeRoleResponse>"

TEST(role_answered_in_xml)
{
    begin(ROLE_CONFIG, NULL);
    ANSWERS({200, XML_ANSWER});
    CHECK_STR(credentials_of(NULL), "x a&b<> t 9 from assumed role");
    CHECK(got->expires_ms == T0 + 3600000);
}

TEST(role_refused)
{
    begin(ROLE_CONFIG, NULL);
    ANSWERS({403, "{\"Error\":{\"Code\":\"AccessDenied\",\"Message\":\"no way\",\"Type\":"
                  "\"Sender\"},\"RequestId\":\"r\"}"},
            {403, "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>"
                  "<Message>old</Message></Error></ErrorResponse>"},
            {404, "nothing"});
    CHECK_STR(credentials_of(NULL), "error: STS refused AssumeRole: AccessDenied: no way");
    CHECK_STR(str_of(failure.service), "AccessDenied");
    CHECK_STR(str_of(failure.hint),
              "the role is arn:aws:iam::123456789012:role/Admin, of the profile \"default\"");
    CHECK_STR(credentials_of(NULL), "error: STS refused AssumeRole: ExpiredToken: old");
    CHECK_STR(str_of(failure.hint), "fetch new keys for the profile \"base\" in the config file, "
                                    "then `connect profile base`");
    CHECK_STR(credentials_of(NULL), "error: STS answered AssumeRole with HTTP status 404");
}

TEST(role_answers_that_make_no_sense)
{
    static const char *const bodies[] = {
        "",
        "{}",
        "[]",
        "nonsense",
        "<AssumeRoleResponse>",
        "{\"AssumeRoleResponse\":3}",
        "<a><AccessKeyId>x</AccessKeyId><SecretAccessKey>y</SecretAccessKey></a>",
    };

    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        begin(ROLE_CONFIG, NULL);
        ANSWERS({200, bodies[i]});
        CHECK_STR(credentials_of(NULL),
                  "error: the answer of STS to AssumeRole holds no credentials");
    }
    begin(ROLE_CONFIG, NULL);
    ANSWERS({200, ROLE_ANSWER("r", "\"whenever\"")});
    CHECK_STR(credentials_of(NULL),
              "error: the answer of STS to AssumeRole does not say until when");
    begin(ROLE_CONFIG, NULL);
    ANSWERS({200, ROLE_ANSWER("r\\r\\nX-Evil: 1", IN_AN_HOUR)});
    CHECK(str_starts(credentials_of(NULL), STR("error: the access key id or session token from ")));
}

TEST(role_is_asked_for_again_after_a_failure_on_the_way)
{
    begin(ROLE_CONFIG, NULL);
    ANSWERS({0}, {503, ""}, {200, ROLE_ANSWER("r", IN_AN_HOUR)});
    CHECK_STR(credentials_of(NULL), "r s3 t3 123456789012 from assumed role");
    CHECK(asked == 3);
    CHECK(paused_ms == 150);
}

/* ---- refreshing ---- */

TEST(refresh_before_the_end)
{
    begin(ROLE_CONFIG, NULL);
    ANSWERS({200, ROLE_ANSWER("r1", IN_AN_HOUR)}, {200, ROLE_ANSWER("r2", "1767330245")});
    credentials_of(NULL);
    now_ms = T0 + 44 * 60000;
    CHECK(get() == 0 && asked == 1);
    now_ms = T0 + 46 * 60000;
    CHECK_STR(show(get()), "r2 s3 t3 123456789012 from assumed role");
    CHECK(asked == 2);
}

TEST(refresh_that_fails_is_borne_for_a_while)
{
    begin(ROLE_CONFIG, NULL);
    ANSWERS({200, ROLE_ANSWER("r1", IN_AN_HOUR)});
    credentials_of(NULL);
    now_ms = T0 + 46 * 60000;
    CHECK_STR(show(get()), "r1 s3 t3 123456789012 from assumed role");
    CHECK(asked == 4); /* three attempts */
    CHECK(get() == 0 && asked == 4);
    now_ms += 61000;
    CHECK(get() == 0 && asked == 7);
    now_ms = T0 + 51 * 60000;
    CHECK(str_starts(show(get()), STR("error: nobody answers at ")));
}

TEST(refresh_when_the_service_says_so)
{
    begin(ROLE_CONFIG, NULL);
    ANSWERS({200, ROLE_ANSWER("r1", IN_AN_HOUR)}, {200, ROLE_ANSWER("r2", IN_AN_HOUR)});
    credentials_of(NULL);
    unsigned first = got->number;

    CHECK(aws_credentials_expire(chain, first));
    CHECK_STR(show(get()), "r2 s3 t3 123456789012 from assumed role");
    CHECK(get() == 0 && asked == 2);
    CHECK(aws_credentials_expire(chain, first)); /* a late answer to a request signed with them */
    CHECK_STR(show(get()), "r2 s3 t3 123456789012 from assumed role");
    CHECK(asked == 2);
}

/* ---- web identity ---- */

#define WEB_ANSWER                                                                                 \
    "{\"AssumeRoleWithWebIdentityResponse\":{\"AssumeRoleWithWebIdentityResult\":{"                \
    "\"Credentials\":{\"AccessKeyId\":\"w\",\"SecretAccessKey\":\"ws\",\"SessionToken\":\"wt\","   \
    "\"Expiration\":" IN_AN_HOUR "},\"AssumedRoleUser\":{\"Arn\":"                                 \
    "\"arn:aws:sts::7:assumed-role/a/b\",\"AssumedRoleId\":\"A:b\"}}}}"

static void web_identity_environment(void)
{
    char path[200];

    snprintf(path, sizeof(path), "%s/token", home);
    write_file("token", "eyJ.tok/en=\n");
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
    setenv("AWS_ROLE_ARN", "arn:aws:iam::7:role/web", 1);
}

TEST(web_identity)
{
    begin(NULL, NULL);
    web_identity_environment();
    setenv("AWS_ROLE_SESSION_NAME", "pod", 1);
    ANSWERS({200, WEB_ANSWER});
    CHECK_STR(credentials_of(NULL), "w ws wt 7 from web identity");
    CHECK(was_said("\nAction=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam"
                   "%3A%3A7%3Arole%2Fweb&RoleSessionName=pod&WebIdentityToken=eyJ.tok%2Fen%3D\n"));
    CHECK(was_not_said("Authorization"));
}

TEST(web_identity_of_a_profile)
{
    char text[300];

    begin(NULL, NULL);
    snprintf(text, sizeof(text),
             "[default]\nrole_arn = arn:aws:iam::7:role/p\nweb_identity_token_file = %s/token\n"
             "[profile q]\nrole_arn = arn:aws:iam::8:role/q\nsource_profile = default\n",
             home);
    begin(text, NULL);
    write_file("token", "tok");
    ANSWERS({200, WEB_ANSWER}, {200, ROLE_ANSWER("q", IN_AN_HOUR)});
    CHECK_STR(credentials_of("q"), "q s3 t3 123456789012 from assumed role");
    CHECK(was_said("Credential=w/"));
}

TEST(web_identity_that_is_not_complete)
{
    begin(NULL, NULL);
    web_identity_environment();
    unsetenv("AWS_ROLE_ARN");
    CHECK(str_starts(credentials_of(NULL), STR("error: a web identity token file is set but no ")));
    web_identity_environment();
    write_file("token", " \n");
    CHECK(str_starts(credentials_of(NULL), STR("error: the web identity token file ")));
}

TEST(web_identity_tries_again_when_the_provider_did_not_answer)
{
    begin(NULL, NULL);
    web_identity_environment();
    ANSWERS({400, "{\"Error\":{\"Code\":\"IDPCommunicationError\",\"Message\":\"m\"}}"},
            {200, WEB_ANSWER});
    CHECK_STR(credentials_of(NULL), "w ws wt 7 from web identity");
}

__attribute__((destructor)) static void finish(void)
{
    close_chain();
}

TEST_MAIN()
