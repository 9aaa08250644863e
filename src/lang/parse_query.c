#include "pksk/lang/parser.h"

static const char *const sort_words[] = {"between", "begins", "=", "<", "<=", ">", ">="};

static void want_sort(struct parser *p)
{
    parser_want(p, EXPECT_SORT_KEY, WANT_SORT, "a sort key");
    for (size_t i = 0; i < ARRAY_LEN(sort_words); i++)
        parser_want(p, EXPECT_WORD, WANT_SORT, sort_words[i]);
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
    if (!cursor && !parser_key_word(p))
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
    size_t len = parser_sort_operator(p, &s->op);
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

    if (parser_misspelt(p, sort->at, notes))
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

/* query User 42 Order, query User 42 begins ORDER#: what follows an entity's fields. */
static int more_sorts(struct parser *p, struct sort_condition *last)
{
    while (last->op == SORT_EQ && !parser_key_ends(p) && parser_key_word(p)) {
        int code = sort_one(p, &last->next);

        if (code <= 0)
            return code;
        last = last->next;
        parser_want_clauses(p);
    }
    return 0;
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
    if (s->op != SORT_EQ || s->a->at.from != s->at.from || s->next || !parser_key_word(p) ||
        p->completing)
        return 0;
    if (!p->st->index && parser_is_entity(p, k->partition))
        return more_sorts(p, k->sort);
    return s->a->form == WORD_BARE ? refuse_more(p, k, notes) : 0;
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
