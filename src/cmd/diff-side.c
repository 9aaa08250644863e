#include "pksk/cmd/diff-side.h"

#include "pksk/base/file.h"
#include "pksk/cmd/entity-words.h"
#include "pksk/cmd/read-announce.h"
#include "pksk/plan/filter.h"

#define PAGE_BYTES ((size_t)256 << 10) /* of a file's items that are handed out at once */

/* ---- tables */

static struct expr *both(struct arena *a, struct expr *x, struct expr *y)
{
    struct expr *and;

    if (!x || !y)
        return x ? x : y;
    and = arena_new(a, struct expr);
    *and = (struct expr){.kind = EXPR_AND, .at = x->at};
    and->first = arena_new(a, struct expr);
    *and->first = *x;
    and->first->next = arena_new(a, struct expr);
    *and->first->next = *y;
    and->first->next->next = NULL;
    return and;
}

static struct key_schema keep_key(struct arena *a, const struct key_schema *key)
{
    struct key_schema kept = *key;

    for (unsigned i = 0; i < kept.partition_count; i++)
        kept.partition[i].name = arena_str(a, kept.partition[i].name);
    for (unsigned i = 0; i < kept.sort_count; i++)
        kept.sort[i].name = arena_str(a, kept.sort[i].name);
    return kept;
}

/* The schema is the cache's until the next question, and the other side asks one. */
static const struct table *keep_table(struct arena *a, const struct table *t)
{
    struct table *kept = arena_new(a, struct table);

    *kept = (struct table){.name = arena_str(a, t->name),
                           .key = keep_key(a, &t->key),
                           .index_count = t->index_count,
                           .item_count = t->item_count,
                           .size_bytes = t->size_bytes};
    kept->indexes = arena_alloc(a, t->index_count, sizeof(*kept->indexes));
    for (size_t i = 0; i < t->index_count; i++)
        kept->indexes[i] = (struct index){.name = arena_str(a, t->indexes[i].name),
                                          .key = keep_key(a, &t->indexes[i].key)};
    return kept;
}

/* With what the diff says for both sides. */
static const struct statement *complete(struct diff_reader *r, const struct statement *reading)
{
    struct statement *st = arena_new(&r->arena, struct statement);

    *st = reading
              ? *reading
              : (struct statement){.verb = VERB_SCAN, .at = r->side->at, .verb_at = r->side->at};
    if (!st->table)
        st->table = r->side->table;
    st->filter = both(&r->arena, st->filter, r->st->filter);
    st->consistent |= r->st->consistent;
    if (!st->segments && st->verb == VERB_SCAN && !st->limit)
        st->segments = r->st->segments;
    return st;
}

/* Of another place: read now, when its tables can be asked for their indexes. */
static int parse_elsewhere(struct diff_reader *r, const struct statement **ret, struct err *e)
{
    struct lang_env env = session_lang(r->s, true);
    struct str text = str_trim(r->side->elsewhere);
    struct statement *st;
    size_t pos = 0;

    *ret = NULL;
    if (!text.len)
        return 0;
    if (!str_find_char(text, ' ', NULL) && !str_find_char(text, '\n', NULL) &&
        !str_eq_ci(text, STR("scan"))) {
        struct statement *scan = arena_new(&r->arena, struct statement);

        *scan = (struct statement){.verb = VERB_SCAN, .at = r->side->at, .verb_at = r->side->at};
        scan->table = arena_new(&r->arena, struct word);
        *scan->table = (struct word){.at = r->side->at, .text = text};
        *ret = scan;
        return 0;
    }
    int code = lang_parse(&r->arena, text, &pos, &env, &st, e);

    if (code == 0 && (!st || (st->verb != VERB_QUERY && st->verb != VERB_SCAN) || st->count ||
                      st->measures || st->groups || st->order || st->then || st->redirect ||
                      st->sample_at.to || lang_more(text, pos)))
        code = err_set(e, ERR_SYNTAX, "diff compares what one query or scan reads");
    if (code < 0)
        e->at = r->side->at;
    *ret = st;
    return code;
}

static int open_table(struct diff_reader *r, const struct diff_reader *other, struct err *e)
{
    const struct statement *reading = r->side->reading;
    struct statement *named;
    int code = r->elsewhere ? parse_elsewhere(r, &reading, e) : 0;

    if (code < 0)
        return code;
    r->read = complete(r, reading);
    if (!r->read->table && other && other->read) { /* the same table, in another place */
        named = arena_new(&r->arena, struct statement);
        *named = *r->read;
        named->table = arena_new(&r->arena, struct word);
        *named->table = (struct word){.at = r->side->at, .text = other->table->name};
        r->read = named;
    }
    code = session_table(r->s, r->read->table, &r->table, e);
    if (code == 0 && r->read->keys)
        code = entity_words(r->s, &r->arena, r->read, &r->read, e);
    if (code == 0)
        code = plan_read(&r->arena, r->read, r->table, &r->plan, e);
    if (code == 0)
        code = r->read->verb == VERB_SCAN ? read_announce_scan(r->s, r->read, r->table, &r->plan, e)
                                          : 0;
    if (code < 0)
        return code;
    if (r->read->verb == VERB_QUERY)
        session_note(r->s, "%.*s", STR_ARG(r->plan.line));
    r->table = keep_table(&r->arena, r->table);
    r->name = r->table->name;
    r->cursor = cursor_new(r->s->dynamo, &r->plan, r->s->clock, r->s->settings.budget * 10);
    return 0;
}

