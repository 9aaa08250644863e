/* Templates and models become the CreateTable request that they mean, or a message with its place.
 */
#include "pksk/model/model.h"

#include "pksk/plan/plan.h"
#include "test.h"

/* The cases write ' for ", to be read more easily. */
static struct str quoted(struct arena *a, const char *text)
{
    struct str copy = arena_str(a, str_of(text));

    for (char *c = (char *)copy.s; c < copy.s + copy.len; c++)
        *c = *c == '\'' ? '"' : *c;
    return copy;
}

/* The request and what follows it, or the message; '|' parts it from what was left or expected. */
static struct str read_file(struct arena *a, struct str text, const char *wanted)
{
    struct model_table m;
    struct plan p;
    struct table_step steps[TABLE_STEPS_MAX];
    struct buf body = {0};
    struct err e = {0};

    struct model_source from = {
        .file = STR("f.json"), .text = text, .wanted = str_of(wanted), .region = STR("here")};

    if (model_read(a, &from, &m, &e) < 0) {
        if (e.code != ERR_FAILED || !e.text[0])
            return STR("an error that says nothing");
        return arena_printf(a, "%s%s%s", e.text, e.expected[0] ? "|" : "", e.expected);
    }
    if (plan_create_table(a, STR("T"), m.def, &p, &e) < 0)
        return STR("no plan");
    plan_first_body(&body, &p, false);
    struct str ret = arena_str(a, buf_str(&body));

    buf_free(&body);
    for (size_t i = 0, n = plan_table_steps(a, STR("T"), m.def, steps); i < n; i++)
        ret = arena_printf(a, "%.*s%.*s", STR_ARG(ret), STR_ARG(steps[i].body));
    return m.left.len ? arena_printf(a, "%.*s|%.*s", STR_ARG(ret), STR_ARG(m.left)) : ret;
}

#define CHECK_FILE(text, wanted, want)                                                             \
    do {                                                                                           \
        struct arena arena_ = {0};                                                                 \
        CHECK_STR(read_file(&arena_, quoted(&arena_, text), wanted), quoted(&arena_, want).s);     \
        arena_free(&arena_);                                                                       \
    } while (0)

#define TABLE(properties)                                                                          \
    "{'Resources':{'T':{'Type':'AWS::DynamoDB::Table','Properties':{" properties "}}}}"
#define GLOBAL(properties)                                                                         \
    "{'Resources':{'T':{'Type':'AWS::DynamoDB::GlobalTable','Properties':{" properties "}}}}"
#define ATTR(name, type) "{'AttributeName':'" name "','AttributeType':'" type "'}"
#define PART(name, type) "{'AttributeName':'" name "','KeyType':'" type "'}"
#define DEFS(list) "'AttributeDefinitions':[" list "]"
#define KEYS(list) "'KeySchema':[" list "]"
#define ON_DEMAND "'BillingMode':'PAY_PER_REQUEST'"
#define ALL "'Projection':{'ProjectionType':'ALL'}"
#define PK DEFS(ATTR("pk", "S")) "," KEYS(PART("pk", "HASH"))
#define PLAIN PK "," ON_DEMAND
#define REQUEST(more)                                                                              \
    "{'TableName':'T'," DEFS(ATTR("pk", "S")) "," KEYS(PART("pk", "HASH")) "," more "}"

TEST(model_plain_table)
{
    CHECK_FILE(TABLE(PLAIN), "", REQUEST(ON_DEMAND));
    CHECK_FILE(" \n" TABLE(PLAIN) "\n", "T", REQUEST(ON_DEMAND));
    CHECK_FILE("\xef\xbb\xbf" TABLE(PLAIN), "T", REQUEST(ON_DEMAND));
}

TEST(model_every_setting)
{
    static const char text[] =
        "{'Resources':{'T':{'Type':'AWS::DynamoDB::Table',"
        "'Properties':{'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'}],"
        "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
        "'BillingMode':'PAY_PER_REQUEST','TableName':'X',"
        "'StreamSpecification':{'StreamViewType':'KEYS_ONLY'},"
        "'TimeToLiveSpecification':{'AttributeName':'t','Enabled':true},"
        "'PointInTimeRecoverySpecification':{'PointInTimeRecoveryEnabled':'true',"
        "'RecoveryPeriodInDays':7},'TableClass':'STANDARD_INFREQUENT_ACCESS',"
        "'DeletionProtectionEnabled':true,'SSESpecification':{'SSEEnabled':true,"
        "'SSEType':'KMS','KMSMasterKeyId':'alias/x'},"
        "'OnDemandThroughput':{'MaxReadRequestUnits':10,'MaxWriteRequestUnits':'20'},"
        "'WarmThroughput':{'ReadUnitsPerSecond':13000,'WriteUnitsPerSecond':5000},"
        "'Tags':[{'Key':'team','Value':'a'},{'Key':'e','Value':''}]}}}}";
    static const char want[] =
        "{'TableName':'T','AttributeDefinitions':[{'AttributeName':'pk',"
        "'AttributeType':'S'}],'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
        "'BillingMode':'PAY_PER_REQUEST','OnDemandThroughput':{'MaxReadRequestUnits':10,"
        "'MaxWriteRequestUnits':20},'WarmThroughput':{'ReadUnitsPerSecond':13000,"
        "'WriteUnitsPerSecond':5000},'StreamSpecification':{'StreamEnabled':true,"
        "'StreamViewType':'KEYS_ONLY'},'SSESpecification':{'Enabled':true,'SSEType':'KMS',"
        "'KMSMasterKeyId':'alias/x'},'TableClass':'STANDARD_INFREQUENT_ACCESS',"
        "'DeletionProtectionEnabled':true,'Tags':[{'Key':'team','Value':'a'},{'Key':'e',"
        "'Value':''}]}{'TableName':'T','TimeToLiveSpecification':{'AttributeName':'t',"
        "'Enabled':true}}{'TableName':'T',"
        "'PointInTimeRecoverySpecification':{'PointInTimeRecoveryEnabled':true,"
        "'RecoveryPeriodInDays':7}}";

    CHECK_FILE(text, "", want);
}

