/* Profiles, regions, endpoints and settings, from a temporary home directory and a clean
 * environment. */
#include "pksk/aws/config.h"

#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "pksk/base/file.h"

static char home[] = "/tmp/pksk-config-XXXXXX";

static void write_file(const char *name, const char *text)
{
    struct err e = {0};
    char path[200];

    snprintf(path, sizeof(path), "%s/.aws/%s", home, name);
    if (file_write(path, str_of(text), &e) < 0)
        printf("# %s\n", e.text);
}

/* Nothing set, and the two files; NULL: no such file. */
static void begin(const char *config, const char *credentials)
{
    char path[200];

    clearenv();
    setenv("HOME", home, 1);
    snprintf(path, sizeof(path), "%s/.aws", home);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/.aws/config", home);
    unlink(path);
    snprintf(path, sizeof(path), "%s/.aws/credentials", home);
    unlink(path);
    if (config)
        write_file("config", config);
    if (credentials)
        write_file("credentials", credentials);
}

static struct aws_config *with(const char *profile, const char *region, const char *endpoint)
{
    struct aws_options o = {str_of(profile ? profile : ""), str_of(region ? region : ""),
                            str_of(endpoint ? endpoint : ""), false};

    return aws_config_new(&o);
}

static char answer[700];

static struct str show(int r, struct str value, const struct err *e)
{
    snprintf(answer, sizeof(answer), "%s%.*s", r < 0 ? "error: " : "",
             STR_ARG(r < 0 ? str_of(e->text) : value));
    return str_of(answer);
}

static struct str region_of(const char *profile, const char *region)
{
    struct aws_config *c = with(profile, region, NULL);
    struct err e = {0};
    struct str value = STR("");
    int r = aws_config_region(c, NULL, &value, &e);
    struct str shown = show(r, value, &e);

    aws_config_free(c);
    return shown;
}

static struct str endpoint_of(const char *endpoint, enum aws_service service)
{
    struct aws_config *c = with(NULL, "eu-west-1", endpoint);
    struct err e = {0};
    struct aws_endpoint got = {0};
    int r = aws_config_endpoint(c, service, NULL, STR(""), STR(""), &got, &e);
    struct str shown = show(r, str_of(got.url), &e);

    aws_config_free(c);
    return shown;
}

TEST(region_order)
{
    begin("[default]\nregion = from-config-1\n", "[default]\nregion = from-credentials-1\n");
    CHECK_STR(region_of(NULL, NULL), "from-credentials-1");
    begin("[default]\nregion = from-config-1\n", NULL);
    CHECK_STR(region_of(NULL, NULL), "from-config-1");
    setenv("AWS_DEFAULT_REGION", "from-default-1", 1);
    CHECK_STR(region_of(NULL, NULL), "from-default-1");
    setenv("AWS_REGION", "from-region-1", 1);
    CHECK_STR(region_of(NULL, NULL), "from-region-1");
    CHECK_STR(region_of(NULL, "from-option-1"), "from-option-1");
    setenv("AWS_REGION", "", 1);
    CHECK_STR(region_of(NULL, NULL), "from-default-1");
}

TEST(no_region)
{
    begin(NULL, NULL);
    CHECK(str_starts(region_of(NULL, NULL), STR("error: no region is set: ")));
}

TEST(profile_order)
{
    begin("[default]\nregion=d\n[profile a]\nregion=a\n[profile b]\nregion=b\n", "[c]\nregion=c\n");
    CHECK_STR(region_of(NULL, NULL), "d");
    setenv("AWS_DEFAULT_PROFILE", "a", 1);
    CHECK_STR(region_of(NULL, NULL), "a");
    setenv("AWS_PROFILE", "b", 1);
    CHECK_STR(region_of(NULL, NULL), "b");
    CHECK_STR(region_of("c", NULL), "c");
}

TEST(missing_profile_lists_those_there_are)
{
    struct aws_config *c;
    struct err e = {0};
    struct str value;

    begin("[default]\n[profile a]\n[profile \"b c\"]\n[services s]\n", "[a]\n[d]\n");
    c = with("x", "eu-west-1", "http://localhost:8000");
    CHECK(aws_config_region(c, NULL, &value, &e) == ERR_CONNECT);
    CHECK(str_starts(str_of(e.text), STR("there is no profile \"x\" in ")));
    CHECK_STR(str_of(e.hint), "the profiles there are: default, a, b c, d");
    aws_config_free(c);
    begin(NULL, NULL);
    c = with("x", NULL, NULL);
    CHECK(aws_config_load(c, &e) == ERR_CONNECT);
    CHECK_STR(str_of(e.hint),
              "there are no profiles at all; `aws configure --profile x` makes one");
    CHECK(aws_config_load(c, &e) == ERR_CONNECT);
    aws_config_free(c);
}

