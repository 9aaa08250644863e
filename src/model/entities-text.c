/* A model as text: `entity` and `pattern` lines, comments, and indented lines of attributes. */
#include <ctype.h>

#include "pksk/json/tree.h"
#include "pksk/json/writer.h"
#include "pksk/model/entities.h"

#define WORDS_MAX 64

/* ---- words */

struct word_at {
    struct str text;
    size_t from, to; /* in the whole text */
    bool quoted;
};

struct line {
    struct arena *arena;
    struct str whole; /* the text that places are in */
    size_t at, end;
    struct err *e;
};

static int wrong(const struct line *l, size_t from, size_t to, const char *what,
                 const char *expected)
{
    err_at(l->e, ERR_SYNTAX, (struct span){(uint32_t)from, (uint32_t)to}, "%s", what);
    err_expected(l->e, "%s", expected);
    return ERR_SYNTAX;
}

static void skip_blanks(struct line *l)
{
    while (l->at < l->end &&
           (l->whole.s[l->at] == ' ' || l->whole.s[l->at] == '\t' || l->whole.s[l->at] == '\r'))
        l->at++;
}

static bool at_comment(const struct line *l)
{
    return l->at + 2 <= l->end && memcmp(l->whole.s + l->at, "--", 2) == 0 &&
           (l->at + 2 == l->end || isspace((unsigned char)l->whole.s[l->at + 2]));
}

/* 'two words', with '' for a quote. */
static int quoted_word(struct line *l, struct word_at *ret)
{
    _cleanup_(buf_free) struct buf b = {0};

    l->at++;
    for (;;) {
        if (l->at >= l->end)
            return wrong(l, ret->from, ret->from + 1, "a quote without its end",
                         "expected another '");
        char c = l->whole.s[l->at++];

        if (c == '\'' && l->at < l->end && l->whole.s[l->at] == '\'')
            l->at++;
        else if (c == '\'')
            break;
        buf_char(&b, c);
    }
    ret->text = arena_str(l->arena, buf_str(&b));
    ret->quoted = true;
    return 0;
}

/* "with \n in it", with JSON's escapes: for what no line can hold as it is. */
static int escaped_word(struct line *l, struct word_at *ret)
{
    struct json *text;
    struct err why;
    size_t end = l->at + 1;

    while (end < l->end && l->whole.s[end] != '"')
        end += l->whole.s[end] == '\\' ? 2 : 1;
    if (end >= l->end)
        return wrong(l, ret->from, ret->from + 1, "a quote without its end", "expected another \"");
    if (json_parse(l->arena, str_slice(l->whole, l->at, end + 1), 1, &text, &why) < 0)
        return wrong(l, ret->from, end + 1, why.text, "expected text with JSON's escapes");
    l->at = end + 1;
    ret->text = text->text;
    ret->quoted = true;
    return 0;
}

/* 1: a word; 0: the line has no more. */
static int next_word(struct line *l, struct word_at *ret)
{
    int r = 0;

    skip_blanks(l);
    if (l->at >= l->end || at_comment(l))
        return 0;
    *ret = (struct word_at){.from = l->at};
    if (l->whole.s[l->at] == '\'') {
        r = quoted_word(l, ret);
    } else if (l->whole.s[l->at] == '"') {
        r = escaped_word(l, ret);
    } else {
        while (l->at < l->end && !isspace((unsigned char)l->whole.s[l->at]))
            l->at++;
        ret->text = str_slice(l->whole, ret->from, l->at);
    }
    ret->to = l->at;
    return r < 0 ? r : 1;
}

/* ---- entity */

static int template_of(const struct line *l, const struct word_at *w, struct template *ret)
{
    int r = template_parse(l->arena, arena_str(l->arena, w->text), ret, l->e);

    if (r < 0) {
        uint32_t from = (uint32_t)w->from + (w->quoted ? 1 : l->e->at.from);

        l->e->at = (struct span){from, from + 1};
    }
    return r;
}

