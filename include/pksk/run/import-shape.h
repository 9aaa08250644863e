/* How a file holds its items: found from its name and beginning, before anything is taken from it.
 *
 * Pure but for reading ahead in the records.
 */
#ifndef PKSK_RUN_IMPORT_SHAPE_H
#define PKSK_RUN_IMPORT_SHAPE_H

#include "pksk/run/decode.h"
#include "pksk/run/import.h"
#include "pksk/run/records.h"

enum import_framing { FRAMING_LINES, FRAMING_ELEMENTS, FRAMING_ROWS, FRAMING_MODEL };

struct import_shape {
    enum import_format format; /* never AUTO */
    enum import_framing framing;
    enum decode_form form;
    bool in_array;   /* ELEMENTS: between brackets */
    uint64_t begins; /* offset of the first item or header */
};

int import_shape(struct records *r, const struct import_options *o, struct import_shape *ret,
                 struct err *e) must_check;

#endif
