#include "pksk/run/csv.h"

#include "pksk/base/map.h"
#include "pksk/base/utf8.h"
#include "pksk/item/base64.h"
#include "pksk/item/ddbjson.h"
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

/* Is it a column of the header, with its type or without? */
static bool has_name(struct str header, char separator, struct str name)
{
    struct str cell;

    while (str_split(&header, separator, &cell)) {
        size_t colon;

        cell = str_trim(cell);
        if (cell.len > 1 && cell.s[0] == '"' && cell.s[cell.len - 1] == '"')
            cell = str_slice(cell, 1, cell.len - 1);
        if (str_eq(cell, name) ||
            (str_find_char(cell, ':', &colon) && str_eq(str_slice(cell, 0, colon), name)))
            return true;
    }
    return false;
}

char csv_separator(struct str text, const struct table *t)
{
    static const char separators[] = ",\t;|";
    size_t at;

    if (str_find_char(text, '\n', &at))
        text = str_slice(text, 0, at);
    for (const char *c = separators; *c; c++) {
        if (str_find_char(text, *c, &at) && has_name(text, *c, t->key.partition[0].name))
            return *c;
    }
    for (const char *c = separators; *c; c++) {
        if (str_find_char(text, *c, &at))
            return *c;
    }
    return ',';
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

static bool is_typed(const struct json *node);

/* Are all members, or all elements, typed values, as the console's downloads have them? */
static bool all_typed(const struct json *node)
{
    for (const struct json *x = node->first; x; x = x->next) {
        if (!is_typed(x))
            return false;
    }
    return node->first;
}

static bool is_typed(const struct json *node)
{
    enum attr_type type;
    const struct json *inner = node->first;

    if (node->kind != JSON_IS_OBJECT || node->count != 1 || !attr_type_from(inner->name, &type))
        return false;
    switch (type) {
    case ATTR_M:
        return inner->kind == JSON_IS_OBJECT && (!inner->first || all_typed(inner));
    case ATTR_L:
        return inner->kind == JSON_IS_ARRAY && (!inner->first || all_typed(inner));
    case ATTR_SS:
    case ATTR_NS:
    case ATTR_BS:
        return inner->kind == JSON_IS_ARRAY;
    case ATTR_BOOL:
    case ATTR_NULL:
        return inner->kind == JSON_IS_BOOL;
    default:
        return inner->kind == JSON_IS_STRING;
    }
}

/* {"city": {"S": "Ulm"}} or [{"S": "a"}]: the text of a cell that is DynamoDB JSON; 0: it is not.
 */
static int typed_cell(struct arena *a, struct str text, struct value **ret, struct err *e)
{
    struct json *tree;
    struct value *item;

    if (json_parse(a, text, 2 * VALUE_DEPTH_MAX + 8, &tree, NULL) < 0 ||
        (tree->kind != JSON_IS_OBJECT && tree->kind != JSON_IS_ARRAY) || !all_typed(tree))
        return 0;
    struct json *typed = arena_new(a, struct json), *outer = arena_new(a, struct json);

    *typed = (struct json){.kind = JSON_IS_OBJECT, .first = tree, .last = tree, .count = 1};
    typed->name = STR("cell");
    *outer = (struct json){.kind = JSON_IS_OBJECT, .first = typed, .last = typed, .count = 1};
    tree->name = tree->kind == JSON_IS_OBJECT ? STR("M") : STR("L");
    int r = ddb_from_json(a, outer, &item, e);

    if (r == 0)
        *ret = item->first;
    return r < 0 ? r : 1;
}

static int json_cell(struct arena *a, enum attr_type type, struct str text, struct value **ret,
                     struct err *e)
{
    int r = typed_cell(a, text, ret, e);

    if (r == 0)
        r = plain_parse(a, text, ret, e);
    r = MIN(r, 0);
    if (r < 0 || type == COLUMN_JSON || (*ret)->type == type)
        return r;
    return err_set(e, ERR_FAILED, "JSON, but not a %s", type == ATTR_M ? "map" : "list");
}

/* a;b;c */
static int split_set(struct arena *a, enum attr_type type, struct str text, struct value **ret,
                     struct err *e)
{
    struct value *set = value_new(a, type), *last = NULL, *element;
    struct str piece;

    while (str_split(&text, ';', &piece)) {
        int r = 0;

        if (type == ATTR_SS)
            element = value_new_text(a, ATTR_S, piece);
        else if (type == ATTR_NS)
            r = number_cell(a, str_trim(piece), &element, e);
        else
            r = binary_value(a, str_trim(piece), &element, e);
        if (r < 0) {
            err_hint(e, "write it as a;b or as a JSON array: %s",
                     type == ATTR_NS ? "[1,2]" : "[\"a\",\"b\"]");
            return r;
        }
        value_append(set, &last, element);
    }
    *ret = set;
    return 0;
}

static int set_cell(struct arena *a, enum attr_type type, struct str text, struct value **ret,
                    struct err *e)
{
    enum attr_type of = type == ATTR_NS ? ATTR_N : ATTR_S; /* in JSON */
    struct value *list, *set = value_new(a, type), *last = NULL;

    if (!text.len || text.s[0] != '[')
        return split_set(a, type, text, ret, e);
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
    size_t numbers, switches, maps, lists, cells;
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

static bool looks_like_json(struct str text, char opening, struct arena *a)
{
    struct json *ignored;

    return text.len && text.s[0] == opening &&
           json_parse(a, text, 2 * VALUE_DEPTH_MAX + 8, &ignored, NULL) == 0;
}

static void look_at_cell(struct look *look, struct str text, struct arena *a)
{
    look->cells++;
    look->numbers += looks_like_number(text);
    look->switches += str_is(text, "true") || str_is(text, "false");
    look->maps += looks_like_json(text, '{', a);
    look->lists += looks_like_json(text, '[', a);
}

static void look_at_row(const struct csv *c, struct str row, struct arena *a, struct look *looks)
{
    struct err ignored;

    for (size_t at = 0, i = 0; i < c->count; at++, i++) {
        struct cell cell;

        if (next_cell(row, c->separator, &at, a, &cell, &ignored) < 0)
            return;
        if (cell.text.len)
            look_at_cell(&looks[i], cell.text, a);
        if (at >= row.len)
            return;
    }
}

/* What all cells look like; S: a string, or nothing in particular. */
static enum attr_type type_of_look(const struct look *look)
{
    const struct {
        size_t count;
        enum attr_type type;
    } kinds[] = {{look->numbers, ATTR_N},
                 {look->switches, ATTR_BOOL},
                 {look->maps, ATTR_M},
                 {look->lists, ATTR_L}};

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (look->cells && kinds[i].count == look->cells)
            return kinds[i].type;
    }
    return ATTR_S;
}

void csv_untyped(struct csv *c, struct str rows,
                 bool (*known)(void *ctx, struct str name, enum attr_type *ret), void *ctx,
                 struct buf *ret)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct look *looks = arena_alloc(&a, c->count, sizeof(*looks));
    size_t end;

    while (str_find_char(rows, '\n', &end)) {
        look_at_row(c, without_return(str_slice(rows, 0, end)), &a, looks);
        rows = str_slice(rows, end + 1, rows.len);
    }
    for (size_t i = 0; i < c->count; i++) {
        struct column *column = &c->columns[i];
        enum attr_type type = type_of_look(&looks[i]);

        if (!column->untyped || type == ATTR_S)
            continue;
        column->untyped = !known || !known(ctx, column->name, &column->type);
        if (column->untyped)
            buf_addf(ret, "%s%.*s:%s", ret->len ? ", " : "", STR_ARG(column->name),
                     attr_type_name(type));
    }
}