/* Of two figures that may be given, one may be. */
TEST(model_half_of_the_units)
{
    static const char text[] =
        "{'Resources':{'T':{'Type':'AWS::DynamoDB::Table','Properties':{"
        "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'}],"
        "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
        "'BillingMode':'PAY_PER_REQUEST',"
        "'OnDemandThroughput':{'MaxReadRequestUnits':10},"
        "'WarmThroughput':{'WriteUnitsPerSecond':5000}}}}}";
    static const char want[] = "{'TableName':'T','AttributeDefinitions':[{'AttributeName':'pk',"
                               "'AttributeType':'S'}],'KeySchema':[{'AttributeName':'pk',"
                               "'KeyType':'HASH'}],'BillingMode':'PAY_PER_REQUEST',"
                               "'OnDemandThroughput':{'MaxReadRequestUnits':10},"
                               "'WarmThroughput':{'WriteUnitsPerSecond':5000}}";

    CHECK_FILE(text, "", want);
}

TEST(model_indexes)
{
    static const char text[] =
        "{'Resources':{'T':{'Type':'AWS::DynamoDB::Table',"
        "'Properties':{'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'},"
        "{'AttributeName':'sk','AttributeType':'N'},{'AttributeName':'a',"
        "'AttributeType':'B'},{'AttributeName':'b','AttributeType':'S'}],"
        "'KeySchema':[{'AttributeName':'sk','KeyType':'RANGE'},{'AttributeName':'pk',"
        "'KeyType':'HASH'}],'ProvisionedThroughput':{'ReadCapacityUnits':5,"
        "'WriteCapacityUnits':6},'GlobalSecondaryIndexes':[{'IndexName':'many',"
        "'KeySchema':[{'AttributeName':'a','KeyType':'HASH'},{'AttributeName':'b',"
        "'KeyType':'HASH'},{'AttributeName':'sk','KeyType':'RANGE'},{'AttributeName':'pk',"
        "'KeyType':'RANGE'}],'Projection':{'ProjectionType':'INCLUDE',"
        "'NonKeyAttributes':['x']},'ProvisionedThroughput':{'ReadCapacityUnits':1,"
        "'WriteCapacityUnits':2}}],'LocalSecondaryIndexes':[{'IndexName':'here',"
        "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'},{'AttributeName':'b',"
        "'KeyType':'RANGE'}],'Projection':{'ProjectionType':'KEYS_ONLY'}}]}}}}";
    static const char want[] =
        "{'TableName':'T','AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'},"
        "{'AttributeName':'sk','AttributeType':'N'},{'AttributeName':'a',"
        "'AttributeType':'B'},{'AttributeName':'b','AttributeType':'S'}],"
        "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'},{'AttributeName':'sk',"
        "'KeyType':'RANGE'}],'GlobalSecondaryIndexes':[{'IndexName':'many',"
        "'KeySchema':[{'AttributeName':'a','KeyType':'HASH'},{'AttributeName':'b',"
        "'KeyType':'HASH'},{'AttributeName':'sk','KeyType':'RANGE'},{'AttributeName':'pk',"
        "'KeyType':'RANGE'}],'Projection':{'ProjectionType':'INCLUDE',"
        "'NonKeyAttributes':['x']},'ProvisionedThroughput':{'ReadCapacityUnits':1,"
        "'WriteCapacityUnits':2}}],'LocalSecondaryIndexes':[{'IndexName':'here',"
        "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'},{'AttributeName':'b',"
        "'KeyType':'RANGE'}],'Projection':{'ProjectionType':'KEYS_ONLY'}}],"
        "'BillingMode':'PROVISIONED','ProvisionedThroughput':{'ReadCapacityUnits':5,"
        "'WriteCapacityUnits':6}}";

    CHECK_FILE(text, "", want);
}

