/* Text that was written for people, for the width of a terminal.
 *
 * Pure functions that append to a buffer. The text is safe, or escaped.
 */
#ifndef PKSK_OUT_PROSE_H
#define PKSK_OUT_PROSE_H

#include "pksk/base/buf.h"

/* A page of help: paragraphs are filled, indented lines stay lines and go on further in when they
 * are too long; "## heading" and `code` lose their marks, and are bold where there is colour. */
void prose_add_page(struct buf *b, struct str text, unsigned width, bool colour);

/* Lines as they are; the rest of one that is too long goes on below, at a blank, `hanging` cells
 * further in than it began. */
void prose_add_lines(struct buf *b, struct str lines, unsigned width, unsigned hanging);

unsigned prose_width(unsigned columns); /* 40 to 120, with a cell left free for the cursor */

#endif
