/* Colours over a line that libedit has drawn, and a dim hint behind it.
 *
 * libedit draws text without colour and leaves the cursor in it. What is here knows where its cells
 * lie (tabs, newlines, wide, combining and control characters as libedit shows them), draws the
 * same cells again in colour, and puts the cursor back. Pure functions that append terminal bytes
 * to a buffer; nothing is owned.
 */
#ifndef PKSK_LINE_PAINT_H
#define PKSK_LINE_PAINT_H

#include <wchar.h>

#include "pksk/base/buf.h"
#include "pksk/lang/parse.h"
#include "pksk/out/text.h"

struct place {
    unsigned row, col;
};

struct paint {
    struct str prompt;      /* as a terminal takes it */
    struct place start;     /* behind the prompt */
    unsigned columns, rows; /* of the screen */
    const wchar_t *text;
    size_t len, cursor;
    struct str before;           /* lines of the statement that came before this one */
    const struct lang_env *lang; /* NULL: no colours, only the hint */
};

/* Moves *at over one character. */
void paint_advance(struct place *at, wchar_t c, unsigned columns);

/* Where text[upto] stands; with a wide character there that does not fit, the next row. */
struct place paint_place(const struct paint *p, size_t upto);

/* From one place to another, both on the screen. */
void paint_move(struct buf *out, struct place from, struct place to);

/* Prompt and line again, in colour, and the hint when the cursor is at the end; the cursor ends
 * where it began. Prompt and what is behind the line are drawn too, since libedit loses count of
 * cells when it inserts before wide characters, and then writes into them. False when nothing was
 * drawn: a line that does not fit the screen. *hinted: something was drawn behind the end, which
 * "\033[K" at the cursor takes away. */
bool paint_line(struct buf *out, const struct paint *p, struct str hint, bool *hinted);

/* A prompt for EL_PROMPT_ESC with mark U+0001: SGR sequences kept between marks (or dropped without
 * colour), other controls escaped, and no sequence at the very end, where libedit would lose it.
 * Its place behind goes to *end, and what a terminal takes, without marks, to *plain. The result is
 * the caller's to free. */
wchar_t *paint_prompt(struct str prompt, bool colour, unsigned columns, struct place *end,
                      struct buf *plain) must_check;

/* UTF-8 to wide, invalid bytes as U+FFFD; the caller frees it. And back, appended. */
wchar_t *paint_widen(struct str text, size_t *len) must_check;
void paint_narrow(struct buf *out, const wchar_t *text, size_t len);

/* Candidates or other short texts in columns, as many rows as there is room for; `more` adds that
 * there are others. */
void paint_columns(struct buf *out, const struct str *texts, size_t count, unsigned columns,
                   unsigned rows, bool more);

#endif
