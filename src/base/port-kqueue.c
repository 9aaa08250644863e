/* macOS and the BSDs: kqueue, which poll() can wait for. */
#include <errno.h>
#include <sys/event.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>

#include "pksk/base/port.h"

#define SIGNAL_MAX 32

static int add(int queue, uintptr_t what, int16_t filter, unsigned notes)
{
    struct kevent change = {.ident = what, .filter = filter, .flags = EV_ADD, .fflags = notes};

    return kevent(queue, &change, 1, NULL, 0, NULL);
}

int port_child(pid_t pid)
{
    int queue = kqueue();

    if (queue >= 0 && add(queue, (uintptr_t)pid, EVFILT_PROC, NOTE_EXIT) < 0) {
        close(queue);
        return -1;
    }
    return queue;
}

int port_watch_open(struct port_watch *w, int fd, const sigset_t *signals)
{
    int r = 0;

    *w = (struct port_watch){.fd = kqueue(), .signals = -1};
    if (w->fd < 0)
        return -1;
    r = add(w->fd, (uintptr_t)fd, EVFILT_READ, 0);
    for (int number = 1; r == 0 && number < SIGNAL_MAX; number++) {
        if (sigismember(signals, number) == 1)
            r = add(w->fd, (uintptr_t)number, EVFILT_SIGNAL, 0);
    }
    if (r < 0)
        port_watch_close(w);
    return r < 0 ? -1 : 0;
}

void port_watch_close(struct port_watch *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
}

/* The queue only tells of signals: they are blocked, and taken from what is pending. What it tells
 * is read, so that it does not stay readable for them. */
int port_watch_signal(struct port_watch *w)
{
    static const struct timespec at_once = {0, 0};
    struct kevent event;
    sigset_t pending, one;
    int number = 0;

    while (kevent(w->fd, NULL, 0, &event, 1, &at_once) == 1 && event.filter == EVFILT_SIGNAL) {
        number = (int)event.ident;
        sigpending(&pending);
        if (sigismember(&pending, number) != 1)
            continue;
        sigemptyset(&one);
        sigaddset(&one, number);
        if (sigwait(&one, &number) == 0)
            return number;
    }
    return 0;
}
