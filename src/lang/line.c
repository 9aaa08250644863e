/* Does a statement go on in the next line?
 *
 * It does when that line begins with what can be nothing but a part of it: a sign that begins no
 * statement, or one of the words below, which are no commands. Words that are both (set, delete,
 * and desc, which may stand for describe) are told apart by what follows them.
 */
#include "pksk/lang/parser.h"

#define BIT(verb) ((uint64_t)1 << (VERB_##verb))
#define WRITES (BIT(PUT) | BIT(UPDATE) | BIT(DELETE) | BIT(CHECK))
#define ITEMS (WRITES | BIT(GET) | BIT(QUERY) | BIT(SCAN) | BIT(TAIL))
#define MOVES (BIT(MORE) | BIT(IMPORT) | BIT(EXPORT))

static const struct {
    const char *word;
    uint64_t verbs;
} words[] = {
    {"where", ITEMS | MOVES | BIT(DIFF)},
    {"select", ITEMS | MOVES | BIT(DIFF)},
    {"without", BIT(DIFF)},
    {"keys", BIT(DIFF)},
    {"dry", BIT(IMPORT)},
    {"revert", BIT(IMPORT)},
    {"limit", ITEMS | MOVES},
    {"consistent", ITEMS | MOVES | BIT(DIFF)},
    {"count", ITEMS | MOVES | BIT(DIFF)},
    {"segments", ITEMS | MOVES | BIT(DIFF)},
    {"if", ITEMS | MOVES},
    {"return", ITEMS | MOVES},
    {"into", ITEMS | MOVES | BIT(DIFF)},
    {"into!", ITEMS | MOVES | BIT(DIFF)},
    {"then", ITEMS | MOVES},
    {"and", ITEMS | MOVES | BIT(DIFF) | BIT(PARTIQL)},
    {"or", ITEMS | MOVES | BIT(DIFF) | BIT(PARTIQL)},
    {"sum", BIT(QUERY) | BIT(SCAN)},
    {"avg", BIT(QUERY) | BIT(SCAN)},
    {"min", BIT(QUERY) | BIT(SCAN)},
    {"max", BIT(QUERY) | BIT(SCAN)},
    {"distinct", BIT(QUERY) | BIT(SCAN)},
    {"by", BIT(QUERY) | BIT(SCAN) | BIT(DIFF)},
    {"order", BIT(QUERY) | BIT(SCAN)},
    {"sample", BIT(SCAN)},
    {"between", BIT(QUERY) | BIT(SCAN)},
    {"begins", BIT(QUERY) | BIT(SCAN)},
    {"contains", BIT(QUERY) | BIT(SCAN)},
    {"as", BIT(DESCRIBE)}, /* of explain: see explains() */
    {"from", BIT(TAIL) | BIT(CREATE) | BIT(EXPORT) | BIT(PARTIQL)},
    {"to", BIT(EXPORT) | BIT(COPY) | BIT(RENAME)},
    {"at", BIT(EXPORT)},
    {"like", BIT(CREATE)},
    {"index", BIT(CREATE)},
    {"local", BIT(CREATE)},
    {"on-demand", BIT(CREATE)},
    {"provisioned", BIT(CREATE)},
    {"ttl", BIT(CREATE)},
    {"stream", BIT(CREATE)},
    {"pitr", BIT(CREATE)},
    {"protect", BIT(CREATE)},
    {"nowait", BIT(CREATE) | BIT(EXPORT)},
    {"project", BIT(CREATE)},
    {"profile", BIT(CONNECT)},
    {"region", BIT(CONNECT)},
    {"endpoint", BIT(CONNECT)},
    {"where", BIT(PARTIQL)},
    {"remove", BIT(PARTIQL)},
    {"value", BIT(PARTIQL)},
    {"values", BIT(PARTIQL)},
    {"returning", BIT(PARTIQL)},
    {"order", BIT(PARTIQL)},
    {"with", BIT(PARTIQL) | BIT(DIFF)},
};

/* p stands at a place of its own: what is read here is not consumed. */
static bool word_at(const struct parser *p, size_t at, const char *word, size_t *behind)
{
    struct str w = str_of(word), t = p->text;
    size_t end = at + w.len;

    if (!str_starts_ci(str_slice(t, at, t.len), w))
        return false;
    *behind = end;
    if (end < t.len)
        return parser_blank((unsigned char)t.s[end]) || parser_in(t.s[end], "\n\"'`,;()[]") ||
               parser_join(p, end);
    return !p->completing; /* the word at the cursor is none yet */
}

