/* The client against a scripted server in a child process: each request takes the next step. */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pksk/base/log.h"
#include "pksk/dynamo/schema.h"
#include "pksk/net/transport.h"

#define REQUESTS 16
#define CONNECTIONS 8

enum what {
    ANSWER,
    CUT,       /* the answer, and then the connection closes */
    HANG,      /* nothing */
    INTERRUPT, /* Ctrl-C for the client, after the answer if there is one */
    HOLD,      /* the answer comes with that to the next request */
};

struct step {
    enum what what;
    const char *status, *headers, *body;
};

struct seen {
    unsigned count;
    char requests[REQUESTS][2048];
};

struct server {
    struct seen *seen; /* shared with the child */
    pid_t pid;
    char url[64];
    struct dynamo *client;
};

struct connection {
    int fd;
    size_t len;
    char in[4096];
    const struct step *held;
};

static void answer(int fd, const struct step *s)
{
    char text[4096];
    int len = snprintf(text, sizeof(text),
                       "HTTP/1.1 %s\r\nContent-Type: application/x-amz-json-1.0\r\n"
                       "Content-Length: %zu\r\n%s\r\n%s",
                       s->status, strlen(s->body) + (s->what == CUT ? 10 : 0),
                       s->headers ? s->headers : "", s->body);

    if (send(fd, text, (size_t)len, MSG_NOSIGNAL) < 0)
        _exit(1);
}

static bool is_whole(struct connection *c)
{
    const char *end, *length;

    c->in[c->len] = '\0';
    end = strstr(c->in, "\r\n\r\n");
    length = strstr(c->in, "Content-Length: ");
    return end && length && c->in + c->len >= end + 4 + strtol(length + 16, NULL, 10);
}

static void close_connection(struct connection *c)
{
    close(c->fd);
    *c = (struct connection){.fd = -1};
}

static void take_step(struct connection *c, struct connection *all, const struct step *s)
{
    if (s->status && s->what != HOLD)
        answer(c->fd, s);
    if (s->what == HOLD)
        c->held = s;
    if (s->what == INTERRUPT)
        kill(getppid(), SIGINT);
    if (s->what == CUT)
        close_connection(c);
    for (size_t i = 0; s->what != HOLD && i < CONNECTIONS; i++) {
        if (all[i].fd >= 0 && all[i].held) {
            answer(all[i].fd, all[i].held);
            all[i].held = NULL;
        }
    }
}

static void receive(struct connection *c, struct connection *all, const struct step **steps,
                    struct seen *seen)
{
    ssize_t n = read(c->fd, c->in + c->len, sizeof(c->in) - 1 - c->len);

    if (n <= 0) {
        close_connection(c);
        return;
    }
    c->len += (size_t)n;
    if (!is_whole(c))
        return;
    snprintf(seen->requests[seen->count % REQUESTS], sizeof(seen->requests[0]), "%s", c->in);
    seen->count++;
    c->len = 0;
    take_step(c, all, (*steps)++);
}

static void serve(int listener, const struct step *steps, struct seen *seen)
{
    struct connection all[CONNECTIONS];

    for (size_t i = 0; i < CONNECTIONS; i++)
        all[i] = (struct connection){.fd = -1};
    for (;;) {
        struct pollfd p[CONNECTIONS + 1] = {{listener, POLLIN, 0}};

        for (size_t i = 0; i < CONNECTIONS; i++)
            p[i + 1] = (struct pollfd){all[i].fd, POLLIN, 0};
        if (poll(p, CONNECTIONS + 1, -1) < 0)
            _exit(1);
        for (size_t i = 0; i < CONNECTIONS; i++) {
            if (p[i + 1].revents)
                receive(&all[i], all, &steps, seen);
        }
        for (size_t i = 0; p[0].revents && i < CONNECTIONS; i++) {
            if (all[i].fd < 0) {
                all[i].fd = accept(listener, NULL, NULL);
                break;
            }
        }
    }
}

static void on_interrupt(int number)
{
    (void)number;
    cancel_flag++;
    net_interrupt();
}

/* The last step must never be passed: the child reads beyond it. */
static void begin(struct server *s, const struct step *steps)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sigaction action = {.sa_handler = on_interrupt};
    socklen_t len = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cancel_flag = 0;
    sigaction(SIGINT, &action, NULL);
    *s = (struct server){.seen = mmap(NULL, sizeof(struct seen), PROT_READ | PROT_WRITE,
                                      MAP_SHARED | MAP_ANONYMOUS, -1, 0)};
    if (bind(listener, (struct sockaddr *)&address, len) < 0 || listen(listener, 8) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &len) < 0)
        abort();
    fflush(stdout);
    s->pid = fork();
    if (s->pid == 0) {
        serve(listener, steps, s->seen);
        _exit(0);
    }
    close(listener);
    snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u", ntohs(address.sin_port));
    s->client = dynamo_new(&(struct dynamo_options){
        .local = true, .endpoint_url = str_of(s->url), .region = STR("eu-west-1")});
}

