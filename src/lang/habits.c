#include "pksk/lang/habits.h"

#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"
#include "pksk/item/plain.h"
#include "pksk/json/tree.h"
#include "pksk/json/writer.h"

/* Whole statements: `*` is what is left of the line, something at least. The first one counts. */
static const struct {
    const char *typed, *form;
} phrases[] = {
    {"quit", "exit"},
    {"\\q", "exit"},
    {":q", "exit"},
    {"bye", "exit"},
    {"logout", "exit"},
    {"?", "help"},
    {"\\?", "help"},
    {"? *", "help *"},
    {"\\h", "help"},
    {"\\h *", "help *"},
    {"man *", "help *"},
    {"\\d", "tables"},
    {"\\dt", "tables"},
    {"\\d *", "describe *"},
    {"show tables", "tables"},
    {"list tables", "tables"},
    {"list", "tables"},
    {"show create table *", "describe * as create"},
    {"show settings", "set"},
    {"set all", "set"},
    {"show *", "set *"},
    {"desc table *", "describe *"},
    {"describe table *", "describe *"},
    {"desc *", "describe *"},
    {"keys", "describe"},
    {"\\c *", "use *"},
    {"cd *", "use *"},
    {"use table *", "use *"},
    {"\\x", "set format vertical"},
    {"\\timing", "timing"},
    {"\\timing *", "timing *"},
    {"\\i *", "source *"},
    {"\\e", "edit"},
    {"\\s", "history"},
    {"\\set", "set"},
    {"\\conninfo", "whoami"},
    {"pwd", "whoami"},
    {"region *", "connect region *"},
    {"profile *", "connect profile *"},
    {"endpoint *", "connect endpoint *"},
    {"\\! *", "! *"},
    {"count", "scan count"},
    {"count where *", "scan where * count"},
    {"count by *", "scan count by *"},
    {"head", "scan limit 10"},
    {"head *", "scan limit *"},
    {"sample", "scan limit 10"},
    {"first *", "scan limit *"},
    {"count *", "query * count"},
    {"upsert *", "put *"},
    {"del *", "delete *"},
    {"rm *", "delete *"},
    {"scan 0", "scan"},
    {"clear", "! clear"},
    {"version", "! pksk --version"},
};

/* ---- words */

static size_t word_end(struct str t, size_t at)
{
    char quote = 0;
    size_t depth = 0;

    for (; at < t.len; at++) {
        char c = t.s[at];

        if (quote) {
            if (c == '\\' && quote == '"')
                at++;
            else if (c == quote)
                quote = 0;
        } else if (c == '"' || c == '\'' || c == '`') {
            quote = c;
        } else if (strchr("{[(", c)) {
            depth++;
        } else if (strchr("}])", c)) {
            depth -= depth > 0;
        } else if (!depth && strchr(" \t\r\n", c)) {
            break;
        }
    }
    return MIN(at, t.len);
}

size_t habits_words(struct str text, struct str words[HABITS_WORDS_MAX])
{
    size_t n = 0, at = 0;

    while (n < HABITS_WORDS_MAX) {
        while (at < text.len && strchr(" \t\r\n", text.s[at]))
            at++;
        if (at >= text.len)
            break;
        size_t end = word_end(text, at);

        words[n++] = str_slice(text, at, end);
        at = end;
    }
    return n;
}

static bool is(struct str word, const char *lower)
{
    return str_eq_ci(word, str_of(lower));
}

static void add_word(struct buf *b, struct str word)
{
    if (b->len)
        buf_char(b, ' ');
    buf_str_add(b, word);
}

static struct str keep(struct arena *a, const struct buf *b)
{
    return arena_str(a, buf_str(b));
}

/* ---- phrases */

static bool matches(const char *phrase, struct str text, const struct str *words, size_t count,
                    struct str *rest)
{
    struct str pattern = str_of(phrase), one;
    size_t i = 0;

    *rest = STR("");
    for (; str_split(&pattern, ' ', &one); i++) {
        if (i == count)
            return false;
        if (str_is(one, "*")) {
            *rest = (struct str){words[i].s, (size_t)(text.s + text.len - words[i].s)};
            return true;
        }
        if (!str_eq_ci(one, words[i]))
            return false;
    }
    return i == count;
}

