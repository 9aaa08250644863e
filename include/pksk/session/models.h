/* The models of tables that the session knows: what reading, writing, TAB and output ask.
 *
 * A table's model is looked for once, in $XDG_CONFIG_HOME/pksk/models/TABLE.model, or, when the
 * session has a profile of its own, in …/models/PROFILE/TABLE.model first; -m names another file
 * for the first table that is asked for. What is handed out lives until the model of that table is
 * changed, or the session ends. One thread.
 */
#ifndef PKSK_SESSION_MODELS_H
#define PKSK_SESSION_MODELS_H

#include "pksk/model/entities.h"

#define MODELS_FILE_MAX ((size_t)4 << 20)

struct session;
struct models;

struct models *models_new(void);
void models_free(struct models *m); /* NULL is fine */

/* The table's model, or NULL. A file that cannot be used is warned of, once. */
const struct entity_model *session_model(struct session *s, const struct table *t);

/* Never looks for a file: what is known by now, for TAB. */
const struct entity_model *session_model_peek(const struct session *s, struct str table);

/* What the text says joins the table's model (replace: it is the model from now on). ERR_SYNTAX:
 * e->at is a place in text. Nothing is written to a file. */
int session_model_take(struct session *s, const struct table *t, struct str text, bool replace,
                       struct err *e) must_check;
void session_model_forget(struct session *s, const struct table *t);

/* Where the table's model is kept. The caller frees it. */
char *session_model_path(const struct session *s, struct str table);

#endif