static void finish(struct server *s)
{
    dynamo_free(s->client);
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    munmap(s->seen, sizeof(*s->seen));
}

/* The value of a header of the n-th request. */
static struct str sent(const struct server *s, unsigned n, const char *name)
{
    struct str rest = str_of(s->seen->requests[n]), line, key = str_of(name);

    while (str_split(&rest, '\n', &line)) {
        if (str_starts(line, key))
            return str_trim(str_slice(line, key.len, line.len));
    }
    return STR("");
}

#define ITEM "{\"Item\":{\"pk\":{\"S\":\"a\"}}}"
#define ITEM_CRC "x-amz-crc32: 642333050\r\n"
#define OK                                                                                         \
    {                                                                                              \
        ANSWER, "200 OK", ITEM_CRC "x-amzn-RequestId: R1\r\n", ITEM                                \
    }
#define NEVER                                                                                      \
    {                                                                                              \
        HANG, NULL, NULL, NULL                                                                     \
    }

TEST(client_sends_what_the_service_wants)
{
    static const struct step steps[] = {OK, NEVER};
    _cleanup_(finish) struct server s;
    struct call *c;
    struct err e;

    begin(&s, steps);
    CHECK(dynamo_call(s.client, "GetItem", STR("{\"TableName\":\"t\"}"), &c, &e) == 0);
    const struct reply *r = call_reply(c);

    CHECK(r->count == 1 && r->status == 200 && r->attempts == 1 && !r->uncertain);
    CHECK(r->bytes == strlen(ITEM));
    CHECK_STR(r->request_id, "R1");
    call_free(c);
    CHECK(str_starts(str_of(s.seen->requests[0]), STR("POST / HTTP/1.1\r\n")));
    CHECK(str_ends(str_of(s.seen->requests[0]), STR("\r\n\r\n{\"TableName\":\"t\"}")));
    CHECK_STR(sent(&s, 0, "X-Amz-Target: "), "DynamoDB_20120810.GetItem");
    CHECK_STR(sent(&s, 0, "Content-Type: "), "application/x-amz-json-1.0");
    CHECK_STR(sent(&s, 0, "Accept-Encoding: "), "identity");
    CHECK_STR(sent(&s, 0, "amz-sdk-request: "), "attempt=1");
    CHECK(str_starts(sent(&s, 0, "Authorization: "), STR("AWS4-HMAC-SHA256 Credential=local/")));
    CHECK(!strstr(s.seen->requests[0], "\r\nAccept:") && !strstr(s.seen->requests[0], "Expect"));
}

TEST(client_asks_a_stream_in_its_own_words_and_signs_for_the_service)
{
    static const struct step steps[] = {
        {ANSWER, "200 OK", NULL, "{\"Records\":[],\"NextShardIterator\":\"next\"}"}, NEVER};
    _cleanup_(finish) struct server s;
    struct call *c;
    struct err e;

    begin(&s, steps);
    CHECK(dynamo_call(s.client, "GetRecords", STR("{\"ShardIterator\":\"x\"}"), &c, &e) == 0);
    CHECK_STR(json_text(call_reply(c)->rest, "NextShardIterator"), "next");
    call_free(c);
    CHECK_STR(sent(&s, 0, "X-Amz-Target: "), "DynamoDBStreams_20120810.GetRecords");
    CHECK_STR(sent(&s, 0, "Content-Type: "), "application/x-amz-json-1.0");
    CHECK(strstr(s.seen->requests[0], "/dynamodb/aws4_request, SignedHeaders="));
}

TEST(client_tries_again_with_the_same_invocation)
{
    static const struct step steps[] = {
        {ANSWER, "500 Oh", NULL, "{\"__type\":\"InternalServerError\"}"},
        {CUT, "200 OK", NULL, ITEM},
        {ANSWER, "200 OK", "x-amz-crc32: 7\r\n", ITEM},
        OK,
        NEVER,
    };
    _cleanup_(finish) struct server s;
    struct call *c;
    struct err e;

    begin(&s, steps);
    CHECK(dynamo_call(s.client, "GetItem", STR("{}"), &c, &e) == 0);
    CHECK(call_reply(c)->attempts == 4 && call_reply(c)->uncertain);
    CHECK(call_reply(c)->count == 1 && !call_reply(c)->items->next);
    call_free(c);
    CHECK(s.seen->count == 4);
    CHECK(sent(&s, 0, "amz-sdk-invocation-id: ").len == 36);
    CHECK(str_eq(sent(&s, 0, "amz-sdk-invocation-id: "), sent(&s, 3, "amz-sdk-invocation-id: ")));
    CHECK(str_ends(sent(&s, 3, "amz-sdk-request: "), STR("attempt=4; max=4")));
}

