/* A canned DynamoDB on loopback, so fast that it is not what a benchmark measures.
 *
 *   bench-server [--items FILE] [--megabytes N] [--page KB] [--delay MS] [--dump]
 *
 * Prints its port and serves until it is killed or its parent ends. POST answers as answers.h says,
 * each after --delay milliseconds that hold up no other connection; GET /count answers the number
 * of POSTs so far and GET /reset sets it to 0. --dump prints what a whole Scan would answer, and
 * ends.
 */
#include "answers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_BYTES (20u << 20)

struct connection {
    int fd;
    char *in; /* zero-terminated */
    size_t in_length, in_room;
    size_t request; /* bytes of in that the answer under way belongs to; 0: none */
    bool close;
    int64_t due;             /* when the answer may go */
    struct connection *next; /* in the queue of the delayed, which is in order of due */
    char head[256];
    struct answer answer;
    struct iovec out[3];
};

static int64_t delay;
static unsigned long posts;
static int poller;
static struct connection *delayed, **delayed_end = &delayed;

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void drop(struct connection *c)
{
    for (struct connection **at = &delayed; *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            if (!*at)
                delayed_end = at;
            break;
        }
    close(c->fd);
    free(c->answer.tail);
    free(c->in);
    free(c);
}

static void want(const struct connection *c, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = (void *)c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
}

/* True when all is out; false when the socket is full or gone. */
static bool send_out(struct connection *c)
{
    for (;;) {
        int first = 0;
        while (first < 3 && c->out[first].iov_len == 0)
            first++;
        if (first == 3)
            return true;
        ssize_t sent = writev(c->fd, c->out + first, 3 - first);
        if (sent < 0)
            return false;
        for (int i = first; i < 3 && sent > 0; i++) {
            size_t part = (size_t)sent < c->out[i].iov_len ? (size_t)sent : c->out[i].iov_len;
            c->out[i].iov_base = (char *)c->out[i].iov_base + part;
            c->out[i].iov_len -= part;
            sent -= (ssize_t)part;
        }
    }
}

static void make_answer(struct connection *c, const char *body)
{
    char operation[64] = "", text[32];
    const char *target = strcasestr(c->in, "\r\nX-Amz-Target:");
    if (strncmp(c->in, "POST", 4) == 0) {
        posts++;
        if (target && target < body)
            sscanf(target + 15, " DynamoDB_20120810.%63[A-Za-z]", operation);
        answers_make(operation, body, &c->answer);
    } else {
        if (strncmp(c->in, "GET /reset", 10) == 0)
            posts = 0;
        snprintf(text, sizeof text, "%lu\n", posts);
        c->answer = (struct answer){.tail = strdup(text), .tail_length = strlen(text)};
    }
    int length =
        snprintf(c->head, sizeof c->head,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
                 "Content-Length: %zu\r\nx-amz-crc32: %u\r\nx-amzn-RequestId: BENCH\r\n\r\n",
                 c->answer.shared_length + c->answer.tail_length, c->answer.crc);
    c->out[0] = (struct iovec){c->head, (size_t)length};
    c->out[1] = (struct iovec){(void *)c->answer.shared, c->answer.shared_length};
    c->out[2] = (struct iovec){c->answer.tail, c->answer.tail_length};
}

/* True when a whole request is in. */
static bool parse(struct connection *c)
{
    char *end = c->in_length ? strstr(c->in, "\r\n\r\n") : NULL;
    if (!end)
        return false;
    size_t head = (size_t)(end - c->in) + 4, length = 0;
    const char *field = strcasestr(c->in, "\r\nContent-Length:");
    if (field && field < end)
        length = strtoul(field + 17, NULL, 10);
    if (c->in_length < head + length)
        return false;
    field = strcasestr(c->in, "\r\nConnection: close");
    c->close = field && field < end;
    c->request = head + length;
    char after = c->in[c->request];
    c->in[c->request] = '\0';
    make_answer(c, c->in + head);
    c->in[c->request] = after;
    return true;
}

static void work(struct connection *c);

/* The answer has its time: sends it, and goes on with what came in meanwhile. */
static void deliver(struct connection *c)
{
    if (!send_out(c)) {
        if (errno == EAGAIN)
            want(c, EPOLLOUT);
        else
            drop(c);
        return;
    }
    free(c->answer.tail);
    c->answer = (struct answer){0};
    memmove(c->in, c->in + c->request, c->in_length - c->request + 1);
    c->in_length -= c->request;
    c->request = 0;
    if (c->close) {
        drop(c);
        return;
    }
    want(c, EPOLLIN);
    work(c);
}

static void work(struct connection *c)
{
    if (c->request || !parse(c))
        return;
    if (delay == 0) {
        deliver(c);
        return;
    }
    c->due = now_us() + delay;
    c->next = NULL;
    *delayed_end = c;
    delayed_end = &c->next;
}

static void receive(struct connection *c)
{
    for (;;) {
        if (c->in_room - c->in_length < 4096) {
            c->in_room = c->in_room ? c->in_room * 2 : 16384;
            c->in = c->in_room <= REQUEST_BYTES ? realloc(c->in, c->in_room) : NULL;
            if (!c->in)
                exit(1);
        }
        ssize_t got = read(c->fd, c->in + c->in_length, c->in_room - c->in_length - 1);
        if (got < 0 && errno == EAGAIN)
            break;
        if (got <= 0) {
            drop(c);
            return;
        }
        c->in_length += (size_t)got;
        c->in[c->in_length] = '\0';
    }
    work(c);
}

static void accept_all(int listener)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *c = calloc(1, sizeof *c);
        if (!c)
            exit(1);
        c->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
}

/* Delivers what is due; returns how long to wait for the next, in milliseconds, or -1. */
static int deliver_due(void)
{
    int64_t now = now_us();
    while (delayed && delayed->due <= now) {
        struct connection *c = delayed;
        delayed = c->next;
        if (!delayed)
            delayed_end = &delayed;
        deliver(c);
    }
    return delayed ? (int)((delayed->due - now + 999) / 1000) : -1;
}

static int listen_on_loopback(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) || listen(fd, 128) ||
        getsockname(fd, (struct sockaddr *)&address, &length)) {
        perror("bench-server");
        exit(1);
    }
    printf("%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void serve(void)
{
    int listener = listen_on_loopback();
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(poller, events, 64, deliver_due());
        for (int i = 0; i < count; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c)
                accept_all(listener);
            else if (events[i].events & EPOLLOUT)
                deliver(c);
            else
                receive(c);
        }
    }
}

int main(int argc, char **argv)
{
    const char *items = NULL;
    size_t megabytes = 50, page = 1000;
    bool dump = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--dump") == 0)
            dump = true;
        else if (i + 1 < argc && strcmp(argv[i], "--items") == 0)
            items = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "--megabytes") == 0)
            megabytes = strtoul(argv[++i], NULL, 10);
        else if (i + 1 < argc && strcmp(argv[i], "--page") == 0)
            page = strtoul(argv[++i], NULL, 10);
        else if (i + 1 < argc && strcmp(argv[i], "--delay") == 0)
            delay = strtol(argv[++i], NULL, 10) * 1000;
        else {
            fprintf(stderr, "bench-server: what is %s?\n", argv[i]);
            return 2;
        }
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    if (items)
        answers_load(items, megabytes, page * 1000);
    if (dump)
        answers_dump();
    else
        serve();
    return 0;
}
