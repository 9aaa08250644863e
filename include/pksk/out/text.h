/* Text for a terminal: escaping what could steer it, widths in cells, cutting, colour.
 *
 * Pure functions that append to a buffer, but for the terminal's size.
 */
#ifndef PKSK_OUT_TEXT_H
#define PKSK_OUT_TEXT_H

#include "pksk/base/buf.h"

/* Appends text with C0 (newline and tab too), DEL, C1, bidi and format controls (U+061C, 200B–200F,
 * 2028–202E, 2060–2069, FEFF, FFF9–FFFB), tag characters and invalid bytes written as \n, \t, \x1b,
 * \u202e, \xff. */
void text_escape(struct buf *b, struct str text);
bool text_is_safe(struct str text);

void text_escape_lines(struct buf *b, struct str text); /* newlines stay */

/* The same for text that is JSON, and stays it: always \u escapes; newlines, which JSON has only
 * between its tokens, stay. */
void text_escape_json(struct buf *b, struct str json);

/* The same for statements as text_escape() does it; newlines between the words stay, those within
 * quotes or backquotes are of a name, and escaped. */
void text_escape_statement(struct buf *b, struct str text);

unsigned text_width(
    struct str text); /* cells; wide and combining characters by wcwidth(), of escaped text */
void text_cut(struct buf *b, struct str text,
              unsigned cells); /* at most so many cells, "…" for what was cut */
/* How many bytes of text, which is escaped, stand on a line of so many cells: up to a blank where
 * one is in its second half; at least one character. */
size_t text_line(struct str text, unsigned cells);
void text_cut_lines(struct buf *b, struct str text, unsigned cells); /* the same, line by line */
void text_bar(struct buf *b, double part,
              unsigned cells); /* part: 0 to 1; something shows if not 0 */
void text_pad(struct buf *b, struct str text, unsigned cells,
              bool right); /* cut or filled with blanks to exactly that */
void text_blanks(struct buf *b, unsigned count);

void text_screen(
    unsigned *columns,
    unsigned *rows); /* of the terminal on standard output, else $COLUMNS/$LINES, else 80 × 24 */
void text_screen_of(int fd, unsigned *columns, unsigned *rows);
bool text_colour_wanted(int fd); /* a terminal, TERM not dumb, NO_COLOR unset or empty */

/* Colours are roles, so that a theme is one place. */
enum colour {
    COLOUR_NONE,
    COLOUR_DIM,
    COLOUR_BOLD,
    COLOUR_KEY,
    COLOUR_NAME,
    COLOUR_STRING,
    COLOUR_NUMBER,
    COLOUR_LITERAL,
    COLOUR_ERROR,
    COLOUR_WARN,
    COLOUR_GOOD
};
const char *colour_on(enum colour c);
#define COLOUR_OFF "\033[0m"

/* 1234567 → "1 234 567"? No: "1.2 M", and bytes "12.4 MB"; durations "9 ms", "1.2 s", "2 m 03 s".
 */
void text_count(struct buf *b, uint64_t n); /* with thousands separated by a comma: 1,234,567 */
void text_plural(struct buf *b, uint64_t n, const char *one,
                 const char *many); /* "1 item", "3,692 items" */
void text_bytes(struct buf *b, uint64_t n);
struct text_small {
    char s[32];
};
struct text_small text_amount(uint64_t tenths); /* capacity, for %s: "12.5", "3" */
void text_units(struct buf *b, uint64_t tenths,
                const char *name); /* capacity: "12.5 RCU", "3 RCU" */
void text_duration(struct buf *b, int64_t us);

#endif