TEST(sections_of_the_config_file)
{
    begin("[default]\nregion=one\n[profile default]\nregion=two\n[profile 'q r']\nregion=q\n"
          "[ profile s]\nregion=s\n[profile t u]\nregion=t\n[profile \"v]\nregion=v\n",
          NULL);
    CHECK_STR(region_of(NULL, NULL), "two");
    CHECK_STR(region_of("q r", NULL), "q");
    CHECK(str_starts(region_of("s", NULL), STR("error: there is no profile \"s\"")));
    CHECK(str_starts(region_of("t", NULL), STR("error: there is no profile \"t\"")));
    CHECK(str_starts(region_of("v", NULL), STR("error: there is no profile \"v\"")));
}

TEST(files_are_where_the_environment_says)
{
    char path[200];

    begin(NULL, NULL);
    write_file("other", "[default]\nregion=other-1\n");
    setenv("AWS_CONFIG_FILE", "$HOME/.aws/other", 1);
    CHECK_STR(region_of(NULL, NULL), "other-1");
    setenv("AWS_CONFIG_FILE", "~/.aws/nothing", 1);
    snprintf(path, sizeof(path), "%s/.aws/other", home);
    setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1);
    CHECK_STR(region_of(NULL, NULL), "other-1");
}

TEST(a_file_that_does_not_parse)
{
    char want[300];

    begin("[default]\nregion\n", NULL);
    snprintf(want, sizeof(want),
             "error: %s/.aws/config:2: there is neither \"=\" nor \":\" in this line", home);
    CHECK_STR(region_of(NULL, NULL), want);
    CHECK_STR(region_of(NULL, "eu-west-1"), "eu-west-1");
}

TEST(a_file_is_read_again_until_it_parses)
{
    struct aws_options o = {STR("p"), STR(""), STR(""), false};
    struct str region = STR("");
    struct err e = {0};

    begin("[profile p]\nregion = a # b\nregion\n", "[x]\nk = v # w\n");
    struct aws_config *c = aws_config_new(&o);
    const struct str *warnings;

    CHECK(aws_config_region(c, NULL, &region, &e) == ERR_CONNECT);
    write_file("config", "[profile q]\nregion = one\n");
    CHECK(aws_config_region(c, NULL, &region, &e) == ERR_CONNECT);
    CHECK(str_starts(str_of(e.text), STR("there is no profile \"p\" in ")));
    write_file("config", "[profile p]\nregion = one\n");
    CHECK(aws_config_region(c, NULL, &region, &e) == 0);
    CHECK_STR(region, "one");
    CHECK(aws_config_warnings(c, &warnings) == 1);
    write_file("config", "[profile p]\nregion = two\n"); /* now what was read stays */
    CHECK(aws_config_region(c, NULL, &region, &e) == 0);
    CHECK_STR(region, "one");
    aws_config_free(c);
}

/* The files would be refused, so an answer shows that they were not opened, or, for a local server
 * that needs none, that they were passed over. */
TEST(lazy)
{
    struct aws_options local = {STR(""), STR(""), STR("http://127.0.0.1:8000"), true};
    struct aws_config *c;
    struct aws_endpoint got;
    struct aws_retry retry;
    struct str path;
    struct err e = {0};

    begin("broken", "broken");
    CHECK_STR(endpoint_of("http://localhost:8000", AWS_DYNAMODB), "http://localhost:8000/");
    setenv("AWS_PROFILE", "nothing", 1);
    setenv("AWS_USE_FIPS_ENDPOINT", "true", 1);
    setenv("AWS_ENDPOINT_URL", "http://elsewhere", 1);
    c = aws_config_new(&local);
    CHECK(aws_config_endpoint(c, AWS_DYNAMODB, NULL, STR(""), STR(""), &got, &e) == 0);
    CHECK_STR(str_of(got.url), "http://127.0.0.1:8000/");
    CHECK_STR(str_of(got.region), "us-east-1");
    CHECK(aws_config_retry(c, &retry, &e) == 0);
    CHECK(aws_config_ca_bundle(c, &path, &e) == 0 && !path.len);
    CHECK_STR(aws_config_profile(c), "nothing");
    aws_config_free(c);
}