static int open_place(struct diff_reader *r, const struct diff_reader *other, struct err *e)
{
    _cleanup_(cleanup_free) char *profile = NULL, *region = NULL, *endpoint = NULL;
    const struct diff_side *side = r->side;

    if (side->profile)
        profile = mem_dup(side->profile->text.s, side->profile->text.len);
    if (side->region)
        region = mem_dup(side->region->text.s, side->region->text.len);
    if (side->endpoint)
        endpoint = mem_dup(side->endpoint->text.s, side->endpoint->text.len);
    r->elsewhere = true;
    r->client = session_client_for(r->s, profile, region, endpoint);
    session_swap_client(r->s, &r->client);
    bool chosen = r->s->table;
    int code = open_table(r, other, e);

    session_swap_client(r->s, &r->client);
    if (!chosen) { /* the only one there was the one meant, but is not the session's */
        free(r->s->table);
        r->s->table = NULL;
    }
    return code;
}

/* ---- files */

/* A table that has nothing but its keys. */
static const struct table *table_of_keys(struct diff_reader *r, const struct path *by)
{
    struct table *t = arena_new(&r->arena, struct table);

    *t = (struct table){.name = STR("the file")};
    t->key.partition[0] = (struct key_part){.name = by->steps->name, .type = ATTR_S};
    t->key.partition_count = 1;
    for (by = by->next; by; by = by->next)
        t->key.sort[t->key.sort_count++] =
            (struct key_part){.name = by->steps->name, .type = ATTR_S};
    return t;
}

/* Is the table at hand, without choosing one for the session? */
static int keys_of_file(struct diff_reader *r, const struct diff_reader *other, struct err *e)
{
    const struct diff_side *second = &r->st->sides[1];

    if (other) {
        r->table = other->table;
        return 0;
    }
    if (r->st->by) {
        r->table = table_of_keys(r, r->st->by);
        return 0;
    }
    if (!second->file && !second->profile && !second->region && !second->endpoint)
        return session_table(r->s, second->reading ? second->reading->table : second->table,
                             &r->table, e);
    if (session_table(r->s, NULL, &r->table, e) < 0) {
        err_hint(e, "`by PK, SK` says which attributes are the keys of the files");
        return e->code;
    }
    return 0;
}

static int tell_untyped(void *ctx, struct str columns, unused_arg struct err *e)
{
    const struct diff_reader *r = ctx;

    session_warn(r->s,
                 "in %.*s these columns are compared as strings; the header %.*s makes them what "
                 "they look like",
                 STR_ARG(r->name), STR_ARG(columns));
    return 0;
}

static int open_file(struct diff_reader *r, const struct diff_reader *other, struct err *e)
{
    char *path = file_expand(r->side->file->text);
    struct items_file_options o = {.path = path, .untyped = tell_untyped, .ctx = r};
    int code = keys_of_file(r, other, e);

    if (code == 0)
        r->table = keep_table(&r->arena, r->table);
    r->name = arena_str(&r->arena, str_of(path));
    r->filter = r->st->filter;
    o.table = r->table;
    if (code == 0 && r->filter)
        code = filter_check(r->filter, e);
    if (code == 0)
        code = items_file_open(&r->file, &o, e);
    if (code == 0 && r->file.shape.format == IMPORT_CHANGES)
        code = err_set(e, ERR_FAILED, "%s holds changes, not the items of a table", path);
    if (code < 0 && e->at.from == UINT32_MAX)
        e->at = r->side->at;
    free(path);
    return code;
}

static int refuse_line(struct diff_reader *r, const struct file_item *item, struct err *e)
{
    struct err why = item->why;

    if (item->item)
        err_set(&why, ERR_FAILED, "a delete: the file holds changes, not the items of a table");
    return items_file_name_place(&r->file, item->place.line, &why, e);
}

static int file_page(struct diff_reader *r, const struct value **items, struct err *e)
{
    struct value *first = NULL, **last = &first;
    size_t bytes = 0;

    arena_reset(&r->page);
    while (bytes < PAGE_BYTES) {
        struct file_item item;
        uint64_t from = records_offset(&r->file.records);
        int code = items_file_next(&r->file, &r->page, &item, e);

        if (code < 0)
            return code;
        if (code == 0)
            break;
        if (!item.item || item.deletes)
            return refuse_line(r, &item, e);
        bytes += records_offset(&r->file.records) - from;
        if (r->filter && !filter_matches(r->filter, item.item))
            continue;
        *last = value_copy(&r->page, item.item); /* its text moves with the file's window */
        last = &(*last)->next;
        r->items++;
    }
    r->bytes += bytes;
    *items = first;
    return first || bytes >= PAGE_BYTES;
}

/* ---- */

int diff_reader_open(struct diff_reader *r, struct session *s, const struct statement *st,
                     unsigned side, const struct diff_reader *other, struct err *e)
{
    *r = (struct diff_reader){
        .s = s, .st = st, .side = &st->sides[side], .file = {.records = {.fd = -1}}};
    if (r->side->file)
        return open_file(r, other, e);
    if (r->side->profile || r->side->region || r->side->endpoint)
        return open_place(r, other, e);
    return open_table(r, other, e);
}

void diff_reader_close(struct diff_reader *r)
{
    cursor_free(r->cursor);
    items_file_close(&r->file);
    session_client_free(&r->client);
    arena_free(&r->page);
    arena_free(&r->arena);
}

int diff_reader_next(struct diff_reader *r, const struct value **items, struct err *e)
{
    if (!r->cursor)
        return file_page(r, items, e);
    int code = cursor_next(r->cursor, items, e);

    r->items = cursor_totals(r->cursor)->items;
    if (code == 0 && cursor_state(r->cursor) == CURSOR_BUDGET) {
        err_set(e, ERR_FAILED, "the budget of %zu capacity units is spent after %zu items of %.*s",
                (size_t)r->s->settings.budget, (size_t)r->items, STR_ARG(r->name));
        err_hint(e, "`set budget` gives a larger one");
        return ERR_FAILED;
    }
    return code;
}
