#include "pksk/run/import-shape.h"

#include "pksk/item/notation.h"
#include "pksk/run/csv.h"
#include "pksk/run/requests.h"

static const char *const names[] = {
#define F(upper, name, what) name,
    IMPORT_FORMATS(F)
#undef F
};

bool import_format_from(struct str name, enum import_format *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!str_is(name, names[i]))
            continue;
        *ret = (enum import_format)i;
        return true;
    }
    return false;
}

const char *import_format_name(enum import_format f)
{
    return names[f];
}

/* ---- a look at JSON without decoding it */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_spaces(struct str t, size_t i)
{
    while (i < t.len && is_space(t.s[i]))
        i++;
    return i;
}

/* From a quote to behind the closing one, or the text's end. */
static size_t skip_string(struct str t, size_t i)
{
    for (i++; i < t.len && t.s[i] != '"'; i++)
        i += t.s[i] == '\\';
    return MIN(i + 1, t.len);
}

/* Behind the value at i; the text's end when it goes beyond. */
static size_t skip_value(struct str t, size_t i)
{
    size_t depth = 0;

    while (i < t.len) {
        char c = t.s[i];

        if (c == '"') {
            i = skip_string(t, i);
        } else if (c == '{' || c == '[') {
            depth++;
            i++;
        } else if (c == '}' || c == ']') {
            if (!depth)
                return i;
            depth--;
            i++;
        } else if (c == ',' && !depth) {
            return i;
        } else {
            i++;
            continue;
        }
        if (!depth)
            return i;
    }
    return t.len;
}

/* Where the value of a member of the object at i begins: the first of the two names to come, or 0
 * when neither does in this text. */
static size_t find_member(struct str t, size_t i, struct str a, struct str b, bool *is_a)
{
    for (i++;;) {
        i = skip_spaces(t, i);
        if (i >= t.len || t.s[i] != '"')
            return 0;
        size_t end = skip_string(t, i);
        struct str name = end > i + 1 ? str_slice(t, i + 1, end - 1) : STR("");

        i = skip_spaces(t, end);
        if (i >= t.len || t.s[i] != ':')
            return 0;
        i = skip_spaces(t, i + 1);
        if (str_eq(name, a) || str_eq(name, b)) {
            *is_a = str_eq(name, a);
            return i;
        }
        i = skip_spaces(t, skip_value(t, i));
        if (i >= t.len || t.s[i] != ',')
            return 0;
        i++;
    }
}

/* Is the object at i a list under this name, and not an item that has such an attribute? */
static bool holds_list(struct str t, size_t i, struct str name, struct str key, size_t *list)
{
    bool is_list = false;

    *list = find_member(t, i, name, key, &is_list);
    return is_list && *list && *list < t.len && t.s[*list] == '[';
}

static bool one_object_a_line(struct str t, size_t i)
{
    size_t newline;
    struct str rest = str_slice(t, i, t.len);

    if (!str_find_char(rest, '\n', &newline))
        newline = rest.len;
    struct str line = str_trim(str_slice(rest, 0, newline));

    if (skip_value(line, 0) == line.len && line.s[line.len - 1] == '}')
        return true;
    return newline + 1 < rest.len && rest.s[newline + 1] == '{'; /* the first line is broken */
}

/* ---- */

static void json_shape(const struct items_file_options *o, struct str head, size_t i,
                       struct import_shape *s)
{
    struct str key = o->table->key.partition[0].name;
    size_t list;

    if (!o->format && requests_look(str_slice(head, i, head.len))) {
        s->framing = FRAMING_REQUESTS;
        s->format = IMPORT_REQUESTS;
        return;
    }
    if (head.s[i] == '[') {
        s->framing = FRAMING_ELEMENTS;
        s->in_array = true;
        s->begins = i + 1;
        s->format = o->format ? o->format : IMPORT_JSON;
    } else if (holds_list(head, i, STR("Items"), key, &list)) {
        s->framing = FRAMING_ELEMENTS;
        s->in_array = true;
        s->begins = list + 1;
        s->format = o->format ? o->format : IMPORT_DDB_JSON;
    } else if (!o->format && holds_list(head, i, STR("DataModel"), key, &list)) {
        s->framing = FRAMING_MODEL;
        s->format = IMPORT_WORKBENCH;
    } else {
        s->framing = one_object_a_line(head, i) ? FRAMING_LINES : FRAMING_ELEMENTS;
        s->begins = i;
        s->format = o->format ? o->format : IMPORT_JSONL;
    }
    if (o->format)
        s->form = o->format == IMPORT_DDB_JSON ? DECODE_TYPED : DECODE_PLAIN;
}

