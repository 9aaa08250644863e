/* The inside of an editor: what the three files of it share. Within the line room.
 *
 * view.c shows the line, tab.c completes it, editor.c hears the keyboard and owns it all.
 */
#ifndef PKSK_LINE_EDITOR_INTERNAL_H
#define PKSK_LINE_EDITOR_INTERNAL_H

#include "pksk/line/editor.h"
#include "pksk/line/keys.h"
#include "pksk/line/libedit.h"
#include "pksk/line/paint.h"

enum work { WORK_NONE, WORK_INSERT, WORK_COMPLETE };
enum outcome { OUTCOME_LINE, OUTCOME_EOF, OUTCOME_CANCELLED };

struct editor {
    struct editor_options o;
    EditLine *el;
    struct keys keys;
    FILE *stage;        /* where libedit draws for nobody */
    bool rang, cleared; /* what it wanted there */
    bool colour, smart; /* smart: the terminal knows more than printing */
    bool plain;         /* libedit reads lines and edits none: "edit off" in the editrc */
    struct buf before;  /* of this editor_read(), and its prompt */
    struct buf prompt;
    wchar_t *plain_prompt;
    struct screen screen; /* where smart */
    struct paint_row row; /* where not */
    unsigned top;         /* the first of the line's rows that the screen shows */
    enum work work;
    unsigned untaken; /* KEY_WORKs in a row that went elsewhere: one may be another key's operand */
    struct buf insert; /* for WORK_INSERT; also what editor_preset() left */
    bool looking;      /* a completion job is under way */
    bool narrowing;    /* and more was typed since TAB */
    bool unseen;       /* the last key was one of those */
    int64_t looking_since_us;
    bool asked;      /* the list is too long: TAB again shows it */
    struct buf note; /* that, under the line */
    bool fresh;      /* something happened since the line was painted */
    enum outcome outcome;
    size_t recall; /* the history entry that libedit stands at */
    wchar_t *recalled;
};

/* ---- the line as it is, and as it is seen */

void view_put(struct str bytes); /* on the terminal, at once */
struct paint view_line(struct editor *ed);
void view_text(struct editor *ed, bool to_cursor, struct buf *ret); /* of the statement */
void view_paint(struct editor *ed);
void view_forget(struct editor *ed); /* what the screen shows is not known any more */

/* The line as it stays: without a hint, all of it even where the screen is not that high, and the
 * cursor in the row behind it. */
void view_leave(struct editor *ed, struct paint p, struct str tail);
void view_leave_line(struct editor *ed, struct str tail); /* as it is now */
void view_begin_row(struct editor *ed);
void view_add_list(struct buf *out, const struct completion *r, const struct paint *p,
                   unsigned rows, bool more);

/* ---- completion; what is unsigned char is libedit's CC_… */

unsigned char tab_press(struct editor *ed);
unsigned char tab_use(struct editor *ed); /* the look-up is done: its result */
void tab_narrow(
    struct editor *ed); /* more was typed while a look-up is under way: it goes on for that */
void tab_show_narrowed(struct editor *ed);
void tab_stop(struct editor *ed);

/* Puts text in the place of the characters before the cursor that `typed` holds. */
unsigned char tab_replace(struct editor *ed, struct str typed, struct str text);

#endif
