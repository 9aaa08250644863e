#include "pksk/cmd/model-report.h"

#include "pksk/item/notation.h"
#include "pksk/out/text.h"

#define CELLS 6
#define LARGE_ITEM ((size_t)100 << 10)

/* ---- small tables of text */

struct row {
    struct buf cells[CELLS];
};

static void row_free(struct row *r)
{
    for (size_t i = 0; i < CELLS; i++)
        buf_free(&r->cells[i]);
}

static void add_rows(struct buf *b, struct row *rows, size_t count, const bool *right)
{
    unsigned widths[CELLS] = {0};

    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < CELLS; c++)
            widths[c] = MAX(widths[c], text_width(buf_str(&rows[i].cells[c])));
    }
    for (size_t i = 0; i < count; i++) {
        size_t from = b->len;

        for (size_t c = 0; c < CELLS; c++) {
            text_pad(b, buf_str(&rows[i].cells[c]), widths[c], right[c]);
            buf_lit(b, "  ");
        }
        while (b->len > from && b->s[b->len - 1] == ' ')
            b->len--;
        buf_char(b, '\n');
    }
}

/* ---- what was learned */

static void add_template(struct buf *b, const struct template *t)
{
    _cleanup_(buf_free) struct buf text = {0};

    template_add(&text, t);
    text_escape(b, buf_str(&text));
}

static unsigned percent(double part, double whole)
{
    double share = whole > 0 ? part * 100 / whole : 0;

    return share > 0 && share < 1 ? 1 : (unsigned)(share + 0.5);
}

/* The entity's items in all of the table, by those of each segment. */
static struct estimate estimate_of(const struct sample_items *sample, const struct entity_model *m,
                                   const struct entity *x)
{
    size_t segments = (size_t)sample->totals.segments;
    _cleanup_(cleanup_free) size_t *counts = mem_resize(NULL, segments, sizeof(*counts));
    struct estimator sum = {0};

    memset(counts, 0, segments * sizeof(*counts));
    for (size_t i = 0; i < sample->count; i++)
        counts[sample->segments[i]] += model_entity_of(m, sample->items[i]) == x;
    for (size_t i = 0; i < segments; i++)
        estimator_add(&sum, (double)counts[i]);
    return estimator_total(&sum, sample->totals.of);
}

static struct estimate estimate_all(const struct sample_items *sample)
{
    size_t segments = (size_t)sample->totals.segments;
    _cleanup_(cleanup_free) size_t *counts = mem_resize(NULL, segments, sizeof(*counts));
    struct estimator sum = {0};

    memset(counts, 0, segments * sizeof(*counts));
    for (size_t i = 0; i < sample->count; i++)
        counts[sample->segments[i]]++;
    for (size_t i = 0; i < segments; i++)
        estimator_add(&sum, (double)counts[i]);
    return estimator_total(&sum, sample->totals.of);
}

/* Three digits are all that a sample knows. */
static uint64_t rounded(double n)
{
    uint64_t unit = 1, whole = (uint64_t)(n + 0.5);

    while (whole / unit >= 1000)
        unit *= 10;
    return (whole + unit / 2) / unit * unit;
}

static void add_indexes(struct buf *b, const struct entity *x)
{
    for (size_t k = 1; k < x->key_count; k++) {
        const struct entity_key *key = &x->keys[k];
        unsigned share = percent((double)key->items, (double)x->items);

        if (k > 1)
            buf_lit(b, ", ");
        text_escape(b, key->index);
        for (unsigned p = 0; p < key_part_count(key->schema); p++) {
            if (template_is_bare(&key->parts[p]))
                continue;
            buf_char(b, ' ');
            add_template(b, &key->parts[p]);
        }
        if (key->items < x->items)
            buf_addf(b, " %u %%", MIN(share, 99u));
    }
}

static void fill_row(struct row *row, const struct entity *x, const struct estimate *n,
                     const struct estimate *all, const struct statement *st, bool exact)
{
    text_escape(&row->cells[0], x->name);
    for (unsigned p = 0; p < key_part_count(x->keys[0].schema); p++) {
        if (p)
            buf_char(&row->cells[1], ' ');
        add_template(&row->cells[1], &x->keys[0].parts[p]);
    }
    for (size_t i = 0; i < x->test_count; i++) {
        buf_str_add(&row->cells[1], i ? STR(" and ") : STR(" where "));
        text_escape(&row->cells[1], x->tests[i].attribute);
        buf_lit(&row->cells[1], " = ");
        text_escape(&row->cells[1], x->tests[i].value);
    }
    text_count(&row->cells[2], exact ? (uint64_t)(n->total + 0.5) : rounded(n->total));
    if (!exact && st->verbose) {
        buf_lit(&row->cells[2], " ± ");
        text_count(&row->cells[2], rounded(n->half));
    }
    buf_addf(&row->cells[3], "%u %%", percent(n->total, all->total));
    text_bytes(&row->cells[4], x->items ? x->bytes / x->items : 0);
    add_indexes(&row->cells[5], x);
}