TEST(model_global_table)
{
    static const char text[] =
        "{'Resources':{'T':{'Type':'AWS::DynamoDB::GlobalTable',"
        "'Properties':{'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'}],"
        "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
        "'BillingMode':'PAY_PER_REQUEST','Replicas':[{'Region':{'Ref':'AWS::Region'},"
        "'TableClass':'STANDARD','KinesisStreamSpecification':{'StreamArn':'x'},"
        "'SSESpecification':{'KMSMasterKeyId':{'Fn::GetAtt':['K','Arn']}},"
        "'ReadOnDemandThroughputSettings':{'MaxReadRequestUnits':3}},{'Region':'eu-west-2'}],"
        "'MultiRegionConsistency':'STRONG','SSESpecification':{'SSEEnabled':true},"
        "'WriteOnDemandThroughputSettings':{'MaxWriteRequestUnits':4}}}}}";
    static const char want[] =
        "{'TableName':'T','AttributeDefinitions':[{'AttributeName':'pk',"
        "'AttributeType':'S'}],'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
        "'BillingMode':'PAY_PER_REQUEST','OnDemandThroughput':{'MaxReadRequestUnits':3,"
        "'MaxWriteRequestUnits':4},'SSESpecification':{'Enabled':true},"
        "'TableClass':'STANDARD'}|MultiRegionConsistency, Replicas[1],"
        " Replicas[0].KinesisStreamSpecification, Replicas[0].SSESpecification.KMSMasterKeyId";

    CHECK_FILE(text, "", want);
}

TEST(model_global_table_with_capacity)
{
    static const char text[] =
        "{'Resources':{'T':{'Type':'AWS::DynamoDB::GlobalTable',"
        "'Properties':{'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'}],"
        "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],'BillingMode':'PROVISIONED',"
        "'WriteProvisionedThroughputSettings':{'WriteCapacityAutoScalingSettings':{'MinCapacity':2,"
        "'MaxCapacity':9,'SeedCapacity':3}},'GlobalSecondaryIndexes':[{'IndexName':'g',"
        "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
        "'Projection':{'ProjectionType':'ALL'}}],'Replicas':[{'Region':'r',"
        "'ReadProvisionedThroughputSettings':{'ReadCapacityUnits':5},"
        "'GlobalSecondaryIndexes':[{'IndexName':'g',"
        "'ReadProvisionedThroughputSettings':{'ReadCapacityAutoScalingSettings':{'MinCapacity':7,"
        "'MaxCapacity':9}}}]}]}}}}";
    static const char want[] =
        "{'TableName':'T','AttributeDefinitions':[{'AttributeName':'pk',"
        "'AttributeType':'S'}],'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
        "'GlobalSecondaryIndexes':[{'IndexName':'g','KeySchema':[{'AttributeName':'pk',"
        "'KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'},"
        "'ProvisionedThroughput':{'ReadCapacityUnits':7,'WriteCapacityUnits':3}}],"
        "'BillingMode':'PROVISIONED','ProvisionedThroughput':{'ReadCapacityUnits':5,"
        "'WriteCapacityUnits':3}}|WriteProvisionedThroughputSettings."
        "WriteCapacityAutoScalingSettings,"
        " Replicas[0].GlobalSecondaryIndexes[0].ReadProvisionedThroughputSettings."
        "ReadCapacityAutoScalingSettings";

    CHECK_FILE(text, "", want);
}

#define REPLICAS(list) GLOBAL(PLAIN ",'Replicas':[" list "]")
#define REPLICA(region, class) "{'Region':" region ",'TableClass':'" class "'}"
#define STANDARD REQUEST(ON_DEMAND ",'TableClass':'STANDARD'") "|Replicas[0]"

TEST(model_which_replica)
{
    CHECK_FILE(REPLICAS(REPLICA("'there'", "STANDARD_INFREQUENT_ACCESS") "," REPLICA("'here'",
                                                                                     "STANDARD")),
               "", STANDARD);
    CHECK_FILE(REPLICAS(REPLICA("'there'", "STANDARD_INFREQUENT_ACCESS") "," REPLICA(
                   "{'Ref':'AWS::Region'}", "STANDARD")),
               "", STANDARD);
    CHECK_FILE(REPLICAS(REPLICA("'there'", "STANDARD") ",{'Region':'elsewhere'}"), "",
               REQUEST(ON_DEMAND ",'TableClass':'STANDARD'") "|Replicas[1]");
}