TEST(client_gives_up_on_a_checksum_that_stays_wrong)
{
    static const struct step wrong = {ANSWER, "200 OK", "x-amz-crc32: 7\r\n", ITEM};
    const struct step steps[] = {wrong, wrong, wrong, wrong, NEVER};
    _cleanup_(finish) struct server s;
    struct call *c;
    struct err e;

    begin(&s, steps);
    CHECK(dynamo_call(s.client, "GetItem", STR("{}"), &c, &e) == ERR_FAILED && !c);
    CHECK(str_starts(str_of(e.text), STR("the answer's checksum is wrong")));
    CHECK(s.seen->count == 4);
}

TEST(client_does_not_repeat_what_was_refused)
{
    static const struct step steps[] = {
        {ANSWER, "400 Bad", NULL,
         "{\"__type\":\"a#ConditionalCheckFailedException\",\"message\":\"no\",\"Item\":{\"pk\":{"
         "\"S\":\"was\"}}}"},
        {ANSWER, "400 Bad", NULL, "{\"__type\":\"a#ValidationException\",\"message\":\"bad\"}"},
        NEVER,
    };
    _cleanup_(finish) struct server s;
    struct call *c;
    struct err e;

    begin(&s, steps);
    CHECK(dynamo_call(s.client, "PutItem", STR("{}"), &c, &e) == ERR_REFUSED);
    CHECK_STR(value_text(value_member(call_reply(c)->attributes, STR("pk"))), "was");
    call_free(c);
    CHECK(dynamo_call(s.client, "PutItem", STR("{}"), &c, &e) == ERR_FAILED && !c);
    CHECK_STR(str_of(e.text), "ValidationException: bad");
    CHECK(s.seen->count == 2);
}

TEST(client_learns_the_services_clock)
{
    static const struct step steps[] = {
        {ANSWER, "400 Bad", "Date: Sun, 22 Nov 2020 07:00:00 GMT\r\n",
         "{\"__type\":\"InvalidSignatureException\"}"},
        OK,
        {ANSWER, "400 Bad", NULL, "{\"__type\":\"InvalidSignatureException\"}"},
        NEVER,
    };
    _cleanup_(finish) struct server s;
    struct call *c;
    struct err e;

    begin(&s, steps);
    CHECK(dynamo_call(s.client, "GetItem", STR("{}"), &c, &e) == 0);
    call_free(c);
    CHECK(!str_starts(sent(&s, 0, "X-Amz-Date: "), STR("2020")));
    CHECK(str_starts(sent(&s, 1, "X-Amz-Date: "), STR("20201122T0")));
    /* With the right time it is the secret that is wrong: no second try. */
    CHECK(dynamo_call(s.client, "GetItem", STR("{}"), &c, &e) == ERR_CONNECT);
    CHECK(s.seen->count == 3);
}

TEST(client_is_interrupted_while_it_waits)
{
    static const struct step steps[] = {
        {INTERRUPT, NULL, NULL, NULL},
        {INTERRUPT, "400 Bad", "x-amz-retry-after: 4900\r\n",
         "{\"__type\":\"ThrottlingException\"}"},
        OK,
        NEVER,
    };
    _cleanup_(finish) struct server s;
    struct call *c;
    struct err e;

    begin(&s, steps);
    CHECK(dynamo_call(s.client, "GetItem", STR("{}"), &c, &e) == ERR_CANCELLED && !c);
    cancel_flag = 0;
    CHECK(dynamo_call(s.client, "GetItem", STR("{}"), &c, &e) == ERR_CANCELLED);
    cancel_flag = 0;
    CHECK(dynamo_call(s.client, "GetItem", STR("{}"), &c, &e) == 0);
    call_free(c);
    CHECK(s.seen->count == 3);
}

TEST(client_keeps_several_calls_in_flight)
{
    static const struct step steps[] = {{HOLD, "200 OK", NULL, "{\"Count\":1}"},
                                        {HOLD, "200 OK", NULL, "{\"Count\":2}"},
                                        {ANSWER, "200 OK", NULL, "{\"Count\":3}"},
                                        NEVER};
    _cleanup_(finish) struct server s;
    struct call *c[3];
    struct err e;
    size_t sum = 0;

    begin(&s, steps);
    for (size_t i = 0; i < 3; i++)
        CHECK(dynamo_send(s.client, "Query", STR("{}"), &c[i], &e) == 0 && !call_done(c[i]));
    for (size_t i = 0; i < 3; i++) {
        CHECK(dynamo_wait(s.client, c[i], &e) == 0 && call_done(c[i]));
        sum += call_reply(c[i])->count;
        call_free(c[i]);
    }
    CHECK(sum == 6);
}