static int read_key(struct line *l, const struct word_at *words, size_t count, size_t *at,
                    const struct key_schema *schema, struct str index, struct entity_key *ret)
{
    *ret = (struct entity_key){.index = index, .schema = schema};
    for (unsigned part = 0; part < key_part_count(schema); part++, *at += 1) {
        if (*at == count || (str_is(words[*at].text, "where") && !words[*at].quoted)) {
            size_t place = *at ? words[*at - 1].to : l->end;

            err_at(l->e, ERR_SYNTAX, (struct span){(uint32_t)place, (uint32_t)place},
                   "the template of %.*s is missing", STR_ARG(key_part(schema, part)->name));
            err_expected(l->e, "expected %u template%s for the key of %s%.*s",
                         key_part_count(schema), key_part_count(schema) == 1 ? "" : "s",
                         index.len ? "the index " : "the table", STR_ARG(index));
            return ERR_SYNTAX;
        }
        int r = template_of(l, &words[*at], &ret->parts[part]);

        if (r < 0)
            return r;
    }
    return 0;
}

/* type = photo [and exists email …] */
static int read_tests(struct line *l, const struct word_at *words, size_t count, size_t at,
                      struct entity *x)
{
    static const char expected[] = "expected ATTRIBUTE = VALUE or exists ATTRIBUTE, joined by and";

    x->tests = arena_alloc(l->arena, count, sizeof(*x->tests));
    for (;;) {
        struct entity_test *test = &x->tests[x->test_count++];

        if (at + 1 < count && str_is(words[at].text, "exists") && !words[at].quoted) {
            *test = (struct entity_test){.attribute = arena_str(l->arena, words[at + 1].text),
                                         .exists = true};
            at += 2;
        } else if (at + 2 < count && str_is(words[at + 1].text, "=")) {
            *test = (struct entity_test){.attribute = arena_str(l->arena, words[at].text),
                                         .value = arena_str(l->arena, words[at + 2].text)};
            at += 3;
        } else {
            size_t place = at < count ? words[at].from : l->end;

            return wrong(l, place, at < count ? words[at].to : place, "the condition is incomplete",
                         expected);
        }
        if (at == count)
            return 0;
        if (!str_is(words[at].text, "and"))
            return wrong(l, words[at].from, words[at].to, "this does not go on a condition",
                         "expected `and`");
        at++;
    }
}

static int read_indexes(struct line *l, const struct word_at *words, size_t count, size_t at,
                        const struct table *t, struct entity *x)
{
    while (at < count) {
        const struct word_at *w = &words[at];
        const struct index *index = w->quoted ? NULL : table_index(t, w->text);

        if (!w->quoted && str_is(w->text, "where"))
            return read_tests(l, words, count, at + 1, x);
        if (!index) {
            err_at(l->e, ERR_SYNTAX, (struct span){(uint32_t)w->from, (uint32_t)w->to},
                   "%.*s is no index of %.*s", STR_ARG(w->text), STR_ARG(t->name));
            err_expected(l->e, "expected an index with its templates, or where");
            return ERR_SYNTAX;
        }
        if (entity_key_in(x, index->name))
            return wrong(l, w->from, w->to, "this index stands twice", "expected another index");
        at++;
        int r = read_key(l, words, count, &at, &index->key, index->name, &x->keys[x->key_count]);

        if (r < 0)
            return r;
        x->key_count++;
    }
    return 0;
}

static int all_words(struct line *l, struct word_at *words, size_t *count)
{
    for (*count = 0;; *count += 1) {
        struct word_at w;
        int r = next_word(l, &w);

        if (r <= 0)
            return r;
        if (*count == WORDS_MAX)
            return wrong(l, w.from, w.to, "too many words", "expected fewer words in one entity");
        words[*count] = w;
    }
}

static int read_entity(struct line *l, const struct table *t, struct entity *ret)
{
    struct word_at words[WORDS_MAX];
    size_t count, at = 1;
    int r = all_words(l, words, &count);

    if (r < 0)
        return r;
    if (!count || !words[0].text.len ||
        !(isalpha((unsigned char)words[0].text.s[0]) || (unsigned char)words[0].text.s[0] >= 0x80))
        return wrong(l, count ? words[0].from : l->end, count ? words[0].to : l->end,
                     "an entity needs a name",
                     "expected a name that begins with a letter, as in "
                     "entity User USER#{user_id} PROFILE");
    *ret = (struct entity){.name = arena_str(l->arena, words[0].text),
                           .keys = arena_alloc(l->arena, t->index_count + 1, sizeof(*ret->keys)),
                           .key_count = 1};
    r = read_key(l, words, count, &at, &t->key, STR(""), &ret->keys[0]);
    return r < 0 ? r : read_indexes(l, words, count, at, t, ret);
}

