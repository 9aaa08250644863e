/* A described table's definition is that of the request that makes such a table. */
#include "pksk/plan/like.h"

#include "pksk/dynamo/describe.h"
#include "pksk/model/model.h"
#include "pksk/plan/define.h"
#include "pksk/plan/plan.h"
#include "test.h"

static const char described[] =
    "{\"TableName\":\"t\",\"TableStatus\":\"ACTIVE\",\"AttributeDefinitions\":["
    "{\"AttributeName\":\"k\",\"AttributeType\":\"S\"},{\"AttributeName\":\"n\",\"AttributeType\":"
    "\"N\"}],\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}],"
    "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":5,\"WriteCapacityUnits\":6},"
    "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"ggg\",\"KeySchema\":[{\"AttributeName\":\"n\","
    "\"KeyType\":\"HASH\"},{\"AttributeName\":\"k\",\"KeyType\":\"RANGE\"}],\"Projection\":{"
    "\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"x\",\"y\"]},\"IndexStatus\":\"ACTIVE\","
    "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":1,\"WriteCapacityUnits\":2}}],"
    "\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"OLD_IMAGE\"},"
    "\"SSEDescription\":{\"Status\":\"ENABLED\",\"SSEType\":\"KMS\",\"KMSMasterKeyArn\":\"arn:k\"},"
    "\"TableClassSummary\":{\"TableClass\":\"STANDARD_INFREQUENT_ACCESS\"},"
    "\"OnDemandThroughput\":{\"MaxReadRequestUnits\":-1,\"MaxWriteRequestUnits\":9},"
    "\"WarmThroughput\":{\"ReadUnitsPerSecond\":12000,\"WriteUnitsPerSecond\":4000},"
    "\"Replicas\":[{\"RegionName\":\"r\"}],\"DeletionProtectionEnabled\":true}";
static const char ttl[] = "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"ENABLED\","
                          "\"AttributeName\":\"at\"}}";
static const char backups[] =
    "{\"ContinuousBackupsDescription\":{\"PointInTimeRecoveryDescription\":{"
    "\"PointInTimeRecoveryStatus\":\"ENABLED\",\"RecoveryPeriodInDays\":9}}}";

static const char on_demand[] =
    "{\"TableName\":\"t\",\"TableStatus\":\"ACTIVE\",\"AttributeDefinitions\":["
    "{\"AttributeName\":\"k\",\"AttributeType\":\"B\"}],\"KeySchema\":[{"
    "\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}],\"BillingModeSummary\":{"
    "\"BillingMode\":\"PAY_PER_REQUEST\"},\"ProvisionedThroughput\":{"
    "\"ReadCapacityUnits\":0,\"WriteCapacityUnits\":0},\"OnDemandThroughput\":{"
    "\"MaxReadRequestUnits\":-1,\"MaxWriteRequestUnits\":9},\"GlobalSecondaryIndexes\":[{"
    "\"IndexName\":\"ggg\",\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":"
    "\"HASH\"}],\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"},"
    "\"OnDemandThroughput\":{\"MaxReadRequestUnits\":3}}]}";

/* The request, the requests after it, and behind '|' what is left out. */
static struct str requests(struct arena *a, const struct table_def *def, struct str left)
{
    struct table_step steps[TABLE_STEPS_MAX];
    struct buf body = {0};
    struct plan p;
    struct err e;

    if (plan_create_table(a, STR("new"), def, &p, &e) < 0)
        return STR("no plan");
    plan_first_body(&body, &p, false);
    struct str ret = arena_str(a, buf_str(&body));

    buf_free(&body);
    for (size_t i = 0, n = plan_table_steps(a, STR("new"), def, steps); i < n; i++)
        ret = arena_printf(a, "%.*s%.*s", STR_ARG(ret), STR_ARG(steps[i].body));
    return left.len ? arena_printf(a, "%.*s|%.*s", STR_ARG(ret), STR_ARG(left)) : ret;
}

