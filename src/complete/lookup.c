#include "pksk/complete/completer.h"
#include "pksk/complete/segment.h"
#include "pksk/item/number.h"
#include "pksk/json/writer.h"
#include "pksk/out/text.h"

#define SAMPLE_ITEMS 50
#define TABLE_PAGES 10

static void forget(struct answer *a)
{
    free((char *)a->key.s);
    known_free(&a->known);
    arena_free(&a->arena);
    *a = (struct answer){0};
}

void complete_forget(struct completer *c)
{
    for (size_t i = 0; i < COMPLETER_ANSWERS; i++)
        forget(&c->answers[i]);
}

void lookup_drop(struct completer *c)
{
    for (unsigned i = 0; i < JUMP_OPEN_MAX; i++) {
        if (c->calls[i].handle)
            c->env->live.drop(c->env->live.ctx, c->calls[i].handle);
        c->calls[i].handle = NULL;
    }
}

void lookup_cancel(struct completer *c)
{
    lookup_drop(c);
    c->live = LIVE_NONE;
    c->jump = (struct jump){0};
}

/* --- what to ask -------------------------------------------------------------------- */

static bool can_look_up(const struct completer *c)
{
    return c->env->live.send != NULL;
}

/* What is known of the place, or room for it where what was not asked for the longest is dropped.
 */
static struct answer *answer_of(struct completer *c, struct str place)
{
    struct answer *oldest = &c->answers[0];

    for (size_t i = 0; i < COMPLETER_ANSWERS; i++) {
        struct answer *a = &c->answers[i];

        if (a->key.s && str_eq(a->key, place)) {
            a->used = c->jobs;
            return a;
        }
        if (a->used < oldest->used)
            oldest = a;
    }
    forget(oldest);
    oldest->key = (struct str){mem_dup(place.s, place.len), place.len};
    oldest->used = c->jobs;
    return oldest;
}

static void offer_segments(struct completer *c, const struct segment *s)
{
    for (; s; s = s->next)
        completer_offer(c, EXPECT_SORT_KEY, s->text, s->goes_on);
}

/* Number keys are kept as they came, for what was typed then. */
static bool numbers_known(struct completer *c)
{
    const struct answer *a = c->answer;

    if (!a->numbered || !str_starts(c->point.prefix, a->prefix) ||
        (a->more && !str_eq(c->point.prefix, a->prefix)))
        return false;
    offer_segments(c, a->numbers);
    c->more |= a->more;
    return true;
}

static void keep_numbers(struct completer *c)
{
    struct answer *a = c->answer;
    struct segment **end = &a->numbers;

    arena_reset(&a->arena);
    a->numbers = NULL;
    a->numbered = true;
    a->more = c->jump.more;
    a->prefix = arena_str(&a->arena, c->jump.prefix);
    for (const struct segment *s = c->jump.level.first; s; s = s->next) {
        *end = arena_new(&a->arena, struct segment);
        **end = (struct segment){.text = arena_str(&a->arena, s->text)};
        end = &(*end)->next;
    }
}

/* attribute = value, when the word can be a value of that type. */
static bool add_part(struct jump *j, const struct key_part *part, const struct word *word)
{
    if (!word || word->text.len == 0 || part->type == ATTR_B || word->form == WORD_BINARY ||
        (part->type == ATTR_N && !number_looks_like(word->text)))
        return false;
    j->parts[j->part_count++] = (struct jump_part){part->name, word->text, part->type};
    return true;
}

/* The partition that is typed already, and the sort key attribute whose turn it is. */
static bool describe_partition(struct completer *c, struct jump *j)
{
    const struct table *t = completer_table(c);
    const struct key *key = completer_last_key(c);
    *j = (struct jump){.prefix = c->point.prefix};
    const struct key_schema *schema = t && key ? completer_schema(c, t, &j->index) : NULL;
    if (!schema)
        return false;
    j->table = completer_table_name(c);
    const struct word *word = key->partition;
    for (unsigned i = 0; i < schema->partition_count; i++, word = word->next) {
        if (!add_part(j, &schema->partition[i], word))
            return false;
    }
    /* Earlier sort keys of a multi-attribute index must be equalities. */
    unsigned turn = 0;
    const struct sort_condition *s = key->sort;
    while (s && s->next && turn + 1 < schema->sort_count && s->op == SORT_EQ &&
           add_part(j, &schema->sort[turn], s->a)) {
        turn++;
        s = s->next;
    }
    if (turn >= schema->sort_count)
        return false;
    j->sort = schema->sort[turn].name;
    j->type = schema->sort[turn].type;
    return true;
}

