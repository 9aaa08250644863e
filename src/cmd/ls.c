/* ls: the items as a tree, by the segments of their keys. Partitions are those of a sample; what is
 * in one partition is read. */
#include "pksk/cmd/command.h"
#include "pksk/cmd/model.h"
#include "pksk/item/notation.h"
#include "pksk/out/text.h"
#include "pksk/run/cursor.h"
#include "pksk/session/models.h"
#include "pksk/session/output.h"
#include "pksk/session/slot.h"

#define GROUPS_MAX 200
#define READ_BYTES ((size_t)4 << 20) /* of one partition; what is more is said to be */
#define BAR_CELLS 14
#define NAMES_MAX 6
#define TEXT_CELLS 48
#define SHORT_TEXT 60 /* bytes; what is longer tells nothing in a line */

/* ---- what was listed last, for `ls N` */

struct listed {
    struct arena arena;
    struct str index;
    struct str (*rows)[2]; /* partition key, beginning of sort keys */
    size_t count;
    bool partitions; /* rows[0] is a beginning of partition keys, which cannot be queried */
};

static void listed_free(void *kept)
{
    struct listed *l = kept;

    arena_free(&l->arena);
    free(l);
}

static const struct slot_kind slot = {.free = listed_free, .of_client = true};

/* ---- groups */

struct group {
    struct str text; /* the key, or its beginning up to a delimiter */
    struct str first, last;
    bool goes_on; /* there is more behind it */
    uint64_t items, bytes;
    struct map partitions; /* of a listing of partitions */
    struct str names[NAMES_MAX];
    size_t name_count;
    const struct value *example;
};

struct listing {
    struct session *s;
    const struct table *table;
    const struct key_schema *key;
    struct str index, partition, prefix;
    struct arena arena;
    struct map by_text;
    struct group *list[GROUPS_MAX];
    size_t count;
    uint64_t items, bytes, left_out;
    bool whole; /* everything there is was read */
};

/* Up to the delimiter behind the next segment; dates, uuids and their kin are one segment. */
static struct str next_segment(struct str key, size_t from, bool *goes_on)
{
    struct str rest = str_slice(key, MIN(from, key.len), key.len);
    enum atom kind;
    size_t n = atom_begins(rest, &kind);

    if (n == 0 && rest.len && atom_divides(rest.s[0])) /* #METADATA#ann: one more */
        n = 1;
    while (n < rest.len && !atom_divides(rest.s[n]))
        n++;
    *goes_on = n < rest.len;
    return str_slice(key, 0, MIN(from, key.len) + n + *goes_on);
}

static struct group *group_of(struct listing *l, struct str text, bool goes_on)
{
    struct group *g = map_get(&l->by_text, text);

    if (g || l->count == GROUPS_MAX)
        return g;
    g = arena_new(&l->arena, struct group);
    g->text = arena_str(&l->arena, text);
    g->goes_on = goes_on;
    map_put(&l->by_text, text, g);
    l->list[l->count++] = g;
    return g;
}

static void note_name(struct listing *l, struct group *g, const struct value *item)
{
    const struct entity_model *m = session_model_peek(l->s, l->table->name);
    const struct entity *x = m ? model_entity_of(m, item) : NULL;

    for (size_t i = 0; x && i < g->name_count; i++) {
        if (str_eq(g->names[i], x->name))
            return;
    }
    if (x && g->name_count < NAMES_MAX)
        g->names[g->name_count++] = x->name;
}

static void note(struct listing *l, struct group *g, const struct value *item, struct str key)
{
    size_t bytes = value_size(item);

    l->items++;
    l->bytes += bytes;
    if (!g) {
        l->left_out++;
        return;
    }
    g->items++;
    g->bytes += bytes;
    if (!g->first.s || str_cmp(key, g->first) < 0)
        g->first = arena_str(&l->arena, key);
    if (!g->last.s || str_cmp(key, g->last) > 0)
        g->last = arena_str(&l->arena, key);
    if (!g->example)
        g->example = value_copy(&l->arena, item);
    note_name(l, g, item);
}

static void listing_free(struct listing *l)
{
    for (size_t i = 0; i < l->count; i++)
        map_free(&l->list[i]->partitions, NULL);
    map_free(&l->by_text, NULL);
    arena_free(&l->arena);
}

/* ---- reading */

/* The words of the statement as one that queries. */
struct query {
    struct statement st;
    struct key key;
    struct word partition, prefix, index;
    struct sort_condition sort;
};

