#include "pksk/base/file.h"
#include "pksk/session/session.h"

char *session_directory(const char *variable, const char *otherwise)
{
    const char *base = getenv(variable);
    struct buf path = {0};

    if (base && base[0] == '/') {
        buf_addf(&path, "%s/pksk", base);
    } else {
        char *home = file_expand(str_of(otherwise));

        buf_addf(&path, "%s/pksk", home);
        free(home);
    }
    return (char *)buf_cstr(&path);
}
