/* Linux: signalfd, epoll and pidfd. */
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pksk/base/port.h"

int port_child(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0); /* libraries have a name for it only of late */
}

static int add(int poll_fd, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    return epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
}

int port_watch_open(struct port_watch *w, int fd, const sigset_t *signals)
{
    w->signals = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
    w->fd = epoll_create1(EPOLL_CLOEXEC);
    if (w->signals >= 0 && w->fd >= 0 && add(w->fd, fd) == 0 && add(w->fd, w->signals) == 0)
        return 0;
    port_watch_close(w);
    return -1;
}

void port_watch_close(struct port_watch *w)
{
    if (w->signals >= 0)
        close(w->signals);
    if (w->fd >= 0)
        close(w->fd);
    w->signals = w->fd = -1;
}

int port_watch_signal(struct port_watch *w)
{
    struct signalfd_siginfo info;

    return read(w->signals, &info, sizeof(info)) == (ssize_t)sizeof(info) ? (int)info.ssi_signo : 0;
}
