/* What the files of the parser share; nobody outside src/lang includes this.
 *
 * One struct parser lives on the stack of lang_parse(), lang_complete() or lang_highlight() for one
 * statement; what it builds lives in the arena given. There is no token list: the parser asks the
 * lexer for what its place allows (a key word, a value, a path, a keyword …), since the same bytes
 * mean different things in different places.
 *
 * Every look at the text notes what would have been accepted there (parser_want). The notes of the
 * furthest place are the "expected …" of messages and the answer of lang_complete(). While
 * completing, the text ends at the cursor, and the word that touches its end matches nothing: each
 * reader notes itself, declines, and what is left in the end are the notes.
 *
 * Readers return 1 when they read something, 0 when it is not there (nothing was consumed), or a
 * negative code; parse_…() functions return 0 or a negative code.
 */
#ifndef PKSK_LANG_PARSER_H
#define PKSK_LANG_PARSER_H

#include "pksk/lang/parse.h"

#define PARSER_DEPTH_MAX 100 /* nesting of values and conditions */
#define PARSER_STATEMENT_MAX                                                                       \
    ((size_t)4 << 20)          /* an item of 400 KB fits with every byte escaped                   \
                                */
#define PARSER_KEYS_MAX 100000 /* keys that braces may make in one statement */
#define PARSER_KEY_PARTS_MAX 4 /* attributes of a partition or sort key (GSI) */

/* Words that are one thing in a message: "a clause (where, select, limit, …)". */
enum want_group {
    WANT_ALONE,
    WANT_PUNCT, /* for messages only: a comma is nothing to offer */
    WANT_SORT,
    WANT_CLAUSE,
    WANT_OPERATOR,
    WANT_FUNCTION,
    WANT_ACTION,
    WANT_PART,
    WANT_GROUPS,
};

struct wanted {
    struct wanted *next;
    enum expect_kind kind;
    enum want_group group;
    struct str text;
};

struct mark { /* a coloured token, the latest first */
    struct mark *before;
    struct span at;
    enum token_class class;
};

struct parser {
    struct arena *arena;
    struct str text;
    size_t at;    /* the next byte to look at */
    size_t begin; /* of the statement */
    size_t end;   /* of the last token consumed */
    const struct lang_env *env;
    struct err *e;
    struct statement *st; /* the innermost one being read */

    bool completing;     /* text ends at the cursor */
    bool lenient;        /* completing or painting: variables may be unknown */
    bool painting;       /* keep marks */
    bool in_explain;     /* `as` ends the inner statement */
    bool in_then;        /* st is the write behind `then` */
    bool misplaced;      /* the fault is a token where none such may stand, whatever its text */
    bool in_comment;     /* the text ended in a comment */
    bool goes_on;        /* the last token asks for more: a newline is a blank */
    unsigned brackets;   /* open ones; a newline is a blank */
    unsigned maps;       /* open maps: '}' ends a word */
    size_t bracket_at;   /* the outermost open one */
    unsigned depth;      /* see PARSER_DEPTH_MAX */
    const char *more;    /* why ERR_MORE: "quote", "bracket", "line" */
    size_t more_at;      /* what is open */
    struct str compared; /* the attribute that the next value is compared with, or becomes */
    const char *after;   /* the last thing read, for messages: "the partition key" */
    uint64_t clauses;    /* of the statement, already read: one bit each */
    const struct statement *line_of; /* what parser_next_line() said of this statement … */
    size_t line_end, line_next;      /* … at the end of this line */
    size_t want_at;                  /* where the notes belong */
    struct wanted *wanted;           /* the notes, in order */
    struct wanted **want_last;
    struct mark *marks;
};

static inline bool parser_in(int c, const char *set) /* NUL and bytes over 0x7f are in none */
{
    return c > 0 && strchr(set, c);
}

