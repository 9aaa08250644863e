/* Statements that other tools write in another order: assignments behind a key, an object behind
 * it, a table in front, columns of a new table in brackets.
 */
#include "pksk/lang/habits.h"

#include "pksk/item/notation.h"
#include "pksk/item/plain.h"
#include "pksk/json/writer.h"

static bool is(struct str word, const char *lower)
{
    return str_eq_ci(word, str_of(lower));
}

static struct str keep(struct arena *a, const struct buf *b)
{
    return arena_str(a, buf_str(b));
}

static void add_words(struct buf *b, const struct str *words, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        buf_addf(b, "%s%.*s", b->len ? " " : "", STR_ARG(words[i]));
}

static bool is_word_char(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/* name=value: where its sign stands, or 0. */
static size_t assignment(struct str word)
{
    size_t at;

    if (!str_find_char(word, '=', &at) || !at || at + 1 == word.len)
        return 0;
    for (size_t i = 0; i < at; i++) {
        if (!is_word_char(word.s[i]))
            return 0;
    }
    return at;
}

/* The first of the words from i on that is name=value or, with objects, an object; count: none. */
static size_t first_assigned(const struct str *words, size_t i, size_t count, bool objects)
{
    while (i < count && !assignment(words[i]) && !(objects && words[i].s[0] == '{'))
        i++;
    return i;
}

/* ---- update A B name=Bob age=3, update A B {"name": "Bob"} */

static bool add_object(struct arena *a, struct str text, const char *sign, struct buf *b)
{
    struct value *map;
    struct err ignored;
    bool first = true;

    if (plain_parse(a, text, &map, &ignored) < 0 || map->type != ATTR_M || !map->len)
        return false;
    value_each (v, map) {
        if (sign[0] != ' ' && !value_is_text(v) && v->type != ATTR_BOOL && v->type != ATTR_NULL)
            return false; /* a put takes one word a value */
        buf_str_add(b, first ? STR(" ") : sign[0] == ' ' ? STR(", ") : STR(" "));
        notation_add_name(b, value_name(v));
        buf_str_add(b, str_of(sign));
        notation_add_value(b, v);
        first = false;
    }
    return true;
}

static struct str update_form(struct arena *a, const struct str *words, size_t count)
{
    _cleanup_(buf_free) struct buf b = {0};
    size_t i = first_assigned(words, 2, count, true), at;

    if (!is(words[0], "update") || i >= count)
        return STR("");
    add_words(&b, words, 0, i);
    buf_lit(&b, " set");
    if (words[i].s[0] == '{') {
        if (!add_object(a, words[i++], " = ", &b))
            return STR("");
    } else {
        for (bool first = true; i < count && (at = assignment(words[i])); i++, first = false)
            buf_addf(&b, "%s %.*s = %.*s", first ? "" : ",", (int)at, words[i].s,
                     (int)(words[i].len - at - 1), words[i].s + at + 1);
    }
    add_words(&b, words, i, count);
    return keep(a, &b);
}

/* ---- put A B {"a": 1}, put pk=A sk=B a=2, insert A B a=1, set A B a=2 */

/* pk=A: the value, when that is the key's name. */
static bool named_key(struct str word, struct str name, struct str *ret)
{
    size_t at = assignment(word);

    if (!at || !name.len || !str_eq(str_slice(word, 0, at), name))
        return false;
    *ret = str_slice(word, at + 1, word.len);
    return true;
}

static struct str put_form(struct arena *a, const struct str *words, size_t count,
                           const struct lang_env *env)
{
    _cleanup_(buf_free) struct buf b = {0};
    bool insert = is(words[0], "insert"), set = is(words[0], "set");
    struct str names[2] = {{0}}, pk, sk;
    size_t i = 1;

    if (!(insert || set || is(words[0], "put")) || count < 2)
        return STR("");
    buf_lit(&b, "put");
    if (env->key_names && assignment(words[1]))
        (void)env->key_names(env->ctx, STR(""), &names[0], &names[1]);
    if (named_key(words[1], names[0], &pk)) {
        buf_addf(&b, " %.*s", STR_ARG(pk));
        i++;
        if (i < count && named_key(words[i], names[1], &sk)) {
            buf_addf(&b, " %.*s", STR_ARG(sk));
            i++;
        }
    }
    size_t from = first_assigned(words, i, count, true);

    if (from == count || (set && count < 4) || (i == 1 && from == 1))
        return STR("");
    add_words(&b, words, i, from);
    if (words[from].s[0] == '{' && !add_object(a, words[from++], "=", &b))
        return STR("");
    add_words(&b, words, from, count);
    if (insert)
        buf_lit(&b, " if not exists");
    return keep(a, &b);
}

/* ---- delete A x*, delete where …: what is found, counted and asked about */

static struct str delete_form(struct arena *a, const struct str *words, size_t count)
{
    _cleanup_(buf_free) struct buf b = {0};

    if (!is(words[0], "delete") || count < 2)
        return STR("");
    if (is(words[1], "where")) {
        buf_lit(&b, "scan");
        add_words(&b, words, 1, count);
    } else if (count == 3 && words[2].s[words[2].len - 1] == '*') {
        buf_lit(&b, "query");
        add_words(&b, words, 1, count);
    } else {
        return STR("");
    }
    buf_lit(&b, " then delete");
    return keep(a, &b);
}

/* ---- export FILE, backup to FILE */

static bool names_file(struct str word)
{
    static const char *const endings[] = {".json", ".jsonl", ".csv", ".tsv", ".pksk", ".txt"};

    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        if (word.len > strlen(endings[i]) && str_ends(word, str_of(endings[i])))
            return true;
    }
    return false;
}

