/* What a reading ends in instead of its items, and the order of what it prints:
 *
 *     count, sum P, avg P, min P, max P, count distinct P, distinct P   by KEY, …
 *     order by P [desc], …   sample N|N%
 *
 * The words are these only where something follows them: a sort key may be called "max".
 */
#include "pksk/lang/parser.h"

#define PREFIX_MAX 1024
#define SEGMENT_MAX 100

static const struct {
    const char *word;
    enum measure_kind kind;
} measures[] = {
    {"sum", MEASURE_SUM},
    {"avg", MEASURE_AVG},
    {"min", MEASURE_MIN},
    {"max", MEASURE_MAX},
};

static bool summarises(const struct parser *p)
{
    return p->st && (p->st->verb == VERB_QUERY || p->st->verb == VERB_SCAN);
}

/* This word, and behind it the beginning of another. */
static bool has_more(struct parser *p, const char *word)
{
    size_t at;

    if (!parser_is(p, word))
        return false;
    for (at = p->at + strlen(word); at < p->text.len && parser_blank((unsigned char)p->text.s[at]);)
        at++;
    return at < p->text.len ? !parser_in(p->text.s[at], "|;,\n#") : p->completing;
}

static bool at_order(struct parser *p)
{
    size_t at = p->at;
    bool by;

    if (!has_more(p, "order"))
        return false;
    at = p->at;
    p->at += strlen("order");
    by = parser_is(p, "by") || (p->completing && parser_at_end(p));
    p->at = at;
    return by;
}

static bool at_sample(struct parser *p)
{
    return p->st->verb == VERB_SCAN && has_more(p, "sample");
}

bool parser_at_summary(struct parser *p)
{
    if (!summarises(p))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(measures); i++) {
        if (has_more(p, measures[i].word))
            return true;
    }
    return has_more(p, "distinct") || at_order(p) || at_sample(p) ||
           (p->st->measures && has_more(p, "by"));
}

/* As the path was written; a single name without its quotes. */
static struct str path_name(const struct parser *p, const struct path *path)
{
    return path->steps->next ? str_slice(p->text, path->at.from, path->at.to) : path->steps->name;
}

static struct measure *add_measure(struct parser *p, enum measure_kind kind, struct path *path,
                                   const char *words)
{
    struct measure *m = arena_new(p->arena, struct measure), **last = &p->st->measures;

    *m = (struct measure){.at = parser_span(p, p->end), .kind = kind, .path = path};
    m->name = path ? arena_printf(p->arena, "%s %.*s", words, STR_ARG(path_name(p, path)))
                   : arena_str(p->arena, str_of(words));
    while (*last)
        last = &(*last)->next;
    *last = m;
    p->after = "the measure";
    return m;
}

static int measure_of(struct parser *p, enum measure_kind kind, const char *words)
{
    struct path *path;
    int code;

    p->after = words;
    code = parse_path(p, &path);
    if (!code)
        add_measure(p, kind, path, words);
    return code;
}

static struct group_key *add_group(struct parser *p, enum group_kind kind, struct path *path,
                                   struct str name)
{
    struct group_key *g = arena_new(p->arena, struct group_key), **last = &p->st->groups;

    *g = (struct group_key){.kind = kind, .path = path, .name = name};
    if (path)
        g->at = path->at;
    while (*last)
        last = &(*last)->next;
    *last = g;
    return g;
}

/* distinct P, …: the different values, which are groups without a measure. */
static int parse_distinct(struct parser *p)
{
    struct path *path;

    p->after = "distinct";
    do {
        int code = parse_path(p, &path);

        if (code)
            return code;
        add_group(p, GROUP_PATH, path, path_name(p, path));
    } while (parser_comma(p));
    p->after = "the attribute";
    return 0;
}

static int one_measure(struct parser *p)
{
    for (size_t i = 0; i < ARRAY_LEN(measures); i++) {
        if (parser_keyword(p, WANT_CLAUSE, measures[i].word))
            return measure_of(p, measures[i].kind, measures[i].word);
    }
    if (!parser_keyword(p, WANT_CLAUSE, "count"))
        return parser_unexpected(p);
    p->after = "count";
    if (parser_keyword(p, WANT_ALONE, "distinct"))
        return measure_of(p, MEASURE_COUNT_DISTINCT, "count distinct");
    add_measure(p, MEASURE_COUNT, NULL, "count");
    return 0;
}

/* The list from its first measure on. */
static int parse_measures(struct parser *p, size_t from)
{
    int code = one_measure(p);

    while (!code && parser_comma(p))
        code = one_measure(p);
    p->st->measures_at = parser_span(p, from);
    return code;
}

/* ---- by */

