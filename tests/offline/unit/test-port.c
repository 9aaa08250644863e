#include "pksk/base/port.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

struct pair {
    int key, place;
};

static int by_key(const void *a, const void *b, void *ctx)
{
    int sign = *(const int *)ctx;

    return sign * (((const struct pair *)a)->key - ((const struct pair *)b)->key);
}

static bool sorted(const struct pair *list, size_t count, int sign)
{
    for (size_t i = 1; i < count; i++) {
        int order = sign * (list[i - 1].key - list[i].key);

        if (order > 0 || (order == 0 && list[i - 1].place > list[i].place))
            return false;
    }
    return true;
}

TEST(sorting_is_stable_and_takes_any_length)
{
    struct pair list[100];

    for (size_t count = 0; count <= ARRAY_LEN(list); count++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            for (size_t i = 0; i < count; i++)
                list[i] = (struct pair){(int)(i * 37 % 11), (int)i};
            port_sort(list, count, sizeof(*list), by_key, &sign);
            CHECK(sorted(list, count, sign));
        }
    }
}

TEST(a_pipe_is_closed_on_exec)
{
    int ends[2];

    CHECK(port_pipe(ends) == 0);
    CHECK(fcntl(ends[0], F_GETFD) & FD_CLOEXEC);
    CHECK(fcntl(ends[1], F_GETFD) & FD_CLOEXEC);
    close(ends[0]);
    close(ends[1]);
}

TEST(random_bytes_differ_and_wiping_leaves_none)
{
    unsigned char a[32] = {0}, b[32] = {0}, zero[32] = {0};

    CHECK(port_random(a, sizeof(a)) == 0 && port_random(b, sizeof(b)) == 0);
    CHECK(memcmp(a, b, sizeof(a)) != 0);
    port_wipe(a, sizeof(a));
    CHECK(memcmp(a, zero, sizeof(a)) == 0);
}

TEST(bytes_in_their_order)
{
    uint32_t word;

    memcpy(&word, "\x01\x02\x03\x04", sizeof(word));
    CHECK(port_le32(word) == 0x04030201u);
}

static bool ready(int fd, int timeout_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, timeout_ms) == 1;
}

/* A signal that comes while the keyboard is silent, one that waits already, and a key. */
TEST(signals_and_a_descriptor_behind_one)
{
    struct port_watch w = {-1, -1};
    sigset_t set, before;
    int ends[2];

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, &before);
    CHECK(port_pipe(ends) == 0);
    CHECK(port_watch_open(&w, ends[0], &set) == 0);
    CHECK(!ready(w.fd, 0) && port_watch_signal(&w) == 0);
    raise(SIGUSR1);
    raise(SIGUSR2);
    CHECK(ready(w.fd, 10000));
    int first = port_watch_signal(&w), second = port_watch_signal(&w);

    CHECK((first == SIGUSR1 && second == SIGUSR2) || (first == SIGUSR2 && second == SIGUSR1));
    CHECK(port_watch_signal(&w) == 0 && !ready(w.fd, 0));
    CHECK(write(ends[1], "x", 1) == 1 && ready(w.fd, 10000) && port_watch_signal(&w) == 0);
    port_watch_close(&w);
    port_watch_close(&w);
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[0]);
    close(ends[1]);
}

static void on_signal(unused_arg int number)
{
}

/* One that came before is not waited over, and one outside the mask is let in. */
TEST(waiting_with_a_mask)
{
    struct sigaction act = {.sa_handler = on_signal}, old;
    struct pollfd p = {.events = POLLIN};
    sigset_t set, before;
    int ends[2];

    CHECK(port_pipe(ends) == 0);
    p.fd = ends[0];
    sigaction(SIGUSR1, &act, &old);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &before);
    raise(SIGUSR1);
    CHECK(port_poll(&p, 1, &before) == -1);
    CHECK(write(ends[1], "x", 1) == 1);
    CHECK(port_poll(&p, 1, &before) == 1 && (p.revents & POLLIN));
    sigprocmask(SIG_SETMASK, &before, NULL);
    sigaction(SIGUSR1, &old, NULL);
    close(ends[0]);
    close(ends[1]);
}

TEST(a_child_that_ends)
{
    int ends[2], status;

    CHECK(port_pipe(ends) == 0);
    pid_t pid = fork();

    if (pid == 0) {
        char byte;

        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 1 ? 7 : 8);
    }
    close(ends[0]);
    int handle = port_child(pid);

    CHECK(handle >= 0 && !ready(handle, 0));
    CHECK(write(ends[1], "x", 1) == 1 && ready(handle, 10000));
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 7);
    close(handle);
    close(ends[1]);
}

TEST_MAIN()