/* ---- lines of attributes: NAME TYPE[/TYPE] [N %] [VALUE | VALUE …] */

static int read_types(const struct line *l, const struct word_at *w, struct entity_attribute *ret)
{
    struct str rest = w->text, piece;

    while (str_split(&rest, '/', &piece)) {
        enum attr_type type;

        if (!attr_type_from(piece, &type))
            return wrong(l, w->from, w->to, "this is no type",
                         "expected S, N, B, BOOL, NULL, M, L, SS, NS or BS, joined by /");
        ret->types[type] = 1;
    }
    return 0;
}

static int read_attribute(struct line *l, struct entity_attribute *ret)
{
    struct word_at w;
    int r = next_word(l, &w);

    if (r <= 0)
        return r;
    *ret = (struct entity_attribute){.name = arena_str(l->arena, w.text)};
    r = next_word(l, &w);
    if (r == 0)
        return wrong(l, l->at, l->at, "an attribute needs its type", "expected S, N, M and so on");
    if (r < 0 || (r = read_types(l, &w, ret)) < 0)
        return r;
    while ((r = next_word(l, &w)) > 0) {
        uint64_t share;

        if (!w.quoted && (str_is(w.text, "%") || str_is(w.text, "|")))
            continue;
        if (!w.quoted && !ret->word_count && !ret->items && str_to_u64(w.text, &share))
            ret->items = MAX(share, (uint64_t)1);
        else if (ret->word_count < MODEL_WORDS_MAX)
            ret->words[ret->word_count++].text = arena_str(l->arena, w.text);
    }
    return r < 0 ? r : 1;
}

static int add_attribute(struct line *l, struct entity *x)
{
    struct entity_attribute one, *list;
    int r = read_attribute(l, &one);

    if (r <= 0)
        return r;
    list = arena_alloc(l->arena, x->attribute_count + 1, sizeof(*list));
    if (x->attribute_count)
        memcpy(list, x->attributes, x->attribute_count * sizeof(*list));
    list[x->attribute_count++] = one;
    x->attributes = list;
    return 0;
}

/* ---- pattern NAME(a, b) = STATEMENT */

static bool is_name(struct str t)
{
    for (size_t i = 0; i < t.len; i++) {
        if (!isalnum((unsigned char)t.s[i]) && !strchr("_-", t.s[i]))
            return false;
    }
    return t.len > 0 && isalpha((unsigned char)t.s[0]);
}

static int read_arguments(const struct line *l, struct str list, size_t from,
                          struct access_pattern *ret)
{
    struct str rest = list, piece;
    size_t most = 1;

    for (size_t i = 0; i < list.len; i++)
        most += list.s[i] == ',';
    ret->arguments = arena_alloc(l->arena, most, sizeof(*ret->arguments));
    while (str_trim(list).len && str_split(&rest, ',', &piece)) {
        if (!is_name(str_trim(piece)))
            return wrong(l, from, from + list.len, "an argument needs a name",
                         "expected names with commas between them: (user, from)");
        ret->arguments[ret->argument_count++] = arena_str(l->arena, str_trim(piece));
    }
    return 0;
}

static int read_pattern(struct line *l, struct access_pattern *ret)
{
    static const char expected[] = "expected NAME(ARGUMENTS) = STATEMENT, as in pattern "
                                   "orders-of(user) = query USER#{user} ORDER#*";
    struct str text;
    size_t equals, open, close;

    skip_blanks(l);
    text = str_slice(l->whole, l->at, l->end);
    *ret = (struct access_pattern){0};
    if (!str_find_char(text, '=', &equals))
        return wrong(l, l->at, l->end, "a pattern needs its statement", expected);
    struct str head = str_trim(str_slice(text, 0, equals));

    if (str_find_char(head, '(', &open)) {
        if (!str_find_char(head, ')', &close) || close + 1 != head.len || close < open)
            return wrong(l, l->at, l->at + equals, "the arguments are not closed", expected);
        int r = read_arguments(l, str_slice(head, open + 1, close), l->at + open + 1, ret);

        if (r < 0)
            return r;
        head = str_trim(str_slice(head, 0, open));
    }
    if (!is_name(head))
        return wrong(l, l->at, l->at + equals, "a pattern needs a name", expected);
    ret->name = arena_str(l->arena, head);
    ret->statement = arena_str(l->arena, str_trim(str_slice(text, equals + 1, text.len)));
    if (!ret->statement.len)
        return wrong(l, l->at + equals, l->end, "a pattern needs its statement", expected);
    return 0;
}

