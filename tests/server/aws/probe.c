/* Answers questions to the aws layer, each a line of JSON on standard input, each answer one on
 * standard output: what the signer, the INI reader, the endpoint rules and the word splitter make
 * of them. tests/server/aws/run asks.
 */
#include <stdio.h>

#include "pksk/aws/endpoint.h"
#include "pksk/aws/ini.h"
#include "pksk/aws/sign.h"
#include "pksk/aws/words.h"
#include "pksk/json/tree.h"
#include "pksk/json/writer.h"

#define HEADERS_MAX 64

static void member(struct json_writer *j, const char *name, struct str value)
{
    json_name(j, str_of(name));
    json_string(j, value);
}

/* {"sign": {method, host, path, query, headers: [[name, value], …], body, key, secret, token,
 * region, service, ms}} → {"authorization", "canonical"} */
static void answer_sign(const struct json *q, struct json_writer *j)
{
    static struct sign_cache cache;
    struct sign_header headers[HEADERS_MAX];
    struct sign_request request = {
        .method = json_text(q, "method"),
        .host = json_text(q, "host"),
        .path = json_text(q, "path"),
        .query = json_text(q, "query"),
        .headers = headers,
        .body = json_text(q, "body"),
    };
    struct sign_credentials credentials = {json_text(q, "key"), json_text(q, "secret"),
                                           json_text(q, "token")};
    struct sign_scope scope = {json_text(q, "region"), json_text(q, "service")};
    struct sign_result result = {0};
    uint64_t ms = 0;

    for (const struct json *h = json_get(q, "headers")->first; h; h = h->next)
        if (request.header_count < HEADERS_MAX)
            headers[request.header_count++] = (struct sign_header){h->first->text, h->last->text};
    json_get_u64(q, "ms", &ms);
    sign_v4(&request, &credentials, &scope, (int64_t)ms, &cache, &result);
    json_begin_object(j);
    member(j, "authorization", buf_str(&result.authorization));
    member(j, "canonical", buf_str(&result.canonical));
    json_end_object(j);
    sign_result_free(&result);
}

static void write_entries(const struct ini *ini, const struct ini_section *s, struct json_writer *j)
{
    json_begin_object(j);
    for (const struct ini_entry *n = ini->defaults; n; n = n->next) {
        struct str value;

        if (ini_get(ini, s, n->key, &value)) {
            json_name(j, n->key);
            json_string(j, value);
        }
    }
    for (const struct ini_entry *n = s->entries; n; n = n->next) {
        json_name(j, n->key);
        json_string(j, n->value);
    }
    json_end_object(j);
}

/* {"ini": "text"} → {"section": {key: value}, …} or null */
static void answer_ini(struct str text, struct json_writer *j)
{
    struct ini ini;
    struct err e = {0};

    if (ini_parse(text, "f", &ini, &e) < 0) {
        json_null(j);
        return;
    }
    json_begin_object(j);
    for (const struct ini_section *s = ini.sections; s; s = s->next) {
        json_name(j, s->name);
        write_entries(&ini, s, j);
    }
    json_end_object(j);
    ini_free(&ini);
}

static enum aws_service service_of(struct str name)
{
    static const char *const names[] = {
        [AWS_DYNAMODB] = "dynamodb",
        [AWS_DYNAMODB_SEARCH] = "dynamodb-search",
        [AWS_DYNAMODB_STREAMS] = "dynamodbstreams",
        [AWS_STS] = "sts",
        [AWS_SSO] = "sso",
        [AWS_SSO_OIDC] = "sso-oidc",
        [AWS_SIGNIN] = "signin",
    };

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i] && str_is(name, names[i]))
            return (enum aws_service)i;
    return AWS_DYNAMODB;
}

/* {"endpoint": {service, region, fips, dualstack, custom, account, arn, mode}} → [URL, region to
 * sign for, name to sign for], or null */
static void answer_endpoint(const struct json *q, struct json_writer *j)
{
    struct str mode = json_text(q, "mode");
    struct aws_endpoint_params p = {
        .service = service_of(json_text(q, "service")),
        .region = json_text(q, "region"),
        .fips = json_get_bool(q, "fips", false),
        .dualstack = json_get_bool(q, "dualstack", false),
        .custom = json_text(q, "custom"),
        .account = json_text(q, "account"),
        .arn = json_text(q, "arn"),
        .account_mode = str_is(mode, "required")   ? AWS_ACCOUNT_REQUIRED
                        : str_is(mode, "disabled") ? AWS_ACCOUNT_DISABLED
                                                   : AWS_ACCOUNT_PREFERRED,
    };
    struct aws_endpoint endpoint;
    struct err e = {0};

    if (aws_endpoint_resolve(&p, &endpoint, &e) < 0) {
        json_null(j);
        return;
    }
    json_begin_array(j);
    json_string(j, str_of(endpoint.url));
    json_string(j, str_of(endpoint.region));
    json_string(j, str_of(endpoint.signing_name));
    json_end_array(j);
}

/* {"words": "text"} → ["a", "b"], or null */
static void answer_words(struct str text, struct json_writer *j)
{
    struct arena a = {0};
    struct str *words = NULL;
    size_t count = 0;

    if (words_split(&a, text, &words, &count)) {
        json_begin_array(j);
        for (size_t i = 0; i < count; i++)
            json_string(j, words[i]);
        json_end_array(j);
    } else {
        json_null(j);
    }
    arena_free(&a);
}

static int answer(struct str line, struct buf *out)
{
    struct arena a = {0};
    struct json *q;
    struct err e = {0};
    struct json_writer j = {.out = out};
    int r = json_parse(&a, line, 10, &q, &e);

    if (r < 0) {
        fprintf(stderr, "aws-probe: %s\n", e.text);
    } else if (json_get(q, "sign")) {
        answer_sign(json_get(q, "sign"), &j);
    } else if (json_get(q, "ini")) {
        answer_ini(json_text(q, "ini"), &j);
    } else if (json_get(q, "endpoint")) {
        answer_endpoint(json_get(q, "endpoint"), &j);
    } else {
        answer_words(json_text(q, "words"), &j);
    }
    arena_free(&a);
    return r;
}

int main(void)
{
    struct buf out = {0};
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    int r = 0;

    while (r == 0 && (len = getline(&line, &cap, stdin)) > 0) {
        r = answer((struct str){line, (size_t)len}, &out);
        puts(buf_cstr(&out));
        buf_reset(&out);
    }
    free(line);
    buf_free(&out);
    return r != 0;
}
