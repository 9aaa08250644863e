/* Items as text for an editor, back again, and what changed. Nothing is sent here.
 *
 * Items live in the arena given, edits point to them.
 */
#ifndef PKSK_CMD_EDIT_TEXT_H
#define PKSK_CMD_EDIT_TEXT_H

#include "pksk/plan/edit.h"
#include "pksk/session/session.h"

struct edit_items {
    const struct value **items;
    size_t count;
};

struct edit_list {
    struct edit *edits;
    size_t count;
};

/* A put statement for each, an attribute a line. */
void edit_text_write(struct buf *b, const struct table *t, const struct edit_items *items,
                     struct str statement);

/* The put statements in the text. Errors have their place in it. */
int edit_text_read(struct session *s, struct arena *a, const struct table *t, struct str text,
                   struct edit_items *ret, struct err *e) must_check;

/* Only what differs. Of an item that is gone and one that is new, which have the same attributes
 * but for the key, or the same place, it is taken that the key was changed. */
void edit_compare(struct arena *a, const struct table *t, const struct edit_items *before,
                  const struct edit_items *after, struct edit_list *ret);

/* The edit for eyes: its key, and below it a line for each attribute. */
void edit_text_show(struct buf *b, const struct table *t, const struct edit *edit, bool colour);
void edit_text_key(struct buf *b, const struct table *t, const struct value *item);

#endif
