/* PartiQL statements as requests, and as much of their meaning as safety needs. */
#include "pksk/item/ddbjson.h"
#include "pksk/json/writer.h"
#include "pksk/plan/transact.h"

/* ---- words */

struct token {
    struct str text;                      /* without its quotes */
    enum { SIGN, NAME, QUOTED, TEXT } is; /* QUOTED: "a name"; TEXT: 'a string' */
};

static bool name_byte(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static size_t quote_end(struct str t, size_t from)
{
    size_t i = from + 1;

    while (i < t.len && (t.s[i] != t.s[from] || (i + 1 < t.len && t.s[i + 1] == t.s[from])))
        i += t.s[i] == t.s[from] ? 2 : 1;
    return MIN(i, t.len);
}

static bool next(struct str *rest, struct token *ret)
{
    struct str t = *rest;
    size_t i = 0;

    while (t.len && (t.s[0] == ' ' || (t.s[0] >= '\t' && t.s[0] <= '\r')))
        t = str_slice(t, 1, t.len);
    if (!t.len)
        return false;
    if (t.s[0] == '"' || t.s[0] == '\'') {
        i = quote_end(t, 0);
        *ret = (struct token){str_slice(t, 1, i), t.s[0] == '"' ? QUOTED : TEXT};
        i = MIN(i + 1, t.len);
    } else {
        while (i < t.len && name_byte(t.s[i]))
            i++;
        *ret = (struct token){str_slice(t, 0, MAX(i, (size_t)1)), i ? NAME : SIGN};
        i = MAX(i, (size_t)1);
    }
    *rest = str_slice(t, i, t.len);
    return true;
}

static bool is_word(const struct token *t, const char *word)
{
    return t->is == NAME && str_eq_ci(t->text, str_of(word));
}

static bool is_sign(const struct token *t, const char *sign)
{
    return t->is == SIGN && str_is(t->text, sign);
}

/* ---- what it does */

static void find_from(struct str rest, struct partiql_kind *kind)
{
    struct token t;

    while (next(&rest, &t)) {
        if (is_word(&t, "FROM"))
            break;
    }
    if (!next(&rest, &t) || t.is == SIGN)
        return;
    kind->table = t.text;
    if (next(&rest, &t) && is_sign(&t, ".") && next(&rest, &t) && t.is != SIGN)
        kind->index = t.text;
}

struct partiql_kind partiql_kind(const struct partiql *one)
{
    struct partiql_kind kind = {.table = STR(""), .index = STR("")};
    struct str rest = one->text;
    struct token t;

    if (!next(&rest, &t))
        return kind;
    kind.reads = is_word(&t, "SELECT");
    kind.changes = !kind.reads && !is_word(&t, "EXISTS");
    if (kind.reads)
        find_from(rest, &kind);
    return kind;
}

/* One of the parts that OR separates: is every partition key attribute compared with = or IN there?
 * `parts` has a bit for each that was. */
static bool all_fixed(unsigned parts, const struct key_schema *key)
{
    return parts == (1u << key->partition_count) - 1;
}

static void note_key(const struct token *name, const struct token *after,
                     const struct key_schema *key, unsigned *parts)
{
    if ((name->is != NAME && name->is != QUOTED) || !(is_sign(after, "=") || is_word(after, "IN")))
        return;
    for (unsigned i = 0; i < key->partition_count; i++) {
        if (str_eq(name->text, key->partition[i].name))
            *parts |= 1u << i;
    }
}

bool partiql_fixes_key(const struct partiql *one, const struct key_schema *key)
{
    struct str rest = one->text;
    struct token before = {.is = SIGN, .text = STR("")}, t;
    unsigned parts = 0;
    bool path = false;

    while (next(&rest, &t) && !is_word(&t, "WHERE"))
        ;
    while (next(&rest, &t)) {
        if (is_word(&t, "OR")) {
            if (!all_fixed(parts, key))
                return false;
            parts = 0;
        }
        if (is_word(&t, "NOT"))
            return false;
        if (!path)
            note_key(&before, &t, key, &parts);
        path = is_sign(&before, ".") && t.is != SIGN; /* a step of a path is no attribute */
        before = t;
    }
    return all_fixed(parts, key);
}

/* ---- requests */

static void add_statement(struct json_writer *w, const struct partiql *one, bool conditional)
{
    json_name(w, STR("Statement"));
    json_string(w, one->text);
    if (one->parameters) {
        json_name(w, STR("Parameters"));
        json_begin_array(w);
        for (const struct value *v = one->parameters; v; v = v->next) {
            _cleanup_(buf_free) struct buf text = {0};

            ddb_add_value(&text, v);
            json_raw(w, buf_str(&text));
        }
        json_end_array(w);
    }
    if (!conditional)
        return;
    json_name(w, STR("ReturnValuesOnConditionCheckFailure"));
    json_string(w, STR("ALL_OLD"));
}

static int check(const struct partiql *one, struct err *e)
{
    if (one->text.len > PARTIQL_MAX)
        return err_at(e, ERR_SYNTAX, one->at, "the statement has %zu bytes, and DynamoDB takes %d",
                      one->text.len, PARTIQL_MAX);
    return 0;
}

int plan_action_partiql(struct arena *a, const struct partiql *one, struct plan *ret, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct json_writer w = {.out = &body};
    int r = check(one, e);

    if (r < 0)
        return r;
    json_begin_object(&w);
    add_statement(&w, one, partiql_kind(one).changes);
    *ret = (struct plan){
        .operation = "Statement",
        .table = STR(""),
        .body = arena_str(a, buf_str(&body)),
        .line = arena_str(a, one->text),
    };
    return 0;
}

/* BatchExecuteStatement takes reads or writes, not both. */
static int add_batch(struct json_writer *w, const struct statement *st, size_t *count,
                     struct err *e)
{
    bool reads = partiql_kind(st->partiql).reads;

    json_name(w, STR("Statements"));
    json_begin_array(w);
    for (const struct partiql *one = st->partiql; one; one = one->next) {
        int r = check(one, e);

        if (r < 0)
            return r;
        if (++*count > PARTIQL_BATCH_MAX)
            return err_at(e, ERR_SYNTAX, one->at, "a batch takes at most %d statements",
                          PARTIQL_BATCH_MAX);
        if (partiql_kind(one).reads != reads)
            return err_at(e, ERR_SYNTAX, one->at, "a batch either reads or writes, not both");
        json_begin_object(w);
        add_statement(w, one, !reads);
        json_end_object(w);
    }
    json_end_array(w);
    return 0;
}

int plan_partiql(struct arena *a, const struct statement *st, struct plan *ret, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct json_writer w = {.out = &body};
    struct plan p = {.operation = st->batch ? "BatchExecuteStatement" : "ExecuteStatement",
                     .table = STR("")};
    int r;

    json_begin_object(&w);
    json_name(&w, STR("ReturnConsumedCapacity"));
    json_string(&w, STR("TOTAL"));
    if (st->batch) {
        r = add_batch(&w, st, &p.keys_given, e);
    } else {
        r = check(st->partiql, e);
        add_statement(&w, st->partiql, partiql_kind(st->partiql).changes);
    }
    if (r < 0)
        return r;
    if (body.over)
        return err_set(e, ERR_SYNTAX, "the request is too large to be sent");
    p.body = arena_str(a, buf_str(&body));
    p.line = st->batch ? arena_printf(a, "%s  %zu statement%s", p.operation, p.keys_given,
                                      p.keys_given == 1 ? "" : "s")
                       : arena_printf(a, "%s  %.*s", p.operation, STR_ARG(st->partiql->text));
    *ret = p;
    return 0;
}
