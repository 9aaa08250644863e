#include "pksk/shell/external.h"

#include <sys/wait.h>
#include <unistd.h>

#include "pksk/base/file.h"

static const char *editor(void)
{
    const char *command = getenv("VISUAL");

    if (!command || !*command)
        command = getenv("EDITOR");
    return command && *command ? command : "vi";
}

static int run_editor(const char *path, struct err *e)
{
    _cleanup_(buf_free) struct buf line = {0};

    buf_addf(&line, "%s '%s'", editor(), path); /* the path is ours and holds no quote */
    file_keep_sockets();
    int status = system(buf_cstr(&line));

    if (status < 0)
        return err_errno(e, ERR_FAILED, "cannot run", str_of(editor()));
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return err_set(e, ERR_FAILED, "the editor %s failed, so nothing was done", editor());
    return 0;
}

int external_edit(struct str text, const char *suffix, struct buf *ret, struct err *e)
{
    char dir[] = "/tmp/pksk-XXXXXX";
    _cleanup_(buf_free) struct buf path = {0};

    if (!mkdtemp(dir))
        return err_errno(e, ERR_FAILED, "cannot make a directory like", str_of(dir));
    buf_addf(&path, "%s/statement%s", dir, suffix);
    int r = file_write(buf_cstr(&path), text, e);

    if (r == 0)
        r = run_editor(buf_cstr(&path), e);
    if (r == 0) {
        buf_reset(ret);
        r = file_read(buf_cstr(&path), EXTERNAL_MAX, ret, e);
    }
    unlink(buf_cstr(&path));
    rmdir(dir);
    return r;
}
