#include "pksk/lang/parser.h"

static const char *const sort_words[] = {"between", "begins", "=", "<", "<=", ">", ">="};

static void want_sort(struct parser *p)
{
    parser_want(p, EXPECT_SORT_KEY, WANT_SORT, "a sort key");
    for (size_t i = 0; i < ARRAY_LEN(sort_words); i++)
        parser_want(p, EXPECT_WORD, WANT_SORT, sort_words[i]);
}

bool parser_key_ends(struct parser *p)
{
    return parser_at_end(p) || parser_look(p, 0) == '|' || parser_at_clause(p);
}

/* Is a sort operator written with signs here? Its length. */
static size_t operator_at(struct parser *p, enum sort_op *ret)
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

/* Is there a word, or a bracket with words, that a key could be made of? */
static bool key_word_here(struct parser *p)
{
    if (parser_key_ends(p))
        return false;
    return parser_look(p, 0) == '(' || word_extent(p, WORD_KEY, p->at) > p->at;
}

static int need_word(struct parser *p, enum expect_kind kind, const char *what, struct word **ret)
{
    int code;

    parser_blanks(p);
    parser_want(p, kind, WANT_ALONE, what);
    code = word_single(p, WORD_KEY, TOKEN_STRING, ret);
    if (code == 0)
        return parser_unexpected(p);
    return MIN(code, 0);
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
    refuse_condition(p, r->at);
    err_hint(p->e, "query finds by a prefix; quote the word when the * is part of it");
    return ERR_SYNTAX;
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
        refuse_condition(p, (struct span){(uint32_t)p->at, (uint32_t)parser_token_end(p, p->at)});
        err_hint(p->e, "query reads an index; quote the word when it is a key");
        return ERR_SYNTAX;
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
    len = operator_at(p, &op);
    if (len)
        return refuse_condition(p, (struct span){(uint32_t)p->at, (uint32_t)(p->at + len)});
    if (parser_key_ends(p) || parser_at_attribute(p))
        return 0;
    return whole_word(p, ret);
}

/* Was the word before p->at, taken for a sort key, meant as one of the keywords that were noted at
 * its place? Then the message is about it: 1. */
static bool misspelt(struct parser *p, struct span at, struct wanted *notes)
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

    if (is_condition(sort))
        return refuse_condition(p, sort->at);
    if (sort->form == WORD_BARE && misspelt(p, sort->at, notes))
        return parser_unexpected(p);
    if (meant.len || p->st->verb != VERB_GET || word_extent(p, WORD_PLAIN, p->at) == p->at)
        return parser_unexpected(p);
    refuse_condition(p, (struct span){(uint32_t)p->at, (uint32_t)end});
    err_hint(p->e, "a comma begins the next key; query reads an index");
    return ERR_SYNTAX;
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
    if (p->st->verb != VERB_PUT && key_word_here(p) &&
        parser_token_end(p, p->at) < p->text.len + !p->completing)
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

/* --- key conditions: query --- */

int parse_index(struct parser *p)
{
    struct word *w;
    int code;

    parser_blanks(p);
    parser_want(p, EXPECT_INDEX, WANT_ALONE, "an index");
    if (parser_look(p, 0) != '@')
        return 0;
    code = word_single(p, WORD_KEY, TOKEN_NAME, &w);
    if (code <= 0)
        return code;
    w->text = str_slice(w->text, w->text.len > 0, w->text.len);
    if (w->text.len == 0)
        return parser_fail(p, w->at, "the name of an index must follow @");
    p->st->index = w;
    p->after = "the index";
    return 0;
}

/* The first word may be an index when a key follows it. */
static int index_or_key(struct parser *p, const struct word *w)
{
    struct str table = p->st->table ? p->st->table->text : STR("");
    bool cursor = p->completing && !parser_key_ends(p) && parser_look(p, 0) < 0;
    struct err ignored;
    int code;

    if (w->form != WORD_BARE || !p->env || !p->env->is_index)
        return 0;
    if (!cursor && !key_word_here(p))
        return 0;
    if (parser_is(p, "between") || parser_is(p, "begins"))
        return 0;
    code = p->env->is_index(p->env->ctx, table, w->text, p->lenient ? &ignored : p->e);
    return code < 0 && p->lenient ? 0 : code;
}

