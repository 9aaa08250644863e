#include "pksk/run/csv.h"

#include "pksk/base/map.h"
#include "pksk/base/utf8.h"
#include "pksk/item/base64.h"
#include "pksk/item/number.h"
#include "pksk/item/plain.h"

#define COLUMN_JSON ATTR_TYPES
#define COLUMNS_MAX 10000

struct column {
    struct str name;
    enum attr_type type; /* or COLUMN_JSON */
    bool untyped;        /* a string for want of a better knowledge */
};

struct csv {
    struct arena arena;
    struct column *columns;
    size_t count;
    char separator;
};

struct cell {
    struct str text;
    bool quoted;
};

char csv_separator(struct str text)
{
    size_t at;

    if (str_find_char(text, '\n', &at))
        text = str_slice(text, 0, at);
    if (str_find_char(text, ',', &at))
        return ',';
    if (str_find_char(text, '\t', &at))
        return '\t';
    return str_find_char(text, ';', &at) ? ';' : ',';
}

/* ---- cells */

static int quoted_cell(struct str row, char separator, size_t *at, struct arena *a,
                       struct cell *ret, struct err *e)
{
    char *text = arena_bytes(a, row.len - *at);
    size_t i = *at + 1, len = 0;

    for (;; i++) {
        if (i == row.len)
            return err_set(e, ERR_FAILED, "a quoted cell is not closed");
        if (row.s[i] != '"') {
            text[len++] = row.s[i];
            continue;
        }
        i++;
        if (i == row.len || row.s[i] != '"')
            break;
        text[len++] = '"';
    }
    if (i < row.len && row.s[i] != separator)
        return err_set(e, ERR_FAILED, "text stands behind a closing quote");
    *ret = (struct cell){{text, len}, true};
    *at = i;
    return 0;
}

/* The cell at *at, which is moved to its separator or the row's end. */
static int next_cell(struct str row, char separator, size_t *at, struct arena *a, struct cell *ret,
                     struct err *e)
{
    const char *end;

    if (*at < row.len && row.s[*at] == '"')
        return quoted_cell(row, separator, at, a, ret, e);
    end = memchr(row.s + *at, separator, row.len - *at);
    size_t to = end ? (size_t)(end - row.s) : row.len;

    *ret = (struct cell){str_slice(row, *at, to), false};
    *at = to;
    return 0;
}

static struct str without_return(struct str row)
{
    return row.len && row.s[row.len - 1] == '\r' ? str_slice(row, 0, row.len - 1) : row;
}

/* ---- the header */

static enum attr_type type_of(const struct table *t, struct str name, bool *known)
{
    const struct key_part *part = key_find(&t->key, name);

    for (size_t i = 0; i < t->index_count && !part; i++)
        part = key_find(&t->indexes[i].key, name);
    *known = part != NULL;
    return part ? part->type : ATTR_S;
}

static struct column make_column(struct csv *c, struct str text, const struct table *t)
{
    struct column column = {.type = ATTR_TYPES};
    size_t colon = text.len;

    while (colon && text.s[colon - 1] != ':')
        colon--;
    if (colon > 1) {
        struct str suffix = str_slice(text, colon, text.len);

        if (attr_type_from(suffix, &column.type) || str_is(suffix, "JSON")) {
            column.name = arena_str(&c->arena, str_slice(text, 0, colon - 1));
            return column;
        }
    }
    column.name = arena_str(&c->arena, text);
    bool known;

    column.type = type_of(t, text, &known);
    column.untyped = !known;
    return column;
}

static int read_header(struct csv *c, struct str header, const struct table *t, struct map *names,
                       struct err *e)
{
    size_t cap = 0;

    for (size_t at = 0;; at++) {
        struct cell cell;
        int r = next_cell(header, c->separator, &at, &c->arena, &cell, e);

        if (r < 0)
            return r;
        if (!cell.text.len)
            return err_set(e, ERR_FAILED, "column %zu of the header has no name", c->count + 1);
        if (cell.text.len > VALUE_NAME_MAX)
            return err_set(e, ERR_FAILED, "the name of column %zu is longer than %d bytes",
                           c->count + 1, VALUE_NAME_MAX);
        if (c->count == COLUMNS_MAX)
            return err_set(e, ERR_FAILED, "more than %d columns", COLUMNS_MAX);
        if (c->count == cap) {
            cap = MAX(cap * 2, (size_t)16);
            c->columns = mem_resize(c->columns, cap, sizeof(*c->columns));
        }
        struct column column = make_column(c, cell.text, t);

        if (map_put(names, column.name, c))
            return err_set(e, ERR_FAILED, "the header has the column %.*s twice",
                           STR_ARG(column.name));
        c->columns[c->count++] = column;
        if (at == header.len)
            return 0;
    }
}

