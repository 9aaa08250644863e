/* Templates of keys: literal text and placeholders, as in ORDER#{date}#{order_id}.
 *
 * A placeholder takes any text without the literal that follows it, the last one the rest; one with
 * a form ({id:uuid}, {n:6}, {placed_at:date}) takes what looks like that. Forms serve in both
 * directions: to check a key, and to make one of an attribute's value, of which they may be the
 * beginning (the date of a moment) or another spelling (padded, lower case). A struct template
 * lives in the arena that it was made in.
 */
#ifndef PKSK_MODEL_TEMPLATE_H
#define PKSK_MODEL_TEMPLATE_H

#include "pksk/base/arena.h"
#include "pksk/base/buf.h"
#include "pksk/base/err.h"
#include "pksk/model/atom.h"

#define TEMPLATE_PARTS_MAX 24

enum template_form {
    FORM_PLAIN,  /* {name}: any text */
    FORM_ATOM,   /* {name:uuid}: of that kind */
    FORM_PADDED, /* {name:6}: a number with noughts in front */
    FORM_LOWER,
    FORM_UPPER,
};

struct template_part {
    struct str text; /* the literal, or the placeholder's name */
    bool literal;
    enum template_form form;
    enum atom atom; /* for FORM_ATOM */
    unsigned width; /* for FORM_PADDED */
};

struct template
{
    struct template_part *parts;
    size_t count;
};

/* ERR_SYNTAX with a message that names what is wrong, and e->at within text. Braces are doubled to
 * stand for themselves. */
int template_parse(struct arena *a, struct str text, struct template *ret,
                   struct err *e) must_check;
void template_add(struct buf *b, const struct template *t); /* as template_parse() reads it */

/* Does the key fit? values: one a part, what each placeholder took (and the literal itself). */
bool template_match(const struct template *t, struct str key,
                    struct str values[TEMPLATE_PARTS_MAX]);

/* What a placeholder makes of the value of its attribute; false when it can make nothing of it. */
bool template_derive(struct arena *a, const struct template_part *p, struct str value,
                     struct str *ret);

/* Is it one attribute as it is, {email}? */
bool template_is_bare(const struct template *t);
bool template_has_literal(const struct template *t);
bool template_same(const struct template *a, const struct template *b);

/* The literal that it begins with; empty when it begins with a placeholder. */
struct str template_prefix(const struct template *t);

/* A key that fits both, for a message, or false. Not every such pair is found: it fills each with
 * words that the other may take. */
bool template_overlap(struct arena *a, const struct template *x, const struct template *y,
                      struct str *example);

#endif