static bool is_table(const struct lang_env *env, struct str word)
{
    struct str names[2];

    static const char *const words[] = {"where", "select", "limit",  "count", "segments", "order",
                                        "then",  "into",   "sample", "as",    "between",  "begins"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) { /* the service is not asked for these */
        if (is(word, words[i]))
            return false;
    }
    for (size_t i = 0; i < word.len; i++) {
        if (!is_word_char(word.s[i]) && word.s[i] != '.')
            return false;
    }
    return word.len >= 3 && env->key_names && env->key_names(env->ctx, word, &names[0], &names[1]);
}

static struct str export_form(struct arena *a, const struct str *words, size_t count,
                              const struct lang_env *env)
{
    bool backup = is(words[0], "backup") || is(words[0], "dump");

    if (!backup && !is(words[0], "export"))
        return STR("");
    if (count == 3 && (is(words[1], "to") || is(words[1], "into")) && backup)
        return arena_printf(a, "export into %.*s", STR_ARG(words[2]));
    if (count != 2)
        return STR("");
    if (names_file(words[1]) || str_find_char(words[1], '/', NULL))
        return arena_printf(a, "export into %.*s", STR_ARG(words[1]));
    return is_table(env, words[1]) ? arena_printf(a, "%.*s: export", STR_ARG(words[1])) : STR("");
}

/* ---- shop get A B, get shop A B */

static bool takes_table(struct str word)
{
    static const char *const verbs[] = {"get", "query", "scan", "put", "update", "delete"};

    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (is(word, verbs[i]))
            return true;
    }
    return false;
}

static struct str table_in_front(struct arena *a, const struct str *words, size_t count,
                                 const struct lang_env *env)
{
    _cleanup_(buf_free) struct buf b = {0};

    if (count > 1 && takes_table(words[1]) && is_table(env, words[0])) {
        buf_addf(&b, "%.*s:", STR_ARG(words[0]));
        add_words(&b, words, 1, count);
    } else if (count > 2 && takes_table(words[0]) && is_table(env, words[1])) {
        buf_addf(&b, "%.*s: %.*s", STR_ARG(words[1]), STR_ARG(words[0]));
        add_words(&b, words, 2, count);
    }
    return keep(a, &b);
}

/* query shop.gsi1 ORDER, as others write an index */

bool habits_dotted(struct str word, const struct lang_env *env)
{
    struct err ignored;
    size_t dot;

    return str_find_char(word, '.', &dot) && dot >= 3 && env->is_index &&
           env->is_index(env->ctx, STR(""), str_slice(word, dot + 1, word.len), &ignored) > 0;
}

static struct str dotted_form(struct arena *a, const struct str *words, size_t count,
                              const struct lang_env *env)
{
    _cleanup_(buf_free) struct buf b = {0};
    struct err ignored;
    size_t dot;

    if (count < 2 || !(is(words[0], "query") || is(words[0], "scan")) ||
        !str_find_char(words[1], '.', &dot) || !dot || !env->is_index)
        return STR("");
    struct str table = str_slice(words[1], 0, dot),
               index = str_slice(words[1], dot + 1, words[1].len);

    if (env->is_index(env->ctx, table, index, &ignored) <= 0)
        return STR("");
    buf_addf(&b, "%.*s: %.*s %.*s", STR_ARG(table), STR_ARG(words[0]), STR_ARG(index));
    add_words(&b, words, 2, count);
    return keep(a, &b);
}