TEST(endpoint_order)
{
    static const char config[] =
        "[default]\nendpoint_url = http://profile\nservices = s\n"
        "[services s]\ndynamodb =\n  endpoint_url = http://service\nsts =\n  other = x\n";

    begin(config, NULL);
    CHECK_STR(endpoint_of(NULL, AWS_DYNAMODB), "http://service/");
    CHECK_STR(endpoint_of(NULL, AWS_DYNAMODB_SEARCH), "http://service/");
    CHECK_STR(endpoint_of(NULL, AWS_DYNAMODB_STREAMS), "http://profile/");
    CHECK_STR(endpoint_of(NULL, AWS_STS), "http://profile/");
    setenv("AWS_ENDPOINT_URL", "http://global", 1);
    CHECK_STR(endpoint_of(NULL, AWS_DYNAMODB), "http://global/");
    setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://particular", 1);
    CHECK_STR(endpoint_of(NULL, AWS_DYNAMODB), "http://particular/");
    CHECK_STR(endpoint_of(NULL, AWS_SSO_OIDC), "http://global/");
    CHECK_STR(endpoint_of("http://option", AWS_DYNAMODB), "http://option/");
    CHECK_STR(endpoint_of("http://option", AWS_DYNAMODB_STREAMS), "http://option/");
    CHECK_STR(endpoint_of("http://option", AWS_STS), "http://global/");
    setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True", 1);
    CHECK_STR(endpoint_of(NULL, AWS_DYNAMODB), "https://dynamodb.eu-west-1.amazonaws.com/");
    CHECK_STR(endpoint_of("http://option", AWS_DYNAMODB), "http://option/");
}

TEST(endpoints_ignored_by_the_profile)
{
    begin("[default]\nendpoint_url = http://p\nignore_configured_endpoint_urls = true\n", NULL);
    setenv("AWS_ENDPOINT_URL", "http://global", 1);
    CHECK_STR(endpoint_of(NULL, AWS_DYNAMODB), "https://dynamodb.eu-west-1.amazonaws.com/");
}

TEST(services_section_missing)
{
    begin("[default]\nservices = s\n", NULL);
    CHECK(str_starts(endpoint_of(NULL, AWS_DYNAMODB),
                     STR("error: the profile \"default\" names services = s, but ")));
}

TEST(fips_and_dualstack)
{
    begin("[default]\nuse_fips_endpoint = TRUE\nuse_dualstack_endpoint = yes\n", NULL);
    CHECK_STR(endpoint_of(NULL, AWS_DYNAMODB), "https://dynamodb-fips.eu-west-1.amazonaws.com/");
    setenv("AWS_USE_FIPS_ENDPOINT", "false", 1);
    setenv("AWS_USE_DUALSTACK_ENDPOINT", "true", 1);
    CHECK_STR(endpoint_of(NULL, AWS_DYNAMODB), "https://dynamodb.eu-west-1.api.aws/");
    CHECK_STR(endpoint_of("http://x", AWS_DYNAMODB), "http://x/");
    setenv("AWS_ENDPOINT_URL", "http://y", 1);
    CHECK_STR(endpoint_of(NULL, AWS_DYNAMODB), "http://y/");
}

TEST(account_mode)
{
    begin("[default]\naccount_id_endpoint_mode = required\n", NULL);
    CHECK(str_starts(endpoint_of(NULL, AWS_DYNAMODB),
                     STR("error: account_id_endpoint_mode is \"required\", but ")));
    setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled", 1);
    CHECK_STR(endpoint_of(NULL, AWS_DYNAMODB), "https://dynamodb.eu-west-1.amazonaws.com/");
    setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "perhaps", 1);
    CHECK(str_starts(endpoint_of(NULL, AWS_DYNAMODB),
                     STR("error: account_id_endpoint_mode is \"perhaps\"")));
}