static void add_verbose(struct buf *b, const struct entity_model *m)
{
    _cleanup_(buf_free) struct buf text = {0};

    model_add(&text, m, true);
    buf_char(b, '\n');
    text_escape_lines(b, buf_str(&text));
}

void report_learned(struct buf *b, unused_arg struct session *s, const struct statement *st,
                    unused_arg const struct table *t, const struct sample_items *sample,
                    const struct learn_result *learned)
{
    static const bool right[CELLS] = {[2] = true, [3] = true, [4] = true};
    const struct entity_model *m = &learned->model;
    struct row *rows = mem_resize(NULL, m->entity_count + 1, sizeof(*rows));
    struct estimate all = estimate_all(sample);
    static const char *const heads[CELLS] = {"entity", "key",  "about",
                                             "share",  "size", "in indexes"};

    memset(rows, 0, (m->entity_count + 1) * sizeof(*rows));
    for (size_t c = 0; c < CELLS; c++)
        buf_str_add(&rows[0].cells[c],
                    c == 2 && sample->totals.whole ? STR("items") : str_of(heads[c]));
    for (size_t i = 0; i < m->entity_count; i++) {
        struct estimate n = estimate_of(sample, m, &m->entities[i]);

        fill_row(&rows[i + 1], &m->entities[i], &n, &all, st, sample->totals.whole);
    }
    if (m->entity_count)
        add_rows(b, rows, m->entity_count + 1, right);
    if (st->verbose)
        add_verbose(b, m);
    for (size_t i = 0; i <= m->entity_count; i++)
        row_free(&rows[i]);
    free(rows);
}

/* ---- what a sample says of itself */

void report_sample(struct session *s, const struct sample_items *sample)
{
    const struct sample_totals *t = &sample->totals;
    _cleanup_(buf_free) struct buf line = {0};

    text_count(&line, t->scanned);
    buf_addf(&line, " item%s read", t->scanned == 1 ? "" : "s");
    if (!t->whole) {
        buf_lit(&line, " from ");
        text_count(&line, t->segments);
        buf_lit(&line, " places");
    }
    buf_lit(&line, "  ");
    text_units(&line, t->tenths, "RCU");
    session_note(s, "%s", buf_cstr(&line));
}

/* Partitions that are larger than a segment are met by chance alone. */
static void say_missed(struct session *s, const struct table *t, const struct sample_items *sample)
{
    struct estimate all = estimate_all(sample);
    double missed = (double)t->item_count - all.total - all.half;

    if (sample->totals.cut)
        session_say(s,
                    "%zu of the places read are larger than the sample: what they hold is counted "
                    "too low; `model learn all` reads everything",
                    (size_t)sample->totals.cut);
    else if (!sample->totals.whole && missed > 0 && missed * 20 > (double)t->item_count)
        session_say(
            s,
            "about %u %% of the items are in a few large partitions that the sample did not "
            "meet; `model learn all` reads them",
            percent((double)t->item_count - all.total, (double)t->item_count));
}

void report_notes(struct session *s, const struct table *t, const struct sample_items *sample,
                  const struct learn_result *learned)
{
    report_sample(s, sample);
    if (!sample->count) {
        session_say(s, "the table is empty: there is nothing to learn from");
        return;
    }
    if (learned->type_attribute.len)
        session_note(s, "entities are named by the attribute %.*s",
                     STR_ARG(learned->type_attribute));
    if (learned->strays)
        session_say(s, "%zu item%s no entity: `model strays` shows %s", (size_t)learned->strays,
                    learned->strays == 1 ? " fits" : "s fit", learned->strays == 1 ? "it" : "them");
    if (!sample->totals.whole)
        session_say(s, "what is rarer than %.2g %% may be missing", 300.0 / (double)sample->count);
    say_missed(s, t, sample);
}

/* ---- what does not fit */

struct finding {
    const char *what;
    uint64_t count;
    struct buf example;
};

enum {
    FOUND_STRAY,
    FOUND_INDEX,
    FOUND_TYPES,
    FOUND_MILLISECONDS,
    FOUND_BLANKS,
    FOUND_LARGE,
    FINDINGS,
};