static struct str phrase(struct arena *a, struct str text, const struct str *words, size_t count)
{
    for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
        _cleanup_(buf_free) struct buf b = {0};
        struct str rest, form = str_of(phrases[i].form);
        size_t star;

        if (!matches(phrases[i].typed, text, words, count, &rest))
            continue;
        if (!str_find_char(form, '*', &star))
            return form;
        buf_str_add(&b, str_slice(form, 0, star));
        buf_str_add(&b, rest);
        buf_str_add(&b, str_slice(form, star + 1, form.len));
        return keep(a, &b);
    }
    return STR("");
}

/* `get --help`, `help` of whatever */
static struct str help_of(struct arena *a, const struct str *words, size_t count)
{
    if (count != 2 || !(is(words[1], "--help") || is(words[1], "-h")))
        return STR("");
    return arena_printf(a, "help %.*s", STR_ARG(words[0]));
}

/* ---- SQL goes to PartiQL as it is */

static struct str sql(struct arena *a, struct str text, const struct str *words, size_t count)
{
    bool has_where = false;

    for (size_t i = 0; i < count; i++)
        has_where |= is(words[i], "where");
    bool meant =
        count >= 4 && (is(words[0], "select") || (is(words[0], "insert") && is(words[1], "into")) ||
                       (is(words[0], "delete") && is(words[1], "from") && has_where) ||
                       (is(words[0], "update") && is(words[2], "set") && has_where));

    return meant ? arena_printf(a, "partiql %.*s", STR_ARG(text)) : STR("");
}

/* ---- objects as JavaScript and Python write them, or DynamoDB's typed JSON */

/* Single quotes become double ones, and a comma before a closing bracket goes. */
static void strict(struct str t, struct buf *b)
{
    char quote = 0;

    for (size_t i = 0; i < t.len; i++) {
        char c = t.s[i];
        size_t next = i + 1;

        while (next < t.len && strchr(" \t\r\n", t.s[next]))
            next++;
        if (quote && c == '\\' && i + 1 < t.len) {
            buf_char(b, c);
            buf_char(b, t.s[++i]);
        } else if (quote == '\'' && c == '"') {
            buf_lit(b, "\\\"");
        } else if (c == quote || (!quote && (c == '"' || c == '\''))) {
            quote = quote ? 0 : c;
            buf_char(b, '"');
        } else if (quote || c != ',' || next >= t.len || !strchr("}]", t.s[next])) {
            buf_char(b, c);
        }
    }
}

static struct json *object(struct arena *a, struct str text)
{
    _cleanup_(buf_free) struct buf plain = {0};
    struct json *tree;
    struct err ignored;

    strict(text, &plain);
    if (json_parse(a, keep(a, &plain), VALUE_DEPTH_MAX * 2, &tree, &ignored) < 0 ||
        tree->kind != JSON_IS_OBJECT || !tree->first)
        return NULL;
    return tree;
}

/* {"S": …} and its kin: one member, called by a type. */
static bool is_typed(const struct json *node)
{
    enum attr_type type;

    return node->kind == JSON_IS_OBJECT && node->count == 1 &&
           attr_type_from(node->first->name, &type);
}

/* An item, typed when each attribute is. */
static struct value *item_of(struct arena *a, const struct json *tree)
{
    struct value *item;
    struct err ignored;
    bool typed = true;

    for (const struct json *x = tree->first; x; x = x->next)
        typed &= is_typed(x);
    int r =
        typed ? ddb_from_json(a, tree, &item, &ignored) : plain_from_json(a, tree, &item, &ignored);

    return r < 0 ? NULL : item;
}

/* The names of the table's key, or what the item has in their place. */
static const struct value *key_of(const struct value *item, const struct lang_env *env,
                                  struct str table, bool sort)
{
    struct str names[2] = {{0}};

    if (env->key_names && env->key_names(env->ctx, table, &names[0], &names[1]))
        return names[sort].len ? value_member(item, names[sort]) : NULL;
    return sort ? (item->first->next ? item->first->next : NULL) : item->first;
}