TEST(retry)
{
    struct aws_config *c;
    struct aws_retry retry;
    struct err e = {0};

    begin("[default]\nretry_mode = adaptive\nmax_attempts = 7\n", NULL);
    c = with(NULL, NULL, NULL);
    CHECK(aws_config_retry(c, &retry, &e) == 0);
    CHECK(retry.mode == AWS_RETRY_ADAPTIVE && retry.max_attempts == 7);
    setenv("AWS_RETRY_MODE", "legacy", 1);
    setenv("AWS_MAX_ATTEMPTS", "2", 1);
    CHECK(aws_config_retry(c, &retry, &e) == 0);
    CHECK(retry.mode == AWS_RETRY_LEGACY && retry.max_attempts == 2);
    setenv("AWS_MAX_ATTEMPTS", "0", 1);
    CHECK(aws_config_retry(c, &retry, &e) == ERR_CONNECT);
    CHECK_STR(str_of(e.text), "max_attempts is \"0\" and may be 1 to 1000");
    aws_config_free(c);
}

TEST(ca_bundle)
{
    struct aws_config *c;
    struct str path;
    struct err e = {0};

    begin(NULL, NULL);
    setenv("REQUESTS_CA_BUNDLE", "/r", 1);
    c = with(NULL, NULL, NULL);
    CHECK(aws_config_ca_bundle(c, &path, &e) == 0);
    CHECK_STR(path, "/r");
    aws_config_free(c);
    write_file("config", "[default]\nca_bundle = /c\n");
    c = with(NULL, NULL, NULL);
    CHECK(aws_config_ca_bundle(c, &path, &e) == 0);
    CHECK_STR(path, "/c");
    setenv("AWS_CA_BUNDLE", "/a", 1);
    CHECK(aws_config_ca_bundle(c, &path, &e) == 0);
    CHECK_STR(path, "/a");
    aws_config_free(c);
}

TEST(values)
{
    struct aws_config *c;
    struct str value;
    struct err e = {0};
    bool exists;

    begin("[profile a]\nx = config\ny = config\n[sso-session s]\nsso_region = r\n",
          "[a]\nx = credentials\n");
    c = with(NULL, NULL, NULL);
    CHECK(aws_config_value(c, STR("a"), "x", &value, &e) == 0);
    CHECK_STR(value, "credentials");
    CHECK(aws_config_value(c, STR("a"), "y", &value, &e) == 0);
    CHECK_STR(value, "config");
    CHECK(aws_config_file_value(c, AWS_FILE_CONFIG, STR("a"), "x", &exists, &value, &e) == 0);
    CHECK(exists);
    CHECK_STR(value, "config");
    CHECK(aws_config_file_value(c, AWS_FILE_CONFIG, STR("a"), "z", &exists, &value, &e) == 0);
    CHECK(!exists && !value.len);
    CHECK(aws_config_value(c, STR(""), "x", &value, &e) == 0 && !value.len);
    CHECK(aws_config_has_profile(c, STR("a"), &exists, &e) == 0 && exists);
    CHECK(aws_config_has_profile(c, STR("default"), &exists, &e) == 0 && !exists);
    CHECK(aws_config_section_value(c, "sso-session", STR("s"), "sso_region", &exists, &value, &e) ==
          0);
    CHECK(exists);
    CHECK_STR(value, "r");
    CHECK(aws_config_section_value(c, "sso-session", STR("t"), "x", &exists, &value, &e) == 0);
    CHECK(!exists && !value.len);
    aws_config_free(c);
}

TEST(warnings)
{
    struct aws_config *c;
    const struct str *lines;
    struct err e = {0};

    begin("[default]\nregion = x # y\n", "[default]\naws_access_key_id = a ; b\n");
    c = with(NULL, NULL, NULL);
    CHECK(aws_config_load(c, &e) == 0);
    CHECK(aws_config_warnings(c, &lines) == 2);
    CHECK(str_starts(lines[0], str_of(home)));
    aws_config_free(c);
    begin("[profile default]\nregion = x\n[default]\nregion = y\n",
          "[profile default]\n[default]\n");
    c = with(NULL, NULL, NULL);
    CHECK(aws_config_load(c, &e) == 0);
    CHECK(aws_config_warnings(c, &lines) == 1);
    CHECK(str_starts(lines[0], str_of(home)) && strstr(lines[0].s, "config:3: [default] counts, "));
    aws_config_free(c);
}

static void remove_home(void)
{
    char path[200];

    begin(NULL, NULL);
    snprintf(path, sizeof(path), "%s/.aws/other", home);
    unlink(path);
    snprintf(path, sizeof(path), "%s/.aws", home);
    rmdir(path);
    rmdir(home);
}

__attribute__((constructor)) static void make_home(void)
{
    if (!mkdtemp(home))
        abort();
    atexit(remove_home);
}

TEST_MAIN()
