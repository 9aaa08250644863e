#include "pksk/cmd/import-dry.h"

#include "pksk/base/log.h"
#include "pksk/item/notation.h"
#include "pksk/item/order.h"
#include "pksk/out/text.h"
#include "pksk/session/output.h"

#define ITEMS_SHOWN 3
#define REFUSED_SHOWN 5

/* What is seen on the way through the file. */
struct dry {
    const struct items_file_options *o;
    uint64_t puts, deletes, refused;
    struct buf items, refusals; /* the first of them, as lines */
};

static void show_item(struct dry *d, const struct file_item *item)
{
    const struct key_schema *key = &d->o->table->key;
    _cleanup_(item_order_free) struct item_order order = {0};
    _cleanup_(buf_free) struct buf text = {0};
    struct str keys[2 * KEY_ATTRIBUTES_MAX];

    for (unsigned i = 0; i < key_part_count(key); i++)
        keys[i] = key_part(key, i)->name;
    if (item->deletes)
        buf_lit(&text, "delete ");
    notation_add_short(&text, item_ordered(&order, item->item, keys, key_part_count(key)));
    text_escape(&d->items, buf_str(&text));
    buf_char(&d->items, '\n');
}

static void show_refused(struct dry *d, const struct file_item *item, const struct err *why)
{
    buf_addf(&d->refusals, "line %zu: ", (size_t)item->place.line);
    text_escape(&d->refusals, str_of(why->text));
    buf_char(&d->refusals, '\n');
}

static void look_at(struct dry *d, const struct file_item *item, struct err *first)
{
    struct err why = item->why;

    if (item->item && bulk_would_take(d->o->table, item->item, item->deletes, &why)) {
        if (d->puts + d->deletes < ITEMS_SHOWN)
            show_item(d, item);
        d->deletes += item->deletes;
        d->puts += !item->deletes;
        return;
    }
    if (d->refused++ == 0)
        err_set(first, ERR_FAILED, "line %zu: %s", (size_t)item->place.line, why.text);
    if (d->refused <= REFUSED_SHOWN)
        show_refused(d, item, &why);
}

static void add_block(struct buf *b, const char *title, struct str lines)
{
    struct str line;

    for (bool first = true; lines.len; first = false) {
        size_t end;

        if (!str_find_char(lines, '\n', &end))
            break;
        line = str_slice(lines, 0, end);
        lines = str_slice(lines, end + 1, lines.len);
        buf_addf(b, "%-9s%.*s\n", first ? title : "", STR_ARG(line));
    }
}

static void add_format(struct buf *b, const struct items_file *f)
{
    static const char *const what[] = {
#define F(upper, name, what) what,
        IMPORT_FORMATS(F)
#undef F
    };

    buf_addf(b, "%-9s%s", "format", what[f->shape.format]);
    if (f->csv && csv_separator_used(f->csv) != ',' && csv_separator_used(f->csv) != '\t')
        buf_addf(b, ", cells set apart by %c", csv_separator_used(f->csv));
    if (f->records.packed)
        buf_addf(b, ", unpacked by %s", f->records.packed);
    buf_char(b, '\n');
}

static void add_keys(struct buf *b, const struct table *t)
{
    _cleanup_(buf_free) struct buf text = {0};

    for (unsigned i = 0; i < key_part_count(&t->key); i++)
        buf_addf(&text, "%s%.*s %s", i ? ", " : "", STR_ARG(key_part(&t->key, i)->name),
                 attr_type_name(key_part(&t->key, i)->type));
    buf_addf(b, "%-9s", "table");
    text_escape(b, t->name);
    buf_lit(b, ", with the key ");
    text_escape(b, buf_str(&text));
    buf_char(b, '\n');
}

static void add_counts(struct buf *b, const struct dry *d)
{
    buf_addf(b, "%-9s", "items");
    text_count(b, d->puts);
    buf_lit(b, " would be written");
    if (d->deletes) {
        buf_lit(b, ", ");
        text_count(b, d->deletes);
        buf_lit(b, " deleted");
    }
    if (d->refused) {
        buf_lit(b, ", ");
        text_count(b, d->refused);
        buf_lit(b, " refused");
    }
    buf_char(b, '\n');
}

int import_dry(struct session *s, const struct statement *st, const struct items_file_options *o,
               struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    _cleanup_(buf_free) struct buf report = {0};
    struct dry d = {.o = o};
    struct items_file f;
    struct file_item item;
    struct err first = {0};
    int r = items_file_open(&f, o, e);

    while (r == 0 && (arena_reset(&a), r = items_file_next(&f, &a, &item, e)) > 0) {
        look_at(&d, &item, &first);
        r = cancel_flag ? err_set(e, ERR_CANCELLED, "interrupted") : 0;
        if (r < 0)
            break;
    }
    if (r == 0) {
        add_format(&report, &f);
        add_keys(&report, o->table);
        add_counts(&report, &d);
        add_block(&report, "refused", buf_str(&d.refusals));
        add_block(&report, "first", buf_str(&d.items));
        r = output_lines(s, st, buf_str(&report), e);
    }
    items_file_close(&f);
    buf_free(&d.items);
    buf_free(&d.refusals);
    if (r < 0 || !d.refused)
        return r;
    return err_set(e, ERR_FAILED, "%zu item%s would be refused; the first, %s", (size_t)d.refused,
                   d.refused == 1 ? "" : "s", first.text);
}
