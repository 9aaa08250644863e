/* One lexer and one parser that answer three questions: run it, need more, what may come next.
 *
 * Results live in the arena given. The parser asks its environment for what only the session knows;
 * it never touches the network or the terminal itself.
 */
#ifndef PKSK_LANG_PARSE_H
#define PKSK_LANG_PARSE_H

#include "pksk/base/buf.h"
#include "pksk/base/clock.h"
#include "pksk/base/map.h"
#include "pksk/lang/ast.h"

struct lang_env {
    void *ctx;
    /* Is this word an index of the table (empty: the current one)? 1, 0, or a negative code with *e
     * set. Asked only where both readings are possible. NULL: never. While completing, the answer
     * must come without the network. */
    int (*is_index)(void *ctx, struct str table, struct str word, struct err *e);
    /* The text of {name}: 1 when found, 0 when there is none, or a negative code. NULL: there are
     * none. */
    int (*variable)(void *ctx, struct str name, struct arena *a, struct str *ret, struct err *e);
    /* Is this word, in the place of a partition key of the table, the name of an entity, whose
     * fields follow it? Asked only where there are more words than a key has. NULL: never. */
    bool (*is_entity)(void *ctx, struct str table, struct str word);
    /* Is this word, where a command is expected, the name of an access pattern? NULL: never. */
    bool (*is_pattern)(void *ctx, struct str word);
    /* The key attributes of the table (empty: the current one); false: not known. Asked only where
     * a word may be one. NULL: never. */
    bool (*key_names)(void *ctx, struct str table, struct str *partition, struct str *sort);
    const struct clock *clock; /* for now() and epoch(); NULL: the machine's */
    bool script;               /* verbs in full only */
    bool restricted;           /* `|` and `!` are refused: statements come from standard input */
};

/* Parses the statement that begins at or after text[*pos], and moves *pos behind it and its
 * separator. *ret is NULL when only blanks and comments are left. ERR_MORE: the text is a good
 * beginning; e->expected says what is open
 * ("quote", "bracket", "line"), for the continuation prompt. Otherwise ERR_SYNTAX with a place;
 * *pos is then behind the faulty statement, so that --keep-going can go on. Spans count from the
 * beginning of text. */
int lang_parse(struct arena *a, struct str text, size_t *pos, const struct lang_env *env,
               struct statement **ret, struct err *e) must_check;

/* A first look at statements that run later, so that a mistake in the last one is found before the
 * first one is sent. What only the run can tell is taken as possible: the text of a variable that
 * an earlier `let` or `source` makes, a row of a result, whether a word is an index. Keep one for
 * all texts of a run, in their order. */
struct lang_check {
    const struct lang_env *env;
    struct map made;     /* variables that statements looked at make */
    struct map patterns; /* the same for access patterns */
    bool modelled;       /* a file may bring others */
    bool sourced;        /* statements of a file may make others */
};

void lang_check_deinit(struct lang_check *c);

/* Looks at the statement at text[*pos] as lang_parse() does; *ret is for telling what kind it is.
 */
int lang_check(struct lang_check *c, struct arena *a, struct str text, size_t *pos,
               struct statement **ret, struct err *e) must_check;

/* Is there a statement, or what belongs to one, at or after text[pos]? Not when only blanks and
 * comments are left. */
bool lang_more(struct str text, size_t pos);

enum expect_kind {
    EXPECT_WORD, /* `text` itself: a keyword, a clause, an operator */
    EXPECT_COMMAND,
    EXPECT_TABLE,
    EXPECT_INDEX,
    EXPECT_PARTITION_KEY, /* of statement->index or the table; after statement->keys' earlier words
                           */
    EXPECT_SORT_KEY,      /* in the partition already typed */
    EXPECT_ATTRIBUTE,
    EXPECT_VALUE,
    EXPECT_NUMBER,
    EXPECT_FILE,
    EXPECT_SHELL_COMMAND,
    EXPECT_SETTING,
    EXPECT_SETTING_VALUE, /* statement->args holds the setting */
    EXPECT_VARIABLE,
    EXPECT_TOPIC, /* of help */
    EXPECT_PROFILE,
    EXPECT_REGION,
    EXPECT_OPERATION, /* of the API */
    EXPECT_PATTERN,   /* of the model */
    EXPECT_NAME,      /* a new name: nothing to offer, but the hint says `text` */
};

struct expect {
    struct expect *next;
    enum expect_kind kind;
    struct str text; /* EXPECT_WORD: the word; else what to call it in a message or hint ("a sort
                        key condition") */
};

struct lang_point {
    struct span word; /* what has been typed of the word at the cursor, with its opening quote; from
                         == to: nothing */
    struct str prefix;       /* the same, unquoted and unescaped */
    char quote;              /* '"', '\'', '`' or 0 */
    struct expect *expected; /* in the order to be offered, each once */
    struct str compared; /* EXPECT_VALUE: the attribute that it is compared with, or that gets it;
                            empty: none, or one inside another */
    const struct statement *so_far; /* what is known of the statement (of the inner one in explain,
                                       watch, edit); NULL when the verb itself is typed */
};

/* What may stand at text[cursor]. Never fails: where the text before is wrong, nothing is expected.
 */
void lang_complete(struct arena *a, struct str text, size_t cursor, const struct lang_env *env,
                   struct lang_point *ret);

/* Colours for the line editor: calls paint for each token in order, without overlap. env->is_index
 * is asked as in lang_complete(), env->variable never. */
enum token_class {
    TOKEN_VERB,
    TOKEN_CLAUSE,
    TOKEN_STRING,
    TOKEN_NUMBER,
    TOKEN_NAME,
    TOKEN_OPERATOR,
    TOKEN_COMMENT,
    TOKEN_WRONG
};
void lang_highlight(struct str text, const struct lang_env *env,
                    void (*paint)(void *ctx, struct span at, enum token_class c), void *ctx);

/* Appends the caret message for an error of `source` (a file's name, or empty at the prompt):
 *   error: unknown word after the partition key
 *     query gsi1 ORDER betwen 2024 2025
 *                      ^^^^^^ expected …
 * or "FILE:LINE:COLUMN: error: …". Columns count terminal cells; control characters of the text are
 * escaped. */
void lang_explain_error(struct buf *b, struct str source, struct str text, const struct err *e);

#endif
