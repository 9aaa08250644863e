/* What each cell of the line shows, and the way from what stands on the screen to what should.
 *
 * A frame is a picture of rows and cells. The screen keeps the one that the terminal shows and the
 * one that comes next; screen_show() appends the bytes that make the first the second, and leaves
 * the cursor where it belongs. Nobody else draws where the frame is; who did says screen_reset().
 * The screen owns both frames until screen_free().
 */
#ifndef PKSK_LINE_FRAME_H
#define PKSK_LINE_FRAME_H

#include "pksk/base/buf.h"

#define FRAME_STYLES 64 /* different ones at a time; another is drawn without */

struct place {
    unsigned row, col;
};

struct frame_cell {
    char text[16]; /* a character and its marks; none: a blank */
    uint8_t len;
    uint8_t width; /* 0: the second cell of a wide character */
    uint8_t style; /* of screen_style() */
};

struct frame {
    unsigned columns, rows; /* rows in use */
    unsigned room;          /* rows there is memory for */
    struct frame_cell *cells;
    bool *soft; /* this row goes on in the next: the terminal shall know it as one line */
    struct place cursor;
};

struct screen {
    struct frame now, next;
    struct buf styles[FRAME_STYLES];
    unsigned style_count;
};

void screen_free(struct screen *s); /* {0} is fine */

/* The number of a style, an SGR sequence or several. Empty: 0. */
uint8_t screen_style(struct screen *s, struct str sgr);

/* Begins the next picture: blank, one row in use. */
void screen_begin(struct screen *s, unsigned columns, unsigned rows);

/* What is outside of the picture is left out. */
void screen_put(struct screen *s, struct place at, struct str text, unsigned width, uint8_t style);
void screen_mark(struct screen *s, struct place at, struct str mark); /* over the cell at `at` */
void screen_use(struct screen *s, unsigned row);                      /* row is one of it */
void screen_soften(struct screen *s, unsigned row);

void screen_show(struct screen *s, struct buf *out);

/* Nothing of ours stands on the screen; the cursor is where row 0 shall begin. */
void screen_reset(struct screen *s);

/* From one place to another, both on the screen. */
void screen_move(struct buf *out, struct place from, struct place to);

#endif
