/* What the shell's own notation writes, the parser reads as the same value: items, values for eyes,
 * key words and attribute names, from a fixed seed. */
#include "pksk/item/notation.h"
#include "pksk/lang/parse.h"
#include "test.h"

static uint64_t seed = 42;

static uint32_t next_random(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

/* Pieces that mean something to the lexer, and some that nothing means anything to. */
static const char *const pieces[] = {
    "USER",   "#",      "42",   ":",     " ",        "\"",
    "'",      "`",      "{",    "}",     "{n}",      "{a,b}",
    "{1..3}", "\\",     "/",    "*",     "--",       " -- ",
    "|",      "=",      "<",    ">",     "<<",       ">>",
    "!",      "!=",     "@",    "$",     ",",        ";",
    "(",      ")",      "[",    "]",     "é",        "日本",
    "\n",     "\t",     "\r",   "\x1b",  "\x7f",     "\xe2\x80\xae",
    "true",   "null",   "and",  "where", "begins",   "b64",
    "now",    ".",      "-",    "+",     "1e5",      "\xf0\x9f\x98\x80",
    "_",      "if",     "as",   "%",     "\xc2\xa0", "between",
    "not",    "exists", "gsi1", "\x01",  "\xc2\x85",
};

static struct str random_text(struct arena *a, uint32_t most)
{
    struct buf b = {0};
    struct str text;

    for (uint32_t n = next_random(most + 1); n; n--)
        buf_str_add(&b, str_of(pieces[next_random(ARRAY_LEN(pieces))]));
    text = arena_str(a, buf_str(&b));
    buf_free(&b);
    return text;
}

static struct value *random_value(struct arena *a, unsigned depth);

static struct value *random_kids(struct arena *a, enum attr_type type, unsigned depth)
{
    struct value *v = value_new(a, type), *last = NULL;

    for (uint32_t i = 0, n = next_random(4) + (type >= ATTR_SS); i < n; i++) {
        struct str text = random_text(a, type == ATTR_M ? 3 : 2);
        struct value *kid;

        if (type == ATTR_SS || type == ATTR_BS)
            kid = value_new_text(a, type == ATTR_SS ? ATTR_S : ATTR_B,
                                 arena_printf(a, "%u%.*s", i, STR_ARG(text)));
        else if (type == ATTR_NS)
            kid = value_new_text(a, ATTR_N, arena_printf(a, "-%u.%u", i, next_random(9) + 1));
        else
            kid = random_value(a, depth + 1);
        if (type == ATTR_M) {
            struct str name = arena_printf(a, "%.*s%u", STR_ARG(text), i);

            value_set_name(kid, name);
        }
        value_append(v, &last, kid);
    }
    return v;
}

static struct value *random_value(struct arena *a, unsigned depth)
{
    enum attr_type type = next_random(depth > 3 ? ATTR_M : ATTR_TYPES);
    struct value *v;

    if (type >= ATTR_M)
        return random_kids(a, type, depth);
    if (type == ATTR_N)
        return value_new_text(a, type, arena_printf(a, "%u", next_random(1000)));
    if (type == ATTR_S || type == ATTR_B)
        return value_new_text(a, type, random_text(a, 5));
    v = value_new(a, type);
    v->boolean = next_random(2);
    return v;
}

/* The only statement in the text, or NULL and a remark. */
static const struct statement *parse(struct arena *a, struct str text)
{
    struct statement *st = NULL, *none = NULL;
    size_t pos = 0;
    struct err e = {.at = SPAN_NONE};

    if (lang_parse(a, text, &pos, NULL, &st, &e) != 0 ||
        lang_parse(a, text, &pos, NULL, &none, &e) != 0 || none) {
        printf("# %.*s\n# %s\n", STR_ARG(text), e.text);
        return NULL;
    }
    return st;
}

TEST(items)
{
    for (unsigned i = 0; i < 3000; i++) {
        struct arena a = {0};
        struct buf b = {0};
        struct value *item = random_kids(&a, ATTR_M, 0);

        notation_add_put(&b, item);
        const struct statement *st = parse(&a, buf_str(&b));

        CHECK(st && st->item && value_equal(st->item, item));
        buf_free(&b);
        arena_free(&a);
    }
}

TEST(values_for_eyes)
{
    for (unsigned i = 0; i < 3000; i++) {
        struct arena a = {0};
        struct buf b = {0};
        struct value *v = random_value(&a, 0);

        buf_lit(&b, "scan where x = ");
        notation_add_short(&b, v);
        const struct statement *st = parse(&a, buf_str(&b));

        CHECK(st && st->filter && value_equal(st->filter->first->next->value, v));
        buf_free(&b);
        arena_free(&a);
    }
}

TEST(keys)
{
    for (unsigned i = 0; i < 5000; i++) {
        struct arena a = {0};
        struct buf b = {0};
        struct value *pk = value_new_text(&a, ATTR_S, random_text(&a, 4));
        struct value *sk = value_new_text(&a, ATTR_S, random_text(&a, 3));

        buf_str_add(&b, i % 2 ? STR("get ") : STR("query "));
        notation_add_key(&b, pk);
        buf_char(&b, ' ');
        notation_add_key(&b, sk);
        buf_lit(&b, " select x");
        const struct statement *st = parse(&a, buf_str(&b));

        CHECK(st && st->keys && st->keys->sort && st->keys->sort->op == SORT_EQ);
        CHECK(str_eq(st->keys->partition->text, value_text(pk)));
        CHECK(str_eq(st->keys->sort->a->text, value_text(sk)));
        buf_free(&b);
        arena_free(&a);
    }
}

TEST(names)
{
    for (unsigned i = 0; i < 3000; i++) {
        struct arena a = {0};
        struct buf b = {0};
        struct str name = random_text(&a, 3);

        if (!name.len)
            name = STR("x");
        buf_lit(&b, "scan where not ");
        notation_add_name(&b, name);
        buf_lit(&b, " = 1 select ");
        notation_add_name(&b, name);
        const struct statement *st = parse(&a, buf_str(&b));

        CHECK(st && st->select && str_eq(st->select->steps->name, name));
        CHECK(st->filter->kind == EXPR_NOT &&
              str_eq(st->filter->first->first->path->steps->name, name));
        buf_free(&b);
        arena_free(&a);
    }
}

TEST_MAIN()
