#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/out/text.h"
#include "pksk/session/session.h"

#define ANSWER_MAX 1000

/* The newline that was not echoed is written in the answer's place. */
static int ask(int fd, struct str prompt, struct buf *answer)
{
    _cleanup_(buf_free) struct buf safe = {0};
    struct termios before, silent;

    if (tcgetattr(fd, &before) < 0)
        return ERR_FAILED;
    silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    silent.c_lflag |= ICANON | ISIG;
    if (tcsetattr(fd, TCSAFLUSH, &silent) < 0)
        return ERR_FAILED;
    text_escape(&safe, prompt);
    int r = file_write_all(fd, buf_str(&safe)) < 0 ? ERR_FAILED : file_read_line(fd, answer);

    tcsetattr(fd, TCSAFLUSH, &before);
    if (file_write_all(fd, STR("\n")) < 0 && r == 0)
        r = ERR_FAILED;
    return r;
}

int secret_prompt(void *ctx, struct str prompt, struct str *ret)
{
    struct session *s = ctx;
    struct buf answer = {.max = ANSWER_MAX};

    secret_clear(&s->answer);
    *ret = STR("");
    if (!s->running) /* a TAB does not ask */
        return ERR_FAILED;
    int fd = file_descriptor("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY, 0);

    if (fd < 0)
        return ERR_FAILED;
    int r = ask(fd, prompt, &answer);

    close(fd);
    if (r == 0)
        secret_set(&s->answer, buf_str(&answer));
    buf_wipe(&answer);
    *ret = secret_str(&s->answer);
    return r;
}

void secret_prompt_end(struct session *s)
{
    secret_clear(&s->answer);
}
