/* What is said of a model: the table of what was learned, what does not fit, and what a sample can
 * miss.
 *
 * Text is escaped for a terminal. Nothing is kept.
 */
#ifndef PKSK_CMD_MODEL_REPORT_H
#define PKSK_CMD_MODEL_REPORT_H

#include "pksk/cmd/model.h"
#include "pksk/model/learn.h"

void report_learned(struct buf *b, struct session *s, const struct statement *st,
                    const struct table *t, const struct sample_items *sample,
                    const struct learn_result *learned);

/* The dim lines behind it: what it cost, strays, what may be missing. */
void report_notes(struct session *s, const struct table *t, const struct sample_items *sample,
                  const struct learn_result *learned);
void report_sample(struct session *s, const struct sample_items *sample);

/* What does not fit the model, by kind, with an example of each. */
void report_check(struct buf *b, const struct entity_model *m, const struct table *t,
                  const struct sample_items *sample);

#endif