static void make_query(struct query *q, const struct listing *l)
{
    *q = (struct query){.partition = {.text = l->partition, .at = SPAN_NONE, .form = WORD_QUOTED},
                        .prefix = {.text = l->prefix, .at = SPAN_NONE, .form = WORD_QUOTED},
                        .index = {.text = l->index, .at = SPAN_NONE}};
    q->sort = (struct sort_condition){.at = SPAN_NONE, .op = SORT_BEGINS, .a = &q->prefix};
    q->key = (struct key){.at = SPAN_NONE, .partition = &q->partition};
    if (l->prefix.len)
        q->key.sort = &q->sort;
    q->st = (struct statement){.verb = l->partition.s ? VERB_QUERY : VERB_SCAN,
                               .keys = l->partition.s ? &q->key : NULL};
    if (l->index.len)
        q->st.index = &q->index;
}

static void take_page(struct listing *l, const struct value *items)
{
    struct str key = STR(""), name = l->key->sort_count ? l->key->sort[0].name : STR("");

    for (const struct value *item = items; item; item = item->next) {
        bool goes_on = false;

        if (name.len && !entity_key_text(item, name, &key))
            key = STR("");
        note(l, group_of(l, next_segment(key, l->prefix.len, &goes_on), goes_on), item, key);
    }
}

static int read_partition(struct listing *l, struct err *e)
{
    struct session *s = l->s;
    _cleanup_(arena_free) struct arena a = {0};
    const struct value *items;
    struct query q;
    struct plan p;

    make_query(&q, l);
    int r = plan_read(&a, &q.st, l->table, &p, e);

    if (r < 0)
        return r;
    session_note(s, "%.*s", STR_ARG(p.line));
    struct cursor *c = cursor_new(s->dynamo, &p, s->clock, s->settings.budget * 10);

    while (l->bytes < READ_BYTES && (r = cursor_next(c, &items, e)) > 0)
        take_page(l, items);
    l->whole = r == 0 && cursor_state(c) == CURSOR_END;
    cursor_free(c);
    return r < 0 ? r : 0;
}

/* Partitions, by the beginnings of their keys: of a sample, or, in an index, of its first page. */
static void take_partition(struct listing *l, const struct value *item)
{
    bool goes_on = false;
    struct str key;

    if (!entity_key_text(item, l->key->partition[0].name, &key))
        return;
    struct group *g = group_of(l, next_segment(key, 0, &goes_on), goes_on);

    note(l, g, item, key);
    if (g)
        map_put(&g->partitions, key, g);
}

static int read_sample(struct listing *l, const struct statement *st, struct sample_totals *totals,
                       struct err *e)
{
    struct sample_items sample;
    int r = sample_items_read(l->s, st, l->table, &sample, e);

    if (r < 0)
        return r;
    for (size_t i = 0; i < sample.count; i++)
        take_partition(l, sample.items[i]);
    l->whole = sample.totals.whole;
    *totals = sample.totals;
    sample_items_free(&sample);
    return 0;
}

static int read_index(struct listing *l, struct err *e)
{
    struct session *s = l->s;
    _cleanup_(arena_free) struct arena a = {0};
    const struct value *items = NULL;
    struct query q;
    struct plan p;

    make_query(&q, l);
    int r = plan_read(&a, &q.st, l->table, &p, e);

    if (r < 0)
        return r;
    session_note(s, "%.*s  its first page", STR_ARG(p.line));
    struct cursor *c = cursor_new(s->dynamo, &p, s->clock, 1);

    r = cursor_next(c, &items, e);
    for (const struct value *item = r > 0 ? items : NULL; item; item = item->next)
        take_partition(l, item);
    l->whole = r >= 0 && cursor_next(c, &items, e) == 0 && cursor_state(c) == CURSOR_END;
    cursor_free(c);
    return r < 0 ? r : 0;
}

/* ---- printing */

static int by_text(const void *a, const void *b)
{
    const struct group *const *x = a, *const *y = b;

    return str_cmp((*x)->text, (*y)->text);
}

static void add_key(struct buf *b, struct str text)
{
    _cleanup_(buf_free) struct buf word = {0}, safe = {0};
    struct value v = {.type = ATTR_S, .bytes = text.s, .len = (uint32_t)text.len};

    notation_add_key(&word, &v);
    text_escape(&safe, buf_str(&word));
    text_cut(b, buf_str(&safe), TEXT_CELLS);
}

/* About so many of all, by a sample. */
static uint64_t scaled(uint64_t n, const struct sample_totals *t)
{
    return t->segments ? (n * t->of + t->segments / 2) / t->segments : n;
}

static void add_names(struct buf *b, const struct group *g)
{
    for (size_t i = 0; i < g->name_count; i++) {
        if (i)
            buf_char(b, ' ');
        text_escape(b, g->names[i]);
    }
}