TEST(model_names_what_is_left)
{
    static const char text1[] =
        "{'Resources':{'T':{'Type':'AWS::DynamoDB::Table',"
        "'Properties':{'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'}],"
        "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
        "'BillingMode':'PAY_PER_REQUEST','KinesisStreamSpecification':{},'ResourcePolicy':{},"
        "'Other':1,'ProvisionedThroughput':{},"
        "'StreamSpecification':{'StreamViewType':'OLD_IMAGE','ResourcePolicy':{}},"
        "'Tags':[{'Key':'s','Value':{'Ref':'AWS::StackName'}}]}}}}";
    static const char want1[] =
        "{'TableName':'T','AttributeDefinitions':[{'AttributeName':'pk',"
        "'AttributeType':'S'}],'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
        "'BillingMode':'PAY_PER_REQUEST','StreamSpecification':{'StreamEnabled':true,"
        "'StreamViewType':'OLD_IMAGE'}}|KinesisStreamSpecification, ResourcePolicy, Other,"
        " ProvisionedThroughput, StreamSpecification.ResourcePolicy, Tags[0]";
    static const char text2[] =
        "{'Resources':{'T':{'Type':'AWS::DynamoDB::Table',"
        "'Properties':{'AttributeDefinitions':[{'AttributeName':'x','AttributeType':'S'},"
        "{'AttributeName':'pk','AttributeType':'S'}],'KeySchema':[{'AttributeName':'pk',"
        "'KeyType':'HASH'}],'BillingMode':'PAY_PER_REQUEST','Tags':{'Ref':'AWS::NoValue'}}}}}";
    static const char want2[] =
        "{'TableName':'T','AttributeDefinitions':[{'AttributeName':'pk',"
        "'AttributeType':'S'}],'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
        "'BillingMode':'PAY_PER_REQUEST'}|AttributeDefinitions[0]";

    CHECK_FILE(text1, "", want1);
    CHECK_FILE(text2, "", want2);
}

#define WITH_PARAMETERS(parameters, properties)                                                    \
    "{'Parameters':{" parameters "},'Resources':{'T':{'Type':'AWS::DynamoDB::Table',"              \
    "'Properties':{" properties "}}}}"

TEST(model_parameters)
{
    static const char billed[] = PK ",'BillingMode':{'Ref':'Mode'}";
    struct buf text = {0};

    buf_addf(&text, WITH_PARAMETERS("'Mode':{'Type':'String','Default':'PAY_PER_REQUEST'}", "%s"),
             billed);
    CHECK_FILE(buf_cstr(&text), "", REQUEST(ON_DEMAND));
    buf_reset(&text);
    buf_addf(&text, WITH_PARAMETERS("'Mode':{'Type':'String'}", "%s"), billed);
    CHECK_FILE(buf_cstr(&text), "",
               "f.json: Resources.T.Properties.BillingMode is {'Ref': 'Mode'}, which has a value "
               "only when the stack is deployed|expected PAY_PER_REQUEST or PROVISIONED");
    buf_reset(&text);
    buf_addf(&text,
             WITH_PARAMETERS("'Mode':{'Type':'AWS::SSM::Parameter::Value<String>',"
                             "'Default':'PAY_PER_REQUEST'}",
                             "%s"),
             billed);
    CHECK_FILE(buf_cstr(&text), "",
               "f.json: Resources.T.Properties.BillingMode is {'Ref': 'Mode'}, which has a value "
               "only when the stack is deployed|expected PAY_PER_REQUEST or PROVISIONED");
    buf_free(&text);
}

/* What the attribute of the time to live comes to by a function; "": it has a value only when
 * deployed. */
static void check_function(const char *function, const char *want)
{
    static const char template[] =
        "{'Parameters':{'Stage':{'Type':'String','Default':'prod'},'None':{'Type':'String'},"
        "'Names':{'Type':'CommaDelimitedList','Default':'one, two'}},"
        "'Mappings':{'Of':{'prod':{'name':'live'}}},"
        "'Conditions':{'IsProd':{'Fn::Equals':[{'Ref':'Stage'},'prod']},"
        "'IsNot':{'Fn::Not':[{'Condition':'IsProd'}]},"
        "'Unknown':{'Fn::Equals':[{'Ref':'None'},'x']},"
        "'Either':{'Fn::Or':[{'Condition':'Unknown'},{'Condition':'IsProd'}]},"
        "'Both':{'Fn::And':[{'Condition':'Unknown'},{'Condition':'IsNot'}]},"
        "'Loop':{'Condition':'Loop'}},"
        "'Resources':{'T':{'Type':'AWS::DynamoDB::Table','Properties':{" PLAIN
        ",'Tags':[{'Fn::If':['IsNot',{'Key':'k','Value':'v'},{'Ref':'AWS::NoValue'}]}],"
        "'TimeToLiveSpecification':{'Enabled':true,'AttributeName':%s}}},'Not':{'Condition':'IsNot'"
        ",'Type':'AWS::DynamoDB::Table'}}}";
    struct arena arena = {0};
    struct buf text = {0};

    buf_addf(&text, template, function);
    struct str got = read_file(&arena, quoted(&arena, buf_cstr(&text)), "");

    buf_reset(&text);
    if (*want)
        buf_addf(&text,
                 REQUEST(ON_DEMAND) "{'TableName':'T','TimeToLiveSpecification':"
                                    "{'AttributeName':'%s','Enabled':true}}",
                 want);
    else
        buf_lit(&text, "f.json: Resources.T.Properties.TimeToLiveSpecification.AttributeName is {");
    struct str start = quoted(&arena, buf_cstr(&text));

    if (!str_starts(got, start))
        CHECK_STR(got, start.s);
    arena_free(&arena);
    buf_free(&text);
}

