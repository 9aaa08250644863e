#include "pksk/base/log.h"
#include "pksk/dynamo/call.h"

#define HEADERS_MAX 12
#define ANSWER_WITHIN_MS 60000 /* what the service is told about our patience */
#define BATCH_NAME_WITHIN ((size_t)4096)
#define BODY_TREE_DEPTH 128

/* The first of a node's texts or member names that is an ARN, of those by which the API's model
 * says that a request goes to an account. Where a table is restored, that is the new one. */
static struct str first_arn(const struct json *node)
{
    static const char *const members[] = {"TargetTableName", "TableName", "GlobalTableName",
                                          "ResourceArn",     "TableArn",  "ImportArn",
                                          "ExportArn",       "BackupArn"};
    const struct json *created = json_get(node, "TableCreationParameters");

    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        struct str text = json_text(node, members[i]);

        if (str_starts(text, STR("arn:")))
            return text;
        if (i == 0 && text.len)
            return STR("");
    }
    if (created)
        return first_arn(created);
    const struct json *tables = json_get(node, "RequestItems");

    if (tables && tables->first && str_starts(tables->first->name, STR("arn:")))
        return tables->first->name;
    const struct json *transact = json_get(node, "TransactItems");

    if (transact && transact->first && transact->first->first)
        return first_arn(transact->first->first); /* {"Put": {"TableName": …}} */
    return STR("");
}

/* A table may be named by its ARN, which can move the request to its account's own host. A batch,
 * up to 16 MB of items, has the name before them. */
static struct str arn_of(struct arena *a, const struct call *c)
{
    struct str body = buf_str(&c->body), looked = body;
    struct json *tree;
    struct err ignored;

    if (str_starts(str_of(c->operation), STR("Batch")))
        looked = str_slice(body, 0, MIN(body.len, BATCH_NAME_WITHIN));
    if (!str_find(looked, STR("\"arn:"), NULL) ||
        json_parse(a, body, BODY_TREE_DEPTH, &tree, &ignored) < 0)
        return STR("");
    return first_arn(tree);
}

static int credentials_of(struct call *call, struct sign_credentials *ret, struct str *account,
                          struct err *e)
{
    struct dynamo *d = call->d;
    const struct aws_credentials *c;

    *account = STR("");
    int r = aws_credentials_get(d->chain, &c, e);

    if (r < 0)
        return r;
    d->source = c->source;
    call->signed_with = c->number;
    *ret = aws_credentials_for_signing(c);
    if (c->account)
        *account = str_of(c->account);
    return 0;
}

int request_resolve(struct call *c, struct err *e)
{
    struct dynamo *d = c->d;
    _cleanup_(arena_free) struct arena scratch = {0};
    struct sign_credentials credentials;
    struct str account;
    int r = credentials_of(c, &credentials, &account, e);

    if (r < 0)
        return r;
    r = aws_config_endpoint(d->config, operation_service(str_of(c->operation)), &d->http, account,
                            arn_of(&scratch, c), &c->endpoint, e);
    if (r < 0)
        return r;
    net_host_of(c->endpoint.url, c->host, sizeof(c->host));
    return 0;
}

static void sign(struct call *c, const struct sign_credentials *credentials, struct str target)
{
    struct dynamo *d = c->d;
    struct sign_header headers[] = {
        {STR("content-type"), STR("application/x-amz-json-1.0")},
        {STR("x-amz-target"), target},
    };
    struct sign_request request = {
        .method = STR("POST"),
        .host = str_of(c->endpoint.host),
        .path = str_of(c->endpoint.path),
        .headers = headers,
        .header_count = ARRAY_LEN(headers),
        .body = buf_str(&c->body),
    };
    struct sign_scope scope = {str_of(c->endpoint.region), str_of(c->endpoint.signing_name)};

    c->sent_ms = clock_wall_ms(&d->clock);
    c->signed_skew_ms = d->skew_ms;
    sign_v4(&request, credentials, &scope, c->sent_ms + d->skew_ms, &d->keys, &d->sign);
}

