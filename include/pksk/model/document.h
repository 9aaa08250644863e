/* A JSON file of somebody else's, looked at member by member: within the model layer only.
 *
 * A struct place is a value and the way to it; it lives on the stack of who walks, points to the
 * place above, and is good as long as that one. Readers of values return 1 when there was one, 0
 * when it is not there, or a negative code with the message made; nothing is taken from an object
 * that has a name twice.
 */
#ifndef PKSK_MODEL_DOCUMENT_H
#define PKSK_MODEL_DOCUMENT_H

#include "pksk/json/tree.h"
#include "pksk/model/intrinsics.h"
#include "pksk/model/model.h"

struct document {
    struct arena *arena;
    struct str file, region;
    struct json *root;
    struct intrinsic_scope scope; /* of a template: what its functions may name */
    const struct place *base;     /* names in `left` begin behind this one */
    struct buf left;              /* see struct model_table; document_close() frees it */
    struct err *e;
};

struct place {
    struct document *doc;
    const struct place *up; /* NULL: the whole file */
    struct str name;        /* of the member; name.s == NULL: an element */
    size_t index;
    const struct json *value; /* where a reference stands, what it means if that is known; NULL:
                                 there is none */
};

struct choice {
    const char *word; /* in the file */
    int value;
};

int document_open(struct document *d, struct arena *a, const struct model_source *from,
                  struct err *e) must_check;
void document_close(struct document *d);
struct place document_root(struct document *d);

/* The member as a place; value is NULL when there is none. */
struct place place_member(const struct place *object, const char *name);
/* The same for what a loop over an object or an array is at. */
struct place place_of(const struct place *object, const struct json *member);
struct place place_element(const struct place *array, const struct json *element, size_t index);

/* The value's kind. An object's members that are not in `known` (NULL: all may be) are noted as
 * left out. */
int place_object(const struct place *p, const char *const *known, size_t count) must_check;
int place_array(const struct place *p, size_t max) must_check;

int place_text(const struct place *p, struct str *ret) must_check; /* never empty */
int place_choice(const struct place *p, const struct choice *choices, size_t count,
                 int *ret) must_check;
int place_bool(const struct place *p, bool *ret) must_check;
int place_number(const struct place *p, uint64_t max, uint64_t *ret) must_check; /* from 1 */

/* The same for what must be there: 0, or the negative code. */
int place_need(int code, const struct place *p) must_check;

bool place_is_function(const struct place *p); /* {"Ref": …}, {"Fn::Join": …}: not resolved */
void place_leave(const struct place *p);       /* notes that it is not taken over */

/* "FILE: PATH " and the text; what was expected may be NULL. */
int place_fail(const struct place *p, const char *expected, const char *format, ...)
    printf_like(3, 4);

/* What both kinds of file say in the same way. */
int place_projection(const struct place *p, struct index_def *index) must_check;
int place_attribute_type(const struct place *p, enum attr_type *ret) must_check;
struct word *document_word(struct document *d, struct str text);

int cloudformation_read(struct document *d, struct str wanted, struct model_table *ret) must_check;
int workbench_read(struct document *d, struct str wanted, struct model_table *ret) must_check;

/* cloudformation-table.c */
int cloudformation_table(const struct place *properties, bool global,
                         struct model_table *ret) must_check;

#endif