static void add_key_value(struct buf *b, const struct value *v)
{
    if (b->len)
        buf_char(b, ' ');
    notation_add_key(b, v);
}

/* get {"pk": …, "sk": …} */
static struct str key_object(struct arena *a, const struct str *words, size_t count,
                             const struct lang_env *env)
{
    _cleanup_(buf_free) struct buf b = {0};
    bool takes = is(words[0], "get") || is(words[0], "delete") || is(words[0], "update") ||
                 is(words[0], "query");
    struct json *tree = takes && count > 1 && words[1].s[0] == '{' ? object(a, words[1]) : NULL;
    struct value *item = tree ? item_of(a, tree) : NULL;
    const struct value *pk = item ? key_of(item, env, STR(""), false) : NULL;
    const struct value *sk = item ? key_of(item, env, STR(""), true) : NULL;

    if (!pk || !value_is_text(pk) || (sk && !value_is_text(sk)) || item->len != (sk ? 2u : 1u))
        return STR("");
    add_word(&b, words[0]);
    add_key_value(&b, pk);
    if (sk)
        add_key_value(&b, sk);
    for (size_t i = 2; i < count; i++)
        add_word(&b, words[i]);
    return keep(a, &b);
}

/* put {…}, insert {…}: as JSON would have it, or typed. */
static struct str put_object(struct arena *a, const struct str *words, size_t count)
{
    _cleanup_(buf_free) struct buf b = {0};
    bool insert = is(words[0], "insert");
    struct json *tree = (insert || is(words[0], "put")) && count > 1 && words[1].s[0] == '{'
                            ? object(a, words[1])
                            : NULL;
    struct value *item = tree ? item_of(a, tree) : NULL;

    if (!item)
        return STR("");
    buf_lit(&b, "put ");
    notation_add_value(&b, item);
    for (size_t i = 2; i < count; i++)
        add_word(&b, words[i]);
    if (insert)
        buf_lit(&b, " if not exists");
    return keep(a, &b);
}

/* ---- key attributes by name: pk = A, pk=A */

struct named {
    struct str name, value;
    size_t used; /* words */
};

static bool is_name(struct str t)
{
    for (size_t i = 0; i < t.len; i++) {
        char c = t.s[i];

        if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '_' && !(i && c >= '0' && c <= '9') &&
            !(i && c == '-'))
            return false;
    }
    return t.len > 0;
}

static struct str without_comma(struct str t)
{
    return t.len > 1 && t.s[t.len - 1] == ',' ? str_slice(t, 0, t.len - 1) : t;
}

static bool take_named(const struct str *words, size_t count, struct named *ret)
{
    struct str first = words[0];
    size_t at;

    if (count > 2 && is_name(first) && str_is(words[1], "=")) {
        *ret = (struct named){first, without_comma(words[2]), 3};
        return true;
    }
    if (!str_find_char(first, '=', &at) || !is_name(str_slice(first, 0, at)))
        return false;
    struct str value = str_slice(first, at + 1, first.len);

    if (!value.len && count > 1)
        *ret = (struct named){str_slice(first, 0, at), without_comma(words[1]), 2};
    else
        *ret = (struct named){str_slice(first, 0, at), without_comma(value), 1};
    return ret->value.len > 0;
}

/* Is this the name of that part of the key? Where the schema is not known, it may be. */
static bool is_key(const struct lang_env *env, struct str name, bool sort)
{
    struct str names[2] = {{0}};

    if (!env->key_names || !env->key_names(env->ctx, STR(""), &names[0], &names[1]))
        return true;
    return str_eq(names[sort], name);
}

static bool is_sort_operator(struct str word)
{
    static const char *const words[] = {"begins", "begins_with", "between", "=",
                                        "<",      "<=",          ">",       ">="};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (is(word, words[i]))
            return true;
    }
    return false;
}

/* Behind a query's partition key: and, sk, then the condition. Returns the words that are left out.
 */
static size_t sort_name(const struct str *words, size_t count, const struct lang_env *env)
{
    size_t skip = count && is(words[0], "and");

    if (skip + 1 < count && is_name(words[skip]) && is_sort_operator(words[skip + 1]) &&
        is_key(env, words[skip], true))
        return skip + 1;
    return skip;
}

