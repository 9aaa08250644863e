#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pksk/aws/provider.h"
#include "pksk/aws/words.h"
#include "pksk/base/child.h"
#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/base/port.h"

#define STOP_MS 500 /* what a program may take to end when it is asked to */

/* credential_process: a program of the user's that prints credentials as JSON. No shell is
 * involved. What it says on standard error is passed on as it comes, so that it can ask for things;
 * on a terminal that is without what would steer it, since programs quote what servers tell them.
 */

struct child {
    pid_t pid;
    int handle; /* -1: none */
    int out;    /* its standard output */
    int said;   /* its standard error; -1: that is ours, or has ended */
    const struct aws_ask *ask;
};

static int child_failed(struct str profile, const char *program, const char *how, struct err *e)
{
    int r = err_set(e, ERR_CONNECT, "the credential_process of the profile \"%.*s\" (%s) %s",
                    STR_ARG(profile), program, how);

    err_hint(e, "run that command by itself to see what it says");
    return r;
}

static void close_said(struct child *c)
{
    if (c->said >= 0)
        close(c->said);
    c->said = -1;
}

static void pass_on(struct child *c)
{
    char text[4096];
    ssize_t n = read(c->said, text, sizeof(text));

    if (n > 0)
        c->ask->heard(c->ask->ctx, (struct str){text, (size_t)n});
    else if (n == 0 || errno != EINTR)
        close_said(c);
}

/* Until fd can be read, passing on meanwhile what the program says. */
static int wait_for(struct child *c, int fd)
{
    struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = c->said, .events = POLLIN}};

    for (;;) {
        int r = file_wait_any(fds, c->said >= 0 ? 2 : 1);

        if (r < 0)
            return r;
        if (c->said >= 0 && fds[1].revents)
            pass_on(c);
        else if (fds[0].revents)
            return 0;
    }
}

/* Until the end of the output. A negative code on Ctrl-C, when there is too much of it (it is over
 * its ceiling then), and when it cannot be read. */
static int read_all(struct child *c, struct buf *ret)
{
    for (;;) {
        char *room = buf_room(ret, 4096);
        int r = room ? wait_for(c, c->out) : ERR_FAILED;

        if (r < 0)
            return r;
        ssize_t n = read(c->out, room, 4096);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? ERR_FAILED : 0;
        ret->len += (size_t)n;
    }
}

/* Asked to end, and ended when it does not listen. */
static void stop(pid_t pid, int handle)
{
    struct pollfd end = {.fd = handle, .events = POLLIN};

    kill(pid, SIGTERM);
    if (handle < 0 || poll(&end, 1, STOP_MS) <= 0)
        kill(pid, SIGKILL);
}

/* Its output and, when that was read to its end, its own end: it may have closed the one long
 * before the other. */
static int attend(struct child *c, struct buf *ret, int *status)
{
    c->handle = port_child(c->pid);
    int r = read_all(c, ret);

    close(c->out);
    if (r == 0 && c->handle >= 0)
        r = wait_for(c, c->handle);
    if (r < 0)
        stop(c->pid, c->handle);
    while (waitpid(c->pid, status, 0) < 0 && errno == EINTR)
        ;
    if (c->handle >= 0)
        close(c->handle);
    close_said(c);
    return r;
}

static void close_pipe(const int fds[2])
{
    if (fds[0] >= 0)
        close(fds[0]);
    if (fds[1] >= 0)
        close(fds[1]);
}

/* The pipes and the program, whose error number it returns. */
static int start(struct child *c, char *const *argv)
{
    int out[2] = {-1, -1}, said[2] = {-1, -1}, number;

    if (port_pipe(out) < 0 || (c->ask && c->ask->heard && port_pipe(said) < 0)) {
        number = errno;
        close_pipe(out);
        return number;
    }
    number =
        child_spawn(&c->pid, argv[0], argv, &(struct child_streams){-1, out[1], said[1]}, NULL);
    if (number) {
        close_pipe(out);
        close_pipe(said);
        return number;
    }
    close(out[1]);
    if (said[1] >= 0)
        close(said[1]);
    c->out = out[0];
    c->said = said[0];
    return 0;
}

static int run(struct provider_world *w, struct str profile, char *const *argv, struct buf *ret,
               struct err *e)
{
    struct child child = {.ask = w->ask};
    int status = 0, number = start(&child, argv);
    char how[160];

    if (number) {
        snprintf(how, sizeof(how), "cannot be started: %s", strerror(number));
        return child_failed(profile, argv[0], how, e);
    }
    int r = attend(&child, ret, &status);

    if (r == ERR_CANCELLED || cancel_flag) /* it got the same Ctrl-C */
        return err_set(e, ERR_CANCELLED, "cancelled");
    if (r < 0)
        return child_failed(profile, argv[0],
                            ret->over ? "prints far too much" : "cannot be read from", e);
    if (WIFSIGNALED(status))
        snprintf(how, sizeof(how), "was killed by signal %d", WTERMSIG(status));
    else
        snprintf(how, sizeof(how), "failed with status %d", WEXITSTATUS(status));
    return status == 0 ? 0 : child_failed(profile, argv[0], how, e);
}

static int take(struct provider_world *w, struct str profile, struct str text,
                struct aws_credentials *ret, struct err *e)
{
    static const struct credential_names names = {"AccessKeyId", "SecretAccessKey", "SessionToken",
                                                  "AccountId", "Expiration"};
    static const char what[] = "the answer of credential_process";
    struct arena a = {0};
    struct json *root = NULL;
    struct str account;
    uint64_t version = 0;
    int r = provider_json(&a, text, what, &root, e);

    if (r == 0 && (!json_get_u64(root, "Version", &version) || version != 1))
        r = err_set(e, ERR_CONNECT, "%s has no Version 1, the only one there is", what);
    if (r == 0)
        r = credentials_from_json(root, &names, what, ret, e);
    if (r == 0 && !ret->account) {
        r = provider_value(w, profile, "aws_account_id", &account, e);
        if (r == 0 && account.len)
            ret->account = mem_dup(account.s, account.len);
        if (r < 0)
            aws_credentials_deinit(ret);
    }
    provider_json_wipe(root);
    arena_free(&a);
    return r;
}

static int load(struct provider_world *w, struct str profile, struct aws_credentials *ret,
                struct err *e)
{
    struct str command, *words, name = profile.len ? profile : aws_config_profile(w->config);
    struct arena a = {0};
    struct buf output = {.max = PROVIDER_ANSWER_MAX};
    size_t count = 0;
    char **argv;
    int r = provider_value(w, profile, "credential_process", &command, e);

    if (r < 0 || !command.len)
        return r < 0 ? r : PROVIDER_NONE;
    if (!words_split(&a, command, &words, &count) || !count) {
        arena_free(&a);
        return err_set(e, ERR_CONNECT,
                       "the credential_process of the profile \"%.*s\" has an open quote or is "
                       "empty",
                       STR_ARG(name));
    }
    argv = arena_alloc(&a, count + 1, sizeof(*argv));
    for (size_t i = 0; i < count; i++)
        argv[i] = (char *)words[i].s;
    r = run(w, name, argv, &output, e);
    if (r == 0)
        r = take(w, profile, buf_str(&output), ret, e);
    buf_wipe(&output);
    arena_free(&a);
    return r;
}

const struct provider provider_process = {
    .name = "credential_process", .load = load, .of_profile = true, .again = true};