static struct str without(struct str path, struct str extension)
{
    bool has = path.len > extension.len &&
               str_eq_ci(str_slice(path, path.len - extension.len, path.len), extension);

    return has ? str_slice(path, 0, path.len - extension.len) : path;
}

/* Before the extension of a program that compressed it. */
static bool ends_in(const struct items_file_options *o, struct str extension)
{
    struct str path = without(without(str_of(o->path), STR(".gz")), STR(".zst"));

    path = without(without(path, STR(".xz")), STR(".bz2"));
    return path.len > extension.len &&
           str_eq_ci(str_slice(path, path.len - extension.len, path.len), extension);
}

/* Items follow, one a line, whatever the first line is: that one is refused like any other. */
static bool lines_follow(struct str head)
{
    size_t newline;

    while (str_find_char(head, '\n', &newline)) {
        head = str_slice(head, newline + 1, head.len);
        struct str line = str_trim(head);

        if (line.len && line.s[0] == '{')
            return true;
    }
    return false;
}

static bool looks_like_header(struct str head, const struct table *t)
{
    size_t newline, at;

    if (str_find_char(head, '\n', &newline))
        head = str_slice(head, 0, newline);
    return str_find(head, t->key.partition[0].name, &at);
}

int import_shape(struct records *r, const struct items_file_options *o, struct import_shape *ret,
                 struct err *e)
{
    struct import_shape s = {.format = o->format};
    struct str head;
    int code = records_head(r, &head, e);
    size_t i;

    if (code < 0)
        return code;
    if (ends_in(o, STR(".pksk")) && !o->format) {
        err_set(e, ERR_FAILED, "%s holds statements, not items", o->path);
        const struct value path = {
            .type = ATTR_S, .bytes = o->path, .len = (uint32_t)strlen(o->path)};
        _cleanup_(buf_free) struct buf word = {0};

        notation_add_key(&word, &path);
        err_hint(e, "`source %s` runs them", buf_cstr(&word));
        return ERR_FAILED;
    }
    i = skip_spaces(head, 0);
    if (s.format == IMPORT_AUTO && ends_in(o, STR(".csv")))
        s.format = IMPORT_CSV;
    if (s.format == IMPORT_AUTO && (ends_in(o, STR(".tsv")) || ends_in(o, STR(".tab"))))
        s.format = IMPORT_TSV;
    if (s.format == IMPORT_CSV || s.format == IMPORT_TSV)
        s.framing = FRAMING_ROWS;
    else if (s.format == IMPORT_WORKBENCH)
        s.framing = FRAMING_MODEL;
    else if (i == head.len)
        s.format = s.format ? s.format : IMPORT_JSONL; /* empty */
    else if (head.s[i] == '{' || head.s[i] == '[')
        json_shape(o, head, i, &s);
    else if ((s.format == IMPORT_AUTO || ends_in(o, STR(".jsonl"))) && lines_follow(head)) {
        s.framing = FRAMING_LINES;
        s.format = IMPORT_JSONL;
    } else if (s.format == IMPORT_AUTO && looks_like_header(head, o->table)) {
        s.framing = FRAMING_ROWS;
        s.format = csv_separator(head, o->table) == '\t' ? IMPORT_TSV : IMPORT_CSV;
    } else {
        err_set(e, ERR_FAILED, "%s begins with neither an item nor a header with a column %.*s",
                r->path, STR_ARG(o->table->key.partition[0].name));
        err_hint(e,
                 "JSON, DynamoDB JSON, CSV, TSV, NoSQL Workbench models and the request files of "
                 "batch-write-item are understood");
        return ERR_FAILED;
    }
    s.begins += records_offset(r);
    *ret = s;
    return 0;
}
