/* Every endpoint rule as a line of a table. */
#include "pksk/aws/endpoint.h"

#include "test.h"

#define ARN "arn:aws:dynamodb:us-east-1:555555555555:table/t"

struct rule {
    struct aws_endpoint_params p;
    const char *url, *region; /* region NULL: the one asked for */
};

#define P(service_, region_, ...)                                                                  \
    {                                                                                              \
        .service = service_, .region = STR(region_), __VA_ARGS__                                   \
    }
#define FIPS .fips = true
#define DUAL .dualstack = true
#define ACCOUNT .account = STR("123456789012")
#define REQUIRED .account_mode = AWS_ACCOUNT_REQUIRED
#define DISABLED .account_mode = AWS_ACCOUNT_DISABLED

static const struct rule rules[] = {
    /* partitions */
    {P(AWS_DYNAMODB, "eu-west-1"), "https://dynamodb.eu-west-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "mx-central-1"), "https://dynamodb.mx-central-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "cn-north-1"), "https://dynamodb.cn-north-1.amazonaws.com.cn/"},
    {P(AWS_DYNAMODB, "us-gov-west-1"), "https://dynamodb.us-gov-west-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "eusc-de-east-1"), "https://dynamodb.eusc-de-east-1.amazonaws.eu/"},
    {P(AWS_DYNAMODB, "us-iso-east-1"), "https://dynamodb.us-iso-east-1.c2s.ic.gov/"},
    {P(AWS_DYNAMODB, "us-isob-east-1"), "https://dynamodb.us-isob-east-1.sc2s.sgov.gov/"},
    {P(AWS_DYNAMODB, "eu-isoe-west-1"), "https://dynamodb.eu-isoe-west-1.cloud.adc-e.uk/"},
    {P(AWS_DYNAMODB, "us-isof-south-1"), "https://dynamodb.us-isof-south-1.csp.hci.ic.gov/"},
    {P(AWS_DYNAMODB, "moon-base-1"), "https://dynamodb.moon-base-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "anything"), "https://dynamodb.anything.amazonaws.com/"},
    /* FIPS and dual-stack */
    {P(AWS_DYNAMODB, "us-east-1", FIPS), "https://dynamodb-fips.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-east-1", DUAL), "https://dynamodb.us-east-1.api.aws/"},
    {P(AWS_DYNAMODB, "us-east-1", FIPS, DUAL), "https://dynamodb-fips.us-east-1.api.aws/"},
    {P(AWS_DYNAMODB, "us-gov-west-1", FIPS), "https://dynamodb.us-gov-west-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-gov-west-1", FIPS, DUAL), "https://dynamodb-fips.us-gov-west-1.api.aws/"},
    {P(AWS_DYNAMODB, "cn-north-1", DUAL),
     "https://dynamodb.cn-north-1.api.amazonwebservices.com.cn/"},
    {P(AWS_DYNAMODB, "eusc-de-east-1", DUAL),
     "https://dynamodb.eusc-de-east-1.api.amazonwebservices.eu/"},
    {P(AWS_DYNAMODB, "us-iso-east-1", DUAL), "https://dynamodb.us-iso-east-1.api.aws.ic.gov/"},
    {P(AWS_DYNAMODB, "us-isob-east-1", DUAL), "https://dynamodb.us-isob-east-1.api.aws.scloud/"},
    {P(AWS_DYNAMODB, "eu-isoe-west-1", DUAL),
     "https://dynamodb.eu-isoe-west-1.api.cloud-aws.adc-e.uk/"},
    {P(AWS_DYNAMODB, "us-isof-south-1", FIPS, DUAL),
     "https://dynamodb-fips.us-isof-south-1.api.aws.hci.ic.gov/"},
    /* accounts */
    {P(AWS_DYNAMODB, "us-east-1", ACCOUNT), "https://123456789012.ddb.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-east-1", ACCOUNT, DUAL), "https://123456789012.ddb.us-east-1.api.aws/"},
    {P(AWS_DYNAMODB, "us-east-1", ACCOUNT, REQUIRED),
     "https://123456789012.ddb.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-east-1", ACCOUNT, DISABLED), "https://dynamodb.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-east-1", ACCOUNT, FIPS), "https://dynamodb-fips.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "cn-north-1", ACCOUNT), "https://dynamodb.cn-north-1.amazonaws.com.cn/"},
    {P(AWS_DYNAMODB, "us-gov-west-1", ACCOUNT), "https://dynamodb.us-gov-west-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-east-1", ACCOUNT, .arn = STR(ARN)),
     "https://555555555555.ddb.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-east-1", .arn = STR(ARN)),
     "https://555555555555.ddb.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-east-1", REQUIRED, .arn = STR(ARN)),
     "https://555555555555.ddb.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-east-1", DISABLED, .arn = STR(ARN)),
     "https://dynamodb.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-east-2", ACCOUNT, .arn = STR(ARN)),
     "https://123456789012.ddb.us-east-2.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-east-1", ACCOUNT, .arn = STR("arn:aws:sns:us-east-1:5:t")),
     "https://123456789012.ddb.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB, "us-east-1", ACCOUNT, .arn = STR("shop")),
     "https://123456789012.ddb.us-east-1.amazonaws.com/"},
    /* SearchVectors */
    {P(AWS_DYNAMODB_SEARCH, "us-east-1"), "https://search-dynamodb.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB_SEARCH, "us-east-1", ACCOUNT),
     "https://123456789012.search-ddb.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB_SEARCH, "us-east-1", FIPS),
     "https://search-dynamodb-fips.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB_SEARCH, "us-east-1", DUAL), "https://search-dynamodb.us-east-1.api.aws/"},
    /* streams */
    {P(AWS_DYNAMODB_STREAMS, "us-east-1", ACCOUNT),
     "https://streams.dynamodb.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB_STREAMS, "us-east-1", DUAL), "https://streams-dynamodb.us-east-1.api.aws/"},
    {P(AWS_DYNAMODB_STREAMS, "us-east-1", FIPS, DUAL),
     "https://streams-dynamodb-fips.us-east-1.api.aws/"},
    {P(AWS_DYNAMODB_STREAMS, "us-east-1", FIPS),
     "https://streams.dynamodb-fips.us-east-1.amazonaws.com/"},
    {P(AWS_DYNAMODB_STREAMS, "us-gov-west-1", FIPS),
     "https://streams.dynamodb.us-gov-west-1.amazonaws.com/"},
    {P(AWS_DYNAMODB_STREAMS, "us-gov-west-1", FIPS, DUAL),
     "https://streams-dynamodb-fips.us-gov-west-1.api.aws/"},
    {P(AWS_DYNAMODB_STREAMS, "cn-north-1", DUAL),
     "https://streams-dynamodb.cn-north-1.api.amazonwebservices.com.cn/"},
    {P(AWS_DYNAMODB_STREAMS, "us-iso-east-1", DUAL),
     "https://streams.dynamodb.us-iso-east-1.api.aws.ic.gov/"},
    {P(AWS_DYNAMODB_STREAMS, "us-iso-east-1", FIPS, DUAL),
     "https://streams.dynamodb-fips.us-iso-east-1.api.aws.ic.gov/"},
    /* the region "local" */
    {P(AWS_DYNAMODB, "local"), "http://localhost:8000/", "us-east-1"},
    {P(AWS_DYNAMODB_STREAMS, "local"), "http://localhost:8000/", "us-east-1"},
    /* custom endpoints */
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://localhost:8000")),
     "http://localhost:8000/"},
    {P(AWS_DYNAMODB, "local", .custom = STR("http://localhost:8000/")), "http://localhost:8000/"},
    {P(AWS_DYNAMODB, "us-east-1", ACCOUNT, .custom = STR("HTTPS://Example.COM:443/a/B")),
     "https://example.com/a/B"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://example.com:80")), "http://example.com/"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("https://example.com:80")),
     "https://example.com:80/"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://[fd00::1]:8000")),
     "http://[fd00::1]:8000/"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://[::1]")), "http://[::1]/"},
    {P(AWS_DYNAMODB, "us-east-1", FIPS, .custom = STR("http://x")), "http://x/"},
    {P(AWS_STS, "us-east-1", DUAL, .custom = STR("http://x")), "http://x/"},
    /* FIPS asked for by the region */
    {P(AWS_DYNAMODB, "fips-us-east-1"), "https://dynamodb-fips.us-east-1.amazonaws.com/",
     "us-east-1"},
    {P(AWS_DYNAMODB, "us-gov-west-1-fips"), "https://dynamodb.us-gov-west-1.amazonaws.com/",
     "us-gov-west-1"},
    {P(AWS_STS, "us-west-2-fips", DUAL), "https://sts-fips.us-west-2.api.aws/", "us-west-2"},
    {P(AWS_DYNAMODB, "fips-us-east-1", .custom = STR("http://x")), "http://x/", "us-east-1"},
    /* where credentials come from */
    {P(AWS_STS, "eu-west-1"), "https://sts.eu-west-1.amazonaws.com/"},
    {P(AWS_STS, "us-east-1", FIPS), "https://sts-fips.us-east-1.amazonaws.com/"},
    {P(AWS_STS, "us-gov-west-1", FIPS), "https://sts.us-gov-west-1.amazonaws.com/"},
    {P(AWS_STS, "eu-west-1", DUAL), "https://sts.eu-west-1.api.aws/"},
    {P(AWS_SSO, "eu-west-1"), "https://portal.sso.eu-west-1.amazonaws.com/"},
    {P(AWS_SSO, "us-gov-west-1", FIPS), "https://portal.sso.us-gov-west-1.amazonaws.com/"},
    {P(AWS_SSO_OIDC, "cn-north-1"), "https://oidc.cn-north-1.amazonaws.com.cn/"},
    {P(AWS_SSO_OIDC, "us-east-1", FIPS), "https://oidc-fips.us-east-1.amazonaws.com/"},
    {P(AWS_SIGNIN, "eu-west-1"), "https://eu-west-1.signin.aws.amazon.com/"},
    {P(AWS_SIGNIN, "cn-north-1"), "https://cn-north-1.signin.amazonaws.cn/"},
    {P(AWS_SIGNIN, "us-gov-west-1"), "https://us-gov-west-1.signin.amazonaws-us-gov.com/"},
    {P(AWS_SIGNIN, "us-east-1", FIPS), "https://signin-fips.us-east-1.amazonaws.com/"},
};

TEST(rules)
{
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        const struct rule *rule = &rules[i];
        struct aws_endpoint got;
        struct err e = {0};

        if (aws_endpoint_resolve(&rule->p, &got, &e) < 0)
            snprintf(got.url, sizeof(got.url), "error: %s", e.text);
        CHECK_STR(str_of(got.url), rule->url);
        CHECK(str_eq(str_of(got.region), rule->region ? str_of(rule->region) : rule->p.region));
    }
}

