#include "pksk/model/cloudformation.h"

#define DEFINITIONS_MAX 300
#define INDEXES_MAX 100

/* ---- keys */

static int read_definitions(const struct place *list, struct template *t)
{
    static const char *const known[] = {"AttributeName", "AttributeType"};
    int code = place_need(place_array(list, DEFINITIONS_MAX), list);
    size_t i = 0;

    if (code < 0)
        return code;
    t->definitions =
        arena_alloc(list->doc->arena, MAX(list->value->count, 1), sizeof(*t->definitions));
    for (const struct json *n = list->value->first; n; n = n->next, i++) {
        struct place here = place_element(list, n, i);

        if (!here.value)
            continue;
        code = place_object(&here, known, ARRAY_LEN(known));
        if (code < 0)
            return code;
        struct place name = place_member(&here, "AttributeName"),
                     type = place_member(&here, "AttributeType");
        struct definition *d = &t->definitions[t->definition_count];

        d->index = i;
        code = place_need(place_text(&name, &d->name), &name);
        if (code == 0)
            code = place_attribute_type(&type, &d->type);
        if (code < 0)
            return code;
        for (size_t other = 0; other < t->definition_count; other++) {
            if (str_eq(t->definitions[other].name, d->name))
                return place_fail(&name, NULL, "is that of AttributeDefinitions[%zu], too",
                                  t->definitions[other].index);
        }
        t->definition_count++;
    }
    return 0;
}

static int read_key_part(const struct place *p, struct template *t, unsigned max,
                         struct key_attribute **partition, struct key_attribute **sort)
{
    static const char *const known[] = {"AttributeName", "KeyType"};
    static const struct choice types[] = {{"HASH", 0}, {"RANGE", 1}};
    int code = place_need(place_object(p, known, ARRAY_LEN(known)), p), type;

    if (code < 0)
        return code;
    struct place name = place_member(p, "AttributeName"), kind = place_member(p, "KeyType");
    struct key_attribute *k = arena_new(p->doc->arena, struct key_attribute), **last;
    unsigned count = 0;

    k->at = SPAN_NONE;
    code = place_need(place_text(&name, &k->name), &name);
    if (code == 0)
        code = place_need(place_choice(&kind, types, ARRAY_LEN(types), &type), &kind);
    if (code < 0)
        return code;
    for (last = type ? sort : partition; *last; last = &(*last)->next)
        count++;
    if (count == max)
        return place_fail(&kind, NULL, "is %s once more than this key may have", types[type].word);
    *last = k;
    for (size_t i = 0; i < t->definition_count; i++) {
        if (!str_eq(t->definitions[i].name, k->name))
            continue;
        t->definitions[i].used = true;
        k->type = t->definitions[i].type;
        return 0;
    }
    return place_fail(&name, NULL, "is %.*s, which AttributeDefinitions does not define",
                      STR_ARG(k->name));
}

static int read_key(const struct place *list, struct template *t, unsigned max,
                    struct key_attribute **partition, struct key_attribute **sort)
{
    int code = place_need(place_array(list, 2 * PARTS_MAX), list);
    size_t i = 0;

    if (code < 0)
        return code;
    for (const struct json *n = list->value->first; n && code == 0; n = n->next, i++) {
        struct place here = place_element(list, n, i);

        code = read_key_part(&here, t, max, partition, sort);
    }
    if (code == 0 && !*partition)
        return place_fail(list, NULL, "has no element with KeyType HASH");
    return code;
}

/* ---- indexes */

static int read_index(const struct place *p, struct template *t, bool local,
                      struct index_def *index)
{
    static const char *const known[] = {"IndexName", "KeySchema", "Projection"};
    struct place name = place_member(p, "IndexName"), key = place_member(p, "KeySchema"),
                 projection = place_member(p, "Projection");
    int code = local ? place_need(place_object(p, known, ARRAY_LEN(known)), p)
                     : template_index_units(p, t, index);

    index->at = SPAN_NONE;
    index->local = local;
    if (code == 0)
        code = place_need(place_text(&name, &index->name), &name);
    if (code == 0)
        code = read_key(&key, t, local ? 1 : PARTS_MAX, &index->partition, &index->sort);
    if (code == 0)
        code = place_projection(&projection, index);
    if (code < 0 || !local)
        return code;
    if (!index->sort)
        return place_fail(&key, NULL, "has no element with KeyType RANGE");
    if (!str_eq(index->partition->name, t->def->partition->name))
        return place_fail(&key, NULL, "has %.*s for HASH; that of a local index is the table's",
                          STR_ARG(index->partition->name));
    return 0;
}

