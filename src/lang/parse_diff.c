/* diff SIDE with SIDE: a table, a file, or in brackets a reading, perhaps of another place:
 *
 *     shop   ./shop.jsonl   (query USER#42)   (profile other region eu-west-1 shop: scan gsi1)
 */
#include "pksk/lang/parser.h"

static bool looks_like_file(const struct word *w)
{
    static const char *const endings[] = {".json", ".jsonl", ".csv", ".tsv",
                                          ".gz",   ".zst",   ".xz",  ".bz2"};

    if (str_starts(w->text, STR("arn:")))
        return false; /* of a table, in another account */
    if (str_is(w->text, "-") || str_find_char(w->text, '/', NULL))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct str ending = str_of(endings[i]);

        if (w->text.len > ending.len &&
            str_eq_ci(str_slice(w->text, w->text.len - ending.len, w->text.len), ending))
            return true;
    }
    return false;
}

static int place_word(struct parser *p, const char *name, const char *what, enum expect_kind kind,
                      struct word **ret)
{
    if (*ret || !parser_keyword(p, WANT_ALONE, name))
        return 0;
    p->after = name;
    int code = word_need(p, kind, what, ret);

    return code ? code : 1;
}

/* profile P, region R, endpoint URL, in any order. */
static int parse_place(struct parser *p, struct diff_side *side)
{
    for (;;) {
        int code = place_word(p, "profile", "a profile", EXPECT_PROFILE, &side->profile);

        if (code == 0)
            code = place_word(p, "region", "a region", EXPECT_REGION, &side->region);
        if (code == 0)
            code = place_word(p, "endpoint", "a URL", EXPECT_NAME, &side->endpoint);
        if (code <= 0)
            return code;
        p->after = "the place";
    }
}

/* Up to the bracket that ends the side, which is left. */
static int take_elsewhere(struct parser *p, struct diff_side *side)
{
    size_t from, depth = 0, at;
    char quote = 0;

    parser_blanks(p);
    from = at = p->at;
    for (; at < p->text.len && (quote || depth || p->text.s[at] != ')'); at++) {
        char c = p->text.s[at];

        if (quote) {
            at += c == '\\' && quote == '"';
            quote = c == quote ? 0 : quote;
        } else if (parser_in(c, "\"'`")) {
            quote = c;
        } else {
            depth += c == '(';
            depth -= c == ')';
        }
    }
    at = MIN(at, p->text.len);
    side->elsewhere = arena_str(p->arena, str_slice(p->text, from, at));
    if (at > from) {
        parser_mark(p, (struct span){(uint32_t)from, (uint32_t)at}, TOKEN_STRING);
        parser_consume(p, at);
    }
    return 0;
}

static int check_reading(struct parser *p, const struct statement *st)
{
    if (st->verb != VERB_QUERY && st->verb != VERB_SCAN)
        return parser_fail(p, st->verb_at, "diff compares what query or scan read");
    if (st->count || st->measures || st->groups || st->order || st->sample_at.to)
        return parser_fail(p, st->verb_at, "diff compares items: no sums, order or sample");
    if (st->then || st->redirect)
        return parser_fail(p, st->verb_at,
                           "what is done with the differences stands behind the "
                           "brackets");
    return 0;
}

/* [TABLE:] query … or scan …, or a table alone; perhaps nothing. */
static int parse_reading(struct parser *p, struct diff_side *side)
{
    struct statement *outer = p->st;
    int code;

    parser_blanks(p);
    if (parser_look(p, 0) == ')')
        return 0;
    size_t end = word_extent(p, WORD_PLAIN, p->at);
    bool prefix = end > p->at && p->text.s[end - 1] == ':';

    if (!prefix && !parser_is(p, "query") && !parser_is(p, "scan") && !parser_is(p, "get")) {
        parser_want(p, EXPECT_WORD, WANT_ALONE, "query");
        parser_want(p, EXPECT_WORD, WANT_ALONE, "scan");
        return word_need(p, EXPECT_TABLE, "a table", &side->table);
    }
    uint64_t clauses = p->clauses;

    code = parse_inner(p);
    if (code)
        return code;
    p->clauses = clauses;
    side->reading = outer->inner;
    side->table = side->reading->table;
    outer->inner = NULL;
    return check_reading(p, side->reading);
}

static int parse_brackets(struct parser *p, struct diff_side *side)
{
    int code = parse_place(p, side);

    if (code)
        return code;
    code = side->profile || side->region || side->endpoint ? take_elsewhere(p, side)
                                                           : parse_reading(p, side);
    if (!code)
        code = parser_close(p, ')');
    if (code && p->completing && side->reading) /* whose words are offered */
        p->st = side->reading;
    return code;
}

static int parse_side(struct parser *p, struct diff_side *side)
{
    struct word *w;
    size_t from;
    int code;

    parser_blanks(p);
    from = p->at;
    if (parser_open(p, '(')) {
        code = parse_brackets(p, side);
    } else {
        parser_want(p, EXPECT_TABLE, WANT_ALONE, "a table");
        parser_want(p, EXPECT_FILE, WANT_ALONE, "a file");
        code = word_need(p, EXPECT_TABLE, "a table", &w);
        if (!code && looks_like_file(w))
            side->file = w;
        else if (!code)
            side->table = w;
    }
    side->at = parser_span(p, from);
    return code;
}

int parse_diff(struct parser *p)
{
    struct diff_side *sides = arena_alloc(p->arena, 2, sizeof(*sides));

    memset(sides, 0, 2 * sizeof(*sides));
    p->st->sides = sides;
    p->after = "diff";
    int code = parse_side(p, &sides[0]);

    p->after = "the first side";
    if (!code && !parser_keyword(p, WANT_ALONE, "with"))
        code = parser_unexpected(p);
    p->after = "with";
    if (!code)
        code = parse_side(p, &sides[1]);
    p->after = "the second side";
    return code ? code : parse_clauses(p);
}
