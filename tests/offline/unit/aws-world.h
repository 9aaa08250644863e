/* A home directory, a clock and an HTTP peer for tests of credentials: all of them false.
 *
 * Include it once, after test.h. The peer answers from a list, in order, and keeps what it was
 * asked.
 */
#ifndef PKSK_TESTS_AWS_WORLD_H
#define PKSK_TESTS_AWS_WORLD_H

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pksk/aws/credentials.h"
#include "pksk/base/file.h"

static char home[] = "/tmp/pksk-aws-XXXXXX";

/* ---- the clock: 2026-01-02T03:04:05Z until a test moves it ---- */

#define T0 1767323045000
static int64_t now_ms = T0;

static int64_t false_wall(unused_arg void *ctx)
{
    return now_ms;
}

static const struct clock false_clock = {false_wall, false_wall, NULL};

/* ---- the peer ---- */

struct answer {
    int status; /* 0: none; -1: none in time */
    const char *body;
};

static struct answer answers[12];
static size_t answer_count, asked, paused_ms;
static struct buf said; /* every request: method, URL, headers, body */

static int false_send(unused_arg void *ctx, const struct aws_http_request *q,
                      struct aws_http_reply *ret, struct err *e)
{
    const struct answer *a = asked < answer_count ? &answers[asked] : NULL;

    asked++;
    buf_addf(&said, "%s %.*s%s\n", q->method, STR_ARG(q->url), q->no_proxy ? " directly" : "");
    for (size_t i = 0; i < q->header_count; i++)
        buf_addf(&said, "%.*s: %.*s\n", STR_ARG(q->headers[i].name), STR_ARG(q->headers[i].value));
    buf_addf(&said, "%.*s\n", STR_ARG(q->body));
    if (!a || a->status <= 0) {
        ret->timed_out = ret->connected = a && a->status < 0;
        return err_set(e, ERR_CONNECT, "nobody answers at %.*s", STR_ARG(q->url));
    }
    ret->status = a->status;
    ret->connected = true;
    buf_str_add(&ret->body, str_of(a->body));
    return 0;
}

static void false_pause(unused_arg void *ctx, int ms)
{
    paused_ms += (size_t)ms;
}

static const struct aws_http false_http = {.send = false_send, .pause = false_pause};

static void set_answers(const struct answer *list, size_t count)
{
    answer_count = MIN(count, ARRAY_LEN(answers));
    memcpy(answers, list, answer_count * sizeof(*list));
    asked = paused_ms = 0;
    buf_reset(&said);
}

#define ANSWERS(...)                                                                               \
    set_answers((const struct answer[]){__VA_ARGS__},                                              \
                sizeof((const struct answer[]){__VA_ARGS__}) / sizeof(struct answer))

static bool was_said(const char *text)
{
    size_t at;

    if (str_find(buf_str(&said), str_of(text), &at))
        return true;
    printf("# not said: %s\n# but: %s\n", text, buf_cstr(&said));
    return false;
}

static bool was_not_said(const char *text)
{
    size_t at;

    return !str_find(buf_str(&said), str_of(text), &at);
}

/* ---- the home ---- */

static void write_file(const char *name, const char *text)
{
    char path[300], *slash;
    struct err e = {0};

    snprintf(path, sizeof(path), "%s/%s", home, name);
    slash = strrchr(path, '/');
    *slash = '\0';
    if (file_make_dirs(path, &e) < 0)
        printf("# %s\n", e.text);
    *slash = '/';
    if (file_write(path, str_of(text), &e) < 0)
        printf("# %s\n", e.text);
}

static struct buf file_text;

static struct str read_file(const char *name)
{
    char path[300];
    struct err e = {0};

    snprintf(path, sizeof(path), "%s/%s", home, name);
    buf_reset(&file_text);
    if (file_read(path, 1 << 20, &file_text, &e) < 0)
        return STR("");
    return buf_str(&file_text);
}

static int remove_one(const char *path, unused_arg const struct stat *st, unused_arg int kind,
                      unused_arg struct FTW *at)
{
    return strcmp(path, home) == 0 ? 0 : remove(path);
}

static void empty_home(void)
{
    nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* An empty home but for the two files (NULL: not there), an empty environment, no answers. */
static void begin(const char *config, const char *credentials)
{
    clearenv();
    setenv("HOME", home, 1);
    setenv("PATH", "/usr/bin:/bin", 1);
    empty_home();
    if (config)
        write_file(".aws/config", config);
    if (credentials)
        write_file(".aws/credentials", credentials);
    now_ms = T0;
    answer_count = asked = paused_ms = 0;
    buf_reset(&said);
}

static void end_world(void)
{
    empty_home();
    rmdir(home);
    buf_free(&said);
    buf_free(&file_text);
}

__attribute__((constructor)) static void begin_world(void)
{
    if (!mkdtemp(home))
        abort();
    atexit(end_world);
}

/* ---- a chain ---- */

static struct aws_config *config;
static struct aws_chain *chain;
static const struct aws_credentials *got;
static struct err failure;
static struct aws_ask asker;

static void close_chain(void)
{
    aws_chain_free(chain);
    aws_config_free(config);
    chain = NULL;
    config = NULL;
}

static void open_chain(const char *profile)
{
    struct aws_options o = {str_of(profile ? profile : ""), STR("eu-west-1"), STR(""), false};

    close_chain();
    config = aws_config_new(&o);
    chain = aws_chain_new(config, &false_http, &asker, &false_clock);
}

static int get(void)
{
    failure = (struct err){0};
    got = NULL;
    return aws_credentials_get(chain, &got, &failure);
}

static char shown[900];

/* "ID SECRET TOKEN ACCOUNT from SOURCE", or "error: …" */
static struct str show(int r)
{
    if (r < 0)
        snprintf(shown, sizeof(shown), "error: %s", failure.text);
    else
        snprintf(shown, sizeof(shown), "%s %.*s %.*s %s from %s", got->access_key_id,
                 STR_ARG(secret_str(&got->secret)),
                 STR_ARG(got->token.len ? secret_str(&got->token) : STR("-")),
                 got->account ? got->account : "-", got->source);
    return str_of(shown);
}

/* Of a new chain. */
static struct str credentials_of(const char *profile)
{
    open_chain(profile);
    return show(get());
}

#endif
