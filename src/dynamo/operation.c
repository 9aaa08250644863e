#include "pksk/dynamo/operation.h"

static const struct operation operations[] = {
    {"BatchExecuteStatement", OPERATION_CHANGES, AWS_DYNAMODB},
    {"BatchGetItem", OPERATION_READS, AWS_DYNAMODB},
    {"BatchWriteItem", OPERATION_CHANGES, AWS_DYNAMODB},
    {"CreateBackup", OPERATION_CHANGES, AWS_DYNAMODB},
    {"CreateGlobalTable", OPERATION_CHANGES, AWS_DYNAMODB},
    {"CreateTable", OPERATION_CHANGES, AWS_DYNAMODB},
    {"DeleteBackup", OPERATION_DESTROYS, AWS_DYNAMODB},
    {"DeleteItem", OPERATION_CHANGES, AWS_DYNAMODB},
    {"DeleteResourcePolicy", OPERATION_CHANGES, AWS_DYNAMODB},
    {"DeleteTable", OPERATION_DESTROYS, AWS_DYNAMODB},
    {"DescribeBackup", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeContinuousBackups", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeContributorInsights", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeEndpoints", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeExport", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeGlobalTable", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeGlobalTableSettings", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeImport", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeKinesisStreamingDestination", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeLimits", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeStream", OPERATION_READS, AWS_DYNAMODB_STREAMS},
    {"DescribeTable", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeTableReplicaAutoScaling", OPERATION_READS, AWS_DYNAMODB},
    {"DescribeTimeToLive", OPERATION_READS, AWS_DYNAMODB},
    {"DisableKinesisStreamingDestination", OPERATION_CHANGES, AWS_DYNAMODB},
    {"EnableKinesisStreamingDestination", OPERATION_CHANGES, AWS_DYNAMODB},
    {"ExecuteStatement", OPERATION_CHANGES, AWS_DYNAMODB},
    {"ExecuteTransaction", OPERATION_CHANGES, AWS_DYNAMODB},
    {"ExportTableToPointInTime", OPERATION_CHANGES, AWS_DYNAMODB},
    {"GetItem", OPERATION_READS, AWS_DYNAMODB},
    {"GetRecords", OPERATION_READS, AWS_DYNAMODB_STREAMS},
    {"GetResourcePolicy", OPERATION_READS, AWS_DYNAMODB},
    {"GetShardIterator", OPERATION_READS, AWS_DYNAMODB_STREAMS},
    {"ImportTable", OPERATION_CHANGES, AWS_DYNAMODB},
    {"ListBackups", OPERATION_READS, AWS_DYNAMODB},
    {"ListContributorInsights", OPERATION_READS, AWS_DYNAMODB},
    {"ListExports", OPERATION_READS, AWS_DYNAMODB},
    {"ListGlobalTables", OPERATION_READS, AWS_DYNAMODB},
    {"ListImports", OPERATION_READS, AWS_DYNAMODB},
    {"ListStreams", OPERATION_READS, AWS_DYNAMODB_STREAMS},
    {"ListTables", OPERATION_READS, AWS_DYNAMODB},
    {"ListTagsOfResource", OPERATION_READS, AWS_DYNAMODB},
    {"PutItem", OPERATION_CHANGES, AWS_DYNAMODB},
    {"PutResourcePolicy", OPERATION_CHANGES, AWS_DYNAMODB},
    {"Query", OPERATION_READS, AWS_DYNAMODB},
    {"RestoreTableFromBackup", OPERATION_CHANGES, AWS_DYNAMODB},
    {"RestoreTableToPointInTime", OPERATION_CHANGES, AWS_DYNAMODB},
    {"Scan", OPERATION_READS, AWS_DYNAMODB},
    {"SearchVectors", OPERATION_READS, AWS_DYNAMODB_SEARCH},
    {"TagResource", OPERATION_CHANGES, AWS_DYNAMODB},
    {"TransactGetItems", OPERATION_READS, AWS_DYNAMODB},
    {"TransactWriteItems", OPERATION_CHANGES, AWS_DYNAMODB},
    {"UntagResource", OPERATION_CHANGES, AWS_DYNAMODB},
    {"UpdateContinuousBackups", OPERATION_CHANGES, AWS_DYNAMODB},
    {"UpdateContributorInsights", OPERATION_CHANGES, AWS_DYNAMODB},
    {"UpdateGlobalTable", OPERATION_CHANGES, AWS_DYNAMODB},
    {"UpdateGlobalTableSettings", OPERATION_CHANGES, AWS_DYNAMODB},
    {"UpdateItem", OPERATION_CHANGES, AWS_DYNAMODB},
    {"UpdateKinesisStreamingDestination", OPERATION_CHANGES, AWS_DYNAMODB},
    {"UpdateTable", OPERATION_CHANGES, AWS_DYNAMODB},
    {"UpdateTableReplicaAutoScaling", OPERATION_CHANGES, AWS_DYNAMODB},
    {"UpdateTimeToLive", OPERATION_CHANGES, AWS_DYNAMODB},
};

const struct operation *operation_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        if (str_is(name, operations[i].name))
            return &operations[i];
    }
    return NULL;
}

const struct operation *operation_at(size_t i)
{
    return i < ARRAY_LEN(operations) ? &operations[i] : NULL;
}

enum operation_kind operation_kind(struct str name)
{
    const struct operation *found = operation_find(name);

    return found ? found->kind : OPERATION_CHANGES;
}

enum aws_service operation_service(struct str name)
{
    const struct operation *found = operation_find(name);

    return found ? found->service : AWS_DYNAMODB;
}

/* Near in spelling, letters' case aside. */
struct str operation_nearest(struct str name)
{
    struct str best = STR("");
    size_t best_distance = 4;

    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        struct str candidate = str_of(operations[i].name);
        size_t distance = str_eq_ci(name, candidate) ? 0 : str_distance(name, candidate);

        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}
