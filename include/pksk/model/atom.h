/* Kinds of text that keys are made of: dates, numbers, uuids and the like, as they are written.
 *
 * Pure; slices point into what is given.
 */
#ifndef PKSK_MODEL_ATOM_H
#define PKSK_MODEL_ATOM_H

#include "pksk/base/str.h"

enum atom {
    ATOM_ANY,    /* nothing special */
    ATOM_WORD,   /* letters, digits, '_', '-' and '.' that begin with no digit */
    ATOM_NUMBER, /* digits */
    ATOM_DATE,   /* 2024-05-01, 2024/05/01 */
    ATOM_MONTH,  /* 2024-05 */
    ATOM_TIME,   /* 12:30, 12:30:05.001 */
    ATOM_MOMENT, /* a date and a time, with or without a zone */
    ATOM_UUID,   /* RFC 9562 */
    ATOM_ULID,   /* 26 characters of Crockford's base 32 */
    ATOM_KSUID,  /* 27 characters of base 62 */
    ATOM_HEX,    /* eight and more hexadecimal digits, letters among them */
    ATOM_EMAIL,
    ATOM_IP,
    ATOM_URL,
    ATOMS,
};

const char *atom_name(enum atom kind); /* "date"; ATOM_ANY: "any" */
bool atom_from(struct str name, enum atom *ret);

/* The length of the atom of this kind that t begins with, or 0. ANY takes all. */
size_t atom_length(enum atom kind, struct str t);

/* What t is as a whole; ATOM_ANY when nothing fits. */
enum atom atom_of(struct str t);

/* The most telling atom at the beginning of t that ends where t does or at a delimiter: its length,
 * or 0. */
size_t atom_begins(struct str t, enum atom *ret);

/* '#', '|', '/', ':', '~' and '^' divide keys wherever they stand; '_', '-' and '.' may. */
bool atom_divides(char c);

#endif
