/* The line as cells: prompt, text with its colours, hint, and where the cursor stands.
 *
 * libedit edits the text and draws nothing; what each cell shows is decided here: tabs, newlines,
 * wide and combining characters, and what cannot be shown as it is. Only the frame's cells are
 * written; nothing is owned.
 */
#ifndef PKSK_LINE_PAINT_H
#define PKSK_LINE_PAINT_H

#include <wchar.h>

#include "pksk/base/buf.h"
#include "pksk/lang/parse.h"
#include "pksk/line/frame.h"
#include "pksk/out/text.h"

struct paint {
    struct str prompt;      /* SGR sequences are its colours; other controls are escaped */
    bool colour;            /* of the prompt */
    unsigned columns, rows; /* of the screen */
    const wchar_t *text;
    size_t len, cursor;
    struct str below;            /* lines under the text, where there is room */
    struct str before;           /* lines of the statement that came before this one */
    const struct lang_env *lang; /* NULL: no colours for the text */
    void *ctx;
    /* Appends the prompt of a further line, which stands behind `text`; NULL: none. */
    void (*indent)(void *ctx, struct str text, struct buf *ret);
};

/* Rows from the prompt to the end of the line, and where the cursor is among them. */
unsigned paint_measure(const struct paint *p, struct place *cursor);

/* The picture for screen_show(): all rows, or as many as the screen has, from *top on, which is
 * moved as little as the cursor needs. The hint stands behind the line when the cursor is there. */
void paint_line(struct screen *s, const struct paint *p, unsigned *top, struct str hint);

/* For a terminal that can only print, go back a cell and return: one row, moved sideways under the
 * line. It keeps in *row what stands there; {0} when there is nothing. */
struct paint_row {
    struct buf text;
    unsigned cells, cursor;
};
void paint_dumb(struct paint_row *row, struct buf *out, const struct paint *p);

/* A prompt without its colours. */
void paint_prompt(struct buf *out, struct str prompt);

/* UTF-8 to wide, invalid bytes as U+FFFD; the caller frees it. And back, appended. */
wchar_t *paint_widen(struct str text, size_t *len) must_check;
void paint_narrow(struct buf *out, const wchar_t *text, size_t len);

/* Candidates or other short texts in columns, as many rows as there is room for; `more` adds that
 * there are others. */
unsigned paint_columns_rows(const struct str *texts, size_t count, unsigned columns);
void paint_columns(struct buf *out, const struct str *texts, size_t count, unsigned columns,
                   unsigned rows, bool more);

#endif
