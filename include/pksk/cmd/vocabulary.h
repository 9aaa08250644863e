/* The session's own words for completion: settings and their values, variables, help topics.
 *
 * Offered to a completer's sink; nothing is kept.
 */
#ifndef PKSK_CMD_VOCABULARY_H
#define PKSK_CMD_VOCABULARY_H

#include "pksk/complete/complete.h"

void vocabulary_offer(void *session, enum expect_kind kind, const struct statement *so_far,
                      struct complete_sink *sink);

#endif
