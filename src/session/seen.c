#include "pksk/session/seen.h"

#include "pksk/base/file.h"
#include "pksk/base/map.h"

#define SEEN_ATTRIBUTES_MAX 24 /* key attributes of a table and its indexes */
#define SEEN_FILE_MAX ((size_t)32 << 20)

/* One key attribute and its values. */
struct column {
    struct str name;
    struct map values; /* the type's letter and the text → the set itself (any pointer) */
};

/* An attribute and its texts. */
struct vocabulary {
    struct map words;
    bool many; /* more than are kept */
};

struct table_seen {
    struct map vocabularies; /* name → struct vocabulary * */
    struct map names;
    struct column columns[SEEN_ATTRIBUTES_MAX];
    size_t column_count;
    bool loaded, changed;
};

struct seen {
    struct str directory, scope;
    struct map tables; /* name → struct table_seen */
};

struct seen *seen_new(struct str directory, struct str scope)
{
    struct seen *s = mem_resize(NULL, 1, sizeof(*s));
    *s = (struct seen){
        .directory = {mem_dup(directory.s, directory.len), directory.len},
        .scope = {mem_dup(scope.s, scope.len), scope.len},
    };
    return s;
}

static void free_vocabulary(void *p)
{
    struct vocabulary *v = p;

    map_free(&v->words, NULL);
    free(v);
}

static void free_table(void *p)
{
    struct table_seen *t = p;
    for (size_t i = 0; i < t->column_count; i++) {
        free((char *)t->columns[i].name.s);
        map_free(&t->columns[i].values, NULL);
    }
    map_free(&t->names, NULL);
    map_free(&t->vocabularies, free_vocabulary);
    free(t);
}

void seen_free(struct seen *s)
{
    if (!s)
        return;
    map_free(&s->tables, free_table);
    free((char *)s->directory.s);
    free((char *)s->scope.s);
    free(s);
}

/* --- in memory ---------------------------------------------------------------------------- */

/* Keeps the youngest: one seen again moves to the end, and the oldest goes when there is no room.
 */
static void note(struct map *m, struct str key, size_t max)
{
    map_remove(m, key);
    if (m->count >= max) {
        size_t i = 0;
        struct str oldest;
        if (map_next(m, &i, &oldest, NULL)) {
            char *copy = mem_dup(oldest.s, oldest.len);
            map_remove(m, (struct str){copy, oldest.len});
            free(copy);
        }
    }
    map_put(m, key, m);
}

static struct column *column_of(struct table_seen *t, struct str name, bool make)
{
    for (size_t i = 0; i < t->column_count; i++) {
        if (str_eq(t->columns[i].name, name))
            return &t->columns[i];
    }
    if (!make || t->column_count == SEEN_ATTRIBUTES_MAX)
        return NULL;
    struct column *c = &t->columns[t->column_count++];
    *c = (struct column){.name = {mem_dup(name.s, name.len), name.len}};
    return c;
}

static void note_value(struct table_seen *t, struct str attribute, enum attr_type type,
                       struct str text)
{
    struct column *c = column_of(t, attribute, true);
    if (!c || type > ATTR_N || text.len == 0 || text.len > SEEN_KEY_LEN_MAX)
        return;
    char key[SEEN_KEY_LEN_MAX + 1];
    key[0] = *attr_type_name(type);
    memcpy(key + 1, text.s, text.len);
    note(&c->values, (struct str){key, text.len + 1}, SEEN_KEYS_MAX);
    t->changed = true;
}

static void note_name(struct table_seen *t, struct str name)
{
    if (name.len == 0 || name.len > SEEN_KEY_LEN_MAX || map_has(&t->names, name))
        return;
    note(&t->names, name, SEEN_NAMES_MAX);
    t->changed = true;
}

static void note_word(struct table_seen *t, struct str attribute, struct str text)
{
    struct vocabulary *v = map_get(&t->vocabularies, attribute);

    if (text.len == 0 || text.len > SEEN_VALUE_LEN_MAX || attribute.len > SEEN_KEY_LEN_MAX ||
        (!v && t->vocabularies.count >= SEEN_VOCABULARIES_MAX))
        return;
    if (!v) {
        v = mem_resize(NULL, 1, sizeof(*v));
        *v = (struct vocabulary){0};
        map_put(&t->vocabularies, attribute, v);
    }
    bool new = !map_has(&v->words, text);

    v->many |= new && v->words.count >= SEEN_VALUES_MAX;
    t->changed |= new && !v->many;
    note(&v->words, text, SEEN_VALUES_MAX);
}