static size_t blanks(const struct parser *p, size_t at)
{
    while (at < p->text.len && parser_blank((unsigned char)p->text.s[at]))
        at++;
    return at;
}

static int byte_at(const struct parser *p, size_t at)
{
    return at < p->text.len ? (unsigned char)p->text.s[at] : -1;
}

static size_t comment_end(const struct parser *p, size_t at)
{
    while (byte_at(p, at) >= 0 && byte_at(p, at) != '\n')
        at++;
    return at;
}

static bool dashes(const struct parser *p, size_t at)
{
    int c = byte_at(p, at + 2);

    return byte_at(p, at) == '-' && byte_at(p, at + 1) == '-' &&
           (c < 0 || c == '\n' || parser_blank(c));
}

/* The first sign of the next line that has one; comments are no lines. */
static size_t next_line(const struct parser *p, size_t at)
{
    for (;;) {
        int c;

        at = blanks(p, at);
        c = byte_at(p, at);
        if (c == '\n')
            at++;
        else if (c == '#' || dashes(p, at))
            at = comment_end(p, at);
        else
            return at;
    }
}

/* PATH and then this sign: `set a =` and `delete tags <<` are parts of an update, `set format csv`
 * and `delete A B` are commands. */
static bool path_before(const struct parser *p, size_t at, const char *sign)
{
    size_t from = at = blanks(p, at);

    while (byte_at(p, at) >= 0 && !parser_blank(byte_at(p, at)) &&
           !parser_in(byte_at(p, at), "\n;=<"))
        at++;
    return at > from && str_starts(str_slice(p->text, blanks(p, at), p->text.len), str_of(sign));
}

static bool section(const struct parser *p, size_t at)
{
    size_t behind;

    if (p->st->verb == VERB_PARTIQL)
        return word_at(p, at, "set", &behind) && path_before(p, behind, "=");
    if (p->st->verb != VERB_UPDATE)
        return false;
    if (word_at(p, at, "remove", &behind) || word_at(p, at, "add", &behind))
        return true;
    if (word_at(p, at, "set", &behind))
        return !p->st->updates || path_before(p, behind, "=");
    return word_at(p, at, "delete", &behind) && (!p->st->updates || path_before(p, behind, "<<"));
}

/* `desc` is a clause when nothing or another clause follows it. */
static bool descending(const struct parser *p, size_t at)
{
    size_t behind;
    int c;

    if (!(ITEMS >> p->st->verb & 1) || !word_at(p, at, "desc", &behind))
        return false;
    at = blanks(p, behind);
    c = byte_at(p, at);
    if (c < 0 || parser_in(c, "\n;|") || dashes(p, at))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (words[i].verbs & BIT(QUERY) && word_at(p, at, words[i].word, &behind))
            return true;
    }
    return false;
}

/* name=value of a put, glued as no command is */
static bool attribute(const struct parser *p, size_t at)
{
    size_t end = word_name_end(p, at);

    return p->st->verb == VERB_PUT &&
           (byte_at(p, at) == '`' || (end > at && byte_at(p, end) == '='));
}

static bool sign(const struct parser *p, size_t at)
{
    int c = byte_at(p, at), after = byte_at(p, at + 1);

    if (parser_in(c, "|,=<>)]}"))
        return true;
    return p->st->verb == VERB_UPDATE && parser_in(c, "+-") && (after < 0 || parser_blank(after));
}

static bool belongs(const struct parser *p, size_t at)
{
    size_t behind;

    if (sign(p, at) || section(p, at) || descending(p, at) || attribute(p, at))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        uint64_t verbs = words[i].verbs;

        if (p->in_explain && str_is(str_of(words[i].word), "as"))
            verbs = UINT64_MAX;
        if (verbs >> p->st->verb & 1 && word_at(p, at, words[i].word, &behind))
            return true;
    }
    return false;
}

size_t parser_next_line(const struct parser *p, size_t newline)
{
    size_t at;

    if (!p->st || p->st->verb == VERB_SHELL || p->st->verb_at.to == 0)
        return 0;
    at = next_line(p, newline + 1);
    return at < p->text.len && belongs(p, at) ? at : 0;
}

bool lang_more(struct str text, size_t pos)
{
    struct parser p = {.text = text};

    return next_line(&p, pos) < text.len;
}
