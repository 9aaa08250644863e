#include "pksk/complete/jump.h"

#include "pksk/complete/segment.h"
#include "pksk/item/number.h"
#include "pksk/json/writer.h"

#define PAGE_TENTHS 5U
#define DENSE_TENTHS 40U
#define FEW_REQUESTS 16 /* in three trips: they have not led far */

/* --- asking ------------------------------------------------------------------------------- */

/* `> key` is kept as `>=` of the first string behind it. */
static bool is_behind(struct str bound)
{
    return bound.len > 0 && bound.s[bound.len - 1] == '\0';
}

static void add_value(struct json_writer *w, const char *name, enum attr_type type, struct str text)
{
    json_name(w, str_of(name));
    json_begin_object(w);
    json_name(w, str_of(attr_type_name(type)));
    json_string(w, text);
    json_end_object(w);
}

static void add_condition(struct json_writer *w, const struct jump *j, const struct question *q)
{
    _cleanup_(buf_free) struct buf text = {0};
    bool behind = is_behind(q->bound);

    for (unsigned i = 0; i < j->part_count; i++)
        buf_addf(&text, "%s#p%u = :p%u", i ? " AND " : "", i, i);
    if (q->bound.len > 0)
        buf_addf(&text, " AND #s %s :s",
                 q->backward ? (behind ? "<=" : "<") : (behind ? ">" : ">="));
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

static void add_values(struct json_writer *w, const struct jump *j, const struct question *q)
{
    struct str bound = q->bound;

    bound.len -= is_behind(bound);
    json_name(w, STR("ExpressionAttributeValues"));
    json_begin_object(w);
    for (unsigned i = 0; i < j->part_count; i++) {
        char name[16];
        snprintf(name, sizeof(name), ":p%u", i);
        add_value(w, name, j->parts[i].type, j->parts[i].text);
    }
    if (bound.len > 0)
        add_value(w, ":s", j->type, bound);
    json_end_object(w);
}

static void add_query(struct buf *body, const struct jump *j, const struct question *q)
{
    struct json_writer w = {.out = body};

    json_begin_object(&w);
    json_name(&w, STR("TableName"));
    json_string(&w, j->table);
    if (j->index.len > 0) {
        json_name(&w, STR("IndexName"));
        json_string(&w, j->index);
    }
    add_condition(&w, j, q);
    add_names(&w, j);
    add_values(&w, j, q);
    json_name(&w, STR("ProjectionExpression"));
    json_string(&w, STR("#s"));
    if (q->backward) {
        json_name(&w, STR("ScanIndexForward"));
        json_bool(&w, false);
    }
    json_name(&w, STR("Limit"));
    json_uint(&w, q->limit);
    json_name(&w, STR("ConsistentRead"));
    json_bool(&w, false);
    json_name(&w, STR("ReturnConsumedCapacity"));
    json_string(&w, STR("TOTAL"));
    json_end_object(&w);
}

bool jump_request(struct jump *j, struct buf *body, unsigned *number)
{
    for (unsigned i = 0; i < JUMP_OPEN_MAX; i++) {
        struct question *q = &j->questions[i];

        if (q->state != QUESTION_PLANNED)
            continue;
        q->state = QUESTION_ASKED;
        add_query(body, j, q);
        j->requests++;
        j->trips = MAX(j->trips, q->trip);
        *number = i;
        return true;
    }
    return false;
}

/* --- planning ----------------------------------------------------------------------------- */

static struct question *put_question(struct jump *j, struct str bound, bool backward,
                                     unsigned limit, unsigned trip)
{
    for (unsigned i = 0; i < JUMP_OPEN_MAX; i++) {
        struct question *q = &j->questions[i];

        if (q->state != QUESTION_NONE)
            continue;
        *q = (struct question){QUESTION_PLANNED, arena_str(j->arena, bound), backward, limit, trip};
        return q;
    }
    return NULL;
}

static unsigned questions_open(const struct jump *j)
{
    unsigned n = 0;

    for (unsigned i = 0; i < JUMP_OPEN_MAX; i++)
        n += j->questions[i].state != QUESTION_NONE;
    return n;
}

/* Is something under way that will narrow this gap? */
static bool is_asked(const struct jump *j, const struct stretch *gap)
{
    for (unsigned i = 0; i < JUMP_OPEN_MAX; i++) {
        const struct question *q = &j->questions[i];
        bool open_end = q->backward && q->bound.len == 0;

        if (q->state == QUESTION_NONE)
            continue;
        if (open_end ? gap->to.len == 0
                     : str_cmp(q->bound, gap->from) >= 0 &&
                           (gap->to.len == 0 || str_cmp(q->bound, gap->to) <= 0))
            return true;
    }
    return false;
}

static void ask_middle(struct jump *j, const struct stretch *gap, unsigned hundredths,
                       unsigned trip)
{
    struct str middle;

    if (!segment_between(j->arena, gap->from, gap->to, hundredths, &middle))
        return;
    put_question(j, middle, true, j->page, trip);
    put_question(j, middle, false, j->page, trip);
}

/* Both ends of a gap, and its middle: twice when nothing is known of it yet, once later, but
 * for the fourth trip of many requests, when ends that lie close together are likelier to meet.
 * Tried over some hundred sets of names: twelve families need no more than five trips and 26
 * requests. */
static void ask_gap(struct jump *j, const struct gap *gap, unsigned trip)
{
    bool part = !segment_is_whole(j->prefix); /* of a word: seldom are there many */

    put_question(j, gap->is.from, false, gap->dense ? j->dense_page : j->page, trip);
    if (gap->dense)
        return;
    put_question(j, gap->is.to, true, j->page, trip);
    if (part)
        return;
    if (trip == 2) {
        ask_middle(j, &gap->is, 33, trip);
        ask_middle(j, &gap->is, 66, trip);
    } else if (trip != 4 || j->requests < FEW_REQUESTS) {
        ask_middle(j, &gap->is, 50, trip);
    }
}

/* One family alone is entered, and when it is gone meanwhile, still offered. */
static bool enter_family(struct jump *j)
{
    const struct segment *s = j->level.first;

    if (j->level.count == 0 && j->family) {
        j->level.first = j->level.last = j->family;
        j->level.count = 1;
        return false;
    }
    if (j->narrowed || j->level.count != 1 || !s->goes_on || str_eq(s->text, j->prefix))
        return false;
    j->family = j->level.first;
    j->prefix = s->text;
    return true;
}

/* What to ask next, from what is known now. */
static void plan(struct jump *j, unsigned trip)
{
    known_level(j->known, j->arena, j->prefix, &j->level);
    while (j->level.gap_count == 0 && enter_family(j)) {
        known_level(j->known, j->arena, j->prefix, &j->level);
        trip = MIN(trip, 2U);
    }
    bool enough = j->level.count >= j->max;

    for (size_t i = 0; i < j->level.gap_count && !enough; i++) {
        const struct gap *gap = &j->level.gaps[i];

        if (!is_asked(j, &gap->is))
            ask_gap(j, gap, trip);
    }
    j->more = enough && (j->level.gap_count > 0 || j->level.count > j->max);
    j->done = enough || questions_open(j) == 0;
}

/* --- numbers ------------------------------------------------------------------------------ */

/* What begins with -4 is below it: -40, -4.5. */
static void begin_numbers(struct jump *j)
{
    bool from = number_looks_like(j->prefix) && j->prefix.s[0] != '-';

    j->level = (struct level){0};
    put_question(j, from ? j->prefix : STR(""), false, JUMP_NUMBERS, 1);
}

static void take_number(struct jump *j, struct str key)
{
    struct level *l = &j->level;

    if (!str_starts(key, j->prefix))
        return;
    struct segment *s = arena_new(j->arena, struct segment);

    *s = (struct segment){.text = arena_str(j->arena, key), .keys = 1};
    if (l->last)
        l->last->next = s;
    else
        l->first = s;
    l->last = s;
    l->count++;
}

/* --- learning ----------------------------------------------------------------------------- */

void jump_begin(struct jump *j, struct arena *a, struct known *known, size_t max)
{
    j->arena = a;
    j->known = known;
    j->max = max;
    j->page = j->dense_page = JUMP_FIRST;
    j->table = arena_str(a, j->table);
    j->index = arena_str(a, j->index);
    j->sort = arena_str(a, j->sort);
    for (unsigned i = 0; i < j->part_count; i++) {
        j->parts[i].name = arena_str(a, j->parts[i].name);
        j->parts[i].text = arena_str(a, j->parts[i].text);
    }
    j->prefix = arena_str(a, j->prefix);
    if (j->type == ATTR_N) {
        begin_numbers(j);
    } else if (j->type == ATTR_S) {
        known_level(known, a, j->prefix, &j->level);
        if (j->level.count == 0 && j->level.gap_count == 1)
            put_question(j, j->level.gaps[0].is.from, false, JUMP_FIRST, 1);
        else
            plan(j, 2);
    }
    j->done = questions_open(j) == 0;
}

/* The stretch that an answer makes known: up to its last key, or all there is on that side. */
static struct stretch stretch_of(struct jump *j, const struct question *q, const struct reply *r,
                                 struct str last)
{
    struct stretch s = {STR(""), STR("")};

    if (q->backward) {
        s.to = q->bound;
        if (r->last_key)
            s.from = last;
    } else {
        s.from = q->bound;
        if (r->last_key)
            s.to = known_behind(j->arena, last);
    }
    return s;
}

void jump_narrow(struct jump *j, struct str prefix)
{
    j->prefix = arena_str(j->arena, prefix);
    j->family = NULL;
    j->narrowed = true;
    if (j->type == ATTR_S)
        plan(j, 2);
}

/* A page should cost no more than the half unit that the smallest one does, and four units where
 * pages are what there is to read. */
static void choose_page(struct jump *j, const struct question *q, uint64_t tenths)
{
    uint64_t pages = MAX(tenths, PAGE_TENTHS);

    j->page = (unsigned)MAX(1U, MIN(j->page, q->limit * PAGE_TENTHS / pages));
    j->dense_page = (unsigned)MAX(1U, MIN(JUMP_PAGE_MAX, q->limit * DENSE_TENTHS / pages));
}

void jump_answer(struct jump *j, unsigned number, const struct reply *r)
{
    struct question q = j->questions[number];
    struct str *keys = arena_alloc(j->arena, r->count + 1, sizeof(*keys));
    size_t count = 0;

    j->questions[number].state = QUESTION_NONE;
    j->tenths += r->capacity.tenths;
    for (const struct value *item = r->items; item && count < r->count; item = item->next) {
        const struct value *v = value_member(item, j->sort);

        if (v && v->type == (uint8_t)j->type)
            keys[count++] = value_text(v);
    }
    if (j->type == ATTR_N) {
        for (size_t i = 0; i < count; i++)
            take_number(j, keys[i]);
        j->more = r->last_key != NULL;
        j->done = true;
        return;
    }
    if (count == 0 && r->last_key) { /* nothing was learned: asking the same again is no use */
        j->more = j->done = true;
        return;
    }
    choose_page(j, &q, r->capacity.tenths);
    known_add(j->known, keys, count, stretch_of(j, &q, r, count ? keys[count - 1] : STR("")));
    plan(j, q.trip + 1);
}