TEST(model_functions)
{
    check_function("{'Fn::If':['IsProd','yes','not']}", "yes");
    check_function("{'Fn::If':['IsNot','yes','not']}", "not");
    check_function("{'Fn::If':['Either',{'Ref':'Stage'},'not']}", "prod");
    check_function("{'Fn::If':['Both','yes','not']}", "not");
    check_function("{'Fn::If':['Unknown','yes','not']}", "");
    check_function("{'Fn::If':['Loop','yes','not']}", "");
    check_function("{'Fn::If':['NoSuch','yes','not']}", "");
    check_function("{'Fn::Join':['-',['a',{'Ref':'Stage'},'b']]}", "a-prod-b");
    check_function("{'Fn::Join':['.',{'Ref':'Names'}]}", "one.two");
    check_function("{'Fn::Join':['-',['a',{'Ref':'None'}]]}", "");
    check_function("{'Fn::Sub':'shop-${Stage}'}", "shop-prod");
    check_function("{'Fn::Sub':['${a}.${Stage}',{'a':{'Fn::Select':[1,{'Ref':'Names'}]}}]}",
                   "two.prod");
    check_function("{'Fn::Sub':'shop-${AWS::StackName}'}", "");
    check_function("{'Fn::Sub':'shop-${Stage'}", "");
    check_function("{'Fn::Sub':7}", "");
    check_function("{'Fn::Select':['1',['aaa','bbb']]}", "bbb");
    check_function("{'Fn::Select':[0,{'Fn::Split':['-','prod-west']}]}", "prod");
    check_function("{'Fn::Select':[2,['aaa','bbb']]}", "");
    check_function("{'Fn::FindInMap':['Of',{'Ref':'Stage'},'name']}", "live");
    check_function("{'Fn::FindInMap':['Of','test','name']}", "");
    check_function("{'Fn::GetAtt':['Other','Name']}", "");
}

/* Conditions that name each other ten times each, fifteen deep, and a text that is longer than any
 * name: both end as what has no value. */
static void check_ceiling(const char *function)
{
    struct arena arena = {0};
    struct buf text = {0};

    buf_lit(&text, "{'Parameters':{'N':{},'P':{'Default':'");
    for (int i = 0; i < 1000; i++)
        buf_lit(&text, "0123456789");
    buf_lit(&text, "'}},'Conditions':{'C15':{'Fn::Equals':[{'Ref':'N'},1]}");
    for (int i = 0; i < 15; i++) {
        buf_addf(&text, ",'C%d':{'Fn::Or':[", i);
        for (int k = 0; k < 10; k++)
            buf_addf(&text, "%s{'Condition':'C%d'}", k ? "," : "", i + 1);
        buf_lit(&text, "]}");
    }
    buf_lit(&text, "},'Resources':{'T':{'Type':'AWS::DynamoDB::Table','Properties':{" PLAIN
                   ",'TimeToLiveSpecification':{'Enabled':true,'AttributeName':");
    buf_addf(&text, "%s}}}}}", function);
    struct str got = read_file(&arena, quoted(&arena, buf_cstr(&text)), "");

    size_t at;

    CHECK(str_starts(got, STR("f.json: Resources.T.Properties.TimeToLiveSpecification")));
    CHECK(str_find(got, STR("which has a value only when the stack is deployed"), &at));
    arena_free(&arena);
    buf_free(&text);
}

TEST(model_functions_have_ceilings)
{
    check_ceiling("{'Fn::If':['C0','aaa','bbb']}");
    check_ceiling("{'Fn::Sub':'${P}'}");
    check_ceiling("{'Fn::Join':['',[{'Ref':'P'}]]}");
    check_function("{'Fn::Join':['',[{'Fn::Sub':'${Names}'}]]}", "one, two");
}

TEST(model_which_resource)
{
    static const char two[] =
        "{'Resources':{'Role':{'Type':'AWS::IAM::Role'},'A':{'Type':"
        "'AWS::DynamoDB::Table','Properties':{" PLAIN ",'TableName':'B'}},'B':{'Type':"
        "'AWS::DynamoDB::Table','Properties':{'TableName':'C'}}}}";

    CHECK_FILE(two, "", "f.json: Resources has 2 tables");
    CHECK_FILE(two, "A", REQUEST(ON_DEMAND));
    CHECK_FILE(two, "B", "f.json: Resources.B.Properties lacks AttributeDefinitions");
    CHECK_FILE(two, "C", "f.json: Resources.B.Properties lacks AttributeDefinitions");
    CHECK_FILE(two, "Role", "f.json: Resources has no table Role");
    CHECK_FILE("{'Resources':{}}", "",
               "f.json: Resources has no table|expected AWS::DynamoDB::Table or "
               "AWS::DynamoDB::GlobalTable");
}