static void note_partition(struct table_seen *t, const struct key_schema *key,
                           const struct value *item)
{
    for (unsigned i = 0; i < key->partition_count; i++) {
        const struct value *v = value_member(item, key->partition[i].name);
        if (v && value_is_text(v))
            note_value(t, key->partition[i].name, v->type, value_text(v));
    }
}

/* --- the file ----------------------------------------------------------------------------- */

/* DIRECTORY/seen-HASH; the first line repeats what was hashed. */
static char *path_of(const struct seen *s, struct str table)
{
    _cleanup_(buf_free) struct buf what = {0}, path = {0};
    buf_addf(&what, "%.*s\n%.*s", STR_ARG(s->scope), STR_ARG(table));
    buf_addf(&path, "%.*s/seen-%016llx", STR_ARG(s->directory),
             (unsigned long long)str_hash(buf_str(&what)));
    return mem_dup(path.s, path.len);
}

static void add_escaped(struct buf *b, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.s[i];
        if (c < 0x21 || c == '%' || c == 0x7f)
            buf_addf(b, "%%%02x", c);
        else
            buf_char(b, (char)c);
    }
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool unescape(struct buf *b, struct str text)
{
    buf_reset(b);
    for (size_t i = 0; i < text.len; i++) {
        if (text.s[i] != '%') {
            buf_char(b, text.s[i]);
            continue;
        }
        if (i + 2 >= text.len || hex_digit(text.s[i + 1]) < 0 || hex_digit(text.s[i + 2]) < 0)
            return false;
        buf_char(b, (char)(hex_digit(text.s[i + 1]) * 16 + hex_digit(text.s[i + 2])));
        i += 2;
    }
    return true;
}

static void add_head(struct buf *b, const struct seen *s, struct str table)
{
    buf_lit(b, "pksk-seen-1 ");
    add_escaped(b, s->scope);
    buf_char(b, ' ');
    add_escaped(b, table);
    buf_char(b, '\n');
}

/* "n NAME", "S ATTRIBUTE VALUE" or "N ATTRIBUTE VALUE" of a key, "v ATTRIBUTE VALUE" of any other
 */
static void read_line(struct table_seen *t, struct str line)
{
    _cleanup_(buf_free) struct buf name = {0}, value = {0};
    struct str kind, first, second;
    if (!str_split(&line, ' ', &kind) || kind.len != 1 || !str_split(&line, ' ', &first) ||
        !unescape(&name, first))
        return;
    if (kind.s[0] == 'n')
        note_name(t, buf_str(&name));
    else if (!str_split(&line, ' ', &second) || !unescape(&value, second))
        return;
    else if (kind.s[0] == 'v')
        note_word(t, buf_str(&name), buf_str(&value));
    else
        note_value(t, buf_str(&name), kind.s[0] == 'N' ? ATTR_N : ATTR_S, buf_str(&value));
}

/* What cannot be read is as good as not there: it is only a help for TAB. */
static void load(const struct seen *s, struct str table, struct table_seen *t)
{
    t->loaded = true;
    if (s->directory.len == 0)
        return;
    _cleanup_(buf_free) struct buf text = {0}, head = {0};
    _cleanup_(cleanup_free) char *path = path_of(s, table);
    add_head(&head, s, table);
    if (file_read_private(path, SEEN_FILE_MAX, &text, NULL) < 0 ||
        !str_starts(buf_str(&text), buf_str(&head)))
        return;
    struct str rest = str_slice(buf_str(&text), head.len, text.len), line;
    while (rest.len > 0 && str_split(&rest, '\n', &line))
        read_line(t, line);
}

static void mark_many(struct table_seen *t, struct str attribute)
{
    struct vocabulary *v = map_get(&t->vocabularies, attribute);

    if (v)
        v->many = true;
}

/* The file's entries are older than what this shell has seen: they are read first, then the new
 * ones are noted again. */
static void load_below(const struct seen *s, struct str table, struct table_seen *t)
{
    struct table_seen new = *t;
    bool changed = t->changed;
    *t = (struct table_seen){0};
    load(s, table, t);
    struct str key;
    for (size_t c = 0; c < new.column_count; c++) {
        for (size_t i = 0; map_next(&new.columns[c].values, &i, &key, NULL);)
            note_value(t, new.columns[c].name, key.s[0] == 'N' ? ATTR_N : ATTR_S,
                       str_slice(key, 1, key.len));
        free((char *)new.columns[c].name.s);
        map_free(&new.columns[c].values, NULL);
    }
    for (size_t i = 0; map_next(&new.names, &i, &key, NULL);)
        note_name(t, key);
    map_free(&new.names, NULL);
    void *v;
    for (size_t i = 0; map_next(&new.vocabularies, &i, &key, &v);) {
        struct str word;
        for (size_t w = 0; map_next(&((struct vocabulary *)v)->words, &w, &word, NULL);)
            note_word(t, key, word);
        if (((struct vocabulary *)v)->many)
            mark_many(t, key);
    }
    map_free(&new.vocabularies, free_vocabulary);
    t->changed = changed;
}