static int read_indexes(const struct place *list, struct template *t, bool local)
{
    struct index_def **last = &t->def->indexes;
    int code = place_array(list, INDEXES_MAX);
    size_t i = 0;

    if (code <= 0)
        return code;
    while (*last)
        last = &(*last)->next;
    for (const struct json *n = list->value->first; n; n = n->next, i++) {
        struct place here = place_element(list, n, i), name = place_member(&here, "IndexName");
        struct index_def *index = arena_new(list->doc->arena, struct index_def);

        if (!here.value)
            continue;
        code = read_index(&here, t, local, index);
        if (code < 0)
            return code;
        for (const struct index_def *other = t->def->indexes; other; other = other->next) {
            if (str_eq(other->name, index->name))
                return place_fail(&name, NULL, "is %.*s, as that of another index",
                                  STR_ARG(index->name));
        }
        *last = index;
        last = &index->next;
    }
    return 0;
}

/* ---- settings */

static int read_stream(const struct place *p, struct table_def *def)
{
    static const struct choice types[] = {
        {"NEW_AND_OLD_IMAGES", 0}, {"NEW_IMAGE", 1}, {"OLD_IMAGE", 2}, {"KEYS_ONLY", 3}};
    static const char *const known[] = {"StreamViewType"};
    int code = place_object(p, known, ARRAY_LEN(known)), type;

    if (code <= 0)
        return code;
    struct place view = place_member(p, "StreamViewType");

    code = place_need(place_choice(&view, types, ARRAY_LEN(types), &type), &view);
    if (code == 0)
        def->stream = types[type].word;
    return code;
}

static int read_ttl(const struct place *p, struct table_def *def)
{
    static const char *const known[] = {"AttributeName", "Enabled"};
    int code = place_object(p, known, ARRAY_LEN(known));

    if (code <= 0)
        return code;
    struct place name = place_member(p, "AttributeName"), enabled = place_member(p, "Enabled");
    struct str attribute;
    bool on;

    code = place_need(place_bool(&enabled, &on), &enabled);
    if (code < 0 || !on)
        return code;
    code = place_need(place_text(&name, &attribute), &name);
    if (code == 0)
        def->ttl = document_word(p->doc, attribute);
    return code;
}

static int read_settings(const struct place *p, struct template *t)
{
    struct table_def *def = t->def;
    struct place stream = place_member(p, "StreamSpecification"),
                 ttl = place_member(p, "TimeToLiveSpecification"),
                 sse = place_member(p, "SSESpecification");
    int code = read_stream(&stream, def);

    if (code >= 0)
        code = read_ttl(&ttl, def);
    if (code >= 0)
        code = template_encryption(&sse, def);
    if (code < 0)
        return code;
    return t->global ? template_global_settings(p, t) : template_table_settings(p, t);
}

/* ---- */

/* An attribute that is in no key is refused by the service; here it is only left out. */
static void leave_unused(const struct place *list, const struct template *t)
{
    for (size_t i = 0; i < t->definition_count; i++) {
        struct place here = {.doc = list->doc, .up = list, .index = t->definitions[i].index};

        if (!t->definitions[i].used)
            place_leave(&here);
    }
}

int cloudformation_table(const struct place *p, bool global, struct model_table *ret)
{
    struct table_def *def = arena_new(p->doc->arena, struct table_def);
    struct template t = {.global = global, .def = def};
    struct place definitions = place_member(p, "AttributeDefinitions"),
                 key = place_member(p, "KeySchema"), name = place_member(p, "TableName"),
                 globals = place_member(p, "GlobalSecondaryIndexes"),
                 locals = place_member(p, "LocalSecondaryIndexes");
    int code = place_need(template_properties(p, &t), p);

    if (code == 0)
        code = read_definitions(&definitions, &t);
    if (code == 0)
        code = read_key(&key, &t, 1, &def->partition, &def->sort);
    if (code == 0)
        code = template_billing(p, &t);
    if (code >= 0)
        code = read_indexes(&globals, &t, false);
    if (code >= 0)
        code = read_indexes(&locals, &t, true);
    if (code >= 0)
        code = read_settings(p, &t);
    if (code < 0)
        return code;
    leave_unused(&definitions, &t);
    /* The statement mostly names the table itself, so that a name not known yet is no fault. */
    if (name.value && !place_is_function(&name) && place_text(&name, &ret->name) < 0)
        return ERR_FAILED;
    ret->def = def;
    return 0;
}