void lookup_table(struct completer *c)
{
    if (c->described || !can_look_up(c) || !c->statement || completer_table_name(c).len == 0 ||
        completer_table(c) || !(c->env->schemas || c->env->learn))
        return;
    /* A query's first word may be an index, which only the table can tell. */
    bool matters = c->statement->verb == VERB_QUERY || c->statement->verb == VERB_SCAN;
    for (const struct expect *e = c->point.expected; e && !matters; e = e->next)
        matters = e->kind == EXPECT_INDEX || e->kind == EXPECT_ATTRIBUTE ||
                  e->kind == EXPECT_PARTITION_KEY || e->kind == EXPECT_SORT_KEY;
    if (matters)
        c->live = LIVE_TABLE;
}

/* The name of the place, for what is kept of it. */
static void add_place(struct buf *b, const struct jump *j)
{
    struct json_writer w = {.out = b};

    json_begin_array(&w);
    json_string(&w, j->table);
    json_string(&w, j->index);
    json_string(&w, j->sort);
    for (unsigned i = 0; i < j->part_count; i++)
        json_string(&w, j->parts[i].text);
    json_end_array(&w);
}

void lookup_keys(struct completer *c)
{
    _cleanup_(buf_free) struct buf place = {0};
    struct jump j;

    if (c->live != LIVE_NONE || !describe_partition(c, &j))
        return;
    add_place(&place, &j);
    c->live = LIVE_KEYS;
    /* More is typed while the same partition is asked: the questions under way go on. */
    if (c->jump.arena) {
        if (c->jump.type == ATTR_S && str_eq(buf_str(&place), buf_str(&c->place)) &&
            c->answer->key.s) {
            jump_narrow(&c->jump, c->point.prefix);
            c->carried = true;
            return;
        }
        lookup_drop(c);
    }
    buf_reset(&c->place);
    buf_str_add(&c->place, buf_str(&place));
    c->answer = answer_of(c, buf_str(&place));
    arena_reset(&c->keys_arena);
    c->jump = j;
    if (j.type == ATTR_N && numbers_known(c))
        c->live = LIVE_NONE;
    else
        jump_begin(&c->jump, &c->keys_arena, &c->answer->known, COMPLETE_CANDIDATES_MAX);
    if (c->live == LIVE_KEYS && !can_look_up(c))
        c->jump.done = true;
}

/* What is seen of the partition key, one '#' level at a time. A single family is not entered, as it
 * is for sort keys: there may be others that were not seen. */
static size_t offer_seen(struct completer *c, struct str attribute)
{
    struct str text, table = completer_table_name(c);
    size_t known = 0, before = c->offer_count;
    for (size_t i = 0; c->env->seen && seen_next_key(c->env->seen, table, attribute, &i, &text);) {
        bool goes_on;
        known++;
        if (!str_starts(text, c->point.prefix))
            continue;
        struct str segment = segment_next(text, c->point.prefix.len, &goes_on);
        completer_offer(c, EXPECT_PARTITION_KEY, segment, goes_on);
    }
    completer_sort(c, before);
    return known;
}