/* ---- create table T (pk S, sk S), pk:S, pk string, pk sk */

static const struct {
    const char *word, *type;
} types[] = {{"s", "S"},       {"string", "S"}, {"str", "S"},    {"text", "S"},    {"varchar", "S"},
             {"n", "N"},       {"number", "N"}, {"int", "N"},    {"integer", "N"}, {"bigint", "N"},
             {"numeric", "N"}, {"b", "B"},      {"binary", "B"}, {"blob", "B"},    {"bytes", "B"}};

static const char *type_of(struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (is(word, types[i].word))
            return types[i].type;
    }
    return NULL;
}

static bool is_noise(struct str word)
{
    static const char *const noise[] = {"primary",   "key",  "hash", "range",
                                        "partition", "sort", "not",  "null"};

    for (size_t i = 0; i < ARRAY_LEN(noise); i++) {
        if (is(word, noise[i]))
            return true;
    }
    return false;
}

static bool is_part(struct str word)
{
    static const char *const parts[] = {"index",  "local", "on-demand", "provisioned", "ttl",
                                        "stream", "pitr",  "protect",   "nowait",      "from"};

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (is(word, parts[i]))
            return true;
    }
    return false;
}

struct columns {
    struct str names[2];
    const char *types[2];
    size_t count;
    bool good;
};

static void take_column(struct columns *c, struct str word)
{
    const char *type = type_of(word);

    if (is_noise(word))
        return;
    if (is(word, "like") || is(word, "as") || (!type && word.len == 1 && word.s[0] < 'a')) {
        c->good = false; /* X is a type that there is none of */
        return;
    }
    if (type && c->count && !c->types[c->count - 1]) {
        c->types[c->count - 1] = type;
        return;
    }
    for (size_t i = 0; i < c->count; i++) {
        if (str_eq(c->names[i], word))
            return; /* primary key (pk, sk) behind the columns */
    }
    if (c->count == 2)
        c->good = false;
    else
        c->names[c->count++] = word;
}

/* The words of a text whose signs are blanks. */
static void take_columns(struct columns *c, struct str text)
{
    for (size_t i = 0; i < text.len;) {
        size_t from = i;

        while (i < text.len && (is_word_char(text.s[i]) || text.s[i] == '#' || text.s[i] == '.'))
            i++;
        if (i > from)
            take_column(c, str_slice(text, from, i));
        else if (!strchr(" \t\r\n(),:", text.s[i++]))
            c->good = false;
    }
}

static struct str create_form(struct arena *a, const struct str *words, size_t count)
{
    _cleanup_(buf_free) struct buf b = {0};
    struct columns c = {.good = true};
    size_t i = 3;

    if (count < 4 || !is(words[0], "create") || !is(words[1], "table"))
        return STR("");
    for (; i < count && !is_part(words[i]); i++)
        take_columns(&c, words[i]);
    if (!c.good || !c.count)
        return STR("");
    add_words(&b, words, 0, 3);
    for (size_t n = 0; n < c.count; n++) {
        buf_str_add(&b, n ? STR(", ") : STR(" "));
        notation_add_name(&b, c.names[n]);
        buf_addf(&b, " %s", c.types[n] ? c.types[n] : "S");
    }
    if (i < count)
        buf_char(&b, ',');
    add_words(&b, words, i, count);
    return keep(a, &b);
}

/* ---- cp A B A C, mv A B: half of the words is one key */

static struct str copy_form(struct arena *a, const struct str *words, size_t count)
{
    _cleanup_(buf_free) struct buf b = {0};
    bool copy = is(words[0], "cp") || is(words[0], "copy");
    size_t half = (count - 1) / 2;

    if (!(copy || is(words[0], "mv") || is(words[0], "move") || is(words[0], "rename")))
        return STR("");
    buf_str_add(&b, copy ? STR("copy") : STR("rename"));
    for (size_t i = 1; i < count; i++) {
        if (!is(words[i], "to"))
            continue;
        add_words(&b, words, 1, count);
        return keep(a, &b);
    }
    if (count != 3 && count != 5)
        return STR("");
    add_words(&b, words, 1, 1 + half);
    buf_lit(&b, " to");
    add_words(&b, words, 1 + half, count);
    return keep(a, &b);
}

/* ---- redis */

