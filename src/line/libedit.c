#include "pksk/line/libedit.h"

struct libedit libedit;

#ifdef PKSK_LIBEDIT_LINKED

#define LINK(name) .name = el_##name,

int libedit_load(unused_arg struct err *e)
{
    libedit = (struct libedit){LIBEDIT_FUNCTIONS(LINK)};
    return 0;
}

#else

#include <dlfcn.h>

/* Debian's name and upstream's, of one interface. */
static const char *const names[] = {"libedit.so.2", "libedit.so.0", "libedit.3.dylib",
                                    "libedit.so"};

static void *open_any(void)
{
    void *library = NULL;

    for (size_t i = 0; i < ARRAY_LEN(names) && !library; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return library;
}

/* POSIX has a pointer to a function come as one to an object. */
static bool find(void *library, const char *name, void *ret)
{
    void *found = dlsym(library, name);

    memcpy(ret, &found, sizeof(found));
    return found;
}

#define FIND(name) find(library, "el_" #name, &libedit.name) &&

int libedit_load(struct err *e)
{
    if (libedit.end)
        return 0;
    void *library = open_any();

    if (library && LIBEDIT_FUNCTIONS(FIND) true)
        return 0;
    const char *why = dlerror();

    libedit = (struct libedit){0};
    err_set(e, ERR_FAILED, "the shell needs libedit to read lines at a terminal");
    err_hint(e, "%s; Debian's package is libedit2; -c and -f do without",
             why ? why : "it is not on this system");
    return e->code;
}

#endif