TEST(model_no_such_file)
{
    static const char want[] = "f.json is not JSON|expected a CloudFormation template or a NoSQL "
                               "Workbench model, in JSON";

    CHECK_FILE("", "", want);
    CHECK_FILE("Resources:\n  T:\n    Type: AWS::DynamoDB::Table\n", "", want);
    CHECK_FILE("---\nResources: {}\n", "", want);
    CHECK_FILE("[]", "", want);
    CHECK_FILE("{}", "",
               "f.json has neither Resources nor a DataModel|expected a CloudFormation template or "
               "a NoSQL Workbench model");
    CHECK_FILE("{'Resources':{}", "", "f.json: the JSON text ends too early");
    CHECK_FILE("{'Resources':{},'Resources':{}}", "", "f.json: Resources is there twice");
    CHECK_FILE("{'Resources':[]}", "", "f.json: Resources is an array|expected an object");
    CHECK_FILE("{'Resources':{'T':{'Type':'AWS::DynamoDB::Table'}}}", "",
               "f.json: Resources.T lacks Properties");
}

#define P "f.json: Resources.T.Properties"

TEST(model_broken_keys)
{
    CHECK_FILE(TABLE(ON_DEMAND), "", P " lacks AttributeDefinitions");
    CHECK_FILE(TABLE(DEFS("")), "", P " lacks KeySchema");
    CHECK_FILE(TABLE(DEFS("") "," KEYS("")), "", P ".KeySchema has no element with KeyType HASH");
    CHECK_FILE(TABLE(DEFS("") "," KEYS(PART("pk", "HASH"))), "",
               P ".KeySchema[0].AttributeName is pk, which AttributeDefinitions does not define");
    CHECK_FILE(TABLE(DEFS(ATTR("pk", "S")) "," KEYS("{'KeyType':'HASH'}")), "",
               P ".KeySchema[0] lacks AttributeName");
    CHECK_FILE(TABLE(DEFS(ATTR("pk", "S")) "," KEYS(PART("pk", "hash"))), "",
               P ".KeySchema[0].KeyType is 'hash'|expected HASH or RANGE");
    CHECK_FILE(TABLE(DEFS(ATTR("pk", "S")) "," KEYS(PART("pk", "HASH") "," PART("pk", "HASH"))), "",
               P ".KeySchema[1].KeyType is HASH once more than this key may have");
    CHECK_FILE(TABLE(DEFS(ATTR("pk", "M"))), "",
               P ".AttributeDefinitions[0].AttributeType is 'M'|expected S, N or B");
    CHECK_FILE(TABLE(DEFS("{'AttributeName':7}")), "",
               P ".AttributeDefinitions[0].AttributeName is 7|expected a string");
    CHECK_FILE(TABLE(DEFS("{'AttributeName':''}")), "",
               P ".AttributeDefinitions[0].AttributeName is empty");
    CHECK_FILE(TABLE(DEFS("null")), "", P ".AttributeDefinitions[0] is null|expected an object");
    CHECK_FILE(TABLE(DEFS(ATTR("a", "S") "," ATTR("a", "S"))), "",
               P ".AttributeDefinitions[1].AttributeName is that of AttributeDefinitions[0], too");
    CHECK_FILE(TABLE(DEFS("{'AttributeName':'a','AttributeName':'b'}")), "",
               P ".AttributeDefinitions[0].AttributeName is there twice");
    CHECK_FILE(TABLE("'AttributeDefinitions':{'Fn::If':['C',[],[]]}"), "",
               P ".AttributeDefinitions is {'Fn::If': …}, which has a value only when the stack is "
                 "deployed|expected an array");
}

#define INDEX(members) PLAIN ",'GlobalSecondaryIndexes':[{" members "}]"
#define LOCAL(members) PLAIN ",'LocalSecondaryIndexes':[{" members "}]"
#define NAMED "'IndexName':'g',"