static struct str named_keys(struct arena *a, const struct str *words, size_t count,
                             const struct lang_env *env)
{
    _cleanup_(buf_free) struct buf b = {0};
    bool query = is(words[0], "query"), changed = false;
    struct named n;
    size_t i = 1;

    if (!query && !is(words[0], "get") && !is(words[0], "delete"))
        return STR("");
    add_word(&b, words[0]);
    if (i < count && take_named(words + i, count - i, &n) && is_key(env, n.name, false)) {
        add_word(&b, n.value);
        i += n.used;
        changed = true;
    } else if (query && i + 1 < count && is_name(words[i]) && env->key_names &&
               is_key(env, words[i], false)) { /* query pk USER#42 */
        add_word(&b, words[i + 1]);
        i += 2;
        changed = true;
    } else if (i < count) {
        add_word(&b, words[i++]);
    }
    size_t left = query ? sort_name(words + i, count - i, env) : 0;

    changed |= left > 0;
    i += left;
    if (i < count && take_named(words + i, count - i, &n) && is_key(env, n.name, true)) {
        add_word(&b, n.value);
        i += n.used;
        changed = true;
    }
    for (; i < count; i++)
        add_word(&b, is(words[i], "begins_with") && changed ? STR("begins") : words[i]);
    return changed ? keep(a, &b) : STR("");
}

/* ---- clauses of other languages */

/* The word with its quotes off, and a % at either end. */
static bool like(struct str word, struct str path, struct buf *b)
{
    struct str t = word;
    bool front, back;

    if (t.len < 2 || (t.s[0] != '\'' && t.s[0] != '"') || t.s[t.len - 1] != t.s[0])
        return false;
    t = str_slice(t, 1, t.len - 1);
    front = t.len && t.s[0] == '%';
    back = t.len > front && t.s[t.len - 1] == '%';
    t = str_slice(t, front, t.len - back);
    if (!back || !t.len || str_find_char(t, '%', NULL) || str_find_char(t, '_', NULL))
        return false;
    buf_addf(b, " %s(%.*s, ", front ? "contains" : "begins_with", STR_ARG(path));
    json_add_string(b, t);
    buf_char(b, ')');
    return true;
}

/* One turn at words[i]: how many of them it was, or 0. */
static size_t clause(const struct str *words, size_t count, struct buf *b)
{
    bool next = count > 1;

    if (is(words[0], "reverse")) {
        add_word(b, STR("desc"));
        return 1;
    }
    if (next && (is(words[0], "last") || is(words[0], "newest"))) {
        buf_addf(b, " desc limit %.*s", STR_ARG(words[1]));
        return 2;
    }
    if (next && (is(words[0], "first") || is(words[0], "oldest"))) {
        buf_addf(b, " limit %.*s", STR_ARG(words[1]));
        return 2;
    }
    if (next && is(words[1], "exists")) {
        buf_addf(b, " exists %.*s", STR_ARG(words[0]));
        return 2;
    }
    if (count > 2 && is(words[1], "is") && is(words[2], "null")) {
        buf_addf(b, " missing %.*s", STR_ARG(words[0]));
        return 3;
    }
    if (count > 3 && is(words[1], "is") && is(words[2], "not") && is(words[3], "null")) {
        buf_addf(b, " exists %.*s", STR_ARG(words[0]));
        return 4;
    }
    if (count > 2 && is(words[1], "like") && like(words[2], words[0], b))
        return 3;
    if (count > 3 && is(words[1], "not") && is(words[2], "in")) {
        buf_addf(b, " not %.*s in", STR_ARG(words[0]));
        return 3;
    }
    if (words[0].len > 4 && str_starts_ci(words[0], STR("len("))) {
        buf_addf(b, " size%.*s", STR_ARG(str_slice(words[0], 3, words[0].len)));
        return 1;
    }
    return 0;
}

static struct str clauses(struct arena *a, const struct str *words, size_t count)
{
    _cleanup_(buf_free) struct buf b = {0};
    bool changed = false;