/* ---- the model */

static void put_entity(struct arena *a, struct entity_model *m, const struct entity *x)
{
    struct entity *list;

    for (size_t i = 0; i < m->entity_count; i++) {
        if (str_eq(m->entities[i].name, x->name)) {
            m->entities[i] = *x;
            return;
        }
    }
    list = arena_alloc(a, m->entity_count + 1, sizeof(*list));
    if (m->entity_count)
        memcpy(list, m->entities, m->entity_count * sizeof(*list));
    list[m->entity_count++] = *x;
    m->entities = list;
}

static void put_pattern(struct arena *a, struct entity_model *m, const struct access_pattern *p)
{
    struct access_pattern *list;

    for (size_t i = 0; i < m->pattern_count; i++) {
        if (str_eq(m->patterns[i].name, p->name)) {
            m->patterns[i] = *p;
            return;
        }
    }
    list = arena_alloc(a, m->pattern_count + 1, sizeof(*list));
    if (m->pattern_count)
        memcpy(list, m->patterns, m->pattern_count * sizeof(*list));
    list[m->pattern_count++] = *p;
    m->patterns = list;
}

struct reading {
    const struct table *table;
    struct entity_model *model;
    struct str last; /* the entity that indented lines belong to */
};

static int read_line(struct reading *r, struct line *l)
{
    bool indented = l->at < l->end && isspace((unsigned char)l->whole.s[l->at]);
    struct word_at verb;
    struct entity x;
    struct access_pattern p;
    size_t begin = l->at;
    int got = next_word(l, &verb);

    if (got <= 0 || (verb.text.s[0] == '#' && !indented))
        return got < 0 ? got : 0;
    if (indented && r->last.len) {
        l->at = begin;
        return add_attribute(l, (struct entity *)model_entity(r->model, r->last));
    }
    if (str_is(verb.text, "entity")) {
        got = read_entity(l, r->table, &x);
        if (got == 0) {
            put_entity(l->arena, r->model, &x);
            r->last = x.name;
        }
        return got;
    }
    if (str_is(verb.text, "pattern")) {
        r->last = STR("");
        got = read_pattern(l, &p);
        if (got == 0)
            put_pattern(l->arena, r->model, &p);
        return got;
    }
    return wrong(l, verb.from, verb.to, "a model has entity and pattern lines only",
                 "expected entity or pattern");
}

int model_parse(struct arena *a, struct str text, const struct table *t, struct entity_model *ret,
                struct err *e)
{
    struct entity_model m = *ret;
    struct reading r = {.table = t, .model = &m, .last = STR("")};

    for (size_t at = 0; at < text.len;) {
        struct line l = {.arena = a, .whole = text, .at = at, .end = at, .e = e};

        while (l.end < text.len && text.s[l.end] != '\n')
            l.end++;
        at = l.end + 1;
        if (m.entity_count > MODEL_ENTITIES_MAX)
            return wrong(&l, l.at, l.end, "too many entities", "expected a smaller model");
        int code = read_line(&r, &l);

        if (code < 0)
            return code;
    }
    *ret = m;
    return 0;
}

/* ---- writing */

static void add_word(struct buf *b, struct str t)
{
    bool plain = t.len > 0 && !strchr("'\"", t.s[0]) && !str_is(t, "where") && !str_is(t, "--"),
         controls = false;

    for (size_t i = 0; i < t.len; i++) {
        plain &= !isspace((unsigned char)t.s[i]);
        controls |= iscntrl((unsigned char)t.s[i]);
    }
    if (controls) {
        json_add_string(b, t);
        return;
    }
    if (plain) {
        buf_str_add(b, t);
        return;
    }
    buf_char(b, '\'');
    for (size_t i = 0; i < t.len; i++) {
        if (t.s[i] == '\'')
            buf_char(b, '\'');
        buf_char(b, t.s[i]);
    }
    buf_char(b, '\'');
}

static void add_template(struct buf *b, const struct template *t)
{
    _cleanup_(buf_free) struct buf text = {0};

    template_add(&text, t);
    add_word(b, buf_str(&text));
}

static size_t template_cells(const struct template *t)
{
    _cleanup_(buf_free) struct buf text = {0};

    add_template(&text, t);
    return text.len;
}