static int partition_group(struct parser *p, struct key *k)
{
    unsigned count = 0;
    int code;

    if (!parser_open(p, '('))
        return 0;
    do {
        struct word *w;

        p->after = "the bracket";
        if (count++ == PARSER_KEY_PARTS_MAX)
            return parser_fail(p, (struct span){(uint32_t)p->at, (uint32_t)p->at},
                               "a partition key has at most %d attributes", PARSER_KEY_PARTS_MAX);
        code = need_word(p, EXPECT_PARTITION_KEY, "a partition key", &w);
        if (code)
            return code;
        word_append(&k->partition, w);
        p->st->keys = k;
        p->after = "the partition key";
    } while (parser_comma(p));
    code = parser_close(p, ')');
    return code ? code : 1;
}

static int query_partition(struct parser *p, struct key *k)
{
    int code;

    parser_blanks(p);
    parser_want(p, EXPECT_PARTITION_KEY, WANT_ALONE, "a partition key");
    code = partition_group(p, k);
    if (code)
        return MIN(code, 0);
    code = need_word(p, EXPECT_PARTITION_KEY, "a partition key", &k->partition);
    if (!code)
        p->st->keys = k;
    return code;
}

static int sort_between(struct parser *p, struct sort_condition *s)
{
    int code;

    s->op = SORT_BETWEEN;
    p->after = "between";
    code = need_word(p, EXPECT_SORT_KEY, "a sort key", &s->a);
    if (code)
        return code;
    p->after = "the lower end";
    if (parser_keyword(p, WANT_ALONE, "and"))
        p->goes_on = true;
    return need_word(p, EXPECT_SORT_KEY, "a sort key", &s->b);
}

static int sort_begins(struct parser *p, struct sort_condition *s)
{
    struct word_read r;
    int code;

    s->op = SORT_BEGINS;
    p->after = "begins";
    parser_blanks(p);
    parser_want(p, EXPECT_SORT_KEY, WANT_ALONE, "a sort key prefix");
    code = word_read(p, WORD_KEY, TOKEN_STRING, &r);
    if (code <= 0)
        return code ? code : parser_unexpected(p);
    if (r.count != 1)
        return parser_fail(p, r.at, "a query takes one prefix; the braces make %zu", r.count);
    s->a = word_make(p, &r, 0);
    return 0;
}

static int sort_compare(struct parser *p, struct sort_condition *s, size_t len)
{
    parser_mark(p, (struct span){(uint32_t)p->at, (uint32_t)(p->at + len)}, TOKEN_OPERATOR);
    parser_consume(p, p->at + len);
    p->goes_on = true;
    p->after = "the operator";
    return need_word(p, EXPECT_SORT_KEY, "a sort key", &s->a);
}

/* VALUE or PREFIX*. 1, or 0 when nothing is there; s->a stays NULL for a `*` alone. */
static int sort_value(struct parser *p, struct sort_condition *s)
{
    struct word_read r;
    int code = word_read(p, WORD_KEY, TOKEN_STRING, &r);

    if (code <= 0)
        return code;
    if (r.count != 1)
        return parser_fail(p, r.at, "a query takes one sort key condition; the braces make %zu",
                           r.count);
    s->op = r.star ? SORT_BEGINS : SORT_EQ;
    if (!r.star || r.texts[0].len || r.form != WORD_BARE)
        s->a = word_make(p, &r, 0);
    return 1;
}

/* With an operator: 1 when there was one. */
static int sort_operator(struct parser *p, struct sort_condition *s)
{
    size_t len = operator_at(p, &s->op);
    int code;

    if (len)
        code = sort_compare(p, s, len);
    else if (parser_keyword(p, WANT_SORT, "between"))
        code = sort_between(p, s);
    else if (parser_keyword(p, WANT_SORT, "begins"))
        code = sort_begins(p, s);
    else
        return 0;
    return code ? code : 1;
}

/* One condition: 1 when there was one. */
static int sort_one(struct parser *p, struct sort_condition **ret)
{
    struct sort_condition *s = arena_new(p->arena, struct sort_condition);
    size_t from;
    int code;

    parser_blanks(p);
    want_sort(p);
    from = p->at;
    code = sort_operator(p, s);
    if (code == 0)
        code = sort_value(p, s);
    if (code <= 0)
        return code;
    s->at = parser_span(p, from);
    *ret = s;
    return 1;
}