static int group_function(struct parser *p, const char *name, enum group_kind kind, uint64_t max)
{
    struct path *path;
    struct group_key *g;
    uint64_t n = 0;
    int code;

    parser_eat_function(p, name);
    code = parse_path(p, &path);
    if (!code && max) {
        if (!parser_comma(p))
            return parser_unexpected(p);
        code = word_number(p, name, 1, max, &n);
    }
    if (!code)
        code = parser_close(p, ')');
    if (code)
        return code;
    struct str of = path_name(p, path);

    g = add_group(p, kind, path,
                  max ? arena_printf(p->arena, "%s(%.*s, %zu)", name, STR_ARG(of), (size_t)n)
                      : arena_printf(p->arena, "%s(%.*s)", name, STR_ARG(of)));
    g->n = n;
    return 0;
}

static int one_group(struct parser *p)
{
    struct path *path;
    int code;

    if (parser_at_function(p, "prefix"))
        return group_function(p, "prefix", GROUP_PREFIX, PREFIX_MAX);
    if (parser_at_function(p, "segment"))
        return group_function(p, "segment", GROUP_SEGMENT, SEGMENT_MAX);
    if (parser_at_function(p, "type"))
        return group_function(p, "type", GROUP_TYPE, 0);
    if (parser_keyword(p, WANT_ALONE, "entity")) {
        add_group(p, GROUP_ENTITY, NULL, STR("entity"));
        return 0;
    }
    code = parse_path(p, &path);
    if (!code)
        add_group(p, GROUP_PATH, path, path_name(p, path));
    return code;
}

static int parse_by(struct parser *p)
{
    p->after = "by";
    do {
        int code = one_group(p);

        if (code)
            return code;
    } while (parser_comma(p));
    p->after = "the group";
    return 0;
}

/* ---- order by */

/* A measure, or a function of `by`, as it is called in the result; 0: neither is here. */
static int order_of_summary(struct parser *p, struct str *ret)
{
    struct measure *had = p->st->measures;
    struct group_key *groups = p->st->groups;
    bool measure = parser_is(p, "count"), function = false;
    int code;

    for (size_t i = 0; i < ARRAY_LEN(measures); i++)
        measure |= has_more(p, measures[i].word);
    function = parser_at_function(p, "prefix") || parser_at_function(p, "segment") ||
               parser_at_function(p, "type");
    if (!had && !groups)
        return 0;
    if (!measure && !function)
        return 0;
    p->st->measures = NULL;
    p->st->groups = NULL;
    code = measure ? one_measure(p) : one_group(p);
    if (!code)
        *ret = measure ? p->st->measures->name : p->st->groups->name;
    p->st->measures = had;
    p->st->groups = groups;
    return code ? code : 1;
}

static int one_order(struct parser *p)
{
    struct order *o = arena_new(p->arena, struct order), **last = &p->st->order;
    int code = order_of_summary(p, &o->name);

    if (code == 0) {
        code = parse_path(p, &o->path);
        if (!code)
            o->name = path_name(p, o->path);
    } else if (code > 0) {
        code = 0;
    }
    if (code)
        return code;
    o->at = o->path ? o->path->at : parser_span(p, p->end);
    if (parser_keyword(p, WANT_ALONE, "desc"))
        o->descending = true;
    else
        (void)parser_keyword(p, WANT_ALONE, "asc");
    while (*last)
        last = &(*last)->next;
    *last = o;
    return 0;
}

static int parse_order(struct parser *p, size_t from)
{
    p->after = "order";
    if (!parser_keyword(p, WANT_ALONE, "by"))
        return parser_unexpected(p);
    p->after = "order by";
    do {
        int code = one_order(p);

        if (code)
            return code;
    } while (parser_comma(p));
    p->st->order_at = parser_span(p, from);
    p->after = "the order";
    return 0;
}

/* ---- sample */

/* 0.5% → 0.005 */
static bool is_share(struct str text, double *ret)
{
    char digits[16], *end;

    if (!str_ends(text, STR("%")) || text.len > sizeof(digits) || text.s[0] < '0' ||
        text.s[0] > '9') /* no sign, no "inf" */
        return false;
    memcpy(digits, text.s, text.len - 1);
    digits[text.len - 1] = '\0';
    *ret = strtod(digits, &end) / 100;
    return !*end && *ret > 0 && *ret <= 1;
}

static int parse_sample(struct parser *p, size_t from)
{
    struct statement *st = p->st;
    struct word *w;
    int code;

    p->after = "sample";
    parser_blanks(p);
    parser_want(p, EXPECT_NUMBER, WANT_ALONE, "a number of items, or a share such as 1%");
    code = word_single(p, WORD_PLAIN, TOKEN_NUMBER, &w);
    if (code == 0)
        return parser_unexpected(p);
    if (code < 0)
        return code;
    if (w->form != WORD_BARE ||
        (!is_share(w->text, &st->sample_share) &&
         (!str_to_u64(w->text, &st->sample_items) || st->sample_items == 0)))
        return parser_fail(p, w->at, "sample takes a number of items, or a share such as 1%%");
    st->sample_at = parser_span(p, from);
    p->after = "the sample";
    return 0;
}

