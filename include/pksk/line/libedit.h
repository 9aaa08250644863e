/* libedit, loaded when there is a line to edit: it and its four libraries would cost every other
 * start of the program a tenth of its time. Within the line room.
 *
 * Built with -Dlibedit=link it is linked as others are, and libedit_load() has nothing to do.
 */
#ifndef PKSK_LINE_LIBEDIT_H
#define PKSK_LINE_LIBEDIT_H

#include <histedit.h>

#include "pksk/base/err.h"

/* Each as histedit.h has it, with el_ before its name. */
#define LIBEDIT_FUNCTIONS(use)                                                                     \
    use(init) use(end) use(source) use(resize) use(wset) use(wget) use(wgets) use(wline)           \
        use(winsertstr) use(deletestr) use(cursor)

#define LIBEDIT_MEMBER(name) __typeof__(el_##name) *name;
struct libedit {
    LIBEDIT_FUNCTIONS(LIBEDIT_MEMBER)
};
#undef LIBEDIT_MEMBER

/* A library is the process's, and so is this: NULLs until it is loaded. */
extern struct libedit libedit;

int libedit_load(struct err *e) must_check; /* once or often */

#endif
