/* The user's editor on a temporary file: $VISUAL, $EDITOR, or vi.
 *
 * The file is 0600 in a directory of its own (in $TMPDIR, or /tmp) and is gone afterwards, unless
 * it was edited and cannot be read: then the message names it.
 */
#ifndef PKSK_CMD_EXTERNAL_H
#define PKSK_CMD_EXTERNAL_H

#include "pksk/base/buf.h"
#include "pksk/base/err.h"

#define EXTERNAL_MAX ((size_t)16 << 20) /* bytes that are read back */

/* suffix: of the file's name, so that the editor knows its kind. The edited text replaces *ret. */
int external_edit(struct str text, const char *suffix, struct buf *ret, struct err *e) must_check;

#endif