/* What a part of the table cannot answer. */
static int check_sample(struct parser *p)
{
    struct statement *st = p->st;

    if (!st->sample_items && st->sample_share <= 0)
        return 0;
    for (const struct measure *m = st->measures; m; m = m->next) {
        if (m->kind == MEASURE_COUNT_DISTINCT)
            return parser_fail(p, st->measures_at,
                               "a sample cannot tell how many different values there are");
    }
    if (st->order && !st->measures && !st->groups)
        return parser_fail(p, st->order_at, "the first of a sample are not the first of the table");
    if (st->limit && !st->measures && !st->groups)
        return parser_fail(p, st->limit_at, "the sample says already how many items are read");
    if (st->segments)
        return parser_fail(p, st->segments_at, "a sample chooses its segments itself");
    return 0;
}

/* ---- */

void parser_want_summary(struct parser *p)
{
    if (!summarises(p))
        return;
    for (size_t i = 0; i < ARRAY_LEN(measures); i++)
        parser_want(p, EXPECT_WORD, WANT_CLAUSE, measures[i].word);
    parser_want(p, EXPECT_WORD, WANT_CLAUSE, "distinct");
    if (p->st->measures && !p->st->groups)
        parser_want(p, EXPECT_WORD, WANT_CLAUSE, "by");
    bool key_next = p->st->verb == VERB_QUERY && !(p->st->keys && p->st->keys->sort);

    if (p->st->verb == VERB_SCAN && !p->st->sample_at.to)
        parser_want(p, EXPECT_WORD, WANT_CLAUSE, "sample");
    if (!p->st->order && !key_next) /* there ORD is the beginning of ORDER#1 */
        parser_want(p, EXPECT_WORD, WANT_CLAUSE, "order");
}

int parse_summary(struct parser *p)
{
    size_t from = (parser_blanks(p), p->at);
    int code = 0;

    if (!summarises(p))
        return 0;
    if (!p->st->measures && !p->st->groups && has_more(p, "distinct")) {
        (void)parser_keyword(p, WANT_CLAUSE, "distinct");
        code = parse_distinct(p);
    } else if (!p->st->sample_at.to && at_sample(p)) {
        (void)parser_keyword(p, WANT_CLAUSE, "sample");
        code = parse_sample(p, from);
    } else if (!p->st->measures &&
               (parser_is(p, "count") || (parser_at_summary(p) && !at_order(p) && !at_sample(p)))) {
        code = parse_measures(p, from);
    } else if (p->st->measures && !p->st->groups && has_more(p, "by")) {
        (void)parser_keyword(p, WANT_CLAUSE, "by");
        code = parse_by(p);
    } else if (!p->st->order && at_order(p)) {
        (void)parser_keyword(p, WANT_CLAUSE, "order");
        code = parse_order(p, from);
    } else {
        return 0;
    }
    return code ? code : 1;
}

/* Does the projection bring what the order goes by? */
static bool is_selected(const struct statement *st, const struct order *o)
{
    for (const struct path *path = st->select; path && o->path; path = path->next) {
        if (str_eq(path->steps->name, o->path->steps->name))
            return true;
    }
    return !st->select || !o->path;
}

static bool is_in_summary(const struct statement *st, const struct order *o)
{
    for (const struct measure *m = st->measures; m; m = m->next) {
        if (str_eq(m->name, o->name))
            return true;
    }
    for (const struct group_key *g = st->groups; g; g = g->next) {
        if (str_eq(g->name, o->name))
            return true;
    }
    return false;
}

int parse_summary_end(struct parser *p)
{
    struct statement *st = p->st;
    int code = check_sample(p);

    if (code || (!st->measures && !st->groups && !st->order))
        return code;
    if (st->measures && !st->measures->next && st->measures->kind == MEASURE_COUNT && !st->groups &&
        !st->sample_at.to) {
        st->measures = NULL;
        st->count = true;
        if (!st->order)
            return 0;
        return parser_fail(p, st->order_at, "one number has no order");
    }
    bool summary = st->measures || st->groups;

    if (summary && st->select)
        return parser_fail(p, st->select->at, "a summary has no select: it prints what it counts");
    for (const struct order *o = st->order; o; o = o->next) {
        if (summary && !is_in_summary(st, o))
            return parser_fail(p, o->at, "the summary has no %.*s to order by", STR_ARG(o->name));
        if (!summary && !is_selected(st, o))
            return parser_fail(p, o->at, "select leaves out %.*s, which the order goes by",
                               STR_ARG(o->path->steps->name));
    }
    return 0;
}
