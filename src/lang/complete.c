#include "pksk/base/utf8.h"
#include "pksk/lang/parser.h"

/* Does one word, or what has been typed of it, fill the text from `at` to its end? Its opening
 * quote goes to *quote. */
static bool is_last_word(struct str t, size_t at, char *quote)
{
    size_t i = at;

    *quote = 0;
    while (i < t.len) {
        char c = t.s[i];

        if (c == '\n' || parser_blank(c) || parser_in(c, ",;()"))
            return false;
        if (c != '"' && c != '\'' && c != '`') {
            i++;
            continue;
        }
        *quote = c;
        for (i++; i < t.len && t.s[i] != c; i++)
            i += c == '"' && t.s[i] == '\\';
        i++;
    }
    return true;
}

/* What the typed part of a word means. A piece of an escape at its end is left out. */
static struct str unquote(struct arena *a, struct str word)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    struct buf b = {0};
    struct str text;
    char quote = 0;

    for (size_t i = 0; i < word.len; i++) {
        char c = word.s[i];

        if (quote == '"' && c == '\\') {
            const char *known;

            if (++i >= word.len)
                break;
            known = strchr(from, word.s[i]);
            buf_char(&b, known && *known ? to[known - from] : word.s[i]);
        } else if (quote ? c == quote : c == '"' || c == '\'' || c == '`') {
            quote = quote ? 0 : c;
        } else {
            buf_char(&b, c);
        }
    }
    text = arena_str(a, buf_str(&b));
    buf_free(&b);
    return text;
}

static void deliver(struct parser *p, struct lang_point *ret)
{
    struct expect **last = &ret->expected;
    size_t from = p->want_at;
    char quote;

    if (!p->wanted || !is_last_word(p->text, from, &quote))
        return;
    ret->word = (struct span){(uint32_t)from, (uint32_t)p->text.len};
    ret->prefix = unquote(p->arena, str_slice(p->text, from, p->text.len));
    ret->quote = quote;
    ret->compared = p->compared;
    ret->so_far = p->st;
    while (ret->so_far && ret->so_far->inner)
        ret->so_far = ret->so_far->inner;
    for (const struct wanted *w = p->wanted; w; w = w->next) {
        struct expect *x;

        if (w->group == WANT_PUNCT)
            continue;
        x = arena_new(p->arena, struct expect);
        x->kind = w->kind;
        x->text = w->text;
        *last = x;
        last = &x->next;
    }
}

void lang_complete(struct arena *a, struct str text, size_t cursor, const struct lang_env *env,
                   struct lang_point *ret)
{
    size_t pos = 0;

    cursor = MIN(cursor, MIN(text.len, UINT32_MAX / 2));
    text.len = cursor;
    *ret = (struct lang_point){.word = {(uint32_t)cursor, (uint32_t)cursor}, .prefix = STR("")};
    for (;;) {
        struct err e = {.at = SPAN_NONE};
        struct parser p = {.arena = a, .text = text, .at = pos, .env = env, .e = &e};

        p.completing = p.lenient = true;
        parser_begin(&p);
        if (p.in_comment)
            return;
        if (parse_one(&p) == 0) {
            pos = p.at;
            continue;
        }
        pos = p.begin < text.len ? parser_skip(&p) : text.len;
        if (pos >= text.len) {
            if (!p.in_comment)
                deliver(&p, ret);
            return;
        }
    }
}