static void pad(struct buf *b, size_t from, size_t to)
{
    for (size_t n = b->len - from; n < to; n++)
        buf_char(b, ' ');
}

struct widths {
    size_t name, parts[MODEL_KEY_PARTS];
};

static void measure(const struct entity_model *m, struct widths *w)
{
    for (size_t i = 0; i < m->entity_count; i++) {
        const struct entity *x = &m->entities[i];

        w->name = MAX(w->name, x->name.len);
        for (unsigned p = 0; p < key_part_count(x->keys[0].schema); p++)
            w->parts[p] = MAX(w->parts[p], template_cells(&x->keys[0].parts[p]));
    }
}

static void add_keys(struct buf *b, const struct entity *x, const struct widths *w)
{
    for (size_t k = 0; k < x->key_count; k++) {
        const struct entity_key *key = &x->keys[k];

        if (key->index.len)
            buf_addf(b, "  %.*s", STR_ARG(key->index));
        for (unsigned p = 0; p < key_part_count(key->schema); p++) {
            bool more =
                k + 1 < x->key_count || p + 1 < key_part_count(key->schema) || x->test_count;

            buf_addf(b, "%s", k ? " " : "  ");
            size_t from = b->len;

            add_template(b, &key->parts[p]);
            if (!k && more)
                pad(b, from, w->parts[p]);
        }
    }
}

static void add_tests(struct buf *b, const struct entity *x)
{
    for (size_t i = 0; i < x->test_count; i++) {
        buf_addf(b, "%s", i ? " and " : "  where ");
        if (x->tests[i].exists)
            buf_lit(b, "exists ");
        add_word(b, x->tests[i].attribute);
        if (x->tests[i].exists)
            continue;
        buf_lit(b, " = ");
        add_word(b, x->tests[i].value);
    }
}

static void add_types(struct buf *b, const struct entity_attribute *a)
{
    bool any = false;

    for (unsigned t = 0; t < ATTR_TYPES; t++) {
        if (!a->types[t])
            continue;
        buf_addf(b, "%s%s", any ? "/" : "", attr_type_name((enum attr_type)t));
        any = true;
    }
}

/* A share in whole percent: what is there at all has at least 1, and only what is always there has
 * 100. */
static unsigned percent(uint64_t part, uint64_t whole)
{
    uint64_t n = whole ? (part * 100 + whole / 2) / whole : part;

    if (part && !n)
        return 1;
    return (unsigned)(n >= 100 && part < whole ? 99 : MIN(n, (uint64_t)100));
}

static void add_attributes(struct buf *b, const struct entity *x)
{
    size_t name = 0;

    for (size_t i = 0; i < x->attribute_count; i++)
        name = MAX(name, x->attributes[i].name.len);
    for (size_t i = 0; i < x->attribute_count; i++) {
        const struct entity_attribute *a = &x->attributes[i];

        buf_lit(b, "    ");
        size_t from = b->len;

        add_word(b, a->name);
        pad(b, from, name + 2);
        from = b->len;
        add_types(b, a);
        if (a->items) {
            pad(b, from, 5);
            buf_addf(b, " %u %%", percent(a->items, x->items));
        }
        for (size_t w = 0; w < a->word_count; w++) {
            buf_addf(b, "%s", w ? " | " : "  ");
            add_word(b, a->words[w].text);
        }
        buf_char(b, '\n');
    }
}

void model_add(struct buf *b, const struct entity_model *m, bool attributes)
{
    struct widths w = {0};

    measure(m, &w);
    for (size_t i = 0; i < m->entity_count; i++) {
        const struct entity *x = &m->entities[i];

        buf_lit(b, "entity ");
        size_t from = b->len;

        buf_str_add(b, x->name);
        pad(b, from, w.name);
        add_keys(b, x, &w);
        add_tests(b, x);
        buf_char(b, '\n');
        if (attributes)
            add_attributes(b, x);
    }
    for (size_t i = 0; i < m->pattern_count; i++) {
        const struct access_pattern *p = &m->patterns[i];

        buf_addf(b, "pattern %.*s(", STR_ARG(p->name));
        for (size_t n = 0; n < p->argument_count; n++)
            buf_addf(b, "%s%.*s", n ? ", " : "", STR_ARG(p->arguments[n]));
        buf_addf(b, ") = %.*s\n", STR_ARG(p->statement));
    }
}
