#include "pksk/lang/parser.h"

#define INTO_OVER "into!"

#define BIT(verb) ((uint64_t)1 << (VERB_##verb))
#define READS (BIT(GET) | BIT(QUERY) | BIT(SCAN))
#define WRITES (BIT(PUT) | BIT(UPDATE) | BIT(DELETE))
#define PRINTS                                                                                     \
    (READS | BIT(MORE) | BIT(TABLES) | BIT(DESCRIBE) | BIT(EXPLAIN) | BIT(HELP) | BIT(HISTORY) |   \
     BIT(WHOAMI) | BIT(PARTIQL) | BIT(COMMIT) | BIT(EXPORT) | BIT(CALL) | BIT(TAIL) | BIT(MODEL) | \
     BIT(PATTERNS) | BIT(PERFORM) | BIT(LS) | BIT(DIFF) | BIT(JOBS))

static int clause_where(struct parser *p)
{
    p->after = "where";
    return parse_filter(p, &p->st->filter);
}

static int clause_select(struct parser *p)
{
    int code;

    p->after = "select";
    code = parse_paths(p, &p->st->select);
    p->after = "the attribute";
    return code;
}

static int clause_limit(struct parser *p)
{
    int code;

    p->after = "limit";
    code = word_number(p, "limit", 1, UINT32_MAX, &p->st->limit);
    p->after = "the limit";
    return code;
}

static int clause_segments(struct parser *p)
{
    int code;

    p->after = "segments";
    code = word_number(p, "segments", 1, 1000000, &p->st->segments);
    p->after = "the segments";
    return code;
}

static int clause_desc(struct parser *p)
{
    p->st->descending = true;
    p->after = "desc";
    return 0;
}

static int clause_consistent(struct parser *p)
{
    p->st->consistent = true;
    p->after = "consistent";
    return 0;
}

static int clause_without(struct parser *p)
{
    p->after = "without";
    int code = parse_paths(p, &p->st->without);

    p->after = "the attribute";
    return code;
}

static int clause_by(struct parser *p)
{
    p->after = "by";
    int code = parse_paths(p, &p->st->by);
    unsigned count = 0;

    for (const struct path *x = p->st->by; x && !code; x = x->next, count++) {
        if (x->steps->next || count == PARSER_KEY_PARTS_MAX)
            return parser_fail(p, x->at, "by takes up to %d attributes of an item",
                               PARSER_KEY_PARTS_MAX);
    }
    p->after = "the attribute";
    return code;
}

static int clause_count(struct parser *p)
{
    p->st->count = true;
    p->after = "count";
    return 0;
}

static int clause_dry(struct parser *p)
{
    p->st->dry = true;
    p->after = "dry";
    return 0;
}

static int clause_revert(struct parser *p)
{
    p->st->revert = true;
    p->after = "revert";
    return 0;
}

static int clause_keys(struct parser *p)
{
    p->st->keys_only = true;
    p->after = "keys";
    return 0;
}

static int clause_if(struct parser *p)
{
    p->after = "if";
    return parse_condition(p, &p->st->condition);
}

static int clause_return(struct parser *p)
{
    static const struct {
        const char *word, *value;
    } kinds[] = {
        {"old", "ALL_OLD"},
        {"new", "ALL_NEW"},
        {"updated-old", "UPDATED_OLD"},
        {"updated-new", "UPDATED_NEW"},
    };
    size_t count = p->st->verb == VERB_UPDATE ? ARRAY_LEN(kinds) : 1;

    p->after = "return";
    for (size_t i = 0; i < count; i++) {
        if (!parser_keyword(p, WANT_ALONE, kinds[i].word))
            continue;
        p->st->return_values = kinds[i].value;
        p->after = kinds[i].word;
        return 0;
    }
    return parser_unexpected(p);
}

static int clause_into(struct parser *p)
{
    int code;

    p->after = "into";
    if (p->st->verb == VERB_IMPORT) {
        struct word *w;

        code = word_need(p, EXPECT_TABLE, "a table", &w);
        p->after = "the table";
        return code ? code : parse_own_table(p, w);
    }
    p->st->redirect = REDIRECT_FILE;
    code = word_need(p, EXPECT_FILE, "a file", &p->st->target);
    p->after = "the file";
    if (!code && p->st->target->form == WORD_BARE && str_is(p->st->target->text, "-")) {
        p->st->redirect = REDIRECT_NONE; /* standard output, as if there were no `into` */
        p->st->target = NULL;
    }
    return code;
}