int csv_new(struct str header, char separator, const struct table *t, struct csv **ret,
            struct err *e)
{
    struct csv *c = mem_resize(NULL, 1, sizeof(*c));
    struct map names = {0};
    int r = 0;

    *c = (struct csv){.separator = separator};
    header = without_return(header);
    if (!utf8_valid(header))
        r = err_set(e, ERR_FAILED, "the header is not UTF-8");
    if (r == 0)
        r = read_header(c, header, t, &names, e);
    map_free(&names, NULL);
    if (r < 0) {
        csv_free(c);
        return r;
    }
    *ret = c;
    return 0;
}

void csv_free(struct csv *c)
{
    if (!c)
        return;
    free(c->columns);
    arena_free(&c->arena);
    free(c);
}

char csv_separator_used(const struct csv *c)
{
    return c->separator;
}

bool csv_has_column(const struct csv *c, struct str name)
{
    for (size_t i = 0; i < c->count; i++) {
        if (str_eq(c->columns[i].name, name))
            return true;
    }
    return false;
}

/* ---- values */

static int number_cell(struct arena *a, struct str text, struct value **ret, struct err *e)
{
    _cleanup_(buf_free) struct buf normal = {0};
    int r = number_normalise(text, &normal, e);

    if (r == 0)
        *ret = value_new_text(a, ATTR_N, buf_str(&normal));
    return r;
}

static int binary_value(struct arena *a, struct str text, struct value **ret, struct err *e)
{
    char *bytes = arena_bytes(a, text.len + 1);
    size_t len;

    if (!base64_decode(text, bytes, &len))
        return err_set(e, ERR_FAILED, "not base64");
    *ret = value_new(a, ATTR_B);
    (*ret)->bytes = bytes;
    (*ret)->len = (uint32_t)len;
    return 0;
}

static int boolean_cell(struct arena *a, struct str text, struct value **ret, struct err *e)
{
    bool yes = str_eq_ci(text, STR("true"));

    if (!yes && !str_eq_ci(text, STR("false")))
        return err_set(e, ERR_FAILED, "neither true nor false");
    *ret = value_new(a, ATTR_BOOL);
    (*ret)->boolean = yes;
    return 0;
}

static int json_cell(struct arena *a, enum attr_type type, struct str text, struct value **ret,
                     struct err *e)
{
    int r = plain_parse(a, text, ret, e);

    if (r < 0 || type == COLUMN_JSON || (*ret)->type == type)
        return r;
    return err_set(e, ERR_FAILED, "JSON, but not a %s", type == ATTR_M ? "map" : "list");
}

static int set_cell(struct arena *a, enum attr_type type, struct str text, struct value **ret,
                    struct err *e)
{
    enum attr_type of = type == ATTR_NS ? ATTR_N : ATTR_S; /* in JSON */
    struct value *list, *set = value_new(a, type), *last = NULL;

    if (plain_parse(a, text, &list, e) < 0 || list->type != ATTR_L || !list->len) {
        err_set(e, ERR_FAILED, "not a set");
        err_hint(e, "write it as a JSON array: %s", of == ATTR_N ? "[1,2]" : "[\"a\",\"b\"]");
        return ERR_FAILED;
    }
    for (struct value *x = list->first, *next; x; x = next) {
        next = x->next;
        if (x->type != of)
            return err_set(e, ERR_FAILED, "the set holds something that is no %s",
                           of == ATTR_N ? "number" : "string");
        if (type == ATTR_BS) {
            int r = binary_value(a, value_text(x), &x, e);

            if (r < 0)
                return r;
        }
        x->next = NULL;
        value_append(set, &last, x);
    }
    *ret = set;
    return 0;
}

