#include "pksk/dynamo/operation.h"
#include "pksk/item/ddbjson.h"
#include "pksk/json/tree.h"
#include "pksk/json/writer.h"
#include "pksk/plan/plan.h"

bool plan_limits_pages(const struct plan *p)
{
    return p->limit && !p->filtered && !p->counted;
}

const struct value *plan_batch_body(struct buf *b, const struct plan *p, const struct value *from)
{
    struct json_writer w = {.out = b};
    size_t n = 0;

    json_begin_object(&w);
    json_name(&w, STR("ReturnConsumedCapacity"));
    json_string(&w, STR("TOTAL"));
    json_name(&w, STR("RequestItems"));
    json_begin_object(&w);
    json_name(&w, p->table);
    buf_str_add(b, p->body);
    buf_str_add(b, p->body.len > 1 ? STR(",\"Keys\":[") : STR("\"Keys\":["));
    const struct value *key = from;
    for (; key && n < BATCH_GET_MAX; key = key->next) {
        if (n++)
            buf_char(b, ',');
        ddb_add_item(b, key);
    }
    buf_lit(b, "]}}}");
    return key;
}

void plan_first_body(struct buf *b, const struct plan *p, bool pretty)
{
    _cleanup_(buf_free) struct buf plain = {0};

    if (p->keys && str_is(str_of(p->operation), "BatchGetItem")) {
        plan_batch_body(&plain, p, p->keys);
    } else {
        buf_str_add(&plain, p->body);
        if (plan_limits_pages(p))
            buf_addf(&plain, ",\"Limit\":%zu", (size_t)p->limit);
        buf_char(&plain, '}');
    }
    if (!pretty) {
        buf_str_add(b, buf_str(&plain));
        return;
    }
    struct arena a = {0};
    struct json *tree;

    if (json_parse(&a, buf_str(&plain), 100, &tree, NULL) == 0)
        json_write(b, tree, true);
    arena_free(&a);
}

/* GetItem → get-item, BatchGetItem → batch-get-item */
static void add_dashed(struct buf *b, const char *operation, char between)
{
    for (const char *p = operation; *p; p++) {
        bool upper = *p >= 'A' && *p <= 'Z';

        if (upper && p != operation)
            buf_char(b, between);
        buf_char(b, (char)(upper ? *p + ('a' - 'A') : *p));
    }
}

/* A word for a POSIX shell, whatever it holds. */
static void add_shell_word(struct buf *b, struct str text)
{
    buf_char(b, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.s[i] == '\'')
            buf_lit(b, "'\\''");
        else
            buf_char(b, text.s[i]);
    }
    buf_char(b, '\'');
}

static void add_cli_option(struct buf *b, const char *name, struct str value)
{
    if (!value.len)
        return;
    buf_addf(b, " %s ", name);
    add_shell_word(b, value);
}

/* What the SDKs call the service. */
static const char *sdk_service(const struct plan *p)
{
    return operation_service(str_of(p->operation)) == AWS_DYNAMODB_STREAMS ? "dynamodbstreams"
                                                                           : "dynamodb";
}

static void explain_cli(struct buf *b, const struct plan *p, const struct explain_where *where)
{
    _cleanup_(buf_free) struct buf body = {0};

    plan_first_body(&body, p, false);
    buf_addf(b, "aws %s ", sdk_service(p));
    add_dashed(b, p->operation, '-');
    add_cli_option(b, "--profile", where->profile);
    add_cli_option(b, "--region", where->region);
    add_cli_option(b, "--endpoint-url", where->endpoint_url);
    buf_lit(b, " \\\n    --cli-input-json ");
    add_shell_word(b, buf_str(&body));
    buf_char(b, '\n');
}

/* A Python literal. JSON strings with \u escapes for what is above ASCII mean the same there, but
 * for surrogate pairs, which json_add_string never writes. */
static void add_python(struct buf *b, const struct json *node, unsigned indent)
{
    static const char blanks[] = "                                                                ";
    unsigned deeper = MIN(indent + 4, (unsigned)sizeof(blanks) - 1);

    switch (node->kind) {
    case JSON_IS_NULL:
        buf_lit(b, "None");
        return;
    case JSON_IS_BOOL:
        buf_str_add(b, node->boolean ? STR("True") : STR("False"));
        return;
    case JSON_IS_NUMBER:
        buf_str_add(b, node->text);
        return;
    case JSON_IS_STRING:
        if (str_is(node->name, "B")) {
            buf_lit(b, "base64.b64decode(");
            json_add_string(b, node->text);
            buf_char(b, ')');
        } else {
            json_add_string(b, node->text);
        }
        return;
    case JSON_IS_ARRAY:
    case JSON_IS_OBJECT:
        break;
    }
    bool object = node->kind == JSON_IS_OBJECT;

    buf_char(b, object ? '{' : '[');
    for (const struct json *kid = node->first; kid; kid = kid->next) {
        buf_addf(b, "\n%.*s", (int)deeper, blanks);
        if (object) {
            json_add_string(b, kid->name);
            buf_lit(b, ": ");
        }
        add_python(b, kid, deeper);
        buf_char(b, ',');
    }
    if (node->first)
        buf_addf(b, "\n%.*s", (int)indent, blanks);
    buf_char(b, object ? '}' : ']');
}

static void add_python_option(struct buf *b, const char *name, struct str value, bool *first)
{
    if (!value.len)
        return;
    buf_str_add(b, *first ? STR("") : STR(", "));
    buf_addf(b, "%s=", name);
    json_add_string(b, value);
    *first = false;
}

static int explain_boto3(struct buf *b, const struct plan *p, const struct explain_where *where,
                         struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct arena a = {0};
    struct json *tree;
    bool first = true,
         paged = str_is(str_of(p->operation), "Query") || str_is(str_of(p->operation), "Scan");

    plan_first_body(&body, p, false);
    int r = json_parse(&a, buf_str(&body), 100, &tree, e);

    if (r < 0)
        goto out;
    if (str_find(buf_str(&body), STR("{\"B\":"), NULL))
        buf_lit(b, "import base64\n");
    buf_lit(b, "import boto3\n\nsession = boto3.Session(");
    add_python_option(b, "profile_name", where->profile, &first);
    add_python_option(b, "region_name", where->region, &first);
    buf_addf(b, ")\nclient = session.client(\"%s\"", sdk_service(p));
    first = false;
    add_python_option(b, "endpoint_url", where->endpoint_url, &first);
    buf_lit(b, ")\nrequest = ");
    add_python(b, tree, 0);
    if (paged && !p->limit) {
        buf_lit(b, "\nfor page in client.get_paginator(\"");
        add_dashed(b, p->operation, '_');
        buf_addf(b, "\").paginate(**request):\n    print(page[\"%s\"])\n",
                 p->counted ? "Count" : "Items");
    } else {
        buf_lit(b, "\nprint(client.");
        add_dashed(b, p->operation, '_');
        buf_lit(b, "(**request))\n");
    }
out:
    arena_free(&a);
    return r;
}

int plan_explain(struct buf *b, const struct plan *p, enum explain_form form,
                 const struct explain_where *where, struct err *e)
{
    switch (form) {
    case EXPLAIN_JSON:
        plan_first_body(b, p, true);
        buf_char(b, '\n');
        return 0;
    case EXPLAIN_AWS_CLI:
        explain_cli(b, p, where);
        return 0;
    case EXPLAIN_BOTO3:
        return explain_boto3(b, p, where, e);
    }
    return 0;
}