static struct table_seen *table_of(struct seen *s, struct str table, bool loaded)
{
    struct table_seen *t = map_get(&s->tables, table);
    if (!t) {
        t = mem_resize(NULL, 1, sizeof(*t));
        *t = (struct table_seen){0};
        map_put(&s->tables, table, t);
    }
    if (loaded && !t->loaded)
        load_below(s, table, t);
    return t;
}

static void add_vocabularies(struct buf *b, const struct table_seen *t)
{
    struct str name, word;
    void *p;

    for (size_t i = 0; map_next(&t->vocabularies, &i, &name, &p);) {
        const struct vocabulary *v = p;

        for (size_t w = 0; !v->many && map_next(&v->words, &w, &word, NULL);) {
            buf_lit(b, "v ");
            add_escaped(b, name);
            buf_char(b, ' ');
            add_escaped(b, word);
            buf_char(b, '\n');
        }
    }
}

static int save_table(const struct seen *s, struct str table, const struct table_seen *t,
                      struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    _cleanup_(cleanup_free) char *path = path_of(s, table);
    struct str key;
    add_head(&text, s, table);
    for (size_t i = 0; map_next(&t->names, &i, &key, NULL);) {
        buf_lit(&text, "n ");
        add_escaped(&text, key);
        buf_char(&text, '\n');
    }
    for (size_t c = 0; c < t->column_count; c++) {
        for (size_t i = 0; map_next(&t->columns[c].values, &i, &key, NULL);) {
            buf_addf(&text, "%c ", key.s[0]);
            add_escaped(&text, t->columns[c].name);
            buf_char(&text, ' ');
            add_escaped(&text, str_slice(key, 1, key.len));
            buf_char(&text, '\n');
        }
    }
    add_vocabularies(&text, t);
    return file_write(path, buf_str(&text), e);
}

/* --- in and out --------------------------------------------------------------------------- */

void seen_item(struct seen *s, const struct table *t, const struct value *item)
{
    struct table_seen *seen = table_of(s, t->name, false);
    value_each (member, item) {
        note_name(seen, value_name(member));
        if (member->type == ATTR_S)
            note_word(seen, value_name(member), value_text(member));
    }
    note_partition(seen, &t->key, item);
    for (size_t i = 0; i < t->index_count; i++)
        note_partition(seen, &t->indexes[i].key, item);
}

void seen_key(struct seen *s, struct str table, struct str attribute, enum attr_type type,
              struct str text)
{
    note_value(table_of(s, table, false), attribute, type, text);
}

bool seen_next_key(struct seen *s, struct str table, struct str attribute, size_t *i,
                   struct str *text)
{
    struct column *c = column_of(table_of(s, table, true), attribute, false);
    struct str key;
    if (!c || !map_next(&c->values, i, &key, NULL))
        return false;
    *text = str_slice(key, 1, key.len);
    return true;
}

bool seen_next_name(struct seen *s, struct str table, size_t *i, struct str *name)
{
    return map_next(&table_of(s, table, true)->names, i, name, NULL);
}

bool seen_next_value(struct seen *s, struct str table, struct str attribute, size_t *i,
                     struct str *text)
{
    const struct vocabulary *v = map_get(&table_of(s, table, true)->vocabularies, attribute);

    return v && map_next(&v->words, i, text, NULL);
}

int seen_save(struct seen *s, struct err *e)
{
    int code = 0;
    struct str table;
    void *value;
    if (s->directory.len == 0)
        return 0;
    for (size_t i = 0; map_next(&s->tables, &i, &table, &value);) {
        struct table_seen *t = value;
        if (!t->changed)
            continue;
        load_below(s, table, t); /* again: another shell may have written meanwhile */
        _cleanup_(cleanup_free) char *directory = mem_dup(s->directory.s, s->directory.len);
        struct err why;
        int saved = file_make_dirs(directory, &why);
        if (saved == 0)
            saved = save_table(s, table, t, &why);
        t->changed = saved < 0;
        if (saved < 0 && code == 0) {
            code = saved;
            if (e)
                *e = why;
        }
    }
    return code;
}
