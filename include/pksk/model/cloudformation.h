/* The parts of a template's table: what the two files that read one share, within the model layer.
 *
 * AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable say keys, indexes, stream and time to live in
 * the same way (cloudformation-table.c), and capacity and the settings that a replica has in ways
 * of their own (cloudformation-units.c). Functions are as those of document.h.
 */
#ifndef PKSK_MODEL_CLOUDFORMATION_H
#define PKSK_MODEL_CLOUDFORMATION_H

#include "pksk/model/document.h"

#define PARTS_MAX 4 /* attributes of each side of an index's key */

struct definition {
    struct str name;
    enum attr_type type;
    size_t index; /* in AttributeDefinitions */
    bool used;
};

struct template
{
    struct table_def *def;
    bool global, provisioned;
    struct definition *definitions;
    size_t definition_count;
    struct place replicas, replica; /* global: all, and the one whose settings are taken */
};

/* An object with the members that such a table may have. */
int template_properties(const struct place *p, struct template *t) must_check;
int template_billing(const struct place *p, struct template *t) must_check;
/* A global index as an object, with its capacity. */
int template_index_units(const struct place *p, struct template *t,
                         struct index_def *index) must_check;
int template_table_settings(const struct place *p, struct template *t) must_check;
int template_global_settings(const struct place *p, struct template *t) must_check;

int template_pitr(const struct place *p, struct table_def *def) must_check;
int template_encryption(const struct place *p, struct table_def *def) must_check;
int template_class(const struct place *p, struct table_def *def) must_check;
int template_tags(const struct place *list, struct table_def *def) must_check;

#endif