static void note(struct finding *f, const struct table *t, const struct value *item,
                 const char *format, struct str detail)
{
    if (f->count++)
        return;
    for (unsigned p = 0; p < key_part_count(&t->key); p++) {
        const struct value *v = value_member(item, key_part(&t->key, p)->name);

        if (p)
            buf_char(&f->example, ' ');
        if (v)
            notation_add_key(&f->example, v);
    }
    if (format) {
        buf_lit(&f->example, "  ");
        buf_addf(&f->example, format, STR_ARG(detail));
    }
}

static void check_index(struct finding *found, const struct table *t, const struct entity_key *k,
                        const struct value *item, struct arena *a)
{
    struct entity_fields f = {.item = item};

    for (unsigned p = 0; p < key_part_count(k->schema); p++) {
        struct str name = key_part(k->schema, p)->name, has, made, missing;
        struct err e;

        if (!entity_key_text(item, name, &has))
            return; /* a sparse index */
        if (!template_is_bare(&k->parts[p]) && entity_make(a, k, p, &f, &made, &missing, &e) == 1 &&
            !str_eq(made, has))
            note(&found[FOUND_INDEX], t, item, "would be %.*s", made);
    }
}

static const struct entity_attribute *attribute_of(const struct entity *x, struct str name)
{
    for (size_t i = 0; i < x->attribute_count; i++) {
        if (str_eq(x->attributes[i].name, name))
            return &x->attributes[i];
    }
    return NULL;
}

static bool is_when(struct str name)
{
    return str_find(name, STR("ttl"), NULL) || str_find(name, STR("TTL"), NULL) ||
           str_find(name, STR("xpir"), NULL);
}

static void check_attributes(struct finding *found, const struct table *t, const struct entity *x,
                             const struct value *item)
{
    value_each (v, item) {
        const struct entity_attribute *known = x ? attribute_of(x, value_name(v)) : NULL;
        bool first = known && !known->types[v->type];

        if (first)
            note(&found[FOUND_TYPES], t, item, "%.*s has another type there", value_name(v));
        if (v->type == ATTR_N && v->len == 13 && is_when(value_name(v)))
            note(&found[FOUND_MILLISECONDS], t, item, "%.*s", value_name(v));
    }
}

static void check_item(struct finding *found, const struct entity_model *m, const struct table *t,
                       const struct value *item, struct arena *a)
{
    const struct entity *x = model_entity_of(m, item);

    if (!x)
        note(&found[FOUND_STRAY], t, item, NULL, STR(""));
    for (size_t k = 1; x && k < x->key_count; k++)
        check_index(found, t, &x->keys[k], item, a);
    check_attributes(found, t, x, item);
    for (unsigned p = 0; p < key_part_count(&t->key); p++) {
        struct str text;

        if (entity_key_text(item, key_part(&t->key, p)->name, &text) &&
            str_trim(text).len != text.len)
            note(&found[FOUND_BLANKS], t, item, NULL, STR(""));
    }
    if (value_size(item) > LARGE_ITEM)
        note(&found[FOUND_LARGE], t, item, NULL, STR(""));
}

void report_check(struct buf *b, const struct entity_model *m, const struct table *t,
                  const struct sample_items *sample)
{
    struct finding found[FINDINGS] = {
        [FOUND_STRAY] = {.what = "fit no entity"},
        [FOUND_INDEX] = {.what = "index keys that disagree with their template"},
        [FOUND_TYPES] = {.what = "attributes of another type than the model's"},
        [FOUND_MILLISECONDS] = {.what =
                                    "times to live in milliseconds, where DynamoDB counts seconds"},
        [FOUND_BLANKS] = {.what = "keys with blanks at an end"},
        [FOUND_LARGE] = {.what = "items over 100 KB"},
    };
    _cleanup_(arena_free) struct arena a = {0};
    uint64_t all = 0;

    for (size_t i = 0; i < sample->count; i++)
        check_item(found, m, t, sample->items[i], &a);
    for (size_t i = 0; i < FINDINGS; i++) {
        all += found[i].count;
        if (found[i].count) {
            _cleanup_(buf_free) struct buf count = {0};

            text_count(&count, found[i].count);
            text_pad(b, buf_str(&count), 7, true);
            buf_addf(b, "  %s: ", found[i].what);
            text_escape(b, buf_str(&found[i].example));
            buf_char(b, '\n');
        }
        buf_free(&found[i].example);
    }
    if (!all)
        buf_lit(b, "everything that was read fits the model\n");
}