void lookup_partition_keys(struct completer *c)
{
    const struct table *t = completer_table(c);
    struct str index;
    const struct key_schema *schema = t ? completer_schema(c, t, &index) : NULL;
    if (!schema || schema->partition_count == 0)
        return;
    unsigned turn = 0;
    const struct key *key = completer_last_key(c);
    if (schema->partition_count > 1 && key) {
        for (const struct word *w = key->partition; w; w = w->next)
            turn++;
    }
    turn = MIN(turn, schema->partition_count - 1);
    const struct key_part *part = &schema->partition[turn];
    if (part->type == ATTR_B || offer_seen(c, part->name) > 0 || c->live != LIVE_NONE ||
        !can_look_up(c) || !c->env->seen)
        return;
    c->live = LIVE_SAMPLE;
    c->sample_table = arena_str(&c->arena, completer_table_name(c));
    c->sample_index = arena_str(&c->arena, index);
    c->sample_attribute = arena_str(&c->arena, part->name);
}

void lookup_tables(struct completer *c)
{
    const struct str *names;
    size_t count;
    if (c->env->schemas && schema_peek_tables(c->env->schemas, &names, &count)) {
        for (size_t i = 0; i < count; i++)
            completer_offer(c, EXPECT_TABLE, names[i], false);
    } else if (c->live == LIVE_NONE && can_look_up(c)) {
        c->live = LIVE_TABLES;
        c->typed = STR(""); /* the last name of the page before */
    }
}

/* --- requests ----------------------------------------------------------------------------- */

static void sample_request(const struct completer *c, struct buf *body)
{
    struct json_writer w = {.out = body};
    json_begin_object(&w);
    json_name(&w, STR("TableName"));
    json_string(&w, c->sample_table);
    if (c->sample_index.len > 0) {
        json_name(&w, STR("IndexName"));
        json_string(&w, c->sample_index);
    }
    json_name(&w, STR("ProjectionExpression"));
    json_string(&w, STR("#p"));
    json_name(&w, STR("ExpressionAttributeNames"));
    json_begin_object(&w);
    json_name(&w, STR("#p"));
    json_string(&w, c->sample_attribute);
    json_end_object(&w);
    json_name(&w, STR("Limit"));
    json_uint(&w, SAMPLE_ITEMS);
    json_end_object(&w);
}

static void table_request(const struct completer *c, struct buf *body)
{
    struct json_writer w = {.out = body};
    json_begin_object(&w);
    json_name(&w, STR("TableName"));
    json_string(&w, completer_table_name(c));
    json_end_object(&w);
}

static void tables_request(const struct completer *c, struct buf *body)
{
    struct json_writer w = {.out = body};
    json_begin_object(&w);
    if (c->typed.len > 0) {
        json_name(&w, STR("ExclusiveStartTableName"));
        json_string(&w, c->typed);
    }
    json_end_object(&w);
}

bool lookup_within_budget(const struct completer *c)
{
    int64_t spent_ms = (clock_mono_us(completer_clock(c)) - c->started_us) / 1000;
    return spent_ms < COMPLETE_TIME_MS && c->jump.requests < COMPLETE_REQUESTS_MAX &&
           c->jump.tenths < COMPLETE_TENTHS_MAX && c->pages < TABLE_PAGES;
}

static void note_failure(struct completer *c, const struct err *why)
{
    _cleanup_(buf_free) struct buf note = {0};

    buf_lit(&note, "no look-up: ");
    text_escape(&note, str_of(why->text));
    c->result.note = arena_str(&c->arena, buf_str(&note));
}

static bool call(struct completer *c, unsigned number, const char *operation, struct str body)
{
    struct err why = {0};
    void *handle = c->env->live.send(c->env->live.ctx, operation, body, &why);

    c->calls[number] = (struct lookup_call){handle, number};
    if (!handle)
        note_failure(c, &why);
    return handle != NULL;
}

static bool is_under_way(const struct completer *c)
{
    for (unsigned i = 0; i < JUMP_OPEN_MAX; i++) {
        if (c->calls[i].handle)
            return true;
    }
    return false;
}

static bool send_keys(struct completer *c)
{
    _cleanup_(buf_free) struct buf body = {0};
    unsigned number;

    while (!c->jump.done && lookup_within_budget(c) && jump_request(&c->jump, &body, &number)) {
        if (!call(c, number, "Query", buf_str(&body))) {
            c->jump.more = c->jump.done = true;
            break;
        }
        buf_reset(&body);
    }
    if (!c->jump.done && !lookup_within_budget(c))
        c->jump.more = true;
    return is_under_way(c);
}