/* (open, 2024*): a condition an attribute, only the last one other than equality. */
static int sort_group(struct parser *p, struct sort_condition **last)
{
    struct sort_condition *before = NULL;
    unsigned count = 0;
    int code;

    if (!parser_open(p, '('))
        return 0;
    do {
        p->after = "the bracket";
        if (count++ == PARSER_KEY_PARTS_MAX)
            return parser_fail(p, (struct span){(uint32_t)p->at, (uint32_t)p->at},
                               "a sort key has at most %d attributes", PARSER_KEY_PARTS_MAX);
        if (before && (before->op != SORT_EQ || !before->a))
            return parser_fail(p, before->at,
                               "only the last sort key attribute may have a range or a prefix");
        code = sort_one(p, last);
        if (code <= 0)
            return code ? code : parser_unexpected(p);
        before = *last;
        last = &(*last)->next;
        p->after = "the sort key";
    } while (parser_comma(p));
    code = parser_close(p, ')');
    return code ? code : 1;
}

/* The sort key is followed by another word. Either it was meant as a keyword (the notes are those
 * of its place), or the first word as an index, or both as a range. */
static int refuse_more(struct parser *p, const struct key *k, struct wanted *notes)
{
    const struct word *sort = k->sort->a, *first = k->partition;
    struct str next = str_slice(p->text, p->at, word_extent(p, WORD_KEY, p->at));
    int code;

    if (misspelt(p, sort->at, notes))
        return parser_unexpected(p);
    if (parser_meant(p, next).len || next.len == 0)
        return parser_unexpected(p);
    code = parser_unexpected(p);
    if (p->st->index || first->form != WORD_BARE)
        err_hint(p->e, "a range is written: between %.*s %.*s", (int)MIN(sort->text.len, 80),
                 sort->text.s, (int)MIN(next.len, 80), next.s);
    else
        err_hint(p->e,
                 "%.*s is the partition key, as no index has that name; a range is written: "
                 "between %.*s %.*s",
                 (int)MIN(first->text.len, 80), first->text.s, (int)MIN(sort->text.len, 80),
                 sort->text.s, (int)MIN(next.len, 80), next.s);
    return code;
}

static int query_sort(struct parser *p, struct key *k)
{
    const struct sort_condition *s;
    struct wanted *notes;
    int code;

    parser_blanks(p);
    want_sort(p);
    parser_want_clauses(p);
    notes = p->wanted;
    if (parser_key_ends(p))
        return 0;
    code = sort_group(p, &k->sort);
    if (code == 0)
        code = sort_one(p, &k->sort);
    if (code <= 0)
        return code;
    p->after = "the sort key";
    parser_want_clauses(p);
    s = k->sort;
    if (s->op == SORT_EQ && s->a->form == WORD_BARE && s->a->at.from == s->at.from && !s->next &&
        key_word_here(p) && !p->completing)
        return refuse_more(p, k, notes);
    return 0;
}

/* The first word, when it is an index, and then the partition key. */
static int query_begin(struct parser *p, struct key *k, size_t *from)
{
    int code = query_partition(p, k);

    if (code)
        return code;
    p->after = "the partition key";
    if (p->st->index || k->partition->next || p->text.s[*from] == '(')
        return 0;
    code = index_or_key(p, k->partition);
    if (code <= 0)
        return code;
    p->st->index = k->partition;
    parser_mark(p, p->st->index->at, TOKEN_NAME);
    k->partition = NULL;
    p->st->keys = NULL;
    p->after = "the index";
    parser_blanks(p);
    *from = p->at;
    code = query_partition(p, k);
    p->after = "the partition key";
    return code;
}

int parse_query_key(struct parser *p)
{
    struct key *k = arena_new(p->arena, struct key);
    size_t from;
    int code = parse_index(p);

    if (code < 0)
        return code;
    parser_blanks(p);
    from = p->at;
    code = query_begin(p, k, &from);
    if (!code)
        code = query_sort(p, k);
    k->at = parser_span(p, from);
    if (k->sort && !k->sort->a)
        k->sort = NULL; /* `*` alone: the whole partition */
    return code;
}
