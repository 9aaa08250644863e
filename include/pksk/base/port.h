/* What systems do in different ways, each behind one name. Linux, macOS and the BSDs; which form a
 * call takes is found by meson (src/base/meson.build), so no other file asks what system it is on.
 *
 * Descriptors are the caller's and are closed on exec. Nothing else is owned.
 */
#ifndef PKSK_BASE_PORT_H
#define PKSK_BASE_PORT_H

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "pksk/base/util.h"

extern char **environ; /* POSIX has it, but in no header */

int port_pipe(int ends[2]) must_check; /* 0, or -1 and errno */

/* Makes a pipe so small that poll() finds it writable only when all of it is read. False: it cannot
 * be. */
bool port_pipe_small(int fd);

/* From the system, for tokens and boundaries: 0, or -1 when it gives none. */
int port_random(void *bytes, size_t len) must_check;

/* Zeroes that the compiler does not leave out. */
void port_wipe(void *bytes, size_t len);

/* ppoll() without a time: until a descriptor is ready or a signal of those that `mask` lets in
 * comes. As poll() returns. */
int port_poll(struct pollfd *fds, unsigned count, const sigset_t *mask) must_check;

/* Sorts with a context, which compare() gets last, and is stable. */
void port_sort(void *base, size_t count, size_t size,
               int (*compare)(const void *a, const void *b, void *ctx), void *ctx);

uint32_t port_le32(uint32_t word); /* of bytes read in their order */

uint64_t port_mtime_ns(const struct stat *st);

/* The heap keeps so much of what is freed for the next page. A wish; where there is no such setting
 * it does nothing. */
void port_keep_heap(size_t bytes);

/* No core dump is made of this process, not even by a program that a core is piped to. */
void port_no_core(void);

/* A stream whose bytes a function takes; NULL: none is to be had. */
FILE *port_stream(void *ctx, void (*take)(void *ctx, const char *bytes, size_t len)) must_check;

/* A descriptor that poll() finds readable when the child has ended, or -1 when there is none. */
int port_child(pid_t pid);

/* Blocked signals and one more descriptor, behind a single one that poll() can wait for. */
struct port_watch {
    int fd;      /* readable when either is there; -1: not open */
    int signals; /* the system's own */
};

/* The signals must be blocked while they are waited for in this way. 0, or -1 and errno. */
int port_watch_open(struct port_watch *w, int fd, const sigset_t *signals) must_check;
void port_watch_close(struct port_watch *w); /* {-1, -1} is fine */
int port_watch_signal(struct port_watch *w); /* takes the next one that came; 0: none */

#endif