bool lookup_send(struct completer *c)
{
    _cleanup_(buf_free) struct buf body = {0};
    const char *operation = NULL;

    if (c->live == LIVE_KEYS)
        return send_keys(c);
    if (c->live == LIVE_TABLE && !c->described) {
        operation = "DescribeTable";
        table_request(c, &body);
        c->described = true;
    } else if (c->live == LIVE_SAMPLE && c->pages == 0) {
        operation = "Scan";
        sample_request(c, &body);
    } else if (c->live == LIVE_TABLES && lookup_within_budget(c)) {
        operation = "ListTables";
        tables_request(c, &body);
    }
    c->pages += c->live == LIVE_SAMPLE || c->live == LIVE_TABLES;
    return operation && call(c, 0, operation, buf_str(&body));
}

static enum taken take_table(struct completer *c, const struct reply *r)
{
    const struct json *description = json_get(r->rest, "Table");
    const struct table *table;
    if (!description)
        return TAKEN_ALL;
    if (c->env->learn)
        c->env->learn(c->env->ctx, completer_table_name(c), description);
    else if (schema_learn(c->env->schemas, completer_table_name(c), description, &table, NULL) < 0)
        return TAKEN_ALL;
    return TAKEN_AFRESH;
}

static void take_sample(struct completer *c, const struct reply *r)
{
    for (const struct value *item = r->items; item; item = item->next) {
        const struct value *v = value_member(item, c->sample_attribute);
        if (v && value_is_text(v))
            seen_key(c->env->seen, c->sample_table, c->sample_attribute, v->type, value_text(v));
    }
    offer_seen(c, c->sample_attribute);
}

/* True when another page is to be asked for. */
static bool take_tables(struct completer *c, const struct reply *r)
{
    const struct json *names = json_get(r->rest, "TableNames");
    for (const struct json *name = names ? names->first : NULL; name; name = name->next)
        completer_offer(c, EXPECT_TABLE, name->text, false);
    c->typed = arena_str(&c->arena, json_text(r->rest, "LastEvaluatedTableName"));
    return c->typed.len > 0;
}

enum taken lookup_take(struct completer *c, unsigned number, const struct reply *r)
{
    if (r->err.code < 0) {
        note_failure(c, &r->err);
        c->jump.more = c->jump.done = true;
        return TAKEN_ALL;
    }
    switch (c->live) {
    case LIVE_TABLE:
        return take_table(c, r);
    case LIVE_KEYS:
        jump_answer(&c->jump, number, r);
        return TAKEN_MORE;
    case LIVE_SAMPLE:
        take_sample(c, r);
        return TAKEN_ALL;
    case LIVE_TABLES:
        return take_tables(c, r) ? TAKEN_MORE : TAKEN_ALL;
    case LIVE_NONE:
        break;
    }
    return TAKEN_ALL;
}

void lookup_offer(struct completer *c)
{
    if (c->live != LIVE_KEYS)
        return;
    offer_segments(c, c->jump.level.first);
    c->more |= c->jump.more || !c->jump.done;
    c->base = arena_str(&c->arena, c->jump.prefix);
}

void lookup_end(struct completer *c)
{
    lookup_offer(c);
    if (c->live == LIVE_KEYS && c->jump.type == ATTR_N && c->jump.done && c->result.note.len == 0)
        keep_numbers(c);
    lookup_cancel(c);
}

/* --- by the client ------------------------------------------------------------------------ */

static void *send_by_client(void *ctx, const char *operation, struct str body, struct err *e)
{
    struct call *call = NULL;
    return dynamo_send(ctx, operation, body, &call, e) < 0 ? NULL : call;
}

static const struct reply *result_of_call(void *ctx unused_arg, void *handle)
{
    return call_done(handle) ? call_reply(handle) : NULL;
}

static void drop_call(void *ctx unused_arg, void *handle)
{
    call_free(handle);
}

struct complete_live complete_live_dynamo(struct dynamo *d)
{
    return (struct complete_live){d, send_by_client, result_of_call, drop_call};
}