/* lexer.c */
int parser_look(const struct parser *p, size_t ahead); /* a byte, or -1 at the end of the text */
bool parser_blank(int c);
void parser_blanks(struct parser *p); /* skips blanks, comments and newlines that count as blanks */
bool parser_at_end(struct parser *p); /* of the statement */
void parser_consume(struct parser *p, size_t end); /* the token from p->at */
void parser_mark(struct parser *p, struct span at, enum token_class class);
struct span parser_span(const struct parser *p, size_t from); /* from there to the last token */
struct span parser_here(const struct parser *p, size_t len);  /* the next bytes */
size_t parser_token_end(const struct parser *p, size_t at);   /* roughly: for carets */
bool parser_is(struct parser *p, const char *word);           /* this keyword; notes nothing */
bool parser_keyword(struct parser *p, enum want_group group, const char *word);
bool parser_char(struct parser *p, char c); /* one sign, noted and consumed */
bool parser_open(struct parser *p, char c);
int parser_close(struct parser *p, char c);
bool parser_comma(struct parser *p);                   /* a newline may follow it */
size_t parser_join(const struct parser *p, size_t at); /* behind a `\` and its newline, or 0 */
/* The end of the statement at p->begin, when it could not be parsed: p->e says where. */
size_t parser_skip(const struct parser *p);

/* line.c: where the statement goes on, in a line behind the newline at this place, or 0 */
size_t parser_next_line(const struct parser *p, size_t newline);

/* expect.c */
void parser_want(struct parser *p, enum expect_kind kind, enum want_group group, const char *text);
int parser_fail(struct parser *p, struct span at, const char *format, ...) printf_like(3, 4);
/* The token at p->at fits nothing that was wanted there. */
int parser_unexpected(struct parser *p);
int parser_unknown(struct parser *p, const char *what); /* "unknown WHAT", at p->at */
void parser_expected(const struct parser *p, struct err *e);
/* Of all words wanted at this place, the one that was probably meant; empty: none. */
struct str parser_meant(const struct parser *p, struct str word);
int parser_deeper(struct parser *p); /* and p->depth-- later */

/* word.c */
enum {
    WORD_KEY = 1,   /* braces make several; a bare `*` at the end is a prefix */
    WORD_PLAIN = 2, /* names, files, settings */
    WORD_EXPR = 4,  /* = < > end it */
    WORD_ATTR = 8,  /* the value of name=value: only blanks end it */
};

struct word_read { /* a word with all its alternatives */
    struct span at;
    enum word_form form;
    bool star;     /* ended in a bare `*`, which is not part of the text */
    bool variable; /* has text of a variable in it */
    size_t count;
    struct str *texts;
};
int word_read(struct parser *p, unsigned flags, enum token_class class, struct word_read *ret);
/* plain.c: one word without alternatives; a `*` at its end is refused. */
int word_single(struct parser *p, unsigned flags, enum token_class class, struct word **ret);
struct word *word_make(struct parser *p, const struct word_read *r, size_t i);
size_t word_extent(const struct parser *p, unsigned flags, size_t at); /* at: nothing here */
/* A plain word that must be there: noted as `kind`, called `what` in messages. */
int word_need(struct parser *p, enum expect_kind kind, const char *what, struct word **ret);
/* The same, as one of the statement's arguments; `after` is what it is called behind it. */
int word_argument(struct parser *p, enum expect_kind kind, const char *what, const char *after);
/* The same when it may be missing: 1 or 0. A clause keyword is not taken for it. */
int word_maybe(struct parser *p, enum expect_kind kind, const char *what, struct word **ret);
/* A whole number; `what` as in "limit": "limit takes a whole number …" */
int word_number(struct parser *p, const char *what, uint64_t min, uint64_t max, uint64_t *ret);
void word_append(struct word **list, struct word *w);
/* quote.c: the text of {name}, appended; p->at is at the brace */
int word_variable(struct parser *p, struct str name, struct buf *text);
/* A quoted text from p->at; backquotes and single quotes have no escapes but the doubled quote. */
int word_quoted(struct parser *p, struct buf *text, bool variables);
bool word_is_variable(const struct parser *p, size_t at); /* `{name}` from here */
int word_attribute(struct parser *p, struct str *ret);    /* a top-level name, bare or `quoted` */
size_t word_name_end(const struct parser *p, size_t at);  /* of a bare attribute name */

