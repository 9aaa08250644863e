#include "pksk/out/paging.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/port.h"

#define PIECE_MAX ((size_t)1024) /* of more than one line */
#define PIPE_MIN ((size_t)4096)  /* what a small pipe takes at once */

void paging_begin(struct paging *p, int fd, struct sink_rest *rest)
{
    *p = (struct paging){.fd = fd, .small = port_pipe_small(fd), .rest = rest};
}

void paging_free(struct paging *p)
{
    buf_free(&p->piece);
}

/* Whole lines, as many as make a piece, or a part of a long one. */
static size_t piece_of(struct str bytes)
{
    size_t len = 0, end;

    while (str_find_char(str_slice(bytes, len, bytes.len), '\n', &end) &&
           (len == 0 || len + end + 1 <= PIECE_MAX))
        len += end + 1;
    if (len == 0)
        len = bytes.len;
    return MIN(len, PIPE_MIN);
}

static void count_lines(struct paging *p, struct str taken)
{
    for (size_t i = 0; p->rest && i < taken.len; i++)
        p->rest->lines += taken.s[i] == '\n';
}

/* The piece under way was taken in part: the rest begins with the line that was not taken whole. */
static void keep_piece(struct paging *p)
{
    int unread = 0;

    if (ioctl(p->fd, FIONREAD, &unread) < 0 || unread < 0 || (size_t)unread > p->piece.len)
        unread = 0;
    size_t taken = p->piece.len - (size_t)unread;

    while (unread && taken && p->piece.s[taken - 1] != '\n')
        taken--;
    count_lines(p, str_slice(buf_str(&p->piece), 0, taken));
    if (p->rest)
        buf_str_add(&p->rest->text, str_slice(buf_str(&p->piece), taken, p->piece.len));
    buf_reset(&p->piece);
}

static int wait_for_room(struct paging *p)
{
    struct pollfd room = {.fd = p->fd, .events = POLLOUT};
    int r = p->small ? file_wait_any(&room, 1) : 0;

    if (r < 0)
        return r;
    if (room.revents & (POLLERR | POLLNVAL)) {
        errno = EPIPE;
        return ERR_FAILED;
    }
    count_lines(p, buf_str(&p->piece));
    buf_reset(&p->piece);
    return 0;
}

static int stop(struct paging *p, struct str bytes, int r)
{
    int why = errno;

    keep_piece(p);
    if (p->rest) {
        buf_str_add(&p->rest->text, bytes);
        p->rest->left = true;
    }
    errno = why;
    return r < 0 ? r : ERR_FAILED;
}

int paging_write(struct paging *p, struct str bytes)
{
    while (bytes.len) {
        size_t len = piece_of(bytes);
        struct str piece = str_slice(bytes, 0, len);
        int r = wait_for_room(p);

        if (r < 0)
            return stop(p, bytes, r);
        if (file_write_all(p->fd, piece) < 0)
            return stop(p, bytes, ERR_FAILED);
        buf_str_add(&p->piece, piece);
        bytes = str_slice(bytes, len, bytes.len);
    }
    return 0;
}

int paging_settle(struct paging *p)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;

    sigaction(SIGINT, &ignore, &before);
    int r = p->piece.len ? wait_for_room(p) : 0;
    sigaction(SIGINT, &before, NULL);
    return r < 0 ? stop(p, STR(""), r) : 0;
}