TEST(model_broken_indexes)
{
    CHECK_FILE(TABLE(INDEX("")), "", P ".GlobalSecondaryIndexes[0] lacks IndexName");
    CHECK_FILE(TABLE(INDEX("'IndexName':'g'")), "", P ".GlobalSecondaryIndexes[0] lacks KeySchema");
    CHECK_FILE(TABLE(INDEX(NAMED KEYS(PART("pk", "HASH")))), "",
               P ".GlobalSecondaryIndexes[0] lacks Projection");
    CHECK_FILE(TABLE(INDEX(NAMED KEYS(PART("pk", "HASH")) ",'Projection':{}")), "",
               P ".GlobalSecondaryIndexes[0].Projection lacks ProjectionType");
    CHECK_FILE(
        TABLE(INDEX(NAMED KEYS(PART("pk", "HASH")) ",'Projection':{'ProjectionType':'X'}")), "",
        P ".GlobalSecondaryIndexes[0].Projection.ProjectionType is 'X'|expected ALL, KEYS_ONLY "
          "or INCLUDE");
    CHECK_FILE(
        TABLE(
            INDEX(NAMED KEYS(PART("pk", "HASH")) "," ALL) ",'LocalSecondaryIndexes':[{" NAMED KEYS(
                PART("pk", "HASH") "," PART("pk", "RANGE")) "," ALL "}]"),
        "", P ".LocalSecondaryIndexes[0].IndexName is g, as that of another index");
    CHECK_FILE(TABLE(LOCAL(NAMED KEYS(PART("pk", "HASH")) "," ALL)), "",
               P ".LocalSecondaryIndexes[0].KeySchema has no element with KeyType RANGE");
    CHECK_FILE(TABLE(PK ",'ProvisionedThroughput':{'ReadCapacityUnits':1,"
                        "'WriteCapacityUnits':1},'GlobalSecondaryIndexes':[{" NAMED KEYS(
                            PART("pk", "HASH")) "," ALL "}]"),
               "",
               P ".GlobalSecondaryIndexes[0] lacks ProvisionedThroughput|expected that, or "
                 "BillingMode PAY_PER_REQUEST");
}

TEST(model_broken_settings)
{
    CHECK_FILE(TABLE(PK), "",
               P " lacks ProvisionedThroughput|expected that, or BillingMode PAY_PER_REQUEST");
    CHECK_FILE(TABLE(PK ",'ProvisionedThroughput':{'ReadCapacityUnits':0}"), "",
               P ".ProvisionedThroughput.ReadCapacityUnits is 0|expected a whole number from 1 to "
                 "4294967295");
    CHECK_FILE(TABLE(PK ",'ProvisionedThroughput':{'ReadCapacityUnits':1}"), "",
               P ".ProvisionedThroughput lacks WriteCapacityUnits");
    CHECK_FILE(TABLE(PLAIN ",'StreamSpecification':{}"), "",
               P ".StreamSpecification lacks StreamViewType");
    CHECK_FILE(TABLE(PLAIN ",'TimeToLiveSpecification':{'Enabled':true}"), "",
               P ".TimeToLiveSpecification lacks AttributeName");
    CHECK_FILE(TABLE(PLAIN ",'TimeToLiveSpecification':{'AttributeName':'t'}"), "",
               P ".TimeToLiveSpecification lacks Enabled");
    CHECK_FILE(TABLE(PLAIN ",'DeletionProtectionEnabled':1"), "",
               P ".DeletionProtectionEnabled is 1|expected true or false");
    CHECK_FILE(TABLE(PLAIN ",'TableClass':'COLD'"), "",
               P ".TableClass is 'COLD'|expected STANDARD or STANDARD_INFREQUENT_ACCESS");
    CHECK_FILE(TABLE(PLAIN ",'Tags':[{'Key':'k'}]"), "", P ".Tags[0] lacks Value");
    CHECK_FILE(TABLE(PLAIN ",'TableName':7"), "", P ".TableName is 7|expected a string");
    CHECK_FILE(GLOBAL(PLAIN), "", P " lacks Replicas");
    CHECK_FILE(GLOBAL(PLAIN ",'Replicas':[]"), "", P ".Replicas has no element");
    CHECK_FILE(GLOBAL(PK ",'Replicas':[{}]"), "",
               P " lacks ReadProvisionedThroughputSettings|expected that, or BillingMode "
                 "PAY_PER_REQUEST");
}

/* ---- NoSQL Workbench */

#define MODEL(table) "{'ModelName':'m','DataModel':[{" table "}]}"
#define NAME "'TableName':'M',"
#define KEY(part) "'KeyAttributes':{'PartitionKey':" part "}"
#define D "f.json: DataModel[0]"

TEST(model_workbench)
{
    static const char text1[] =
        "{'ModelName':'m','DataModel':[{'TableName':'M',"
        "'KeyAttributes':{'PartitionKey':{'AttributeName':'pk','AttributeType':'S'}}}]}";
    static const char want1[] =
        "{'TableName':'T','AttributeDefinitions':[{'AttributeName':'pk',"
        "'AttributeType':'S'}],'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
        "'BillingMode':'PAY_PER_REQUEST'}";
    static const char text2[] =
        "{'DataModel':[{'TableName':'M',"
        "'KeyAttributes':{'PartitionKey':{'AttributeName':'pk','AttributeType':'S'},"
        "'SortKey':{'AttributeName':'sk','AttributeType':'N'}},"
        "'GlobalSecondaryIndexes':[{'IndexName':'g',"
        "'KeyAttributes':{'PartitionKey':{'AttributeName':'sk','AttributeType':'N'}},"
        "'Projection':{'ProjectionType':'INCLUDE','NonKeyAttributes':['a','b']}}],"
        "'BillingMode':'PROVISIONED',"
        "'ProvisionedCapacitySettings':{'ProvisionedThroughput':{'ReadCapacityUnits':5,"
        "'WriteCapacityUnits':6},'AutoScalingRead':{}},'Unheard':1}]}";
    static const char want2[] =
        "{'TableName':'T','AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'},"
        "{'AttributeName':'sk','AttributeType':'N'}],'KeySchema':[{'AttributeName':'pk',"
        "'KeyType':'HASH'},{'AttributeName':'sk','KeyType':'RANGE'}],"
        "'GlobalSecondaryIndexes':[{'IndexName':'g','KeySchema':[{'AttributeName':'sk',"
        "'KeyType':'HASH'}],'Projection':{'ProjectionType':'INCLUDE','NonKeyAttributes':['a',"
        "'b']},'ProvisionedThroughput':{'ReadCapacityUnits':5,'WriteCapacityUnits':6}}],"
        "'BillingMode':'PROVISIONED','ProvisionedThroughput':{'ReadCapacityUnits':5,"
        "'WriteCapacityUnits':6}}|Unheard, ProvisionedCapacitySettings.AutoScalingRead";

    CHECK_FILE(text1, "", want1);
    CHECK_FILE(text2, "", want2);
}

