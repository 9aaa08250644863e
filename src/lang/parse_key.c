#include "pksk/lang/parser.h"

bool parser_key_ends(struct parser *p)
{
    return parser_at_end(p) || parser_look(p, 0) == '|' || parser_at_clause(p) ||
           (p->brackets && parser_look(p, 0) == ')') || /* a reading in brackets, of a diff */
           (p->st && (p->st->verb == VERB_COPY || p->st->verb == VERB_RENAME) &&
            parser_is(p, "to"));
}

size_t parser_sort_operator(struct parser *p, enum sort_op *ret)
{
    int c, d;

    parser_blanks(p);
    c = parser_look(p, 0);
    d = parser_look(p, 1);
    if (c != '=' && c != '<' && c != '>')
        return 0;
    if (c == '=')
        *ret = SORT_EQ;
    else if (c == '<')
        *ret = d == '=' ? SORT_LE : SORT_LT;
    else
        *ret = d == '=' ? SORT_GE : SORT_GT;
    return c != '=' && d == '=' ? 2 : 1;
}

bool parser_key_word(struct parser *p)
{
    if (parser_key_ends(p))
        return false;
    return parser_look(p, 0) == '(' || word_extent(p, WORD_KEY, p->at) > p->at;
}

/* --- whole keys: get, put, update, delete, check --- */

static struct sort_condition *equal_to(struct parser *p, struct word *w)
{
    struct sort_condition *s = arena_new(p->arena, struct sort_condition);

    s->at = w->at;
    s->op = SORT_EQ;
    s->a = w;
    return s;
}

static struct key *key_new(struct parser *p, struct word *partition, struct word *sort)
{
    struct key *k = arena_new(p->arena, struct key);

    k->at = partition->at;
    k->partition = partition;
    if (sort) {
        k->sort = equal_to(p, sort);
        k->at.to = sort->at.to;
    }
    return k;
}

static int refuse_condition(struct parser *p, struct span at)
{
    const char *verb = verb_name(p->st->verb);
    int code = parser_fail(p, at, "%s takes whole keys: a partition key and a sort key", verb);

    if (p->st->verb == VERB_GET)
        err_hint(p->e, "query takes sort key conditions and indexes");
    return code;
}

static int refuse_star(struct parser *p, const struct word_read *r)
{
    int code = refuse_condition(p, r->at);

    err_hint(p->e, "query finds by a prefix; quote the word when the * is part of it");
    return code;
}

/* name=value, with or without blanks: the attributes of a put have begun. */
bool parser_at_attribute(struct parser *p)
{
    size_t end;

    if (p->st->verb != VERB_PUT)
        return false;
    parser_blanks(p);
    if (parser_look(p, 0) == '`')
        return true;
    end = word_name_end(p, p->at);
    if (end == p->at)
        return false;
    while (end < p->text.len && parser_blank(p->text.s[end]))
        end++;
    return end < p->text.len && p->text.s[end] == '=';
}

static int whole_word(struct parser *p, struct word_read *ret)
{
    int code = word_read(p, WORD_KEY, TOKEN_STRING, ret);

    if (code > 0 && ret->star)
        return refuse_star(p, ret);
    return code;
}

static int whole_partition(struct parser *p, struct word_read *ret)
{
    int code;

    parser_blanks(p);
    parser_want(p, EXPECT_PARTITION_KEY, WANT_ALONE, "a partition key");
    if (parser_look(p, 0) == '@' && p->st->verb == VERB_GET && !p->completing) {
        code = refuse_condition(
            p, (struct span){(uint32_t)p->at, (uint32_t)parser_token_end(p, p->at)});
        err_hint(p->e, "query reads an index; quote the word when it is a key");
        return code;
    }
    code = whole_word(p, ret);
    if (code == 0)
        return parser_unexpected(p);
    p->after = "the partition key";
    return MIN(code, 0);
}

static int whole_sort(struct parser *p, struct word_read *ret, struct wanted **notes)
{
    enum sort_op op;
    size_t len;

    parser_blanks(p);
    parser_want(p, EXPECT_SORT_KEY, WANT_ALONE, "a sort key");
    parser_want_clauses(p);
    *notes = p->wanted;
    len = parser_sort_operator(p, &op);
    if (len)
        return refuse_condition(p, (struct span){(uint32_t)p->at, (uint32_t)(p->at + len)});
    if (parser_key_ends(p) || parser_at_attribute(p))
        return 0;
    return whole_word(p, ret);
}

