/* csv (RFC 4180, lines end with CR LF) and tsv (the same quoting, lines end with LF).
 *
 * Data is written exactly: a cell that a spreadsheet would run as a formula (= + - @ first) is left
 * as it is, since a changed value is worse than a known danger. In tsv a cell that holds a tab or
 * newline is quoted as in csv.
 */
#include "pksk/base/map.h"
#include "pksk/item/plain.h"
#include "pksk/out/cell.h"
#include "pksk/out/format.h"

struct csv {
    struct printer printer;
    char separator;
    bool begun;
    struct map columns; /* name → its number + 1; the header, which later pages must keep to */
    const struct value **row;
    struct item_order order; /* of what is nested in a cell */
    struct buf cell;
};

static void add_text(const struct csv *c, struct buf *b, struct str t)
{
    bool quote = false;

    for (size_t i = 0; i < t.len && !quote; i++)
        quote = t.s[i] == c->separator || t.s[i] == '"' || t.s[i] == '\n' || t.s[i] == '\r';
    if (!quote) {
        buf_str_add(b, t);
        return;
    }
    buf_char(b, '"');
    for (size_t i = 0; i < t.len; i++) {
        if (t.s[i] == '"')
            buf_char(b, '"');
        buf_char(b, t.s[i]);
    }
    buf_char(b, '"');
}

static void add_cell(struct csv *c, struct buf *out, struct str t)
{
    if (!c->printer.o.terminal || text_is_safe(t)) {
        add_text(c, out, t);
        return;
    }
    struct buf quoted = {0};

    add_text(c, &quoted, t);
    text_escape(out, buf_str(&quoted));
    buf_free(&quoted);
}

static void add_value(struct csv *c, struct buf *out, const struct value *v)
{
    struct str text;

    if (!v || v->type == ATTR_NULL)
        return;
    if (v->type == ATTR_S && !v->len) { /* not the same as no value */
        buf_lit(out, "\"\"");
        return;
    }
    if (v->type == ATTR_S || v->type == ATTR_N) {
        add_cell(c, out, value_text(v));
        return;
    }
    buf_reset(&c->cell);
    plain_add_value(&c->cell, item_ordered(&c->order, v, NULL, 0));
    text = buf_str(&c->cell);
    if (v->type == ATTR_B) /* a JSON string of base64: without its quotes */
        text = str_slice(text, 1, text.len - 1);
    add_cell(c, out, text);
}

static void end_line(const struct csv *c, struct buf *out)
{
    buf_str_add(out, c->separator == ',' && !c->printer.o.terminal ? STR("\r\n") : STR("\n"));
}

static void add_column(struct csv *c, struct str name)
{
    if (!map_has(&c->columns, name))
        map_put(&c->columns, name, (void *)(uintptr_t)(c->columns.count + 1));
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Keys first, then what the first page has, by name. */
static void columns_of_page(struct csv *c, const struct value *items)
{
    const struct print_options *o = &c->printer.o;
    struct map seen = {0};
    struct str *names, name;
    size_t count = 0;

    for (const struct value *item = items; item; item = item->next)
        value_each (x, item)
            map_put(&seen, value_name(x), NULL);
    names = mem_resize(NULL, seen.count + 1, sizeof(*names));
    for (size_t i = 0; map_next(&seen, &i, &name, NULL);)
        names[count++] = name;
    qsort(names, count, sizeof(*names), by_name);
    for (size_t i = 0; i < o->key_count; i++)
        if (map_has(&seen, o->keys[i]))
            add_column(c, o->keys[i]);
    for (size_t i = 0; i < count; i++)
        add_column(c, names[i]);
    free(names);
    map_free(&seen, NULL);
}

static int begin(struct csv *c, const struct value *items, struct err *e)
{
    const struct print_options *o = &c->printer.o;
    struct buf *out = sink_room(c->printer.sink);
    struct str name;
    bool more = false;

    c->begun = true;
    for (size_t i = 0; o->columns && i < o->column_count; i++)
        add_column(c, o->columns[i]);
    if (!o->columns)
        columns_of_page(c, items);
    c->row = mem_resize(NULL, c->columns.count + 1, sizeof(struct value *));
    for (size_t i = 0, n = 0; map_next(&c->columns, &i, &name, NULL); more = true, n++) {
        if (more)
            buf_char(out, c->separator);
        add_cell(c, out, o->labels ? o->labels[n] : name);
    }
    end_line(c, out);
    return sink_filled(c->printer.sink, e);
}

static int new_column(struct csv *c, const struct value *x, struct err *e)
{
    _cleanup_(buf_free) struct buf name = {0};
    int r;

    cell_add_name(&name, value_name(x));
    r = err_set(e, ERR_FAILED,
                "a later item has the attribute %.*s, which has no column: the %s header was made "
                "from the first page",
                STR_ARG(buf_str(&name)), c->separator == ',' ? "csv" : "tsv");
    err_hint(
        e, "name the columns with select, or use jsonl; `export into FILE.csv` knows all columns");
    return r;
}

static int fill_row(struct csv *c, const struct value *item, struct err *e)
{
    const struct print_options *o = &c->printer.o;

    if (o->columns && !o->labels) {
        struct str name;
        size_t column = 0;

        for (size_t i = 0; map_next(&c->columns, &i, &name, NULL);)
            c->row[column++] = cell_find(item, name);
        return 0;
    }
    memset(c->row, 0, c->columns.count * sizeof(struct value *));
    value_each (x, item) {
        uintptr_t number = (uintptr_t)map_get(&c->columns, value_name(x));

        if (!number)
            return new_column(c, x, e);
        c->row[number - 1] = x;
    }
    return 0;
}

static int csv_page(struct printer *p, const struct value *items, struct err *e)
{
    struct csv *c = (struct csv *)p;
    int r = c->begun ? 0 : begin(c, items, e);

    for (const struct value *item = items; item && r == 0; item = item->next) {
        struct buf *out = sink_room(p->sink);

        r = fill_row(c, item, e);
        if (r < 0)
            return r;
        for (size_t i = 0; i < c->columns.count; i++) {
            if (i)
                buf_char(out, c->separator);
            add_value(c, out, c->row[i]);
        }
        end_line(c, out);
        r = sink_filled(p->sink, e);
    }
    return r;
}

/* Without an item there is a header all the same, when select said what it is. */
static int csv_end(struct printer *p, struct err *e)
{
    struct csv *c = (struct csv *)p;

    return c->begun || !p->o.columns ? 0 : begin(c, NULL, e);
}

static void csv_free(struct printer *p)
{
    struct csv *c = (struct csv *)p;

    map_free(&c->columns, NULL);
    item_order_free(&c->order);
    buf_free(&c->cell);
    free(c->row);
    free(c);
}

static const struct printer_ops csv_ops = {csv_page, csv_end, csv_free};

struct printer *printer_csv(enum format f)
{
    struct csv *c = mem_resize(NULL, 1, sizeof(*c));

    *c = (struct csv){.printer = {.ops = &csv_ops}, .separator = f == FORMAT_TSV ? '\t' : ','};
    return &c->printer;
}