static const struct clause {
    const char *word;
    uint64_t verbs;
    int (*parse)(struct parser *p);
    size_t span; /* where the statement keeps its place, or 0 */
} clauses[] = {
    {"where", BIT(QUERY) | BIT(SCAN) | BIT(TAIL) | BIT(DIFF), clause_where, 0},
    {"select", READS | BIT(DIFF), clause_select, 0},
    {"without", BIT(DIFF), clause_without, 0},
    {"by", BIT(DIFF), clause_by, 0},
    {"count", BIT(DIFF), clause_count, 0},
    {"keys", BIT(DIFF), clause_keys, 0},
    {"dry", BIT(IMPORT), clause_dry, 0},
    {"revert", BIT(IMPORT), clause_revert, 0},
    {"limit", BIT(QUERY) | BIT(SCAN) | BIT(MORE) | BIT(TAIL), clause_limit,
     offsetof(struct statement, limit_at)},
    {"desc", BIT(QUERY), clause_desc, offsetof(struct statement, descending_at)},
    {"consistent", READS | BIT(EXPORT) | BIT(DIFF), clause_consistent,
     offsetof(struct statement, consistent_at)},
    {"count", BIT(QUERY) | BIT(SCAN), NULL, 0}, /* parse_summary() */
    {"segments", BIT(SCAN) | BIT(EXPORT) | BIT(DIFF), clause_segments,
     offsetof(struct statement, segments_at)},
    {"if", WRITES | BIT(CHECK), clause_if, 0},
    {"return", WRITES, clause_return, 0},
    {"into", READS | BIT(MORE) | BIT(IMPORT) | BIT(EXPORT) | BIT(TAIL) | BIT(DIFF) | BIT(JOBS),
     clause_into, 0},
    {"then", READS, parse_then, 0},
};

/* A write for every item found returns none of them. */
static bool takes(const struct parser *p, const struct clause *c)
{
    if (p->in_then && c->parse == clause_return)
        return false;
    return c->verbs >> p->st->verb & 1;
}

static bool used(const struct parser *p, const struct clause *c)
{
    if (!c->parse)
        return p->st->measures || p->st->groups;
    return p->clauses >> (c - clauses) & 1;
}

static bool takes_pipe(const struct parser *p)
{
    return PRINTS >> p->st->verb & 1 && p->st->redirect == REDIRECT_NONE;
}

void parser_want_clauses(struct parser *p)
{
    parser_want_sections(p);
    for (size_t i = 0; i < ARRAY_LEN(clauses); i++) {
        if (takes(p, &clauses[i]) && !used(p, &clauses[i]))
            parser_want(p, EXPECT_WORD, WANT_CLAUSE, clauses[i].word);
    }
    parser_want_summary(p);
    if (takes_pipe(p))
        parser_want(p, EXPECT_WORD, WANT_CLAUSE, "|");
}

static bool at_as(struct parser *p)
{
    return p->in_explain && parser_is(p, "as");
}

/* Words like "by", "keys" and "dry" are keys and names everywhere else. */
static bool of_another(const struct parser *p, const struct clause *c)
{
    return (c->verbs == BIT(DIFF) || c->verbs == BIT(IMPORT)) &&
           (!p->st || !(c->verbs >> p->st->verb & 1));
}

bool parser_at_clause(struct parser *p)
{
    for (size_t i = 0; i < ARRAY_LEN(clauses); i++) {
        if (!of_another(p, &clauses[i]) && parser_is(p, clauses[i].word))
            return true;
    }
    return at_as(p) || parser_is(p, INTO_OVER) || parser_at_section(p) || parser_at_summary(p);
}

static struct span word_here(const struct parser *p)
{
    return (struct span){(uint32_t)p->at, (uint32_t)parser_token_end(p, p->at)};
}

/* The rest of the line is a shell command, whatever it holds. */
static int parse_pipe(struct parser *p)
{
    struct word *w;
    int code;

    if (p->env && p->env->restricted)
        return parser_fail(p, word_here(p),
                           "a pipe is not available here: the statements come "
                           "from standard input or an imported file");
    parser_char(p, '|');
    p->after = "the bar";
    code = parse_shell_command(p, &w);
    if (code)
        return code;
    p->st->redirect = REDIRECT_PIPE;
    p->st->target = w;
    return 0;
}

/* A clause that this statement does not have, or has already. */
static int refuse_clause(struct parser *p)
{
    for (size_t i = 0; i < ARRAY_LEN(clauses); i++) {
        const struct clause *c = &clauses[i];

        if (of_another(p, c) || !parser_is(p, c->word))
            continue;
        if (takes(p, c))
            return parser_fail(p, word_here(p), "%s is written twice", c->word);
        if (c->verbs & READS && c->verbs != READS && READS >> p->st->verb & 1)
            return parser_fail(
                p, word_here(p), "%s belongs to %s%s%s, not to %s", c->word,
                c->verbs & BIT(QUERY) ? "query" : "",
                (c->verbs & (BIT(QUERY) | BIT(SCAN))) == (BIT(QUERY) | BIT(SCAN)) ? " and " : "",
                c->verbs & BIT(SCAN) ? "scan" : "", verb_name(p->st->verb));
        return parser_fail(p, word_here(p), "%s has no clause %s", verb_name(p->st->verb), c->word);
    }
    return 0;
}