static void add_partitions(struct buf *b, struct listing *l, const struct sample_totals *t)
{
    unsigned widest = 0;

    for (size_t i = 0; i < l->count; i++) {
        _cleanup_(buf_free) struct buf key = {0};

        add_key(&key, l->list[i]->text);
        widest = MAX(widest, text_width(buf_str(&key)));
    }
    for (size_t i = 0; i < l->count; i++) {
        const struct group *g = l->list[i];
        _cleanup_(buf_free) struct buf key = {0}, partitions = {0}, items = {0};
        const char *about = l->whole ? "" : "~";

        add_key(&key, g->text);
        buf_addf(&partitions, "%s", about);
        text_count(&partitions, scaled(g->partitions.count, t));
        buf_addf(&items, "%s", about);
        text_count(&items, scaled(g->items, t));
        buf_addf(b, "%3zu  ", i + 1);
        text_pad(b, buf_str(&key), widest, false);
        text_pad(b, buf_str(&partitions), 10, true);
        buf_str_add(b,
                    scaled(g->partitions.count, t) == 1 ? STR(" partition ") : STR(" partitions"));
        text_pad(b, buf_str(&items), 10, true);
        buf_str_add(b, scaled(g->items, t) == 1 ? STR(" item ") : STR(" items"));
        if (g->name_count)
            buf_lit(b, "  ");
        add_names(b, g);
        buf_char(b, '\n');
    }
}

static bool is_key(const struct table *t, struct str name)
{
    bool any = key_find(&t->key, name) != NULL;

    for (size_t i = 0; i < t->index_count && !any; i++)
        any = key_find(&t->indexes[i].key, name) != NULL;
    return any;
}

/* The next by name of those that fit in a line and are no keys; NULL: there is none. */
static const struct value *next_attribute(const struct listing *l, const struct value *item,
                                          const struct value *after)
{
    const struct value *next = NULL;

    value_each (v, item) {
        if (v->type > ATTR_N || v->len > SHORT_TEXT || is_key(l->table, value_name(v)) ||
            (after && str_cmp(value_name(v), value_name(after)) <= 0))
            continue;
        if (!next || str_cmp(value_name(v), value_name(next)) < 0)
            next = v;
    }
    return next;
}

/* What tells a single item from the next: its first attributes that are no keys. */
static void add_attributes(struct buf *b, const struct listing *l, const struct value *item)
{
    const struct value *v = NULL;

    for (unsigned shown = 0; shown < 3 && (v = next_attribute(l, item, v)); shown++) {
        _cleanup_(buf_free) struct buf text = {.max = 200}, safe = {0};

        notation_add_name(&text, value_name(v));
        buf_char(&text, '=');
        notation_add_value(&text, v);
        text_escape(&safe, buf_str(&text));
        buf_lit(b, "  ");
        text_cut(b, buf_str(&safe), 28);
    }
}

static void add_range(struct buf *b, const struct group *g)
{
    buf_lit(b, "  ");
    add_key(b, g->first);
    if (!str_eq(g->first, g->last)) {
        buf_lit(b, " … ");
        add_key(b, g->last);
    }
}

static void add_head(struct buf *b, const struct listing *l)
{
    add_key(b, l->partition);
    if (l->prefix.len) {
        buf_char(b, ' ');
        add_key(b, l->prefix);
    }
    buf_lit(b, "    ");
    if (!l->whole)
        buf_lit(b, "more than ");
    text_count(b, l->items);
    buf_addf(b, " item%s   ", l->items == 1 ? "" : "s");
    text_bytes(b, l->bytes);
    buf_char(b, '\n');
}

static void add_tree(struct buf *b, struct listing *l)
{
    unsigned widest = 0, names = 0;
    uint64_t most = 0;

    for (size_t i = 0; i < l->count; i++) {
        _cleanup_(buf_free) struct buf key = {0}, own = {0};

        add_key(&key, l->list[i]->text);
        add_names(&own, l->list[i]);
        widest = MAX(widest, text_width(buf_str(&key)));
        names = MAX(names, text_width(buf_str(&own)));
        most = MAX(most, l->list[i]->bytes);
    }
    add_head(b, l);
    for (size_t i = 0; i < l->count; i++) {
        const struct group *g = l->list[i];
        _cleanup_(buf_free) struct buf key = {0}, items = {0}, size = {0}, own = {0}, bar = {0};
        bool single = g->items == 1 && !g->goes_on;

        add_key(&key, g->text);
        add_names(&own, g);
        if (!single)
            text_count(&items, g->items);
        text_bytes(&size, g->bytes);
        buf_addf(b, "%3zu %s ", i + 1, i + 1 < l->count ? "├─" : "└─");
        text_pad(b, buf_str(&key), widest, false);
        text_pad(b, buf_str(&items), 8, true);
        buf_lit(b, "  ");
        if (names)
            text_pad(b, buf_str(&own), names + 2, false);
        text_bar(&bar, most ? (double)g->bytes / (double)most : 0, BAR_CELLS);
        text_pad(b, buf_str(&bar), BAR_CELLS, false);
        text_pad(b, buf_str(&size), 9, true);
        if (single)
            add_attributes(b, l, g->example);
        else
            add_range(b, g);
        buf_char(b, '\n');
    }
}

