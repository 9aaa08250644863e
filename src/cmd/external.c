#include "pksk/cmd/external.h"

#include <sys/wait.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/out/process.h"

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

    if (str_find_char(str_of(path), '\'', NULL))
        return err_set(e, ERR_FAILED, "TMPDIR holds a quote: %s", path);
    buf_addf(&line, "%s '%s'", editor(), path);
    int status, r = process_run(buf_cstr(&line), &status, e);

    if (r < 0)
        return r;
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return err_set(e, ERR_FAILED, "the editor %s failed, so nothing was done", editor());
    return 0;
}

static char *make_directory(struct err *e)
{
    const char *parent = getenv("TMPDIR");
    struct buf dir = {0};

    buf_addf(&dir, "%s/pksk-XXXXXX", parent && parent[0] ? parent : "/tmp");
    buf_cstr(&dir);
    if (mkdtemp(dir.s))
        return dir.s;
    err_errno(e, ERR_FAILED, "cannot make a directory like", buf_str(&dir));
    buf_free(&dir);
    return NULL;
}

int external_edit(struct str text, const char *suffix, struct buf *ret, struct err *e)
{
    _cleanup_(cleanup_free) char *dir = make_directory(e);
    _cleanup_(buf_free) struct buf path = {0};

    if (!dir)
        return ERR_FAILED;
    buf_addf(&path, "%s/statement%s", dir, suffix);
    int r = file_write(buf_cstr(&path), text, e);

    if (r == 0)
        r = run_editor(buf_cstr(&path), e);
    if (r == 0) {
        buf_reset(ret);
        r = file_read(buf_cstr(&path), EXTERNAL_MAX, ret, e);
        if (r < 0) {
            err_hint(e, "what was edited is still there");
            return r;
        }
    }
    unlink(buf_cstr(&path));
    rmdir(dir);
    return r;
}