    if (!is(words[0], "query") && !is(words[0], "scan"))
        return STR("");
    add_word(&b, words[0]);
    for (size_t i = 1; i < count;) {
        size_t used = clause(words + i, count - i, &b);

        if (!used)
            add_word(&b, words[i]);
        changed |= used > 0;
        i += used ? used : 1;
    }
    return changed ? keep(a, &b) : STR("");
}

/* get A B from T */
static struct str from_table(struct arena *a, const struct str *words, size_t count)
{
    _cleanup_(buf_free) struct buf b = {0};

    if (count < 4 || !is(words[count - 2], "from") ||
        !(is(words[0], "get") || is(words[0], "query") || is(words[0], "scan")))
        return STR("");
    buf_addf(&b, "%.*s:", STR_ARG(words[count - 1]));
    for (size_t i = 0; i + 2 < count; i++)
        add_word(&b, words[i]);
    return keep(a, &b);
}

/* incr A B views */
static struct str increment(struct arena *a, const struct str *words, size_t count)
{
    _cleanup_(buf_free) struct buf b = {0};

    if (count < 3 || !(is(words[0], "incr") || is(words[0], "increment")))
        return STR("");
    add_word(&b, STR("update"));
    for (size_t i = 1; i + 1 < count; i++)
        add_word(&b, words[i]);
    buf_addf(&b, " add %.*s 1", STR_ARG(words[count - 1]));
    return keep(a, &b);
}

/* ---- */

struct str habits_rewrite(struct arena *a, struct str text, const struct lang_env *env)
{
    struct str words[HABITS_WORDS_MAX], form;

    text = str_trim(text);
    while (text.len && text.s[text.len - 1] == ';')
        text = str_trim(str_slice(text, 0, text.len - 1));
    size_t count = habits_words(text, words);

    if (!count || count == HABITS_WORDS_MAX)
        return STR("");
    if (is(words[0], "aws"))
        return habits_aws(a, text);
    form = phrase(a, text, words, count);
    if (!form.len)
        form = help_of(a, words, count);
    if (!form.len)
        form = sql(a, text, words, count);
    if (!form.len)
        form = key_object(a, words, count, env);
    if (!form.len)
        form = put_object(a, words, count);
    if (!form.len)
        form = named_keys(a, words, count, env);
    if (!form.len)
        form = clauses(a, words, count);
    if (!form.len)
        form = from_table(a, words, count);
    if (!form.len)
        form = increment(a, words, count);
    return form.len ? form : habits_form(a, words, count, env);
}

static bool is_type_map(const struct value *v)
{
    enum attr_type type;

    return v->type == ATTR_M && v->len == 1 && attr_type_from(value_name(v->first), &type);
}

bool habits_misread(const struct statement *st, const struct lang_env *env)
{
    const struct word *key = st->keys ? st->keys->partition : NULL;
    struct str names[2] = {{0}};
    size_t at;

    if (st->verb == VERB_PUT && st->item && st->item->first && !st->keys) {
        value_each (v, st->item) {
            if (!is_type_map(v))
                return false;
        }
        return true;
    }
    if (key && key->form == WORD_BARE && str_is(key->text, "--help"))
        return true;
    if (st->verb == VERB_QUERY && st->keys->sort && habits_odd_sort(st->keys->sort))
        return true;
    if (st->verb == VERB_QUERY && !st->index && key->form == WORD_BARE &&
        habits_dotted(key->text, env))
        return true;
    if (!key || st->table || st->index || key->form != WORD_BARE || !env->key_names)
        return false;
    /* The schema is asked for only where a word looks like an attribute's name: that may be a round
     * trip, and another one that fails. */
    bool query = st->verb == VERB_QUERY && is_name(key->text) && st->keys->sort &&
                 st->keys->sort->op == SORT_EQ;
    bool pair = (st->verb == VERB_QUERY || st->verb == VERB_GET || st->verb == VERB_DELETE ||
                 st->verb == VERB_PUT) &&
                str_find_char(key->text, '=', &at) && is_name(str_slice(key->text, 0, at));

    if ((!query && !pair) || !env->key_names(env->ctx, STR(""), &names[0], &names[1]))
        return false;
    return str_eq(query ? key->text : str_slice(key->text, 0, at), names[0]);
}
