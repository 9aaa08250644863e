/* `then`: one write for every item found. It takes no key, since each item brings its own. */
#include "pksk/lang/parser.h"

static int then_delete(unused_arg struct parser *p)
{
    return 0;
}

/* put into TABLE */
static int then_put(struct parser *p)
{
    int code;

    if (!parser_keyword(p, WANT_ALONE, "into"))
        return parser_unexpected(p);
    p->after = "into";
    code = word_need(p, EXPECT_TABLE, "a table", &p->st->table);
    p->after = "the table";
    return code;
}

static const struct {
    const char *word;
    enum verb verb;
    int (*parse)(struct parser *p);
} writes[] = {
    {"delete", VERB_DELETE, then_delete},
    {"update", VERB_UPDATE, parse_sections},
    {"put", VERB_PUT, then_put},
};

/* What makes no sense when the items are written instead of printed. */
static int check_reading(struct parser *p, struct span at)
{
    const struct statement *st = p->st;

    if (st->redirect != REDIRECT_NONE)
        return parser_fail(p, at, "then prints no items, so there is nothing to go into a file");
    if (st->select)
        return parser_fail(p, at, "then reads what it needs of the items: leave `select` out");
    if (st->count)
        return parser_fail(p, at, "then counts the items by itself: leave `count` out");
    return 0;
}

static int parse_write(struct parser *p, struct statement *write, size_t which, size_t from)
{
    int code;

    write->verb = writes[which].verb;
    write->verb_at = parser_span(p, from);
    write->table = p->st->table;
    p->st->then = write;
    p->st = write;
    p->after = writes[which].word;
    p->clauses = 0;
    p->in_then = true;
    code = writes[which].parse(p);
    if (!code)
        code = parse_clauses(p);
    write->at = parser_span(p, from);
    write->text = str_slice(p->text, write->at.from, write->at.to);
    return code;
}

/* then get: the reading goes on with what is printed. */
static int then_get(struct parser *p, struct span at)
{
    struct statement *st = p->st;

    if (st->select || st->redirect != REDIRECT_NONE)
        return parser_fail(p, at,
                           "select and into stand behind `then get`: they speak of the whole "
                           "items");
    st->whole = true;
    p->after = "get";
    int code = parse_clauses(p);

    if (!code && (st->count || st->measures || st->groups || st->order))
        return parser_fail(p, at, "then get prints the items: sums and orders go without it");
    return code;
}

int parse_then(struct parser *p)
{
    struct span at = {(uint32_t)p->end - 4, (uint32_t)p->end};
    struct statement *reading = p->st;
    size_t from;
    int code = check_reading(p, at);

    if (code)
        return code;
    parser_blanks(p);
    from = p->at;
    p->after = "then";
    if (reading->verb != VERB_GET && !reading->whole && parser_keyword(p, WANT_ALONE, "get"))
        return then_get(p, at);
    for (size_t i = 0; i < ARRAY_LEN(writes); i++) {
        if (!parser_keyword(p, WANT_ALONE, writes[i].word))
            continue;
        code = parse_write(p, arena_new(p->arena, struct statement), i, from);
        if (code)
            return code;
        p->in_then = false;
        p->st = reading;
        return 0;
    }
    return parser_unexpected(p);
}
