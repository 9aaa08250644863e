/* The session's own words for completion: settings and their values, variables, help topics,
 * profiles, regions.
 *
 * Offered to a completer's sink; nothing is kept.
 */
#ifndef PKSK_SHELL_OFFERS_H
#define PKSK_SHELL_OFFERS_H

#include "pksk/shell/complete.h"

void offers_names(void *session, enum expect_kind kind, const struct statement *so_far,
                  struct complete_sink *sink);

#endif