struct lines {
    struct buf text;
    size_t at[HEADERS_MAX];
    size_t count;
};

printf_like(2, 3) static void add_line(struct lines *l, const char *format, ...)
{
    va_list args;

    l->at[l->count++] = l->text.len;
    va_start(args, format);
    buf_vaddf(&l->text, format, args);
    va_end(args);
    buf_char(&l->text, '\0');
}

static void add_sdk_lines(struct lines *l, const struct call *c)
{
    char until[CLOCK_AMZ_LEN];

    add_line(l, "amz-sdk-invocation-id: %s", c->invocation);
    if (c->reply.attempts == 1) {
        add_line(l, "amz-sdk-request: attempt=1");
        return;
    }
    clock_format_amz(c->sent_ms + ANSWER_WITHIN_MS + c->d->skew_ms, until);
    add_line(l, "amz-sdk-request: ttl=%s; attempt=%u; max=%u", until, c->reply.attempts,
             c->d->policy.max_attempts);
}

static void make_lines(struct lines *l, const struct call *c, struct str target,
                       const struct sign_credentials *credentials)
{
    const struct sign_result *s = &c->d->sign;

    /* Room for all, so that no growing leaves copies of the token behind. */
    (void)buf_room(&l->text, 4096 + credentials->token.len);
    add_line(l, "Host: %s", c->endpoint.host);
    add_line(l, "Accept-Encoding: identity");
    add_line(l, "X-Amz-Target: %.*s", STR_ARG(target));
    add_line(l, "Content-Type: application/x-amz-json-1.0");
    add_line(l, "User-Agent: pksk/" PKSK_VERSION);
    add_line(l, "X-Amz-Date: %s", s->date);
    add_line(l, "Authorization: %.*s", STR_ARG(buf_str(&s->authorization)));
    if (credentials->token.len)
        add_line(l, "X-Amz-Security-Token: %.*s", STR_ARG(credentials->token));
    add_sdk_lines(l, c);
}

static int start(struct call *c, const struct lines *l, const struct request_events *on,
                 struct err *e)
{
    const char *headers[HEADERS_MAX];
    struct str bundle = STR("");

    for (size_t i = 0; i < l->count; i++)
        headers[i] = l->text.s + l->at[i];
    if (c->endpoint.https) {
        int r = aws_config_ca_bundle(c->d->config, &bundle, e);

        if (r < 0)
            return r;
    }
    _cleanup_(cleanup_free) char *path = bundle.len ? mem_dup(bundle.s, bundle.len) : NULL;
    struct net_request request = {
        .method = "POST",
        .url = c->endpoint.url,
        .headers = headers,
        .header_count = l->count,
        .body = buf_str(&c->body),
        .ca_bundle = path,
        .on_body = on->body,
        .on_end = on->end,
        .ctx = c,
    };

    return net_start(c->d->net, &request, &c->transfer, e);
}

int request_send(struct call *c, const struct request_events *on, struct err *e)
{
    struct lines lines = {0};
    struct sign_credentials credentials;
    struct str account;
    char target[100];
    bool streams = operation_service(str_of(c->operation)) == AWS_DYNAMODB_STREAMS;
    int r = credentials_of(c, &credentials, &account, e);

    if (r < 0)
        return r;
    snprintf(target, sizeof(target), "%s.%s",
             streams ? "DynamoDBStreams_20120810" : "DynamoDB_20120810", c->operation);
    c->reply.attempts++;
    c->state = CALL_SENT;
    sign(c, &credentials, str_of(target));
    trace_request(c, buf_str(&c->d->sign.canonical));
    make_lines(&lines, c, str_of(target), &credentials);
    r = start(c, &lines, on, e);
    buf_wipe(&lines.text);
    return r;
}