static struct str like(struct arena *a, const char *description, const char *life,
                       const char *recovery)
{
    struct json *trees[3] = {NULL, NULL, NULL};
    const char *texts[] = {description, life, recovery};
    struct table_def def = {0};
    struct str left;
    struct table t;
    struct err e;

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (texts[i] && json_parse(a, str_of(texts[i]), 20, &trees[i], &e) < 0)
            return STR("no JSON");
    }
    if (describe_decode(a, trees[0], &t, &e) < 0)
        return STR("no description");
    like_definition(a, &t, trees[0], trees[1], trees[2], &def, &left);
    return requests(a, &def, left);
}

/* The same by way of a template, which knows nothing of backups. */
static struct str by_template(struct arena *a, const char *description, const char *life)
{
    struct json *table, *tree = NULL;
    struct model_source from = {.file = STR("f")};
    struct buf text = {0};
    struct model_table m;
    struct table_facts facts;
    struct err e;

    if (json_parse(a, str_of(description), 20, &table, &e) < 0 ||
        (life && json_parse(a, str_of(life), 20, &tree, &e) < 0))
        return STR("no JSON");
    define_facts(a, table, tree, &facts);
    define_cloudformation(&text, table, &facts);
    from.text = arena_str(a, buf_str(&text));
    buf_free(&text);
    if (model_read(a, &from, &m, &e) < 0)
        return arena_printf(a, "%s", e.text);
    return requests(a, m.def, m.left);
}

TEST(like_takes_all_settings_over)
{
    struct arena a = {0};

    CHECK_STR(
        like(&a, described, ttl, backups),
        "{\"TableName\":\"new\",\"AttributeDefinitions\":[{\"AttributeName\":\"k\","
        "\"AttributeType\":\"S\"},{\"AttributeName\":\"n\",\"AttributeType\":\"N\"}],"
        "\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}],"
        "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"ggg\",\"KeySchema\":[{\"AttributeName\":"
        "\"n\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"k\",\"KeyType\":\"RANGE\"}],"
        "\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"x\",\"y\"]},"
        "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":1,\"WriteCapacityUnits\":2}}],"
        "\"BillingMode\":\"PROVISIONED\",\"ProvisionedThroughput\":{\"ReadCapacityUnits\":5,"
        "\"WriteCapacityUnits\":6},\"StreamSpecification\":{\"StreamEnabled\":true,"
        "\"StreamViewType\":\"OLD_IMAGE\"},\"SSESpecification\":{\"Enabled\":true,\"SSEType\":"
        "\"KMS\",\"KMSMasterKeyId\":\"arn:k\"},\"TableClass\":\"STANDARD_INFREQUENT_ACCESS\","
        "\"DeletionProtectionEnabled\":true}"
        "{\"TableName\":\"new\",\"TimeToLiveSpecification\":{\"AttributeName\":\"at\","
        "\"Enabled\":true}}{\"TableName\":\"new\",\"PointInTimeRecoverySpecification\":{"
        "\"PointInTimeRecoveryEnabled\":true,\"RecoveryPeriodInDays\":9}}|Replicas");
    arena_free(&a);
}

TEST(like_an_on_demand_table)
{
    struct arena a = {0};

    CHECK_STR(
        like(&a, on_demand, NULL, NULL),
        "{\"TableName\":\"new\",\"AttributeDefinitions\":[{\"AttributeName\":\"k\","
        "\"AttributeType\":\"B\"}],\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":"
        "\"HASH\"}],\"GlobalSecondaryIndexes\":[{\"IndexName\":\"ggg\",\"KeySchema\":[{"
        "\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":"
        "\"KEYS_ONLY\"},\"OnDemandThroughput\":{\"MaxReadRequestUnits\":3}}],"
        "\"BillingMode\":\"PAY_PER_REQUEST\",\"OnDemandThroughput\":{\"MaxWriteRequestUnits\":9}"
        "}");
    arena_free(&a);
}

TEST(like_and_a_template_mean_the_same)
{
    struct arena a = {0};

    CHECK_STR(arena_printf(&a, "%.*s|Replicas", STR_ARG(by_template(&a, described, ttl))),
              like(&a, described, ttl, NULL).s);
    CHECK_STR(by_template(&a, on_demand, NULL), like(&a, on_demand, NULL, NULL).s);
    arena_free(&a);
}

TEST_MAIN()
