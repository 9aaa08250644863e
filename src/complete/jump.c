#include "pksk/complete/jump.h"

#include "pksk/item/number.h"
#include "pksk/json/writer.h"

#define CHEAP_TENTHS 20 /* a page of leaves that cost more is followed by a smaller one */

void jump_begin(struct jump *j, struct arena *a, size_t max)
{
    j->arena = a;
    j->max = max;
    j->table = arena_str(a, j->table);
    j->index = arena_str(a, j->index);
    j->sort = arena_str(a, j->sort);
    for (unsigned i = 0; i < j->part_count; i++) {
        j->parts[i].name = arena_str(a, j->parts[i].name);
        j->parts[i].text = arena_str(a, j->parts[i].text);
    }
    j->prefix = arena_str(a, j->prefix);
    j->from = j->prefix;
    /* What begins with -4 is below it: -40, -4.5. */
    if (j->type == ATTR_N && (!number_looks_like(j->prefix) || j->prefix.s[0] == '-'))
        j->from = STR("");
    j->inclusive = true;
    j->limit = j->type == ATTR_N ? JUMP_NUMBERS : 1;
    j->done = j->type == ATTR_B;
}

struct str jump_segment(struct str text, size_t prefix_len, bool *goes_on)
{
    size_t at;
    *goes_on =
        prefix_len <= text.len && str_find_char(str_slice(text, prefix_len, text.len), '#', &at);
    return *goes_on ? str_slice(text, 0, prefix_len + at + 1) : text;
}

/* --- asking ------------------------------------------------------------------------------- */

static void add_value(struct json_writer *w, const char *name, enum attr_type type, struct str text)
{
    json_name(w, str_of(name));
    json_begin_object(w);
    json_name(w, str_of(attr_type_name(type)));
    json_string(w, text);
    json_end_object(w);
}

static void add_condition(struct json_writer *w, const struct jump *j)
{
    _cleanup_(buf_free) struct buf text = {0};
    for (unsigned i = 0; i < j->part_count; i++)
        buf_addf(&text, "%s#p%u = :p%u", i ? " AND " : "", i, i);
    if (j->from.len > 0)
        buf_addf(&text, " AND #s %s :s", j->inclusive ? ">=" : ">");
    json_name(w, STR("KeyConditionExpression"));
    json_string(w, buf_str(&text));
}

static void add_names(struct json_writer *w, const struct jump *j)
{
    json_name(w, STR("ExpressionAttributeNames"));
    json_begin_object(w);
    for (unsigned i = 0; i < j->part_count; i++) {
        char name[16];
        snprintf(name, sizeof(name), "#p%u", i);
        json_name(w, str_of(name));
        json_string(w, j->parts[i].name);
    }
    json_name(w, STR("#s"));
    json_string(w, j->sort);
    json_end_object(w);
}

static void add_values(struct json_writer *w, const struct jump *j)
{
    json_name(w, STR("ExpressionAttributeValues"));
    json_begin_object(w);
    for (unsigned i = 0; i < j->part_count; i++) {
        char name[16];
        snprintf(name, sizeof(name), ":p%u", i);
        add_value(w, name, j->parts[i].type, j->parts[i].text);
    }
    if (j->from.len > 0)
        add_value(w, ":s", j->type, j->from);
    json_end_object(w);
}

bool jump_request(struct jump *j, struct buf *body)
{
    if (j->done)
        return false;
    struct json_writer w = {.out = body};
    json_begin_object(&w);
    json_name(&w, STR("TableName"));
    json_string(&w, j->table);
    if (j->index.len > 0) {
        json_name(&w, STR("IndexName"));
        json_string(&w, j->index);
    }
    add_condition(&w, j);
    add_names(&w, j);
    add_values(&w, j);
    json_name(&w, STR("ProjectionExpression"));
    json_string(&w, STR("#s"));
    json_name(&w, STR("Limit"));
    json_uint(&w, j->limit);
    json_name(&w, STR("ConsistentRead"));
    json_bool(&w, false);
    json_name(&w, STR("ReturnConsumedCapacity"));
    json_string(&w, STR("TOTAL"));
    json_end_object(&w);
    j->requests++;
    return true;
}

/* --- learning ----------------------------------------------------------------------------- */

static void add_segment(struct jump *j, struct str text, bool goes_on)
{
    struct segment *s = arena_new(j->arena, struct segment);
    *s = (struct segment){.text = arena_str(j->arena, text), .goes_on = goes_on};
    if (j->last)
        j->last->next = s;
    else
        j->first = s;
    j->last = s;
    j->count++;
}

/* The first string behind all that begin with a segment, which ends with '#'. */
static struct str behind(struct arena *a, struct str segment)
{
    char *copy = mem_dup(segment.s, segment.len);
    copy[segment.len - 1] = '#' + 1;
    struct str bound = arena_str(a, (struct str){copy, segment.len});
    free(copy);
    return bound;
}

/* False when the keys have left the prefix, or there are enough. */
static bool take_key(struct jump *j, struct str key)
{
    if (!str_starts(key, j->prefix))
        return j->type == ATTR_N;
    if (j->count >= j->max) {
        j->more = true;
        return false;
    }
    bool goes_on = false;
    struct str text = j->type == ATTR_S ? jump_segment(key, j->prefix.len, &goes_on) : key;
    if (!j->last || !str_eq(j->last->text, text))
        add_segment(j, text, goes_on);
    j->found_family |= goes_on;
    j->from = goes_on ? behind(j->arena, j->last->text) : j->last->text;
    j->inclusive = goes_on;
    return true;
}

static void next_page_size(struct jump *j, uint64_t tenths)
{
    if (j->found_family)
        j->limit = 1;
    else if (tenths > CHEAP_TENTHS)
        j->limit = MAX(1U, j->limit / 2);
    else
        j->limit = MIN(j->limit * 2, JUMP_PAGE_MAX);
}

/* At the end of a level: one family alone is entered, and if it is gone meanwhile, still offered.
 */
static void end_level(struct jump *j)
{
    j->done = true;
    if (j->count == 0 && j->family) {
        j->first = j->last = j->family;
        j->count = 1;
    }
    if (j->count != 1 || !j->first->goes_on || j->more || j->first == j->family)
        return;
    j->family = j->first;
    j->prefix = j->from = j->family->text;
    j->first = j->last = NULL;
    j->count = 0;
    j->inclusive = true;
    j->limit = 1;
    j->done = false;
}

void jump_answer(struct jump *j, const struct reply *r)
{
    j->tenths += r->capacity.tenths;
    j->found_family = false;
    bool inside = true;
    for (const struct value *item = r->items; item && inside; item = item->next) {
        const struct value *v = value_member(item, j->sort);
        if (v && v->type == (uint8_t)j->type)
            inside = take_key(j, value_text(v));
    }
    if (j->type == ATTR_N) {
        j->more |= r->last_key != NULL;
        j->done = true;
    } else if (j->more) {
        j->done = true;
    } else if (!inside || !r->last_key) {
        end_level(j);
    } else {
        next_page_size(j, r->capacity.tenths);
    }
}
