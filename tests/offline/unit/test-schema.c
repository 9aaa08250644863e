#include "test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/dynamo/describe.h"

static const char shop[] =
    "{\"TableName\":\"shop\",\"TableStatus\":\"ACTIVE\",\"TableArn\":"
    "\"arn:aws:dynamodb:eu-west-1:123456789012:table/shop\",\"ItemCount\":42,"
    "\"TableSizeBytes\":90000,\"BillingModeSummary\":{\"BillingMode\":\"PAY_PER_REQUEST\"},"
    "\"StreamSpecification\":{\"StreamEnabled\":true},\"LatestStreamArn\":\"arn:x\","
    "\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"},"
    "{\"AttributeName\":\"sk\",\"AttributeType\":\"S\"},"
    "{\"AttributeName\":\"n\",\"AttributeType\":\"N\"},"
    "{\"AttributeName\":\"b\",\"AttributeType\":\"B\"}],"
    "\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},"
    "{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}],"
    "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"multi\",\"IndexStatus\":\"ACTIVE\",\"KeySchema\":"
    "["
    "{\"AttributeName\":\"n\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}"
    ","
    "{\"AttributeName\":\"b\",\"KeyType\":\"RANGE\"},{\"AttributeName\":\"sk\",\"KeyType\":"
    "\"RANGE\"}],"
    "\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"x\",\"y\"]}}],"
    "\"LocalSecondaryIndexes\":[{\"IndexName\":\"byN\",\"KeySchema\":["
    "{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"n\",\"KeyType\":"
    "\"RANGE\"}],"
    "\"Projection\":{\"ProjectionType\":\"ALL\"}}]}";

static int decode(struct arena *a, const char *text, struct table *t, struct json **tree)
{
    struct err e;

    if (json_parse(a, str_of(text), 32, tree, &e) < 0)
        return 1;
    return describe_decode(a, *tree, t, &e);
}

TEST(schema_of_a_description)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct json *tree;
    struct table t;

    CHECK(decode(&a, shop, &t, &tree) == 0);
    CHECK_STR(t.name, "shop");
    CHECK(t.on_demand && t.item_count == 42 && t.size_bytes == 90000 && t.index_count == 2);
    CHECK_STR(t.stream_arn, "arn:x");
    CHECK(t.key.partition_count == 1 && t.key.sort_count == 1);
    CHECK_STR(t.key.sort[0].name, "sk");
    const struct index *multi = table_index(&t, STR("multi")), *by_n = table_index(&t, STR("byN"));

    CHECK(multi && by_n && !multi->local && by_n->local && !table_index(&t, STR("by")));
    CHECK(multi->key.partition_count == 2 && multi->key.sort_count == 2);
    CHECK_STR(multi->key.partition[1].name, "pk");
    CHECK(multi->key.partition[0].type == ATTR_N && multi->key.sort[0].type == ATTR_B);
    CHECK(multi->include_count == 2);
    CHECK_STR(multi->include[1], "y");
    CHECK_STR(by_n->projection, "ALL");
    CHECK(describe_is_settled(&t));
}

TEST(schema_that_is_changing_is_not_settled)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct json *tree;
    struct table t;

    CHECK(decode(&a,
                 "{\"TableName\":\"t\",\"TableStatus\":\"CREATING\",\"AttributeDefinitions\":[{"
                 "\"AttributeName\":\"k\",\"AttributeType\":\"S\"}],\"KeySchema\":[{"
                 "\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}]}",
                 &t, &tree) == 0);
    CHECK(!describe_is_settled(&t) && t.key.sort_count == 0 && !t.on_demand);
}

TEST(schema_descriptions_that_cannot_be_used)
{
    _cleanup_(arena_free) struct arena a = {0};
    static const char *const bad[] = {
        "{}",
        "{\"TableName\":\"t\"}",
        "{\"TableName\":\"t\",\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}]}",
        "{\"TableName\":\"t\",\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}],"
        "\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":\"M\"}]}",
        "{\"TableName\":\"t\",\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"},"
        "{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"k\",\"KeyType\":"
        "\"HASH\"},{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"k\","
        "\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"k\","
        "\"AttributeType\":\"S\"}]}",
    };
    struct json *tree;
    struct table t;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        CHECK(decode(&a, bad[i], &t, &tree) < 0);
}

#define NOW ((int64_t)1800000000000)

TEST(schema_file_is_read_back_while_fresh)
{
    _cleanup_(arena_free) struct arena a = {0};
    char directory[] = "/tmp/pksk-schema-XXXXXX", inner[64];
    struct json *tree;
    struct table t;

    CHECK(mkdtemp(directory));
    snprintf(inner, sizeof(inner), "%s/cache", directory);
    struct describe_file f = {str_of(inner), STR("here me"), STR("shop")};

    CHECK(decode(&a, shop, &t, &tree) == 0);
    CHECK(!describe_load(&f, NOW, &a, &t));
    describe_save(&f, NOW, tree);
    CHECK(describe_load(&f, NOW + SCHEMA_TTL_MS, &a, &t));
    CHECK(t.described_ms == NOW && t.index_count == 2);
    CHECK(!describe_load(&f, NOW + SCHEMA_TTL_MS + 1, &a, &t));
    CHECK(!describe_load(&f, NOW - 1, &a, &t)); /* from the future: the clock was set back */

    struct describe_file other = f;

    other.scope = STR("there me");
    CHECK(!describe_load(&other, NOW, &a, &t));
    other = f;
    other.table = STR("shop2");
    CHECK(!describe_load(&other, NOW, &a, &t));

    struct stat st;

    CHECK(stat(inner, &st) == 0 && (st.st_mode & 0777) == 0700);
    describe_remove(&f);
    CHECK(!describe_load(&f, NOW, &a, &t));
    CHECK(rmdir(inner) == 0 && rmdir(directory) == 0);
}

/* The one file in the directory. */
static bool only_file(const char *directory, char *ret, size_t size)
{
    DIR *dir = opendir(directory);
    bool found = false;

    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(ret, size, "%s/%s", directory, entry->d_name);
        found = true;
    }
    if (dir)
        closedir(dir);
    return found;
}

TEST(schema_file_that_was_tampered_with_is_ignored)
{
    _cleanup_(arena_free) struct arena a = {0};
    char directory[] = "/tmp/pksk-schema-XXXXXX", path[512];
    static const char *const bad[] = {"", "{", "[]", "{\"scope\":\"me\",\"table\":\"shop\"}"};
    struct json *tree;
    struct table t;
    struct stat st;
    struct err e;

    CHECK(mkdtemp(directory));
    struct describe_file f = {str_of(directory), STR("me"), STR("shop")};

    CHECK(decode(&a, shop, &t, &tree) == 0);
    describe_save(&f, NOW, tree);
    CHECK(only_file(directory, path, sizeof(path)));
    CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK(describe_load(&f, NOW, &a, &t));
    CHECK(chmod(path, 0666) == 0 && !describe_load(&f, NOW, &a, &t));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        CHECK(file_write(path, str_of(bad[i]), &e) == 0);
        CHECK(!describe_load(&f, NOW, &a, &t));
    }
    describe_remove(&f);
    CHECK(rmdir(directory) == 0);
}

TEST_MAIN()