/* parse_key.c: whole keys */
int parse_whole_keys(struct parser *p, bool several);
/* Is a sort operator written with signs here? Its length. */
size_t parser_sort_operator(struct parser *p, enum sort_op *ret);
/* Is there a word, or a bracket with words, that a key could be made of? */
bool parser_key_word(struct parser *p);
/* Was the last word, at `at`, taken for a sort key but meant as one of the keywords noted at its
 * place? Then p goes back there, for the message. */
bool parser_misspelt(struct parser *p, struct span at, struct wanted *notes);

/* Is it an entity of the model, so that more words may follow than a key has? */
bool parser_is_entity(const struct parser *p, const struct word *w);

/* parse_query.c: the key condition of a query */
int parse_query_key(struct parser *p);
int parse_index(struct parser *p);

/* parse_key.c, parse_value.c, parse_path.c, parse_expr.c */
bool parser_at_attribute(struct parser *p); /* name=value, of a put */
bool parser_key_ends(struct parser *p);     /* a clause keyword, a pipe or the end is here */

int parse_value(struct parser *p, unsigned flags, struct value **ret);
int parse_map(struct parser *p, struct value **ret);
bool parser_at_map(const struct parser *p);

int parse_path(struct parser *p, struct path **ret); /* noted as an attribute; must be there */
int parse_paths(struct parser *p, struct path **ret);
int parse_operand(struct parser *p, struct expr **ret);   /* the right side of a comparison */
int parse_filter(struct parser *p, struct expr **ret);    /* where */
int parse_condition(struct parser *p, struct expr **ret); /* if: may speak of the item */

struct expr *expr_new(struct parser *p, enum expr_kind kind, size_t from);
void expr_add_kid(struct expr *parent, struct expr *kid);
int expr_path(struct parser *p, struct expr **ret);
int expr_marked_path(struct parser *p, struct expr **ret);   /* @path or `name`; 1: none here */
bool parser_at_function(struct parser *p, const char *name); /* with its bracket */
void parser_eat_function(struct parser *p, const char *name);

/* parse_update.c: set, remove, add, delete */
bool parser_at_section(struct parser *p);
void parser_want_sections(struct parser *p);
int parse_sections(struct parser *p); /* one at least */

/* parse_then.c: behind the word */
int parse_then(struct parser *p);

/* parse_summary.c */
int parse_summary(struct parser *p);     /* a part of it: 1; 0: none is here */
int parse_summary_end(struct parser *p); /* all clauses are read: do they fit? */
void parser_want_summary(struct parser *p);
bool parser_at_summary(struct parser *p);

/* parse_read.c */
int parse_clauses(struct parser *p);
void parser_want_clauses(struct parser *p);
/* parse_table.c: `as KIND`, one of these */
int parse_as(struct parser *p, const char *const *kinds, size_t count);
bool parser_at_clause(struct parser *p); /* any clause's keyword, of whatever verb */

/* parse_shell.c: the rest of the line is a shell command, whatever it holds; its text is a copy */
int parse_shell_command(struct parser *p, struct word **ret);

/* parse.c */
int parse_inner(struct parser *p); /* p->st->inner: the statement that explain, watch, edit hold */
int parse_one(struct parser *p);   /* the statement at p->at, to its end; result in p->st */
bool parser_begin(struct parser *p); /* skips what stands before a statement; false: nothing left */
int parse_own_table(struct parser *p, struct word *w);
/* lang_parse(), which also tells of a fault whether it is a token that is misplaced. */
int parser_parse(struct arena *a, struct str text, size_t *pos, const struct lang_env *env,
                 struct statement **ret, bool *misplaced, struct err *e);

/* One a verb, with p->at behind it. */
#define V(upper, lower) int parse_##lower(struct parser *p);
LANG_VERBS(V)
#undef V

#endif