TEST(client_listens_to_the_keyboard_meanwhile)
{
    static const struct step steps[] = {NEVER, OK, NEVER};
    _cleanup_(finish) struct server s;
    struct call *c;
    struct err e;
    int keys[2];
    char key;

    begin(&s, steps);
    CHECK(pipe(keys) == 0);
    CHECK(dynamo_send(s.client, "Query", STR("{}"), &c, &e) == 0);
    while (s.seen->count == 0)
        CHECK(dynamo_poll(s.client, 1, keys[0]) == 0);
    CHECK(write(keys[1], "x", 1) == 1);
    CHECK(dynamo_poll(s.client, -1, keys[0]) == 1 && !call_done(c));
    CHECK(read(keys[0], &key, 1) == 1);
    call_free(c); /* cancels; the client goes on */
    close(keys[1]);
    CHECK(dynamo_poll(s.client, -1, keys[0]) == 1); /* its end is news too */
    close(keys[0]);
    CHECK(dynamo_call(s.client, "GetItem", STR("{}"), &c, &e) == 0);
    call_free(c);
}

TEST(client_finds_nobody)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);
    int closed = socket(AF_INET, SOCK_STREAM, 0);
    char url[64], want[128];
    struct call *c;
    struct err e;

    /* Bound but not listening: nobody else can take the port. */
    CHECK(bind(closed, (struct sockaddr *)&address, len) == 0);
    CHECK(getsockname(closed, (struct sockaddr *)&address, &len) == 0);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u", ntohs(address.sin_port));
    struct dynamo *d =
        dynamo_new(&(struct dynamo_options){.local = true, .endpoint_url = str_of(url)});

    CHECK(dynamo_call(d, "GetItem", STR("{}"), &c, &e) == ERR_CONNECT);
    snprintf(want, sizeof(want), "nothing listens at %s (connection refused)", url + 7);
    CHECK_STR(str_of(e.text), want);
    CHECK_STR(str_of(e.hint), "is the local server running?");
    dynamo_free(d);
    close(closed);
}

#define DESCRIPTION                                                                                \
    "{\"Table\":{\"TableName\":\"shop\",\"TableStatus\":\"ACTIVE\",\"AttributeDefinitions\":[{"    \
    "\"AttributeName\":\"pk\",\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"pk\"," \
    "\"KeyType\":\"HASH\"}]}}"

TEST(schema_is_asked_for_once)
{
    static const struct step steps[] = {
        {ANSWER, "200 OK", NULL, DESCRIPTION},
        {ANSWER, "200 OK", NULL, "{\"TableNames\":[\"Main\"],\"LastEvaluatedTableName\":\"Main\"}"},
        {ANSWER, "200 OK", NULL, "{\"TableNames\":[\"shop\"]}"},
        {ANSWER, "400 Bad", NULL, "{\"__type\":\"ResourceNotFoundException\"}"},
        {ANSWER, "200 OK", NULL, DESCRIPTION},
        NEVER,
    };
    _cleanup_(finish) struct server s;
    char directory[] = "/tmp/pksk-client-XXXXXX";
    const struct table *t;
    const struct str *names;
    size_t count;
    struct err e;

    begin(&s, steps);
    CHECK(mkdtemp(directory));
    struct schema_cache *c = schema_new(s.client, str_of(directory));

    CHECK(!schema_peek(c, STR("shop")));
    CHECK(schema_get(c, STR("shop"), &t, &e) == 0 && schema_get(c, STR("shop"), &t, &e) == 0);
    CHECK(s.seen->count == 1);
    schema_free(c);

    /* The next shell finds it on disk, and asks nobody. */
    c = schema_new(s.client, str_of(directory));
    CHECK(schema_get(c, STR("shop"), &t, &e) == 0 && t->key.partition_count == 1);
    CHECK(s.seen->count == 1);

    CHECK(!schema_peek_tables(c, &names, &count));
    CHECK(schema_tables(c, &names, &count, &e) == 0 && count == 2 && s.seen->count == 3);
    CHECK_STR(names[1], "shop");
    CHECK(schema_get(c, STR("mian"), &t, &e) == ERR_FAILED);
    CHECK_STR(str_of(e.hint), "did you mean Main?");
    CHECK_STR(str_of(e.service), "ResourceNotFoundException");

    schema_forget(c, STR("shop"));
    CHECK(!schema_peek(c, STR("shop")));
    CHECK(schema_get(c, STR("shop"), &t, &e) == 0 && s.seen->count == 5);
    schema_forget(c, STR("shop"));
    schema_free(c);
    CHECK(rmdir(directory) == 0);
}

TEST_MAIN()
