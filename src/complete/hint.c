#include "pksk/complete/completer.h"

#define HINTS_SHOWN 4

/* "a sort key" → "sort key": the hint is a list, not a sentence. */
static struct str without_article(struct str t)
{
    static const char *const articles[] = {"a ", "an ", "the "};
    for (size_t i = 0; i < ARRAY_LEN(articles); i++) {
        if (str_starts(t, str_of(articles[i])))
            return str_slice(t, strlen(articles[i]), t.len);
    }
    return t;
}

static void list_expected(const struct expect *e, struct buf *ret)
{
    unsigned shown = 0;
    for (; e; e = e->next) {
        struct str text = without_article(e->text);
        if (text.len == 0)
            continue;
        if (shown == HINTS_SHOWN) {
            buf_lit(ret, " …");
            return;
        }
        if (shown++ > 0)
            buf_lit(ret, " | ");
        buf_str_add(ret, text);
    }
}

static void consider(struct str word, struct str typed, struct str *only, unsigned *count)
{
    if (!str_starts_ci(word, typed) || str_eq(word, *only))
        return;
    *only = word;
    (*count)++;
}

/* The rest of the only word that begins so. Where a key or value may stand, one letter says too
 * little to suggest a keyword. */
static void finish_word(const struct lang_point *p, struct buf *ret)
{
    struct str only = STR("");
    unsigned count = 0;
    bool others = false;
    for (const struct expect *e = p->expected; e; e = e->next) {
        if (e->kind == EXPECT_WORD)
            consider(e->text, p->prefix, &only, &count);
        else if (e->kind != EXPECT_COMMAND && e->kind != EXPECT_TOPIC)
            others = true;
        for (unsigned v = 0; v < VERB_COUNT && e->kind == EXPECT_COMMAND; v++)
            consider(str_of(verb_name((enum verb)v)), p->prefix, &only, &count);
    }
    if (count == 1 && only.len > p->prefix.len && p->prefix.len >= (others ? 2 : 1))
        buf_str_add(ret, str_slice(only, p->prefix.len, only.len));
}

/* What the statement will be, as a comment behind it. With a blank the grammar has its place behind
 * that. */
static void add_outlook(struct completer *c, struct str text, bool blank, struct buf *ret)
{
    _cleanup_(buf_free) struct buf will_be = {0};

    if (!outlook(c, text, &will_be))
        return;
    buf_addf(ret, "%s-- %.*s%s", blank ? "" : "  ", (int)will_be.len, will_be.s,
             blank ? "   " : "");
}

void complete_hint(struct completer *c, struct str text, struct buf *ret)
{
    struct arena arena = {0};
    struct lang_point point;
    bool blank = text.len > 0 && text.s[text.len - 1] == ' ';
    lang_complete(&arena, text, text.len, c->env->lang, &point);
    if (point.prefix.len > 0 && point.quote == 0)
        finish_word(&point, ret);
    if (ret->len == 0 && text.len > 0)
        add_outlook(c, text, blank && point.quote == 0, ret);
    if (point.prefix.len == 0 && point.quote == 0 && point.so_far && blank)
        list_expected(point.expected, ret);
    arena_free(&arena);
}
