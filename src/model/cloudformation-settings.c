/* Settings that tables and global tables write alike. */
#include "pksk/model/cloudformation.h"

#define TAGS_MAX 50
#define DAYS_MAX 35

int template_pitr(const struct place *p, struct table_def *def)
{
    static const char *const known[] = {"PointInTimeRecoveryEnabled", "RecoveryPeriodInDays"};
    int code = place_object(p, known, ARRAY_LEN(known));

    if (code <= 0)
        return code;
    struct place enabled = place_member(p, "PointInTimeRecoveryEnabled"),
                 days = place_member(p, "RecoveryPeriodInDays");

    code = place_bool(&enabled, &def->pitr);
    if (code >= 0)
        code = place_number(&days, DAYS_MAX, &def->pitr_days);
    return MIN(code, 0);
}

int template_encryption(const struct place *p, struct table_def *def)
{
    static const struct choice types[] = {{"KMS", 0}, {"AES256", 1}};
    static const char *const known[] = {"SSEEnabled", "SSEType", "KMSMasterKeyId"};
    int code = place_object(p, known, ARRAY_LEN(known)), type;

    if (code <= 0)
        return code;
    struct place enabled = place_member(p, "SSEEnabled"), kind = place_member(p, "SSEType"),
                 key = place_member(p, "KMSMasterKeyId");

    code = place_bool(&enabled, &def->encrypted);
    if (code >= 0)
        code = place_choice(&kind, types, ARRAY_LEN(types), &type);
    if (code > 0)
        def->sse_type = types[type].word;
    /* The key of a stack is mostly one that the stack makes; the table is made without it. */
    if (place_is_function(&key))
        place_leave(&key);
    else if (code >= 0)
        code = place_text(&key, &def->kms_key);
    return MIN(code, 0);
}

int template_class(const struct place *p, struct table_def *def)
{
    static const struct choice classes[] = {{"STANDARD", 0}, {"STANDARD_INFREQUENT_ACCESS", 1}};
    int code, class;

    code = place_choice(p, classes, ARRAY_LEN(classes), &class);
    if (code > 0)
        def->table_class = classes[class].word;
    return MIN(code, 0);
}

/* A tag is no reason to have no table: one that cannot be told is left out. */
int template_tags(const struct place *list, struct table_def *def)
{
    static const char *const known[] = {"Key", "Value"};
    struct tag_def **last = &def->tags;
    int code = place_array(list, TAGS_MAX);
    size_t i = 0;

    if (code <= 0)
        return code;
    for (const struct json *n = list->value->first; n; n = n->next, i++) {
        struct place here = place_element(list, n, i);
        struct tag_def *tag = arena_new(list->doc->arena, struct tag_def);

        if (!here.value)
            continue;
        code = place_object(&here, known, ARRAY_LEN(known));
        if (code < 0)
            return code;
        struct place key = place_member(&here, "Key"), value = place_member(&here, "Value");

        if (place_is_function(&key) || place_is_function(&value)) {
            place_leave(&here);
            continue;
        }
        code = place_need(place_text(&key, &tag->key), &key);
        if (code == 0 && value.value && value.value->kind == JSON_IS_STRING)
            tag->value = value.value->text; /* may be empty */
        else if (code == 0)
            code = place_need(place_text(&value, &tag->value), &value);
        if (code < 0)
            return code;
        *last = tag;
        last = &tag->next;
    }
    return 0;
}