TEST(parts)
{
    struct aws_endpoint_params p = P(AWS_DYNAMODB, "eu-west-1", .custom = STR("http://h:81/x/y"));
    struct aws_endpoint got;
    struct err e = {0};

    CHECK(aws_endpoint_resolve(&p, &got, &e) == 0);
    CHECK_STR(str_of(got.host), "h:81");
    CHECK_STR(str_of(got.path), "/x/y");
    CHECK(!got.https);
    CHECK_STR(str_of(got.signing_name), "dynamodb");
    p = (struct aws_endpoint_params)P(AWS_STS, "eu-west-1");
    CHECK(aws_endpoint_resolve(&p, &got, &e) == 0);
    CHECK_STR(str_of(got.path), "/");
    CHECK(got.https);
    CHECK_STR(str_of(got.signing_name), "sts");
}

static const struct rule refusals[] = {
    {P(AWS_DYNAMODB, ""), "no region is given"},
    {P(AWS_DYNAMODB, "a b"), "\"a b\" cannot be a region"},
    {P(AWS_DYNAMODB, "evil.com/"), "\"evil.com/\" cannot be a region"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("https://dynamodb.us-east-1.api.aws")),
     "the dual-stack endpoint cannot be given as an endpoint URL"},
    {P(AWS_DYNAMODB, "local", FIPS), "the region \"local\" and FIPS endpoints exclude each other"},
    {P(AWS_DYNAMODB, "us-east-1", REQUIRED),
     "account_id_endpoint_mode is \"required\", but the credentials bring no account id"},
    {P(AWS_DYNAMODB, "us-east-1", REQUIRED, ACCOUNT, FIPS),
     "account_id_endpoint_mode is \"required\", but there are no FIPS endpoints of accounts"},
    {P(AWS_DYNAMODB, "cn-north-1", REQUIRED, ACCOUNT),
     "account_id_endpoint_mode is \"required\", but this partition has no endpoints of accounts"},
    {P(AWS_DYNAMODB, "us-east-1", .account = STR("1.evil.com/")),
     "the credentials' account id \"1.evil.com/\" cannot be one"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("localhost:8000")),
     "the endpoint \"localhost:8000\" does not begin with http:// or https://"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://")),
     "the endpoint \"http://\" has no proper host name"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://x:0")),
     "the endpoint \"http://x:0\" has a port that is none"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://x:70000")),
     "the endpoint \"http://x:70000\" has a port that is none"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://user:pw@x/")),
     "the endpoint holds a user name, which pksk refuses"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://x/?a=b")),
     "the endpoint \"http://x/?a=b\" has a query"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://x y/")),
     "the endpoint \"http://x y/\" holds a character that a URL cannot have"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://x\"y")),
     "the endpoint \"http://x\"y\" has no proper host name"},
    {P(AWS_DYNAMODB, "us-east-1", .custom = STR("http://[::1")),
     "the endpoint \"http://[::1\" has no proper host name"},
};