static struct str redis_form(struct arena *a, const struct str *words, size_t count,
                             const struct lang_env *env)
{
    _cleanup_(buf_free) struct buf b = {0};
    struct str names[2];

    if (count == 2 && is(words[0], "hgetall"))
        return arena_printf(a, "query %.*s", STR_ARG(words[1]));
    if (count != 2 || !is(words[0], "keys") || words[1].s[words[1].len - 1] != '*' ||
        !env->key_names || !env->key_names(env->ctx, STR(""), &names[0], &names[1]))
        return STR("");
    buf_lit(&b, "scan where begins_with(");
    notation_add_name(&b, names[0]);
    buf_lit(&b, ", ");
    notation_add_string(&b, str_slice(words[1], 0, words[1].len - 1));
    buf_lit(&b, ") select ");
    notation_add_name(&b, names[0]);
    if (names[1].len) {
        buf_lit(&b, ", ");
        notation_add_name(&b, names[1]);
    }
    return keep(a, &b);
}

/* ---- what would be read as a sort key: 10..12, ORDER#%, > out.json */

static bool is_range(struct str word, struct str *from, struct str *to)
{
    size_t dots;

    if (!str_find(word, STR(".."), &dots) || !dots || dots + 2 >= word.len)
        return false;
    *from = str_slice(word, 0, dots);
    *to = str_slice(word, dots + 2, word.len);
    return from->s[0] >= '0' && from->s[0] <= '9' && to->s[0] >= '0' && to->s[0] <= '9';
}

bool habits_odd_sort(const struct sort_condition *sort)
{
    struct str from, to, text = sort->a->text;

    if (sort->a->form != WORD_BARE || sort->next || !text.len)
        return false;
    if (sort->op == SORT_GT)
        return names_file(text);
    return sort->op == SORT_EQ && (is_range(text, &from, &to) || text.s[text.len - 1] == '%');
}

static struct str sort_form(struct arena *a, const struct str *words, size_t count)
{
    _cleanup_(buf_free) struct buf b = {0};
    bool changed = false;

    if (!is(words[0], "query") || count < 3)
        return STR("");
    add_words(&b, words, 0, 2);
    for (size_t i = 2; i < count; i++) {
        struct str from, to, w = words[i];

        if (is_range(w, &from, &to)) {
            buf_addf(&b, " between %.*s %.*s", STR_ARG(from), STR_ARG(to));
        } else if (w.len > 1 && w.s[w.len - 1] == '%' && w.s[0] != '\'' && w.s[0] != '"') {
            buf_addf(&b, " %.*s*", STR_ARG(str_slice(w, 0, w.len - 1)));
        } else if (str_is(w, ">") && i + 2 == count && names_file(words[i + 1])) {
            buf_lit(&b, " into");
        } else {
            add_words(&b, words, i, i + 1);
            continue;
        }
        changed = true;
    }
    return changed ? keep(a, &b) : STR("");
}

/* ---- */

struct str habits_form(struct arena *a, const struct str *words, size_t count,
                       const struct lang_env *env)
{
    struct str form = update_form(a, words, count);

    if (!form.len)
        form = put_form(a, words, count, env);
    if (!form.len)
        form = delete_form(a, words, count);
    if (!form.len)
        form = export_form(a, words, count, env);
    if (!form.len)
        form = create_form(a, words, count);
    if (!form.len)
        form = copy_form(a, words, count);
    if (!form.len)
        form = redis_form(a, words, count, env);
    if (!form.len)
        form = dotted_form(a, words, count, env);
    if (!form.len)
        form = sort_form(a, words, count);
    return form.len ? form : table_in_front(a, words, count, env);
}

/* ---- what DynamoDB has not */

void habits_explain(struct str text, struct err *e)
{
    static const struct {
        const char *word, *hint;
    } missing[] = {
        {"offset", "DynamoDB cannot skip items: `limit` and `more` go on page by page, and `query "
                   "A > KEY` begins behind "
                   "a key"},
        {"ilike", "DynamoDB compares exactly, upper and lower case too: begins_with(name, x) or "
                  "contains(name, x)"},
        {"join", "DynamoDB joins nothing: items that belong together have one partition key, "
                 "`query KEY` reads them"},
        {"having", "`scan count by status | …` or `into` a file goes on with groups"},
        {"any", "contains takes one value: contains(tags, a) or contains(tags, b)"},
        {">>", "`into FILE` writes a file anew; `| cat >> FILE` adds to one"},
    };
    struct str words[HABITS_WORDS_MAX];
    size_t count = habits_words(text, words);

    for (size_t i = 1; i < count && i < HABITS_WORDS_MAX; i++) {
        for (size_t k = 0; k < ARRAY_LEN(missing); k++) {
            if (!is(words[i], missing[k].word))
                continue;
            err_hint(e, "%s", missing[k].hint);
            return;
        }
    }
}
