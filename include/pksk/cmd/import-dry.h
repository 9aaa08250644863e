/* import FILE dry: what an import would do, without writing.
 *
 * Nothing is kept.
 */
#ifndef PKSK_CMD_IMPORT_DRY_H
#define PKSK_CMD_IMPORT_DRY_H

#include "pksk/run/items-file.h"
#include "pksk/session/session.h"

/* ERR_FAILED when items would be refused, as of an import; the report is printed all the same. */
int import_dry(struct session *s, const struct statement *st, const struct items_file_options *o,
               struct err *e) must_check;

#endif