TEST(model_workbench_samples)
{
    static const char with[] = MODEL(NAME KEY(ATTR("pk", "S")) ",'TableData':[{},{}]"),
                      facets[] = MODEL(NAME KEY(ATTR("pk", "S")) ",'TableFacets':[{'TableData':"
                                                                 "[{}]},{},{'TableData':[{},{}]}]");
    struct arena a = {0};
    struct model_table m;
    struct err e;

    CHECK(model_read(&a, &(struct model_source){.text = quoted(&a, with)}, &m, &e) == 0);
    CHECK(m.samples == 2 && m.lone && str_is(m.name, "M"));
    CHECK(model_read(&a, &(struct model_source){.text = quoted(&a, facets)}, &m, &e) == 0);
    CHECK(m.samples == 3);
    arena_free(&a);
}

TEST(model_workbench_broken)
{
    CHECK_FILE("{'DataModel':{}}", "", "f.json: DataModel is an object|expected an array");
    CHECK_FILE("{'DataModel':[]}", "", "f.json: DataModel has no table");
    CHECK_FILE("{'DataModel':[7]}", "", D " is 7|expected an object");
    CHECK_FILE("{'DataModel':[{},{}]}", "", "f.json: DataModel has 2 tables");
    CHECK_FILE(MODEL(NAME KEY(ATTR("pk", "S"))), "X", "f.json: DataModel has no table X");
    CHECK_FILE(MODEL(""), "", D " lacks TableName");
    CHECK_FILE(MODEL("'TableName':'M'"), "", D " lacks KeyAttributes");
    CHECK_FILE(MODEL(NAME "'KeyAttributes':{}"), "", D ".KeyAttributes lacks PartitionKey");
    CHECK_FILE(MODEL(NAME KEY("{}")), "", D ".KeyAttributes.PartitionKey lacks AttributeName");
    CHECK_FILE(MODEL(NAME KEY("[]")), "",
               D ".KeyAttributes.PartitionKey is an array|expected an object");
    CHECK_FILE(MODEL(NAME KEY(ATTR("pk", "SS"))), "",
               D ".KeyAttributes.PartitionKey.AttributeType is 'SS'|expected S, N or B");
    CHECK_FILE(MODEL(NAME KEY(ATTR("pk", "S")) ",'GlobalSecondaryIndexes':[{'IndexName':'g'," KEY(
                   ATTR("pk", "N")) "," ALL "}]"),
               "",
               D ".GlobalSecondaryIndexes[0].KeyAttributes.PartitionKey.AttributeType is N, but pk "
                 "is S in another key");
    CHECK_FILE(MODEL(NAME KEY(ATTR("pk", "S")) ",'BillingMode':'PROVISIONED'"), "",
               D " lacks ProvisionedCapacitySettings");
}

/* ---- ceilings */

TEST(model_ceilings)
{
    struct buf text = {0};
    struct arena a = {0};

    for (int i = 0; i < 150; i++)
        buf_lit(&text, "{'a':");
    CHECK(str_starts(read_file(&a, quoted(&a, buf_cstr(&text)), ""), STR("f.json: ")));
    buf_reset(&text);
    buf_lit(&text, "{'Resources':{},'x':[0");
    for (int i = 0; i < MODEL_VALUES_MAX; i++)
        buf_lit(&text, ",0");
    buf_lit(&text, "]}");
    CHECK_STR(read_file(&a, quoted(&a, buf_cstr(&text)), ""),
              "f.json: it has more than 1000000 values");
    buf_reset(&text);
    buf_lit(&text, "{'Resources':{'a':0");
    for (int i = 0; i < 1000; i++)
        buf_addf(&text, ",'a%d':0", i);
    buf_lit(&text, "}}");
    CHECK_STR(read_file(&a, quoted(&a, buf_cstr(&text)), ""),
              "f.json: Resources has more than 1000 members");
    buf_free(&text);
    arena_free(&a);
}

TEST_MAIN()
