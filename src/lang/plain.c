#include "pksk/base/utf8.h"
#include "pksk/lang/binary.h"
#include "pksk/lang/parser.h"

struct word *word_make(struct parser *p, const struct word_read *r, size_t i)
{
    struct word *w = arena_new(p->arena, struct word);

    w->at = r->at;
    w->text = r->texts[i];
    w->form = r->form;
    return w;
}

/* A beginning in the place of a partition key. */
static void hint_scan(struct parser *p, struct str beginning)
{
    struct str names[2] = {STR("pk"), {0}};

    if (p->env && p->env->key_names)
        p->env->key_names(p->env->ctx, p->st->table ? p->st->table->text : STR(""), &names[0],
                          &names[1]);
    err_hint(p->e,
             "DynamoDB finds a partition by its whole key only; what begins so is found by "
             "reading all: scan where begins_with(%.*s, %.*s)",
             STR_ARG(names[0]), STR_ARG(beginning));
}

int word_single(struct parser *p, unsigned flags, enum token_class class, struct word **ret)
{
    struct word_read read;
    int code = word_read(p, flags, class, &read);

    if (code <= 0)
        return code;
    if (read.count != 1) {
        return parser_fail(p, read.at, "braces make %zu keys of this word; one is meant here",
                           read.count);
    }
    if (read.star) {
        code = parser_fail(p, read.at, "a word with * at its end is a prefix, and none fits here");
        err_hint(p->e, "quote it when the * is part of it");
        if (p->st && p->st->verb == VERB_QUERY &&
            (str_is(str_of(p->after), "query") || str_is(str_of(p->after), "the index")))
            hint_scan(p, read.texts[0]);
        return code;
    }
    *ret = word_make(p, &read, 0);
    return 1;
}

int word_maybe(struct parser *p, enum expect_kind kind, const char *what, struct word **ret)
{
    parser_blanks(p);
    parser_want(p, kind, WANT_ALONE, what);
    if (parser_at_clause(p))
        return 0;
    return word_single(p, WORD_PLAIN, kind == EXPECT_FILE ? TOKEN_STRING : TOKEN_NAME, ret);
}

int word_need(struct parser *p, enum expect_kind kind, const char *what, struct word **ret)
{
    int code;

    parser_blanks(p);
    parser_want(p, kind, WANT_ALONE, what);
    code = word_single(p, WORD_PLAIN, kind == EXPECT_FILE ? TOKEN_STRING : TOKEN_NAME, ret);
    if (code == 0)
        return parser_unexpected(p);
    return MIN(code, 0);
}

int word_argument(struct parser *p, enum expect_kind kind, const char *what, const char *after)
{
    struct word *w;
    int code = word_need(p, kind, what, &w);

    if (code)
        return code;
    word_append(&p->st->args, w);
    p->after = after;
    return 0;
}

int word_number(struct parser *p, const char *what, uint64_t min, uint64_t max, uint64_t *ret)
{
    struct word *w;
    int code;

    parser_blanks(p);
    parser_want(p, EXPECT_NUMBER, WANT_ALONE, "a whole number");
    code = word_single(p, WORD_PLAIN, TOKEN_NUMBER, &w);
    if (code == 0)
        return parser_unexpected(p);
    if (code < 0)
        return code;
    if (w->form != WORD_BARE || !str_to_u64(w->text, ret) || *ret < min || *ret > max) {
        if (max >= UINT32_MAX)
            return parser_fail(p, w->at, "%s takes a whole number above %llu", what,
                               (unsigned long long)min - 1);
        return parser_fail(p, w->at, "%s takes a whole number from %llu to %llu", what,
                           (unsigned long long)min, (unsigned long long)max);
    }
    return 0;
}

void word_append(struct word **list, struct word *w)
{
    while (*list)
        list = &(*list)->next;
    *list = w;
}

size_t word_name_end(const struct parser *p, size_t at)
{
    while (at < p->text.len &&
           (binary_name_char(p->text.s[at]) || (unsigned char)p->text.s[at] >= 0x80))
        at++;
    return at;
}

int word_attribute(struct parser *p, struct str *ret)
{
    struct buf text = {0};
    size_t from, end;
    int code;

    parser_blanks(p);
    from = p->at;
    if (parser_look(p, 0) == '`') {
        code = word_quoted(p, &text, false);
        *ret = arena_str(p->arena, buf_str(&text));
        buf_free(&text);
        if (code)
            return code;
        if (ret->len == 0 || !utf8_valid(*ret))
            return parser_fail(p, (struct span){(uint32_t)from, (uint32_t)p->at},
                               "this is no attribute name");
        end = p->at;
    } else {
        end = word_name_end(p, from);
        *ret = arena_str(p->arena, str_slice(p->text, from, end));
        if (!utf8_valid(*ret))
            return parser_fail(p, (struct span){(uint32_t)from, (uint32_t)end},
                               "the text is not valid UTF-8");
    }
    if (end == from || (p->completing && end == p->text.len)) {
        p->at = from;
        p->more = NULL;
        return 0;
    }
    parser_mark(p, (struct span){(uint32_t)from, (uint32_t)end}, TOKEN_NAME);
    parser_consume(p, end);
    return 1;
}