/* Rows serve as references: {2.pk}, `ls 2`. */
static void keep(struct listing *l, bool partitions)
{
    struct listed *kept = mem_resize(NULL, 1, sizeof(*kept));

    *kept = (struct listed){.count = l->count, .partitions = partitions};
    kept->index = arena_str(&kept->arena, l->index);
    kept->rows = arena_alloc(&kept->arena, l->count, sizeof(*kept->rows));
    rows_clear(&l->s->rows);
    for (size_t i = 0; i < l->count; i++) {
        const struct group *g = l->list[i];
        struct value *example = g->example ? value_copy(&kept->arena, g->example) : NULL;
        bool one = partitions && g->partitions.count == 1;

        kept->rows[i][0] = arena_str(&kept->arena, !partitions ? l->partition
                                                   : one       ? g->first
                                                               : g->text);
        kept->rows[i][1] = arena_str(&kept->arena, partitions ? STR("") : g->text);
        if (partitions && !one)
            kept->rows[i][0].s = NULL;
        if (example)
            rows_add(&l->s->rows, example);
    }
    slot_put(l->s, &slot, kept);
}

static int list(struct listing *l, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct sample_totals totals = {.segments = 1, .of = 1};
    bool partitions = !l->partition.s;
    int r = !partitions    ? read_partition(l, e)
            : l->index.len ? read_index(l, e)
                           : read_sample(l, st, &totals, e);

    if (r < 0)
        return r;
    if (!l->items) {
        session_say(l->s, "nothing is there");
        return 0;
    }
    if (partitions)
        qsort(l->list, l->count, sizeof(*l->list), by_text);
    if (partitions)
        add_partitions(&text, l, &totals);
    else
        add_tree(&text, l);
    keep(l, partitions);
    r = output_lines(l->s, st, buf_str(&text), e);
    if (partitions && !l->whole)
        session_say(l->s, "this is a sample of %zu items: what is rare may be missing",
                    (size_t)l->items);
    if (l->left_out)
        session_say(l->s, "%zu items are in groups beyond the first %d", (size_t)l->left_out,
                    GROUPS_MAX);
    if (!partitions && !l->whole)
        session_say(l->s, "only the first %zu items were read", (size_t)l->items);
    return r;
}

/* ls 2: the second row of the last listing. */
static int from_row(struct listing *l, const struct statement *st, struct err *e)
{
    const struct listed *last = slot_get(l->s, &slot);
    const struct word *w = st->args;
    uint64_t n;

    if (!w || w->next || st->index || w->form != WORD_BARE || !str_to_u64(w->text, &n) || !last ||
        n < 1 || n > last->count)
        return 0;
    if (!last->rows[n - 1][0].s) {
        err_at(e, ERR_FAILED, w->at, "row %zu stands for several partitions", (size_t)n);
        err_hint(e, "`ls PARTITION-KEY` lists one of them, TAB offers their keys");
        return ERR_FAILED;
    }
    l->index = arena_str(&l->arena, last->index);
    l->partition = arena_str(&l->arena, last->rows[n - 1][0]);
    l->prefix = arena_str(&l->arena, last->rows[n - 1][1]);
    return 1;
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    struct listing l = {.s = s, .index = STR("")};
    int r = session_table(s, st->table, &l.table, e);

    if (r == 0 && !st->index && !st->args)
        r = schema_refresh(s->schemas, l.table->name, &l.table, e);
    if (r < 0)
        return r;
    (void)session_model(s, l.table); /* its names stand beside what is listed */
    r = from_row(&l, st, e);
    if (r == 0) {
        l.index = st->index ? st->index->text : STR("");
        l.partition = st->args ? st->args->text : (struct str){NULL, 0};
        l.prefix = st->args && st->args->next ? st->args->next->text : STR("");
    }
    const struct index *index = l.index.len ? table_index(l.table, l.index) : NULL;

    if (r >= 0 && l.index.len && !index) {
        err_at(e, ERR_SYNTAX, st->index ? st->index->at : st->at, "%.*s is no index of %.*s",
               STR_ARG(l.index), STR_ARG(l.table->name));
        r = ERR_SYNTAX;
    }
    l.key = index ? &index->key : &l.table->key;
    if (r >= 0)
        r = list(&l, st, e);
    listing_free(&l);
    return r;
}

const struct command cmd_ls = {.run = run};