static int make_value(struct arena *a, enum attr_type type, struct str text, struct value **ret,
                      struct err *e)
{
    switch (type) {
    case ATTR_S:
        *ret = value_new_text(a, ATTR_S, text);
        return 0;
    case ATTR_N:
        return number_cell(a, str_trim(text), ret, e);
    case ATTR_B:
        return binary_value(a, text, ret, e);
    case ATTR_BOOL:
        return boolean_cell(a, str_trim(text), ret, e);
    case ATTR_NULL:
        *ret = value_new(a, ATTR_NULL);
        return str_eq_ci(str_trim(text), STR("null")) ? 0 : err_set(e, ERR_FAILED, "not null");
    case ATTR_SS:
    case ATTR_NS:
    case ATTR_BS:
        return set_cell(a, type, text, ret, e);
    case ATTR_L:
    case ATTR_M:
    case COLUMN_JSON:
        break;
    }
    return json_cell(a, type, text, ret, e);
}

static int add_cell(const struct column *column, struct cell cell, struct arena *a,
                    struct value *item, struct value **last, struct err *e)
{
    struct err why = {0};
    struct value *v;

    if (!cell.text.len && (!cell.quoted || column->type != ATTR_S))
        return 0;
    if (make_value(a, column->type, cell.text, &v, &why) < 0) {
        struct str shown = utf8_cut(cell.text, 60);

        err_set(e, ERR_FAILED, "%.*s = %.*s: %s", STR_ARG(column->name), STR_ARG(shown), why.text);
        err_hint(e, "%s", why.hint);
        return ERR_FAILED;
    }
    value_set_name(v, column->name); /* the header outlives the row */
    value_append(item, last, v);
    return 0;
}

int csv_item(struct csv *c, struct str row, struct arena *a, struct value **ret, struct err *e)
{
    struct value *item = value_new(a, ATTR_M), *last = NULL;

    row = without_return(row);
    if (!utf8_valid(row))
        return err_set(e, ERR_FAILED, "the row is not UTF-8");
    for (size_t at = 0, i = 0;; at++, i++) {
        struct cell cell;
        int r = next_cell(row, c->separator, &at, a, &cell, e);

        if (r == 0 && i < c->count)
            r = add_cell(&c->columns[i], cell, a, item, &last, e);
        if (r < 0)
            return r;
        if (at < row.len)
            continue;
        if (i + 1 != c->count)
            return err_set(e, ERR_FAILED, "the row has %zu cells, the header %zu columns", i + 1,
                           c->count);
        *ret = item;
        return 0;
    }
}

/* ---- columns that look like something else than strings */

struct look {
    size_t numbers, switches, cells;
};

/* A zero in front is one that somebody wants to keep. */
static bool looks_like_number(struct str text)
{
    _cleanup_(buf_free) struct buf ignored = {0};
    struct str digits = text.len && text.s[0] == '-' ? str_slice(text, 1, text.len) : text;
    struct err why;

    if (digits.len > 1 && digits.s[0] == '0' && digits.s[1] != '.')
        return false;
    return digits.len && digits.s[0] >= '0' && digits.s[0] <= '9' &&
           number_normalise(text, &ignored, &why) == 0;
}

static void look_at_row(const struct csv *c, struct str row, struct arena *a, struct look *looks)
{
    struct err ignored;

    for (size_t at = 0, i = 0; i < c->count; at++, i++) {
        struct cell cell;

        if (next_cell(row, c->separator, &at, a, &cell, &ignored) < 0)
            return;
        if (cell.text.len) {
            looks[i].cells++;
            looks[i].numbers += looks_like_number(cell.text);
            looks[i].switches += str_is(cell.text, "true") || str_is(cell.text, "false");
        }
        if (at >= row.len)
            return;
    }
}

void csv_untyped(const struct csv *c, struct str rows, struct buf *ret)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct look *looks = arena_alloc(&a, c->count, sizeof(*looks));
    size_t end;

    while (str_find_char(rows, '\n', &end)) {
        look_at_row(c, without_return(str_slice(rows, 0, end)), &a, looks);
        rows = str_slice(rows, end + 1, rows.len);
    }
    for (size_t i = 0; i < c->count; i++) {
        const struct look *look = &looks[i];
        bool number = look->numbers == look->cells;

        if (!c->columns[i].untyped || !look->cells || (!number && look->switches != look->cells))
            continue;
        buf_addf(ret, "%s%.*s:%s", ret->len ? ", " : "", STR_ARG(c->columns[i].name),
                 number ? "N" : "BOOL");
    }
}