TEST(refusals)
{
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        struct aws_endpoint got = {.url = "untouched"};
        struct err e = {0};

        CHECK(aws_endpoint_resolve(&refusals[i].p, &got, &e) == ERR_SYNTAX);
        CHECK_STR(str_of(e.text), refusals[i].url);
        CHECK_STR(str_of(got.url), "untouched");
    }
}

TEST(arn)
{
    struct aws_arn arn;

    CHECK(aws_arn_parse(STR("arn:aws:dynamodb:eu-west-1:1234:table/a:b"), &arn));
    CHECK_STR(arn.partition, "aws");
    CHECK_STR(arn.service, "dynamodb");
    CHECK_STR(arn.region, "eu-west-1");
    CHECK_STR(arn.account, "1234");
    CHECK_STR(arn.resource, "table/a:b");
    CHECK(!aws_arn_parse(STR(""), &arn));
    CHECK(!aws_arn_parse(STR("shop"), &arn));
    CHECK(!aws_arn_parse(STR("arn:aws:dynamodb:eu-west-1:1234"), &arn));
    CHECK(!aws_arn_parse(STR("arn:aws:dynamodb:eu-west-1:1234:"), &arn));
    CHECK(!aws_arn_parse(STR("arn::dynamodb:eu-west-1:1234:x"), &arn));
}

TEST(partitions)
{
    CHECK_STR(str_of(aws_partition_of(STR("us-east-1"))->id), "aws");
    CHECK_STR(str_of(aws_partition_of(STR("us-gov-east-1"))->id), "aws-us-gov");
    CHECK_STR(str_of(aws_partition_of(STR("eu-isoe-west-1"))->id), "aws-iso-e");
    CHECK_STR(str_of(aws_partition_of(STR("us-east-x"))->id), "aws");
    CHECK_STR(str_of(aws_partition_of(STR(""))->id), "aws");
    CHECK_STR(str_of(aws_partition_of(STR("cn"))->id), "aws");
}

TEST_MAIN()