bool parser_misspelt(struct parser *p, struct span at, struct wanted *notes)
{
    struct str word = str_slice(p->text, at.from, at.to);

    if (!parser_meant(&(struct parser){.wanted = notes}, word).len)
        return false;
    p->at = p->end = p->want_at = at.from;
    p->wanted = notes;
    p->after = "the partition key";
    return true;
}

static bool is_condition(const struct word_read *sort)
{
    return sort->form == WORD_BARE &&
           (str_eq_ci(sort->texts[0], STR("between")) || str_eq_ci(sort->texts[0], STR("begins")));
}

/* A third word. The first may have been meant as an index, or the second as an operator. */
static int refuse_third(struct parser *p, const struct word_read *sort, struct wanted *notes)
{
    size_t end = word_extent(p, WORD_KEY, p->at);
    struct str meant = parser_meant(p, str_slice(p->text, p->at, end));
    int code;

    if (is_condition(sort))
        return refuse_condition(p, sort->at);
    if (sort->form == WORD_BARE && parser_misspelt(p, sort->at, notes))
        return parser_unexpected(p);
    if (meant.len || p->st->verb != VERB_GET || word_extent(p, WORD_PLAIN, p->at) == p->at)
        return parser_unexpected(p);
    code = refuse_condition(p, (struct span){(uint32_t)p->at, (uint32_t)end});
    err_hint(p->e, "a comma begins the next key; query reads an index");
    return code;
}

static int add_keys(struct parser *p, struct key ***last, const struct word_read *partition,
                    const struct word_read *sort, size_t *total)
{
    size_t sorts = sort ? sort->count : 1;

    *total += partition->count * sorts;
    if (*total > PARSER_KEYS_MAX)
        return parser_fail(p, partition->at, "the statement names more than %d keys",
                           PARSER_KEYS_MAX);
    for (size_t i = 0; i < partition->count; i++) {
        for (size_t k = 0; k < sorts; k++) {
            struct word *w = sort ? word_make(p, sort, k) : NULL;

            **last = key_new(p, word_make(p, partition, i), w);
            *last = &(**last)->next;
        }
    }
    return 0;
}

bool parser_is_entity(const struct parser *p, const struct word *w)
{
    struct str table = p->st->table ? p->st->table->text : STR("");

    return w && !w->next && w->form == WORD_BARE && !p->completing && p->env && p->env->is_entity &&
           p->env->is_entity(p->env->ctx, table, w->text);
}

/* get Order 42 1001: the fields behind the second word. */
static int more_fields(struct parser *p, struct key *k)
{
    struct sort_condition **last = &k->sort->next;

    while (parser_key_word(p)) {
        struct word_read field;
        int code = word_read(p, WORD_PLAIN, TOKEN_STRING, &field);

        if (code <= 0)
            return code;
        *last = arena_new(p->arena, struct sort_condition);
        **last =
            (struct sort_condition){.at = field.at, .op = SORT_EQ, .a = word_make(p, &field, 0)};
        last = &(*last)->next;
        p->after = "the field";
        parser_want_clauses(p);
    }
    return 0;
}

static int whole_key(struct parser *p, struct key ***last, size_t *total)
{
    struct word_read partition, sort;
    struct wanted *notes = NULL;
    struct key **before = *last;
    size_t count = *total;
    int code = whole_partition(p, &partition);

    if (!code) /* at once, for completion of the sort key */
        code = add_keys(p, last, &partition, NULL, &count);
    if (code)
        return code;
    code = whole_sort(p, &sort, &notes);
    if (code < 0)
        return code;
    *last = before;
    if (code == 0)
        return add_keys(p, last, &partition, NULL, total);
    p->after = "the sort key";
    code = add_keys(p, last, &partition, &sort, total);
    if (code)
        return code;
    parser_want(p, EXPECT_WORD, WANT_PUNCT, ",");
    parser_want_clauses(p);
    bool more = p->st->verb != VERB_PUT && parser_key_word(p) &&
                parser_token_end(p, p->at) < p->text.len + !p->completing;

    if (more && parser_is_entity(p, (*before)->partition))
        return more_fields(p, *before);
    if (more)
        return refuse_third(p, &sort, notes);
    return 0;
}

int parse_whole_keys(struct parser *p, bool several)
{
    struct key **last = &p->st->keys;
    size_t total = 0;
    int code;

    do {
        code = whole_key(p, &last, &total);
        if (code)
            return code;
    } while (several && parser_comma(p));
    if (!several && total != 1)
        return parser_fail(p, p->st->keys->at, "%s takes one key; the braces make %zu",
                           verb_name(p->st->verb), total);
    return 0;
}