/* `into!`, which is not offered: who knows it means it. */
static bool into_over(struct parser *p)
{
    size_t from = p->at;

    if (p->st->verb == VERB_IMPORT || !parser_is(p, INTO_OVER))
        return false;
    parser_consume(p, from + strlen(INTO_OVER));
    parser_mark(p, parser_span(p, from), TOKEN_CLAUSE);
    p->st->overwrite = true;
    return true;
}

static const struct clause *next_clause(struct parser *p)
{
    for (size_t i = 0; i < ARRAY_LEN(clauses); i++) {
        if (!clauses[i].parse || !takes(p, &clauses[i]) || used(p, &clauses[i]))
            continue;
        if (parser_keyword(p, WANT_CLAUSE, clauses[i].word) ||
            (clauses[i].parse == clause_into && into_over(p)))
            return &clauses[i];
    }
    return NULL;
}

static int parse_clause(struct parser *p, const struct clause *c, size_t from)
{
    struct span at = parser_span(p, from);

    p->clauses |= (uint64_t)1 << (c - clauses);
    if (c->span)
        memcpy((char *)p->st + c->span, &at, sizeof(at));
    return c->parse(p);
}

int parse_clauses(struct parser *p)
{
    int code;

    for (;;) {
        const struct clause *c;
        size_t from;

        code = parse_summary(p);
        if (code < 0)
            return code;
        if (code > 0)
            continue;
        from = p->at;
        c = next_clause(p);
        if (!c)
            break;
        code = c->parse == parse_then ? parse_summary_end(p) : 0;
        if (code)
            return code;
        if (c->parse == parse_then && (p->st->measures || p->st->groups || p->st->order))
            return parser_fail(p, parser_span(p, from),
                               "then works on each item as it comes: it has no order or summary");
        if (c->parse == parse_then && p->st->sample_at.to)
            return parser_fail(p, p->st->sample_at, "then works on every item, not on a sample");
        code = parse_clause(p, c, from);
        if (code || c->parse == parse_then) /* nothing comes behind it */
            return code;
    }
    parser_want_clauses(p);
    code = parse_summary_end(p);
    if (code)
        return code;
    if (takes_pipe(p) && parser_look(p, 0) == '|')
        return parse_pipe(p);
    return refuse_clause(p);
}

int parse_get(struct parser *p)
{
    int code;

    p->after = "get";
    code = parse_whole_keys(p, true);
    return code ? code : parse_clauses(p);
}

int parse_query(struct parser *p)
{
    int code;

    p->after = "query";
    code = parse_query_key(p);
    return code ? code : parse_clauses(p);
}

int parse_scan(struct parser *p)
{
    int code;

    p->after = "scan";
    code = parse_index(p);
    if (code == 0 && !p->st->index) {
        parser_want_clauses(p);
        if (!parser_key_ends(p))
            code = word_single(p, WORD_PLAIN, TOKEN_NAME, &p->st->index);
    }
    if (code < 0)
        return code;
    if (p->st->index)
        p->after = "the index";
    return parse_clauses(p);
}

int parse_more(struct parser *p)
{
    p->after = "more";
    return parse_clauses(p);
}

int parse_import(struct parser *p)
{
    int code;

    p->after = "import";
    code = word_argument(p, EXPECT_FILE, "a file", "the file");
    return code ? code : parse_clauses(p);
}

static int time_word(struct parser *p, const char *word, struct word **ret)
{
    int code;

    if (*ret || !parser_keyword(p, WANT_CLAUSE, word))
        return 0;
    p->after = word;
    code = word_need(p, EXPECT_NAME, "a time as 2026-11-01 or 2026-11-01T10:00:00Z", ret);
    p->after = "the time";
    return code ? code : 1;
}

/* to s3://BUCKET/PREFIX [at TIME | from TIME to TIME] [nowait] */
static int export_to(struct parser *p)
{
    struct statement *st = p->st;

    p->after = "to";
    int code = word_need(p, EXPECT_NAME, "s3://BUCKET/PREFIX", &st->s3);

    if (code)
        return code;
    if (!str_starts(st->s3->text, STR("s3://")))
        return parser_fail(p, st->s3->at,
                           "expected s3://BUCKET or s3://BUCKET/PREFIX; a file "
                           "stands behind `into`");
    p->after = "the place in S3";
    code = time_word(p, "at", &st->time_at);
    if (code == 0)
        code = time_word(p, "from", &st->time_from);
    if (code > 0 && st->time_from) {
        code = time_word(p, "to", &st->time_to);
        if (code == 0)
            code = parser_unexpected(p);
    }
    if (code < 0)
        return code;
    st->nowait = parser_keyword(p, WANT_CLAUSE, "nowait");
    if (st->nowait)
        p->after = "nowait";
    return 0;
}

int parse_export(struct parser *p)
{
    p->after = "export";
    if (parser_keyword(p, WANT_CLAUSE, "to"))
        return export_to(p);
    return parse_clauses(p);
}
